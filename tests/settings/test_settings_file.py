"""The settings file: everything overridable, all mistakes at once, each with file, line and key."""

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from mailproc.errors import SettingsError
from mailproc.policy.account import MailboxRole
from mailproc.settings.check import mistakes_around, notes_on_forwarding, notes_on_trust
from mailproc.settings.file import Kept, load_settings, read_settings, usable
from mailproc.settings.outgoing import OutgoingSettings
from mailproc.settings.settings import AccountSettings, HookSettings, Settings
from mailproc.settings.smarthost import SmarthostSettings
from mailproc.settings.source import Source

EXAMPLE = Path(__file__).parents[2] / "mailproc.example.toml"
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
    assert set(example["account"][0]["outgoing"]) == keys(OutgoingSettings)
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
    told = problems_of(tmp_path, "", {"MAILPROC_SMPT__LISTEN": "x"})
    assert told == "environment MAILPROC_SMPT__LISTEN: there is no such key; did you mean `smtp`?"


def test_an_environment_variable_for_an_unknown_account_is_a_mistake(tmp_path: Path) -> None:
    told = problems_of(tmp_path, TWO_ACCOUNTS, {"MAILPROC_ACCOUNT__ZETA__PARENT": "x"})
    assert told.endswith("there is no account zeta in the settings file; there: acme, bolt")


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
    assert "mailproc.toml:8: account.bolt.hard_bounces" in problems_of(tmp_path, text)


def test_broken_toml_is_a_sentence(tmp_path: Path) -> None:
    assert "mailproc.toml:1: column 6: this is no TOML" in problems_of(tmp_path, "[smtp\n")


def test_a_file_that_is_not_there_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"none\.toml: there is no such file"):
        load_settings(tmp_path / "none.toml", {})


def test_two_accounts_cannot_have_the_same_mailbox(tmp_path: Path) -> None:
    text = TWO_ACCOUNTS.replace("reply.bolt.example", "reply.acme.example")
    told = problems_of(tmp_path, text)
    assert "mailproc.toml:7: account.bolt.domains: the mailbox reply@reply.acme.example is named twice" in told


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
        ("[smtp]\nrequire_tls = true", "needs `tls_cert`"),
        ('[web]\nlisten = ["x"]', "write host:port"),
        ('[[account]]\nid = "a"\ndomains = []', "must not be empty"),
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
    assert "mailproc.toml:10: account.bolt.mailboxes.replies: there is no such key" in problems_of(tmp_path, text)


def test_what_settings_name_must_be_there(tmp_path: Path) -> None:
    text = (
        '[smtp]\ntls_cert = "c.pem"\ntls_key = "k.pem"\n'
        '[[hook]]\nname = "a"\ntype = "exec"\ncommand = ["/no/such/program"]\n'
        '[[hook]]\nname = "b"\ntype = "jsonl"\npath = "/no/such/folder/events.jsonl"\n'
        '[[hook]]\nname = "c"\ntype = "webhook"\nurl = "https://x.example/"\nsecret_file = "none"\n'
    )
    read = read_settings(written(tmp_path, text), {})
    told = "\n".join(read.problems(mistakes_around(read.settings, accounts_are_whole=True)))
    for name in ("c.pem", "k.pem", "/no/such/program", "/no/such/folder", "secret_file"):
        assert name in told


SMARTHOST = '[[account]]\nid="a"\ndomains=["a.example"]\nforward_to="{to}"\n[smarthost]\nhost="{host}"\n{more}\n'


def around(tmp_path: Path, to: str = "team@b.example", host: str = "smtp.b.example", more: str = "") -> list[str]:
    path = tmp_path / "mailproc.toml"
    path.write_text(SMARTHOST.format(to=to, host=host, more=more), encoding="utf-8")
    read = read_settings(path, {})
    return read.problems(mistakes_around(read.settings, accounts_are_whole=True))


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
    assert re.search(r"mailproc\.toml:\d+: (account\.a\.|smarthost\.)", problem)


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


ALL_WRONG = """\
database = "mysql://x"
global_scope = "world"
[[account]]
id = "acme"
domains = ["reply.acme.example"]
hard_bounces = "many"
automatic = "perhaps"
[account.token_keys]
99 = "00112233445566778899aabbccddeeff"
[[account]]
domains = ["b.example"]
[[hook]]
name = "crm"
type = "webhok"
[[hook]]
name = "two"
type = "webhook"
url = "ftp://x"
[smtp]
listne = ["127.0.0.1:25"]
tls_cert = "nofile.pem"
[authenticity]
seconds = 99
"""


def test_every_mistake_is_told_at_once_in_plain_words_in_the_order_of_the_file(tmp_path: Path) -> None:
    told = problems_of(tmp_path, ALL_WRONG).replace(f"{tmp_path}/mailproc.toml:", "").splitlines()
    assert told == [
        "1: database: must begin with sqlite+aiosqlite:/// or postgresql+asyncpg://",
        "2: global_scope: must be installation or parent",
        "6: account.acme.hard_bounces: must be a whole number",
        "7: account.acme.automatic: must be true or false",
        "8: account.acme.token_keys: 99 is no number of a key: there are 0 to 15",
        "10: account.1.id: is missing",
        "14: hook.crm.type: must be webhook, jsonl or exec",
        "15: hook.two.secret: is missing: a webhook needs `secret` or `secret_file` (whsec_…): its receiver must be "
        "able to verify us",
        "18: hook.two.url: must begin with https:// or http://",
        "20: smtp.listne: there is no such key; did you mean `listen`?",
        "21: smtp.tls_cert: `tls_cert` and `tls_key` belong together: `tls_key` is missing",
        "23: authenticity.seconds: must be at most 30",
    ]


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("MAILPROC_SMTP__MAX_RECIPIENTS", "3", "must be at least 100"),
        ("MAILPROC_SMTP__LISTNE", "x", "there is no such key; did you mean `listen`?"),
        ("MAILPROC_SMTP__TLS_KEY", "k.pem", "`tls_cert` and `tls_key` belong together: `tls_cert` is missing"),
        ("MAILPROC_ACCOUNT__BOLT__HARD_BOUNCES", "x", "must be a whole number"),
        ("MAILPROC_ACCOUNT__PARENT", "x", "say which account it is about: MAILPROC_ACCOUNT__ID__PARENT"),
        ("MAILPROC_DATABASE__URL", "x", "`database` is no table"),
        ("MAILPROC_HOOK__CRM__URL", "x", "there is no hook in the settings file that it could be about"),
    ],
)
def test_a_mistake_of_the_environment_is_told_with_the_name_of_its_variable(
    tmp_path: Path, name: str, value: str, said: str
) -> None:
    text = 'database = "sqlite+aiosqlite:///m.db"\n' + TWO_ACCOUNTS + "[smtp]\nmax_recipients = 200\n"
    assert problems_of(tmp_path, text, {name: value}) == f"environment {name}: {said}"


def test_a_mistake_of_the_file_is_not_blamed_on_the_environment(tmp_path: Path) -> None:
    told = problems_of(tmp_path, "[smtp]\nmax_errors = 1\n", {"MAILPROC_SMTP__LISTEN": "127.0.0.1:25"})
    assert told.endswith("mailproc.toml:2: smtp.max_errors: must be at least 3")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("smtp = 3", "1: smtp: must be a table of keys and values"),
        ('[account]\nid = "a"', "1: account: must be written as [[account]], with two brackets: there may be several"),
        ('[[account]]\nid = "a"\ndomains = [3]', '3: account.a.domains.0: must be a text, as in "…"'),
        ('[[account]]\nid = "a"\ndomains = ["x y"]', "3: account.a.domains: x y: is no domain"),
        (
            '[[account]]\nid = "a"\ndomains = ["a.example"]\ntoken_keys = {x = "00"}',
            "4: account.a.token_keys.x: the",
        ),
        ("rules = 3", '1: rules: must be a path, as in "…"'),
        ('[smarthost]\nhost = ""', "2: smarthost.host: must not be empty"),
        ('[smarthost]\nuser = "u"', "1: smarthost.host: is missing"),
    ],
)
def test_a_value_of_the_wrong_kind_is_one_mistake_and_no_other_follows_from_it(
    tmp_path: Path, text: str, said: str
) -> None:
    [told] = problems_of(tmp_path, text).splitlines()
    assert f"mailproc.toml:{said}" in told


def test_a_folder_and_what_is_no_text_are_no_settings(tmp_path: Path) -> None:
    (tmp_path / "latin.toml").write_bytes(b"# caf\xe9\n")
    latin = tmp_path / "latin.toml"
    for path, said in ((tmp_path, "is a folder, not a file"), (latin, "is no text in UTF-8 (byte 6)")):
        with pytest.raises(SettingsError) as refused:
            load_settings(path, {})
        assert refused.value.problems == [f"{path}: {said}"]


def test_a_hook_is_not_told_of_an_account_that_only_could_not_be_read(tmp_path: Path) -> None:
    text = '[[account]]\nid = "acme"\n[[hook]]\nname = "h"\ntype = "jsonl"\npath = "x"\naccounts = ["acme"]\n'
    [told] = problems_of(tmp_path, text).splitlines()
    assert told.endswith("account.acme.domains: is missing")


def test_the_file_of_a_secret_is_relative_to_the_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "away").mkdir()
    monkeypatch.chdir(tmp_path / "away")
    (tmp_path / "token-1.key").write_text("00112233445566778899aabbccddeeff\n")
    text = '[[account]]\nid="a"\ndomains=["a.example"]\ntoken_keys={1="file:token-1.key"}'
    assert load_settings(written(tmp_path, text), {}).account[0].token_keys == {1: "00112233445566778899aabbccddeeff"}
    told = problems_of(tmp_path, text.replace("token-1", "token-2"))
    assert told.endswith(f"{tmp_path}/token-2.key: there is no such file")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[smarthost]\nport = "x"\ntls = "y"\n', {"smarthost.host: is missing", "smarthost.port: must be a whole"}),
        ('[[account]]\nparent = 3\nhard_bounces = "x"\n', {"account.0.id: is missing", "account.0.hard_bounces: must"}),
        (
            '[[account]]\nid = "a"\ndomains = ["a.example"]\n[account.smarthost]\nport = "x"\n',
            {"account.a.smarthost.host: is missing", "account.a.smarthost.port: must be a whole"},
        ),
        ('[[hook]]\nname = "h"\ntype = "jsonl"\naccounts = [3, "x", 4]\n', {"hook.h.accounts.0: must be a text"}),
    ],
)
def test_several_mistakes_in_one_table_are_all_told(tmp_path: Path, text: str, said: set[str]) -> None:
    told = problems_of(tmp_path, text)
    for one in said:
        assert one in told


def any_tables(below: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    keys = ("id", "domains", "listen", "host", "port", "mailboxes", "reply", "token_keys", "smarthost", "1", "name")
    return st.lists(below, max_size=3) | st.dictionaries(st.sampled_from(keys), below, max_size=4)


@given(tree=st.recursive(st.integers() | st.text(max_size=3) | st.booleans(), any_tables, max_leaves=12))
def test_no_settings_whatever_they_are_end_in_anything_but_mistakes(tree: object) -> None:
    whole = {"smtp": tree, "account": tree, "hook": [tree, {"name": "h", "type": tree}], "smarthost": tree}
    kept = Kept(json.loads(json.dumps(whole)))
    settings, mistakes = usable(kept, Path())
    assert Source(path=None, text="", tree=whole, variables={}).sentences(mistakes)
    assert settings.smtp.max_recipients >= 100


def test_two_accounts_may_not_share_a_token_key(tmp_path: Path) -> None:
    keys = f'token_keys={{1="{bytes(32).hex()}"}}\n'
    text = "".join(f'[[account]]\nid="{one}"\ndomains=["{one}.example"]\n{keys}' for one in "ab")
    with pytest.raises(SettingsError, match="key 1 is account a's as well"):
        load_settings(written(tmp_path, text), {})


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('accent="red"', "must be a colour"),
        ('backdrop="#fff;}body{"', "must be a colour"),
        ('url="javascript:alert(1)"', "must begin with https"),
        ('url="https://x.example/?a"', "must have no `\\?`"),
        ('url="https://pat@x.example"', "no name and no password"),
        ('url="https://x.example//y.example"', "must have a path"),  # its pages would send their forms to y.example
        ('url="https://x.example/a,b"', "must have a path"),  # List-Unsubscribe ends a link at a comma
        ('url="https://bücher.example"', "must name a host"),
        ('language="english!"', "must be a language"),
        ('link_click="always"', "link_click"),
        ('profile.city={label=""}', "label"),
        ('profile."a.b<c"={label="x"}', "an attribute's name"),
        ('profile.size={label="x", kind="choice"}', "belong together"),
        ('profile.size={label="x", choices=["S"]}', "belong together"),
    ],
)
def test_pages_that_could_not_be_shown_are_refused(tmp_path: Path, line: str, said: str) -> None:
    text = f'[[account]]\nid="a"\ndomains=["a.example"]\n[account.pages]\n{line}\n'
    with pytest.raises(SettingsError, match=said):
        load_settings(written(tmp_path, text), {})


@pytest.mark.parametrize(("list_id", "is_usable"), [("number-77", False), ("number-one", True), ("77", True)])
def test_no_list_has_an_id_that_stands_for_a_number(tmp_path: Path, list_id: str, is_usable: bool) -> None:
    text = f'[[account]]\nid="a"\ndomains=["a.example"]\n[account.lists]\n{list_id}="News"\n'
    if is_usable:
        assert load_settings(written(tmp_path, text), {}).account[0].lists == {list_id: "News"}
    else:
        assert "only a token's number is known" in problems_of(tmp_path, text)


def test_pages_without_https_are_refused_with_the_line_because_no_link_could_be_stamped(tmp_path: Path) -> None:
    text = '[[account]]\nid="a"\ndomains=["a.example"]\n[account.pages]\nurl="http://links.a.example"\n'
    assert "mailproc.toml:5: account.a.pages.url: " in problems_of(tmp_path, text)
    assert "must begin with https" in problems_of(tmp_path, text)


@pytest.mark.parametrize(
    "url",
    ["https://a.example#x", "https://a.example?x", "https://pat:secret@a.example", "https:///m", "https://a..example"],
)
def test_pages_where_no_link_can_be_served_are_refused_with_the_line(tmp_path: Path, url: str) -> None:
    said = problems_of(tmp_path, f'[[account]]\nid="a"\ndomains=["a.example"]\n[account.pages]\nurl="{url}"\n')
    assert "mailproc.toml:5: account.a.pages.url: must " in said
    assert "secret" not in said


@pytest.mark.parametrize(
    "url", ["https://x.example", "https://x.example:8443/mail/", "https://[2001:db8::1]/a~b/%C3%A4"]
)
def test_pages_may_be_at_any_port_and_path(tmp_path: Path, url: str) -> None:
    text = f'[[account]]\nid="a"\ndomains=["a.example"]\n[account.pages]\nurl="{url}"\n'
    pages = load_settings(written(tmp_path, text), {}).account[0].pages
    assert pages.links_base == f"{url.rstrip('/')}/u/"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"<svg/>", "is no PNG"),
        (b"\x89PNG\r\n\x1a\n" + bytes(600 * 1024), "has more than 512 kB"),
        (None, "there is no such file"),
        (b"\x89PNG\r\n\x1a\n", ""),
    ],
)
def test_a_logo_must_be_a_small_picture(tmp_path: Path, content: bytes | None, said: str) -> None:
    if content is not None:
        (tmp_path / "logo").write_bytes(content)
    text = '[[account]]\nid="a"\ndomains=["a.example"]\n[account.pages]\nlogo="logo"\n'
    read = read_settings(written(tmp_path, text), {})
    problems = read.problems(mistakes_around(read.settings, accounts_are_whole=True))
    assert [said in problem for problem in problems] == ([True] if said else [])
