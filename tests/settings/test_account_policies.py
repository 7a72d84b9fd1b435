from pathlib import Path

import pytest

from mailproc.errors import SettingsError
from mailproc.settings.account_policies import accounts_for_replay, load_sources, policies_of
from mailproc.settings.file import load_settings

ACCOUNT = '[[account]]\nid = "acme"\ndomains = ["reply.acme.example"]\n'


def problems_of(tmp_path: Path, settings: str, sources: str | None = None) -> str:
    (tmp_path / "mailproc.toml").write_text(settings)
    if sources is not None:
        (tmp_path / "sources.toml").write_text(sources)
    with pytest.raises(SettingsError) as raised:
        policies_of(load_settings(tmp_path / "mailproc.toml", {}))
    return str(raised.value)


def test_the_shipped_file_knows_the_big_loops():
    shipped = load_sources(None)
    assert {"yahoo", "validity", "microsoft_2026", "amazon_ses", "mailru"} <= {one.id for one in shipped.known}
    assert shipped.name_of("feedback@arf.mail.yahoo.com") == "Yahoo"


def test_the_settings_name_another_file_relative_to_themselves(tmp_path: Path):
    (tmp_path / "mailproc.toml").write_text(f'feedback_sources = "sources.toml"\n{ACCOUNT}trusted_sources = ["isp"]\n')
    (tmp_path / "sources.toml").write_text(
        '[[source]]\nid = "isp"\nfrom = ["fbl@isp.example"]\nauth_domains = ["isp.example"]\n'
    )
    [account] = policies_of(load_settings(tmp_path / "mailproc.toml", {}))
    assert account.sources.source_of("fbl@isp.example") == "isp"
    assert account.sources.source_of("feedback@arf.mail.yahoo.com") == "arf.mail.yahoo.com"


def test_a_bad_file_is_told_with_its_line(tmp_path: Path):
    told = problems_of(tmp_path, f'feedback_sources = "sources.toml"\n{ACCOUNT}', '[[source]]\nid = "isp"\n')
    assert "sources.toml:2: source isp needs `from`" in told


def test_a_missing_file_is_told(tmp_path: Path):
    told = problems_of(tmp_path, f'feedback_sources = "sources.toml"\n{ACCOUNT}')
    assert "sources.toml: there is no such file" in told


@pytest.mark.parametrize(
    ("trusted", "told"),
    [
        ("yaho", "account acme: trusted_sources: yaho: is neither a domain nor one of the feedback sources: yahoo,"),
        ("validity_older", "account acme: trusted_sources: validity_older: nothing proves it"),
    ],
)
def test_trusting_what_can_never_be_proven_is_a_mistake(tmp_path: Path, trusted: str, told: str):
    assert told in problems_of(tmp_path, f'{ACCOUNT}trusted_sources = ["{trusted}"]\n')


def test_without_any_account_the_shipped_sources_are_known_all_the_same():
    assert accounts_for_replay(()).stranger.sources.name_of("feedback@arf.mail.yahoo.com") == "Yahoo"
    assert accounts_for_replay(()).stranger.everything_is_ours


def test_a_domain_can_be_trusted_without_an_entry(tmp_path: Path):
    (tmp_path / "mailproc.toml").write_text(f'{ACCOUNT}trusted_sources = ["isp.example", "yahoo"]\n')
    [account] = policies_of(load_settings(tmp_path / "mailproc.toml", {}))
    assert account.sources.is_enabled("isp.example", account.trusted_sources)
