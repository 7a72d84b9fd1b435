"""What a diagnosis is made of, on both databases: who is who, mails behind facts, remedies that work, and counts."""

import asyncio
import itertools
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine
from store_values import NOW, Clock, a_decision, a_mail, an_opt_out, hooks

from mailproc.identity import sortable_id
from mailproc.mail.arrival.envelope import digest_of
from mailproc.policy.standing.facts import Channel, Fact, FactKind, Level
from mailproc.policy.standing.remedy import Asked
from mailproc.policy.standing.scope import EVERYWHERE, Member, Scopes
from mailproc.policy.standing.verdict import Classification
from mailproc.policy.standing.why import Known, Why, why
from mailproc.settings.settings import StoreSettings
from mailproc.store.desk.diagnosis import Found
from mailproc.store.results import Subscriber
from mailproc.store.store import Store

PAT = "pat@example.org"
HOUR = timedelta(hours=1)
SCOPES = Scopes([Member(account_id="acme", parent="group"), Member(account_id="shop", parent="group")])


@pytest.fixture
def clock() -> Clock:
    return Clock(NOW)


@pytest.fixture
async def store(database_url: str, clock: Clock) -> AsyncIterator[Store]:
    opened = await Store.open(database_url, StoreSettings(), hooks_of=hooks("crm"), scopes=SCOPES, clock=clock)
    yield opened
    assert await opened.check() == []
    await opened.close()


def known(found: Found) -> Known:
    status = found.status
    return Known(
        address=status.address,
        key=status.key,
        is_subscriber=found.is_subscriber,
        facts=status.facts,
        member_of=found.member_of,
    )


# -- who is known as what


async def test_everyone_who_has_an_address_is_told_and_whether_they_are_subscribers(store: Store) -> None:
    people = [Subscriber(account_id="acme", key=key, address=PAT) for key in ("1", "2")]
    await store.put_subscribers(people)
    await store.record_facts([an_opt_out("kim@example.net"), an_opt_out(None, key="9")])
    found = await store.diagnosis.of(PAT, "acme")
    assert [(one.status.key, one.is_subscriber) for one in found] == [("1", True), ("2", True)]
    assert [one.is_subscriber for one in await store.diagnosis.of("kim@example.net", "acme")] == [False]
    assert [(one.status.key, one.is_subscriber) for one in await store.diagnosis.of("9")] == [("9", False)]
    assert await store.diagnosis.of("nobody@example.org", "acme") == []


async def test_what_is_known_everywhere_alone_is_told_once_and_else_in_each_account(store: Store) -> None:
    await store.record_facts([an_operators(FactKind.opt_out, PAT)])
    assert [one.status.account_id for one in await store.diagnosis.of(PAT)] == [EVERYWHERE]
    await store.put_subscribers([Subscriber(account_id="acme", key="1", address=PAT)])
    assert [one.status.account_id for one in await store.diagnosis.of(PAT)] == ["acme"]


async def test_membership_is_told_where_the_account_keeps_members_and_of_now_alone(
    store: Store, database_url: str
) -> None:
    await store.put_subscribers([Subscriber(account_id="acme", key=key, address=f"{key}@example.org") for key in "12"])
    assert [one.member_of for one in await store.diagnosis.of("1")] == [None]
    await execute(database_url, "INSERT INTO subscription VALUES ('acme', 'weekly', '1', 0)")
    assert [one.member_of for one in await store.diagnosis.of("1")] == [frozenset({"weekly"})]
    assert [one.member_of for one in await store.diagnosis.of("2")] == [frozenset()]
    assert [one.member_of for one in await store.diagnosis.of("1", at=NOW)] == [None]


async def execute(url: str, statement: str) -> None:
    engine = create_async_engine(url)
    async with engine.begin() as connection:
        await connection.execute(text(statement))
    await engine.dispose()


# -- the mails behind facts


async def test_the_mail_that_brought_a_fact_is_found_with_its_last_decision(store: Store) -> None:
    mails = [a_mail(id=sortable_id(NOW, number), received_at=NOW) for number in (1, 2)]
    await store.accept(mails)
    facts = [an_opt_out(evidence={"mail": digest_of(one.content)}) for one in mails]
    for mail, fact in zip(mails, facts, strict=True):
        await store.record(mail, a_decision(mail, fact))
    found = await store.diagnosis.sources(facts)
    assert {fact_id: one.mail_id for fact_id, one in found.items()} == {
        fact.id: mail.id for mail, fact in zip(mails, facts, strict=True)
    }
    assert {one.decision.action for one in found.values() if one.decision} == {"unsubscribe"}


async def test_a_fact_without_a_mail_or_of_another_account_or_time_has_no_source(store: Store) -> None:
    mail = a_mail(id=sortable_id(NOW, 1), received_at=NOW)
    await store.accept([mail])
    told = {"mail": digest_of(mail.content)}
    others = [
        an_opt_out(),
        an_opt_out(account_id="shop", evidence=told),
        an_opt_out(at=NOW + HOUR, evidence=told),
        an_opt_out(evidence={"mail": "sha256:00"}),
    ]
    assert await store.diagnosis.sources(others) == {}
    assert [one.decision for one in (await store.diagnosis.sources([an_opt_out(evidence=told)])).values()] == [None]


# -- remedies


def an_operators(kind: FactKind, address: str) -> Fact:
    told = {"by": "kim", "reason": "letter"}
    values = {"account_id": EVERYWHERE, "level": Level.global_, "channel": Channel.command, "evidence": told}
    return an_opt_out(address, kind=kind, **values)


def blocks_of(number: int, chosen: tuple[int, ...]) -> list[Fact]:
    """What stands against one person: of each step so much as `chosen` says."""
    sendable, account, of_list, everywhere = chosen
    address, weekly = f"{number}@example.org", {"level": Level.list, "list_id": "weekly"}
    bounce = {"kind": FactKind.bounce, "channel": Channel.bounce, "evidence": {"class": "hard", "status": "5.1.1"}}
    said = [[], [an_opt_out(address, **bounce)], [an_opt_out(address, kind=FactKind.block)]][sendable]
    said = said + [[], [an_opt_out(None, key=str(number))], [an_opt_out(address, account_id="shop")]][account]
    said = said + [[], [an_opt_out(address, **weekly)], [an_opt_out(address, kind=FactKind.block, **weekly)]][of_list]
    return said + [an_operators(FactKind.opt_out, address)] * everywhere


async def diagnosed(store: Store, number: int, send: Asked, clock: Clock) -> Why:
    (found,) = await store.diagnosis.of(str(number), "acme")
    return why(send, known(found), clock.now + HOUR)


@pytest.mark.parametrize("classification", list(Classification))
async def test_the_remedy_recorded_in_the_store_lets_mail_through_for_every_combination(
    store: Store, clock: Clock, classification: Classification
) -> None:
    send = Asked(account_id="acme", list_id="weekly", classification=classification)
    people = dict(enumerate(itertools.product(range(3), range(3), range(3), range(2))))
    await store.put_subscribers(
        [Subscriber(account_id="acme", key=str(number), address=f"{number}@example.org") for number in people]
    )
    await store.record_facts([fact for number, chosen in people.items() for fact in blocks_of(number, chosen)])
    before = {number: await diagnosed(store, number, send, clock) for number in people}
    stopped = {number for number, one in before.items() if not one.may_send}
    lenient = classification is Classification.transactional
    assert stopped == {
        number
        for number, (sendable, account, of_list, everywhere) in people.items()
        if sendable or everywhere or of_list == 2 or ((account or of_list) and not lenient)
    }
    clock.advance(2 * 3600)
    said = [replace(fact, evidence={**fact.evidence, "by": "kim", "reason": "asked"})
            for one in before.values() for change in one.changes for fact in change.facts]  # fmt: skip
    await store.record_facts(said)
    assert [number for number in people if not (await diagnosed(store, number, send, clock)).may_send] == []


# -- counting


async def test_answers_are_counted_by_account_and_step_however_many_ask_at_once(
    store: Store, database_url: str, clock: Clock
) -> None:
    other = await Store.open(database_url, StoreSettings(), clock=clock)
    assert await store.diagnosis.counts() == []
    await asyncio.gather(
        *(one.diagnosis.count([("acme", "account"), ("acme", "account")]) for one in (store, other) * 10),
        store.diagnosis.count([("shop", "global"), ("acme", "nothing")]),
    )
    await other.close()
    counted = [(one.account_id, one.step, one.count, one.last_at) for one in await store.diagnosis.counts()]
    assert counted == [("acme", "account", 40, NOW), ("acme", "nothing", 1, NOW), ("shop", "global", 1, NOW)]
