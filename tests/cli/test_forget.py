"""`mailproc forget` as an operator types it, on both databases."""

import asyncio
import json
from datetime import UTC, datetime, timedelta

import pytest
from command_line import Shell

from mailproc.cli.people.forget import _forget
from mailproc.cli.shell.storage import open_store
from mailproc.identity import sortable_id
from mailproc.mail.arrival.authentication import NOT_CHECKED
from mailproc.mail.arrival.envelope import Envelope, InboundMail
from mailproc.pipeline import decide_mail
from mailproc.policy.account import AccountPolicy
from mailproc.policy.hooks.event import Delivered
from mailproc.rule_sets.files import load_rules
from mailproc.settings.file import load_settings

PAT = "pat@example.org"
PEPPER = '\n[erasure.peppers]\n2026 = "0123456789abcdef0123456789abcdef"\n'
APPLY = ("--apply", "--by", "kim", "--reason", "art-17", "--wait", "0")


@pytest.fixture
def erasing(either: Shell) -> Shell:
    """A database of either kind with one opt-out by mail, and a pepper."""
    settings = either.folder / "mailproc.toml"
    settings.write_text(settings.read_text(encoding="utf-8") + PEPPER, encoding="utf-8")
    assert either.run("db", "migrate").returncode == 0
    assert either.run("replay", "mails", "--apply").returncode == 0
    return either


def drop_events(shell: Shell) -> None:
    """What hooks have not got is given up by hand."""
    for entry in json.loads(shell.run("outbox", "list", "--state", "pending", "--json").stdout):
        assert shell.run("outbox", "drop", str(entry["id"])).returncode == 0


def test_a_dry_run_shows_what_would_go_and_changes_nothing(erasing: Shell) -> None:
    shown = erasing.run("forget", PAT)
    assert shown.returncode == 0
    assert "would go" in shown.stdout
    assert "1 fact" in shown.stdout
    assert "pending" in shown.stderr
    assert "opt_out" in erasing.run("status", PAT).stdout


def test_it_waits_until_the_hooks_were_told_and_then_the_address_stays_suppressed(erasing: Shell) -> None:
    early = erasing.run("forget", PAT, *APPLY)
    assert early.returncode == 75
    assert "crm has not got outbox entry" in early.stderr
    drop_events(erasing)
    assert erasing.run("forget", PAT, *APPLY).returncode == 0
    assert "the address stays suppressed" in erasing.run("status", PAT).stdout
    [told] = json.loads(erasing.run("status", PAT, "--json").stdout)
    assert told["forgotten_at"] is not None
    assert told["may_send"]["commercial"] is False
    assert erasing.run("forget", PAT).returncode == 66
    assert erasing.run("db", "check").returncode == 0


def test_somebody_who_is_not_out_is_taken_off_first_so_that_the_hooks_hear_of_it(erasing: Shell) -> None:
    kim = "kim@example.org"
    assert erasing.run("forget", kim, *APPLY).returncode == 75
    [entry] = json.loads(erasing.run("outbox", "list", "--state", "pending", "--json").stdout)[:1]
    assert kim in json.dumps(entry)
    drop_events(erasing)
    assert erasing.run("forget", kim, *APPLY).returncode == 0
    assert "UNSUBSCRIBED" in erasing.run("status", kim).stdout


def test_new_consent_lifts_it(erasing: Shell) -> None:
    drop_events(erasing)
    assert erasing.run("forget", PAT, *APPLY).returncode == 0
    assert erasing.run("resubscribe", PAT, "--by", "kim", "--reason", "asked again").returncode == 0
    [told] = json.loads(erasing.run("status", PAT, "--json").stdout)
    assert told["may_send"]["commercial"] is True


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("nobody@example.com",), 66, "nothing is known"),
        (("no such thing",), 65, "no address"),
        ((PAT, "--apply"), 64, "--by and --reason"),
        ((PAT, "--apply", "--by", "kim", "--reason", f"letter of {PAT}"), 65, "must not name"),
        (("crm-1",), 66, "nothing is known"),
    ],
)
def test_what_makes_no_sense_is_said_and_changes_nothing(
    erasing: Shell, words: tuple[str, ...], code: int, said: str
) -> None:
    refused = erasing.run("forget", *words)
    assert (refused.returncode, said in refused.stderr) == (code, True)


def test_without_a_pepper_it_says_how_to_make_one(database: Shell) -> None:
    refused = database.run("forget", PAT, *APPLY)
    assert refused.returncode == 78
    assert "[erasure.peppers]" in refused.stderr


def test_a_file_is_written_anew_and_postgresql_does_that_itself(either: Shell) -> None:
    assert either.run("db", "migrate").returncode == 0
    done = either.run("db", "vacuum")
    is_file = "sqlite" in (either.folder / "mailproc.toml").read_text(encoding="utf-8")
    assert (done.returncode, "VACUUM FULL" in done.stderr) == ((0, False) if is_file else (69, True))


@pytest.mark.parametrize("age", [timedelta(0), timedelta(days=700)], ids=["new", "saved long ago"])
async def test_mail_that_comes_while_it_waits_is_forgotten_with_the_rest(
    erasing: Shell, monkeypatch: pytest.MonkeyPatch, age: timedelta
) -> None:
    monkeypatch.chdir(erasing.folder)
    settings = load_settings(erasing.folder / "mailproc.toml", {})
    kim, now = "kim@example.org", datetime.now(UTC)
    waiting = asyncio.create_task(_forget(settings, kim, None, "kim", "art-17", 60, apply=True, quiet=True))
    async with open_store(settings) as store:
        while not any(one.standing.blocks for one in await store.persons(kim)):  # they were found, and are out
            await asyncio.sleep(0.01)
        late = InboundMail(
            id=sortable_id(now - age, 1),
            account_id="acme",
            envelope=Envelope(mail_from=kim, rcpt_tos=("reply@reply.acme.example",)),
            content=f"From: {kim}\r\nTo: reply@reply.acme.example\r\nSubject: one more\r\n\r\nthanks\r\n".encode(),
            received_at=now - age,
        )
        await store.accept([late])
        await store.record(late, decide_mail(late, NOT_CHECKED, AccountPolicy(id="acme"), load_rules(None)))
        for entry in await store.claim("crm", limit=100, lease_seconds=60):
            assert await store.settle(entry, Delivered(), next_at=None)
        code, found = await waiting
        assert (code, late.id in {mail.mail_id for one in found for mail in one.mails}) == (0, True)
        [left] = [await store.erasure.with_mails_since(one, now) for one in await store.erasure.find(kim, "acme")]
        assert left.is_empty
