"""What the breaker holds, from the command line, on both databases: shown, released together, discarded together."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest
from command_line import Shell

from mailproc.mail.arrival.authentication import NOT_CHECKED
from mailproc.mail.arrival.envelope import Envelope, InboundMail
from mailproc.pipeline import decide_mail
from mailproc.policy.account import AccountPolicy
from mailproc.policy.deciding.breaker import BreakerLimits, held_decision, unproven_in
from mailproc.rule_sets.files import load_rules
from mailproc.settings.settings import StoreSettings
from mailproc.store.store import Store
from tests.policy.posted import ACCOUNT, bounce_mail
from tests.policy.posted import mail as posted

NETWORK = "network 203.0.113.0/24"
ACME = AccountPolicy(id="acme", domains=("reply.acme.example",), sends_from=("news.acme.example",))


async def flood(url: str, people: int, limit: int) -> None:
    """So many requests of one network, decided and recorded as the service does."""
    store = await Store.open(url, StoreSettings(), hooks_of=lambda _: ("crm",), breaker=BreakerLimits(per_hour=limit))
    rules = load_rules(None)
    for number in range(people):
        mail = InboundMail(
            id=f"mail{number:04d}",
            account_id="acme",
            envelope=Envelope(mail_from=f"p{number}@example.org", rcpt_tos=("reply@reply.acme.example",)),
            content=f"From: p{number}@example.org\r\nSubject: Re: news\r\n\r\nPlease unsubscribe me.\r\n".encode(),
            received_at=datetime(2026, 3, 3, 10, tzinfo=UTC),
        )
        await store.accept([mail])
        decision = decide_mail(mail, NOT_CHECKED, ACME, rules)
        await store.record(mail, decision, unproven_in(decision, ACME, "203.0.113.9"))
    await store.close()


@pytest.fixture
def held(either: Shell, database_url: str) -> Shell:
    """Two of five requests passed, three are held."""
    asyncio.run(flood(database_url, 5, 2))
    return either


def statuses(shell: Shell) -> list[str]:
    found = []
    for number in range(5):
        people: Any = shell.json("status", f"p{number}@example.org")
        found.append(people[0]["status"] if people else "unknown")
    return found


def test_the_list_shows_what_is_held_by_what(held: Shell) -> None:
    [group] = held.json("breaker", "list")  # type: ignore[misc]
    assert (group["account"], group["counter"], group["mails"]) == ("acme", NETWORK, 3)
    shown = held.run("breaker", "list", COLUMNS="80").stdout
    assert NETWORK in shown
    assert "2026-03-17" in shown


def test_what_is_held_is_released_together_and_not_counted_again(held: Shell) -> None:
    assert "3 waiting, 3 would be released" in held.run("breaker", "release", "--counter", NETWORK).stdout
    assert statuses(held) == ["unsubscribed", "unsubscribed", "unknown", "unknown", "unknown"]
    done = held.run("breaker", "release", "--counter", NETWORK, "--apply")
    assert "3 waiting, 3 released" in done.stdout
    assert statuses(held) == ["unsubscribed"] * 5
    assert held.json("breaker", "list") == []
    assert "0 waiting, 0 released" in held.run("breaker", "release", "--all", "--apply").stdout


def test_what_is_held_is_discarded_together(held: Shell) -> None:
    done = held.run("breaker", "discard", "--all", "--apply", "--by", "kim")
    assert "3 waiting, 3 discarded" in done.stdout
    assert statuses(held)[2:] == ["unknown"] * 3
    answered: Any = held.json("review", "list", "--resolved")
    assert {item["resolved_by"] for item in answered} == {"kim"}


def test_deciding_again_lets_nothing_go_that_the_breaker_holds(held: Shell) -> None:
    done = held.run("review", "redo", "--all", "--apply")
    assert done.returncode == 0
    assert statuses(held)[2:] == ["unknown"] * 3
    assert len(held.json("review", "list")) == 3  # type: ignore[arg-type]


def test_another_counter_s_mails_stay(held: Shell) -> None:
    assert "0 waiting" in held.run("breaker", "release", "--counter", "network 203.0.113.0/2", "--apply").stdout


def test_one_must_say_what_is_meant(held: Shell) -> None:
    assert held.run("breaker", "release", "--apply").returncode == 64
    assert held.run("breaker", "discard", "--all", "--counter", NETWORK).returncode == 64


def test_the_alarm_is_shown(held: Shell) -> None:
    [alarm] = held.json("alarms")  # type: ignore[misc]
    assert (alarm["kind"], alarm["subject"], alarm["count"]) == ("breaker", NETWORK, 3)
    assert NETWORK in held.run("alarms").stdout


def test_where_nothing_is_held_the_commands_say_so(database: Shell) -> None:
    assert "nothing is held" in database.run("breaker", "list").stdout
    assert "no alarm" in database.run("alarms").stdout


async def hold_a_bounce(url: str) -> None:
    store = await Store.open(url, StoreSettings())
    bounce = posted(bounce_mail(), "bounce@reply.acme.example", None)
    await store.accept([bounce])
    decided = decide_mail(bounce, NOT_CHECKED, ACCOUNT, load_rules(None))
    await store.record(bounce, held_decision(decided, NETWORK, 50))
    await store.close()


def test_whoever_answers_a_bounce_that_is_held_is_told_that_nobody_asked_for_anything(
    either: Shell, database_url: str
) -> None:
    asyncio.run(hold_a_bounce(database_url))
    shown = " ".join(either.run("review", "show", "m1").stdout.split())
    assert "takes pat@example.org off, as if they had asked: a bounce does not; `review release` counts it" in shown
