"""What no hook was told: late, near its due date, or older than a day; counted from receipt, on both databases."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest
from store_values import NOW, Clock, a_consent, a_decision, a_mail, an_opt_out, hooks

from mailproc.policy.decision import Action
from mailproc.policy.hooks.due import Urgency
from mailproc.policy.hooks.event import Delivered, PermanentFailure
from mailproc.policy.standing.facts import Channel, FactKind
from mailproc.settings.settings import StoreSettings
from mailproc.store.outbox.requests import Unmet
from mailproc.store.store import Store

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def store(database_url: str, clock: Clock) -> AsyncIterator[Store]:
    opened = await Store.open(database_url, StoreSettings(), hooks_of=hooks("crm"), clock=clock)
    yield opened
    await opened.close()


async def unmet(store: Store, account: str | None = None) -> list[Unmet]:
    return [one async for one in store.requests.unmet(account)]


async def settle(store: Store, outcome: Delivered | PermanentFailure) -> None:
    for entry in await store.claim("crm", limit=10, lease_seconds=60):
        assert await store.settle(entry, outcome, next_at=None)


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        (23 * HOUR, []),
        (25 * HOUR, [Urgency.waiting]),
        (11 * DAY, [Urgency.waiting]),
        (12 * DAY + HOUR, [Urgency.near]),
        (14 * DAY + HOUR, [Urgency.late]),
    ],
)
async def test_a_reply_that_no_hook_heard_of_grows_more_urgent(
    store: Store, clock: Clock, after: timedelta, expected: list[Urgency]
) -> None:
    await store.record_facts([an_opt_out()])
    clock.now += after
    assert [one.urgency for one in await unmet(store)] == expected


async def test_one_click_is_late_after_two_days(store: Store, clock: Clock) -> None:
    await store.record_facts([an_opt_out(channel=Channel.one_click)])
    clock.now += 25 * HOUR
    assert [one.urgency for one in await unmet(store)] == [Urgency.near]
    clock.now += DAY
    [one] = await unmet(store)
    assert (one.urgency, one.hook, one.person, one.state) == (Urgency.late, "crm", "pat@example.org", "pending")


async def test_it_is_counted_from_receipt_not_from_when_it_was_recorded(store: Store) -> None:
    await store.record_facts([an_opt_out(at=NOW - 20 * DAY)])
    [one] = await unmet(store)
    assert (one.received_at, one.urgency) == (NOW - 20 * DAY, Urgency.late)


async def test_what_a_hook_has_got_is_met_and_a_dead_letter_is_not(store: Store, clock: Clock) -> None:
    await store.record_facts([an_opt_out()])
    await settle(store, PermanentFailure(detail="gone"))
    clock.now += 2 * DAY
    assert [one.state for one in await unmet(store)] == ["dead"]
    await store.record_facts([an_opt_out("kim@example.org", at=clock.now)])
    await settle(store, Delivered())
    clock.now += 2 * DAY
    assert [one.person for one in await unmet(store)] == ["pat@example.org"]


async def test_of_several_requests_those_that_the_hook_knows_do_not_count(store: Store, clock: Clock) -> None:
    await store.record_facts([an_opt_out()])
    await settle(store, Delivered())
    clock.now += 20 * DAY
    await store.record_facts([an_opt_out(kind=FactKind.complaint, at=clock.now)])
    assert await unmet(store) == []
    clock.now += 25 * HOUR
    assert [one.urgency for one in await unmet(store)] == [Urgency.waiting]


async def test_somebody_who_is_back_or_bounced_asks_for_nothing(store: Store, clock: Clock) -> None:
    await store.record_facts([an_opt_out()])
    clock.now += HOUR
    await store.record_facts([a_consent(at=clock.now)])
    await store.record_facts([an_opt_out("kim@example.org", kind=FactKind.bounce, evidence={"class": "hard"})])
    clock.now += 30 * DAY
    assert await unmet(store) == []


async def test_what_waits_for_a_person_or_a_decision_is_told_too(store: Store, clock: Clock) -> None:
    undecided, asked = a_mail(), a_mail()
    await store.accept([undecided, asked])
    await store.record(asked, replace(a_decision(asked), action=Action.review))
    clock.now += 25 * HOUR
    assert {(one.what, one.id) for one in await unmet(store)} == {("mail", undecided.id), ("review", asked.id)}
    assert await store.requests.counts() == {
        ("acme", "mail", Urgency.waiting): 1,
        ("acme", "review", Urgency.waiting): 1,
    }


async def test_one_account_alone_is_asked_for(store: Store, clock: Clock) -> None:
    await store.record_facts([an_opt_out(), an_opt_out(account_id="shop")])
    clock.now += 2 * DAY
    assert [one.account_id for one in await unmet(store, "shop")] == ["shop"]
    assert len(await unmet(store)) == 2
