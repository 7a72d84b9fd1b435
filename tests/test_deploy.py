"""What the deploy pages tell other programs must fit what mailproc makes and takes."""

import re
import subprocess
import sys
import tomllib
from datetime import date
from pathlib import Path

import pytest

from mailproc.policy.account import AccountPolicy, Accounts, MailboxRole, Route
from mailproc.policy.stamp import Stamper
from mailproc.settings.settings import Settings

DEPLOY = Path(__file__).parent.parent / "docs" / "deploy"
ACCOUNT = AccountPolicy(
    id="acme",
    domains=("reply.acme.example",),
    mailboxes={role: (role.value,) for role in MailboxRole},
    token_keys={1: bytes(range(32))},
)
# A number, a Salesforce id and a UUID: tokens of both lengths.
KEYS = ("1234567890123", "0035g00000AbCdEAAV", "1f0c7e1a-2b3c-4d5e-8f90-0123456789ab")


def text_of(page: str) -> str:
    return (DEPLOY / page).read_text(encoding="utf-8")


def postfix_takes(address: str) -> bool:
    """By `relay_recipient_maps`, a table of regular expressions without regard to case."""
    patterns = re.findall(r"^/(\^.*\$)/ +OK$", text_of("postfix.md"), re.MULTILINE)
    assert len(patterns) == 2
    return any(re.search(one, address, re.IGNORECASE) for one in patterns)


def exim_takes(address: str) -> bool:
    """By the condition of its RCPT ACL, in which local parts are in lower case."""
    [pattern] = re.findall(r"\\N(\^.*\$)\\N", text_of("exim.md"))
    return re.search(pattern, address.partition("@")[0].lower()) is not None


def stamped(key: str) -> list[str]:
    """The addresses that come back from a mail to this subscriber."""
    headers = Stamper(ACCOUNT, issued_on=date(2026, 3, 3)).stamp(key, nonce="x")
    return [
        headers["Return-Path"].strip("<>"),
        headers["Reply-To"],
        headers["List-Unsubscribe"].strip("<>").removeprefix("mailto:").partition("?")[0],
    ]


@pytest.mark.parametrize("key", KEYS)
def test_the_border_takes_every_address_that_is_stamped_also_damaged_ones(key: str) -> None:
    for address in stamped(key):
        assert isinstance(Accounts([ACCOUNT]).route(address), Route)
        cut, batv = address[:20] + address[21:], f"prvs=0421b3c4d5={address}"
        assert isinstance(Accounts([ACCOUNT]).route(batv), Route)
        for wanted in (address, address.upper(), f"bounce+{address}", batv, cut, address.replace("@", "a@")):
            assert postfix_takes(wanted), wanted
            assert exim_takes(wanted), wanted


@pytest.mark.parametrize("local_part", ["reply", "Abuse", "bounce+forward", "postmaster", "fbl+x"])
def test_the_border_takes_the_mailboxes_with_tags(local_part: str) -> None:
    address = f"{local_part}@reply.acme.example"
    assert postfix_takes(address)
    assert exim_takes(address)


@pytest.mark.parametrize("local_part", ["sales", "replyx", "x-reply", "u-short", "", "reply.reply"])
def test_the_border_refuses_what_nobody_would_take(local_part: str) -> None:
    address = f"{local_part}@reply.acme.example"
    assert not postfix_takes(address)
    assert not exim_takes(address)


def test_the_pipe_gives_each_recipient_an_option_of_its_own(database_folder: Path) -> None:
    """Postfix repeats the word that holds ${recipient} for each of them, and only that."""
    [argv] = re.findall(r"argv=\S+mailproc (deliver(?:\n +\S.*|.)*)", text_of("postfix.md"))
    words = [word.replace("/etc/mailproc/mailproc.toml", "mailproc.toml") for word in argv.split()]
    people = ("reply@reply.acme.example", "abuse@reply.acme.example")
    given = [w.replace("${recipient}", one) for w in words for one in (people if "${recipient}" in w else people[:1])]
    for sender in ("-pat@example.org", ""):
        command = [sys.executable, "-m", "mailproc", *(word.replace("${sender}", sender) for word in given)]
        done = subprocess.run(
            command, cwd=database_folder, input=b"Subject: x\r\n\r\n" + sender.encode(), capture_output=True
        )
        assert done.returncode == 0, done.stderr
        assert b"kept for review" not in done.stderr


@pytest.fixture
def database_folder(tmp_path: Path) -> Path:
    text = 'database = "sqlite+aiosqlite:///m.db"\n[[account]]\nid = "acme"\ndomains = ["reply.acme.example"]\n'
    (tmp_path / "mailproc.toml").write_text(text, encoding="utf-8")
    return tmp_path


def test_the_settings_of_a_container_are_settings() -> None:
    [block] = re.findall(r"```toml\n(.*?)```", text_of("container.md"), re.DOTALL)
    settings = Settings.model_validate(tomllib.loads(block))
    assert settings.database.startswith("sqlite+aiosqlite:////var/lib/mailproc/")
    assert settings.hook[0].path == Path("/var/lib/mailproc/events.jsonl")
