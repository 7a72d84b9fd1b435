"""Mail for people in the outbox: written with its decision, each its own, no more of one writer than an hour bears."""

import asyncio
import random
from datetime import timedelta
from typing import Any

import pytest
from store_values import Clock, Opening, a_decision, a_mail, an_opt_out, deadlocks, hooks

from mailproc.mail.arrival.envelope import Envelope, InboundMail
from mailproc.policy.decision import Action, Also
from mailproc.policy.hooks.event import Delivered, OutboxState, PermanentFailure
from mailproc.policy.hooks.forwarding import Forwarding
from mailproc.policy.who.subscriber import RefSource, SubscriberRef, Trust
from mailproc.settings.settings import StoreSettings
from mailproc.store.store import Store

HOOK = "forward/acme"


@pytest.fixture
async def store(opening: Opening) -> Store:
    """A store whose account `acme` forwards, three mails of one writer in an hour."""

    def forwarding_of(account_id: str) -> Forwarding | None:
        return Forwarding(hook=HOOK, per_hour=3) if account_id == "acme" else None

    return await opening(forwarding_of=forwarding_of)


async def forwarded(store: Store, sender: str = "pat@example.org", **more: Any) -> InboundMail:
    """A mail that is for people."""
    mail = a_mail(**{name: value for name, value in more.items() if name == "account"})
    wanted = {"action": Action.forward, **{name: value for name, value in more.items() if name != "account"}}
    ref = SubscriberRef(address=sender, source=RefSource.from_, trust=Trust.unauthenticated)
    await store.accept([mail])
    await store.record(mail, a_decision(mail, subscribers=(ref,), **wanted))
    return mail


async def states(store: Store) -> list[str]:
    """States of all forwards, oldest first."""
    return [entry.state.value for entry in reversed(await store.outbox.entries(hook=HOOK))]


async def test_a_forward_is_in_the_outbox_with_its_decision_and_comes_to_its_worker(store: Store) -> None:
    mail = await forwarded(store)
    [entry] = await store.claim(HOOK, limit=5, lease_seconds=60)
    assert entry.event.type == "mail.forward"
    assert entry.event.data["mail_id"] == mail.id
    assert await store.claim("crm", limit=5, lease_seconds=60) == []
    assert await store.settle(entry, Delivered(), next_at=None)
    assert await states(store) == ["delivered"]
    assert await store.check() == []


async def test_forwards_of_one_person_never_take_each_others_place(store: Store) -> None:
    await forwarded(store)
    await forwarded(store)
    assert await states(store) == ["pending", "pending"]
    entries = await store.claim(HOOK, limit=5, lease_seconds=60)
    assert len(entries) == 2
    await store.settle(entries[0], PermanentFailure(detail="550 no"), next_at=None)
    assert sorted(await states(store)) == ["dead", "pending"]


async def test_what_is_also_for_people_is_forwarded_beside_its_main_effect(store: Store) -> None:
    mail = a_mail()
    await store.accept([mail])
    await store.record(mail, a_decision(mail, an_opt_out(), also=(Also.forward,)))
    assert {entry.event.type for entry in await store.outbox.entries()} == {"mail.forward", "subscriber.unsubscribed"}


async def test_nothing_else_is_forwarded_and_nothing_of_an_account_that_does_not_forward(store: Store) -> None:
    await forwarded(store, action=Action.record)
    await forwarded(store, action=Action.review)
    await forwarded(store, account="other")
    assert await states(store) == []


async def test_beyond_so_many_in_an_hour_mail_of_one_writer_is_held_and_counted(store: Store, clock: Clock) -> None:
    for _ in range(5):
        await forwarded(store, "Pat@example.org")
    await forwarded(store, "sam@example.org")
    assert await states(store) == ["pending"] * 3 + ["held"] * 2 + ["pending"]
    assert (await store.counts()).outbox[HOOK, "held"] == 2
    [held, *_] = await store.outbox.entries(states=[OutboxState.held])
    assert held.last_error == "more than 3 mails within an hour from pat@example.org"
    clock.advance(3601)
    await forwarded(store)
    assert (await states(store))[-1] == "pending"


async def test_the_last_of_an_hour_says_so(store: Store) -> None:
    for _ in range(4):
        await forwarded(store)
    told = [entry.event.data["last_of_hour"] for entry in reversed(await store.outbox.entries(hook=HOOK))]
    assert told == [False, False, True, False]


async def test_mail_in_one_commit_is_counted_together(store: Store) -> None:
    mails = [a_mail() for _ in range(5)]
    await store.accept(mails)
    ref = SubscriberRef(address="pat@example.org", source=RefSource.from_, trust=Trust.unauthenticated)
    for mail in mails:
        await store.record(mail, a_decision(mail, action=Action.forward, subscribers=(ref,)))
    assert sorted(await states(store)) == ["held", "held", "pending", "pending", "pending"]


async def test_a_held_mail_is_let_go_by_retry_and_given_up_by_drop(store: Store) -> None:
    for _ in range(5):
        await forwarded(store)
    second, first = await store.outbox.entries(states=[OutboxState.held])
    assert await store.outbox.retry(first.id) is OutboxState.pending
    assert await store.outbox.drop(second.id) is OutboxState.dropped
    assert len(await store.claim(HOOK, limit=9, lease_seconds=60)) == 4


async def test_a_dead_forward_comes_back_as_it_was(store: Store) -> None:
    await forwarded(store)
    [entry] = await store.claim(HOOK, limit=5, lease_seconds=60)
    await store.settle(entry, PermanentFailure(detail="550 no"), next_at=None)
    assert await store.outbox.retry(entry.id) is OutboxState.pending
    [again] = await store.claim(HOOK, limit=5, lease_seconds=60)
    assert (again.event, again.attempts) == (entry.event, 0)


async def test_a_mail_decided_again_is_forwarded_once(store: Store) -> None:
    mail = await forwarded(store, action=Action.record)
    wanted = a_decision(mail, action=Action.forward)
    assert (await store.desk.record_again(mail, wanted, after=1, by="kim")).applied
    assert (await store.desk.record_again(mail, wanted, after=2, by="kim")).applied
    assert len(await states(store)) == 1


async def test_a_push_of_standings_says_nothing_about_forwards(store: Store) -> None:
    await forwarded(store)
    assert await store.outbox.push("crm", ["acme"]) == 0
    assert await states(store) == ["pending"]


async def test_mail_of_nobody_known_has_no_limit_for_it_is_no_one_writers(store: Store) -> None:
    envelope = Envelope(mail_from=None, rcpt_tos=("reply@acme.example",))
    for _ in range(5):
        mail = a_mail(envelope=envelope)
        await store.accept([mail])
        await store.record(mail, a_decision(mail, action=Action.forward))
    assert await states(store) == ["pending"] * 5


async def test_a_forward_that_is_held_is_undelivered_too(store: Store, clock: Clock) -> None:
    for _ in range(4):
        await forwarded(store)
    assert await store.desk.undelivered(clock() + timedelta(seconds=1)) == {("acme", HOOK): 4}
    assert await store.desk.undelivered(clock() - timedelta(seconds=1)) == {}


async def test_two_processes_that_forward_mail_of_the_same_writers_wait_in_turn(database_url: str) -> None:
    def forwarding_of(account_id: str) -> Forwarding:
        return Forwarding(hook=f"forward/{account_id}", per_hour=1000)

    patient = StoreSettings(busy_timeout_seconds=60, batch_mails=100)
    stores = [
        await Store.open(database_url, patient, hooks_of=hooks("crm"), forwarding_of=forwarding_of) for _ in range(2)
    ]
    chance = random.Random(7)
    mails = [a_mail(account=chance.choice(["acme", "shop", "other"])) for _ in range(1500)]
    await stores[0].accept(mails)
    work = []
    for n, mail in enumerate(mails):
        address = f"p{chance.randrange(3000)}@example.org"
        ref = SubscriberRef(address=address, source=RefSource.from_, trust=Trust.unauthenticated)
        said = an_opt_out(address, account_id=mail.account_id)
        decided = a_decision(mail, said, also=(Also.forward,), subscribers=(ref,))
        work.append(stores[n % 2].record(mail, decided))
    await asyncio.gather(*work)
    sent = [one for one in await stores[0].outbox.entries(limit=5000) if one.event.type == "mail.forward"]
    assert len(sent) == len(mails)
    for store in stores:
        await store.close()
    assert await deadlocks(database_url) == 0
