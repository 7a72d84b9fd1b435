"""The settings file: everything overridable, all mistakes at once, each with file, line and key."""

import tomllib
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from mailproc.errors import SettingsError
from mailproc.policy.account import MailboxRole
from mailproc.settings import AccountSettings, HookSettings, Settings
from mailproc.settings_check import notes_on_forwarding, notes_on_trust, problems_around
from mailproc.settings_file import load_settings
from mailproc.smarthost_settings import SmarthostSettings

EXAMPLE = Path(__file__).parent.parent / "mailproc.example.toml"
TWO_ACCOUNTS = """
[[account]]
id = "acme"
domains = ["reply.acme.example"]
[[account]]
id = "bolt"
domains = ["reply.bolt.example"]
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "mailproc.toml"
    path.write_text(text, encoding="utf-8")
    return path


def problems_of(folder: Path, text: str, environment: dict[str, str] | None = None) -> str:
    with pytest.raises(SettingsError) as refused:
        load_settings(written(folder, text), environment or {})
    return "\n".join(refused.value.problems)


def test_without_a_file_the_defaults_hold() -> None:
    assert load_settings(None, {}).smtp.listen == ("127.0.0.1:8025",)


def test_the_example_is_valid_as_it_is() -> None:
    settings = load_settings(EXAMPLE, {})
    assert [account.id for account in settings.account] == ["acme"]
    assert settings.account[0].policy().mailboxes[MailboxRole.feedback] == ("abuse", "fbl")


def uncommented(text: str) -> dict[str, Any]:
    """The example with every commented key made real."""
    lines = []
    for line in text.splitlines():
        bare = line.removeprefix("# ")
        is_key = line.startswith("# ") and bare[:1].islower() and " = " in bare.split("  ")[0]
        lines.append(bare if is_key or line.startswith(("# [", "# 1 =")) else line)
    return tomllib.loads("\n".join(lines))


def test_the_example_names_every_key_there_is() -> None:
    example = uncommented(EXAMPLE.read_text(encoding="utf-8"))

    def keys(model: type[BaseModel]) -> set[str]:
        return set(model.model_fields)

    assert set(example) == keys(Settings)
    assert set(example["account"][0]) == keys(AccountSettings)
    assert set(example["hook"][0]) == keys(HookSettings)
    assert set(example["smarthost"]) == keys(SmarthostSettings)
    for table in ("smtp", "web", "log", "store", "authenticity"):
        assert set(example[table]) == keys(type(getattr(Settings(), table))), table


def test_the_example_shows_the_defaults_of_accounts_and_smarthost() -> None:
    example = uncommented(EXAMPLE.read_text(encoding="utf-8"))
    for table, defaults, keys in (
        (example["account"][0], AccountSettings, ("forward_per_hour", "auto_replies", "automatic", "hard_bounces")),
        (example["smarthost"], SmarthostSettings, ("tls", "timeout_seconds", "max_attempts", "first_retry_seconds")),
    ):
        for key in keys:
            assert table[key] == defaults.model_fields[key].default, key


def test_the_example_shows_the_defaults_of_all_other_tables() -> None:
    example = uncommented(EXAMPLE.read_text(encoding="utf-8"))
    for table in ("smtp", "web", "log", "store", "authenticity"):
        defaults = getattr(Settings(), table)
        shown = {key: tuple(value) if isinstance(value, list) else value for key, value in example[table].items()}
        for key, value in shown.items():
            if key not in ("tls_cert", "tls_key"):
                assert value == getattr(defaults, key), f"{table}.{key}"


def test_the_environment_overrides_a_key_of_a_table(tmp_path: Path) -> None:
    settings = load_settings(written(tmp_path, ""), {"MAILPROC_SMTP__LISTEN": "0.0.0.0:25, [::]:25"})
    assert settings.smtp.listen == ("0.0.0.0:25", "[::]:25")


def test_the_environment_overrides_an_account_by_its_id(tmp_path: Path) -> None:
    settings = load_settings(written(tmp_path, TWO_ACCOUNTS), {"MAILPROC_ACCOUNT__BOLT__AUTOMATIC": "false"})
    assert [account.automatic for account in settings.account] == [True, False]


def test_an_environment_variable_for_nothing_is_a_mistake(tmp_path: Path) -> None:
    assert "there is no setting `smpt`" in problems_of(tmp_path, "", {"MAILPROC_SMPT__LISTEN": "x"})


def test_an_environment_variable_for_an_unknown_account_is_a_mistake(tmp_path: Path) -> None:
    assert "nothing of that name" in problems_of(tmp_path, TWO_ACCOUNTS, {"MAILPROC_ACCOUNT__ZETA__PARENT": "x"})


def test_a_secret_can_come_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("00112233445566778899aabbccddeeff\n")
    text = f'[[account]]\nid="a"\ndomains=["a.example"]\ntoken_keys={{1="file:{tmp_path}/key"}}'
    account = load_settings(written(tmp_path, text), {}).account[0]
    assert account.policy().token_keys == {1: bytes.fromhex("00112233445566778899aabbccddeeff")}


def test_a_secret_that_is_not_there_is_told(tmp_path: Path) -> None:
    text = '[[account]]\nid="a"\ndomains=["a.example"]\ntoken_keys={1="env:SURELY_NOT_SET_ANYWHERE"}'
    assert "SURELY_NOT_SET_ANYWHERE is not set" in problems_of(tmp_path, text)


def test_all_mistakes_are_told_at_once_each_with_its_line(tmp_path: Path) -> None:
    text = '[smtp]\nmax_recipients = 3\n\n[web]\nlisten = []\ncolour = "red"\n\n'
    text += '[[account]]\nid = "A b"\ndomains = ["x.example"]\n'
    problems = problems_of(tmp_path, text)
    assert "mailproc.toml:2: smtp.max_recipients" in problems
    assert "mailproc.toml:6: web.colour" in problems
    assert "mailproc.toml:9: account.0.id" in problems


def test_a_mistake_in_the_second_of_two_tables_names_the_line_of_the_second(tmp_path: Path) -> None:
    text = TWO_ACCOUNTS + "hard_bounces = 0\n"
    assert "mailproc.toml:8: account.1.hard_bounces" in problems_of(tmp_path, text)


def test_broken_toml_is_a_sentence(tmp_path: Path) -> None:
    assert "line 1" in problems_of(tmp_path, "[smtp\n")


def test_a_file_that_is_not_there_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be read"):
        load_settings(tmp_path / "none.toml", {})


def test_two_accounts_cannot_have_the_same_mailbox(tmp_path: Path) -> None:
    text = TWO_ACCOUNTS.replace("reply.bolt.example", "reply.acme.example")
    assert "mailbox reply@reply.acme.example: named twice" in problems_of(tmp_path, text)


def test_two_accounts_may_share_a_domain_with_other_mailboxes(tmp_path: Path) -> None:
    boxes = '[account.mailboxes]\nreply=["r2"]\nunsubscribe=[]\nfeedback=[]\nbounce=[]\npostmaster=[]\n'
    text = TWO_ACCOUNTS.replace("reply.bolt.example", "reply.acme.example") + boxes
    assert len(load_settings(written(tmp_path, text), {}).account) == 2


def test_with_two_accounts_a_hook_must_name_its_own(tmp_path: Path) -> None:
    text = TWO_ACCOUNTS + '[[hook]]\nname="h"\ntype="jsonl"\npath="x"\n'
    assert "name its accounts" in problems_of(tmp_path, text)


def test_a_hook_gets_the_events_of_its_accounts_only(tmp_path: Path) -> None:
    text = TWO_ACCOUNTS + '[[hook]]\nname="h"\ntype="jsonl"\npath="x"\naccounts=["bolt"]\n'
    settings = load_settings(written(tmp_path, text), {})
    assert settings.hooks_of("bolt") == ("h",)
    assert settings.hooks_of("acme") == ()


@pytest.mark.parametrize(
    ("hook", "said"),
    [
        ('type="webhook"\nsecret="whsec_x"', "needs `url`"),
        ('type="webhook"\nurl="https://crm.example/"', "needs `secret`"),
        ('type="webhook"\nurl="ftp://crm.example/"\nsecret="whsec_x"', "https://"),
        ('type="jsonl"', "needs `path`"),
        ('type="exec"', "needs `command`"),
        ('type="pigeon"', "webhook"),
    ],
)
def test_a_hook_without_what_it_needs_is_a_mistake(tmp_path: Path, hook: str, said: str) -> None:
    assert said in problems_of(tmp_path, f'[[hook]]\nname="h"\n{hook}\n')


def test_relative_paths_are_relative_to_the_file(tmp_path: Path) -> None:
    text = 'database = "sqlite+aiosqlite:///var/m.db"\nrules = "r"\n[[hook]]\nname="h"\ntype="jsonl"\npath="e.jsonl"\n'
    settings = load_settings(written(tmp_path, text), {})
    assert settings.database == f"sqlite+aiosqlite:///{tmp_path}/var/m.db"
    assert settings.rules == tmp_path / "r"
    assert settings.hook[0].path == tmp_path / "e.jsonl"


def test_no_mistake_ever_prints_a_secret(tmp_path: Path) -> None:
    text = '[[account]]\nid="a"\ndomains=["a.example"]\ntoken_keys={1="hunter2hunter2"}'
    assert "hunter2" not in problems_of(tmp_path, text)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('[smtp]\nlisten = ["127.0.0.1"]', "write host:port"),
        ('[smtp]\nlisten = ["127.0.0.1:99999"]', "write host:port"),
        ('[smtp]\nrelays = ["10.0.0.0/33"]', "10.0.0.0/33: is no address and no network"),
        ('[smtp]\ntls_cert = "c.pem"', "belong together"),
        ("[smtp]\nrequire_tls = true", "need `tls_cert`"),
        ('[web]\nlisten = ["x"]', "write host:port"),
        ('[[account]]\nid = "a"\ndomains = []', "at least 1 item"),
        ('[[account]]\nid = "a"\ndomains = ["not a domain"]', "is no domain"),
        (
            '[[account]]\nid = "a"\ndomains = ["a.example"]\nsends_from = ["192.0.2.300/28"]',
            "is no address and no network",
        ),
        ('[[account]]\nid = "a"\ndomains = ["a.example"]\nforward_to = "team"', "team: is no address"),
        ('[[hook]]\nname = "h"\ntype = "webhook"\nurl = "https://x.example/"\nsecret = "hunter2"', "must be whsec_"),
    ],
)
def test_a_value_that_cannot_be_meant_is_a_mistake(tmp_path: Path, line: str, said: str) -> None:
    assert said in problems_of(tmp_path, line)


@pytest.mark.parametrize("entry", ["unix:/run/mailproc/lmtp", "fd:3", "[::1]:25", "mx.example.org:0"])
def test_every_way_to_listen_is_understood(tmp_path: Path, entry: str) -> None:
    assert load_settings(written(tmp_path, f'[smtp]\nlmtp_listen = ["{entry}"]'), {}).smtp.lmtp_listen == (entry,)


def test_a_mistake_in_a_table_below_an_account_names_its_own_line(tmp_path: Path) -> None:
    text = TWO_ACCOUNTS + '[account.mailboxes]\nreply = ["r"]\nreplies = ["x"]\n'
    assert "mailproc.toml:10: account.1.mailboxes.replies: there is no such key" in problems_of(tmp_path, text)


def test_what_settings_name_must_be_there(tmp_path: Path) -> None:
    text = (
        '[smtp]\ntls_cert = "c.pem"\ntls_key = "k.pem"\n'
        '[[hook]]\nname = "a"\ntype = "exec"\ncommand = ["/no/such/program"]\n'
        '[[hook]]\nname = "b"\ntype = "jsonl"\npath = "/no/such/folder/events.jsonl"\n'
        '[[hook]]\nname = "c"\ntype = "webhook"\nurl = "https://x.example/"\nsecret_file = "none"\n'
    )
    told = "\n".join(problems_around(load_settings(written(tmp_path, text), {})))
    for name in ("c.pem", "k.pem", "/no/such/program", "/no/such/folder", "secret_file"):
        assert name in told


SMARTHOST = '[[account]]\nid="a"\ndomains=["a.example"]\nforward_to="{to}"\n[smarthost]\nhost="{host}"\n{more}\n'


def around(tmp_path: Path, to: str = "team@b.example", host: str = "smtp.b.example", more: str = "") -> list[str]:
    path = tmp_path / "mailproc.toml"
    path.write_text(SMARTHOST.format(to=to, host=host, more=more), encoding="utf-8")
    return problems_around(load_settings(path, {}))


def test_forwarding_that_does_not_lead_back_is_no_mistake(tmp_path: Path) -> None:
    assert around(tmp_path) == []
    assert around(tmp_path, more='envelope_from = "bounce@a.example"') == []


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"to": "reply@a.example"}, "leads back to mailproc itself"),
        ({"to": "anyone@A.EXAMPLE"}, "leads back to mailproc itself"),
        ({"host": "127.0.0.1", "more": "port = 8025"}, "127.0.0.1:8025 is mailproc itself"),
        ({"more": 'envelope_from = "team@b.example"'}, "is no bounce mailbox of ours"),
        ({"more": 'envelope_from = "reply@a.example"'}, "is no bounce mailbox of ours"),
        ({"more": 'ca_file = "none.pem"'}, "there is no such file"),
    ],
)
def test_forwarding_that_would_go_in_circles_or_cannot_work_is_a_mistake(
    tmp_path: Path, told: dict[str, str], said: str
) -> None:
    [problem] = around(tmp_path, **told)
    assert said in problem
    assert problem.startswith("account a: ")


def test_a_smarthosts_user_needs_a_password(tmp_path: Path) -> None:
    assert "belong together" in problems_of(tmp_path, SMARTHOST.format(to="t@b.example", host="b", more='user = "u"'))


def test_mail_for_people_that_goes_nowhere_is_worth_a_note(tmp_path: Path) -> None:
    path = tmp_path / "mailproc.toml"
    for text, said in (
        ('[[account]]\nid="a"\ndomains=["a.example"]\n', "no forward_to"),
        ('[[account]]\nid="a"\ndomains=["a.example"]\nforward_to="t@b.example"\n', "no smarthost"),
    ):
        path.write_text(text, encoding="utf-8")
        [note] = notes_on_forwarding(load_settings(path, {}))
        assert said in note
    path.write_text(SMARTHOST.format(to="t@b.example", host="b", more=""), encoding="utf-8")
    assert notes_on_forwarding(load_settings(path, {})) == []


@pytest.mark.parametrize(
    ("written_as", "verify"),
    [("true", "always"), ("false", "never"), ('"edge"', "edge"), ('"always"', "always"), ('"never"', "never")],
)
def test_verification_is_named_or_switched(tmp_path: Path, written_as: str, verify: str) -> None:
    settings = load_settings(written(tmp_path, f"[authenticity]\nverify = {written_as}\n"), {})
    assert settings.authenticity.verify == verify


def test_verification_can_be_switched_off_by_the_environment(tmp_path: Path) -> None:
    settings = load_settings(written(tmp_path, ""), {"MAILPROC_AUTHENTICITY__VERIFY": "false"})
    assert settings.authenticity.verify == "never"


@pytest.mark.parametrize(
    "line", ['verify = "sometimes"', 'resolver = ["dns.example"]', 'resolver = ["192.0.2.53:x"]', "seconds = 0"]
)
def test_mistakes_about_verification_are_told_with_their_key(tmp_path: Path, line: str) -> None:
    assert f"authenticity.{line.split()[0]}" in problems_of(tmp_path, f"[authenticity]\n{line}\n")


@pytest.mark.parametrize(
    ("account", "verify", "notes"),
    [
        ('feedback_trust="enrolled"', "never", 1),
        ('feedback_trust="enrolled"\nborder_servers=["mx.a.example"]', "never", 0),
        ('feedback_trust="enrolled"', "edge", 0),
        ("", "never", 0),
    ],
)
def test_believing_enrolled_sources_where_nobody_looks_is_worth_a_note(
    tmp_path: Path, account: str, verify: str, notes: int
) -> None:
    text = f'[[account]]\nid="a"\ndomains=["a.example"]\n{account}\n[authenticity]\nverify="{verify}"\n'
    assert len(notes_on_trust(load_settings(written(tmp_path, text), {}))) == notes
