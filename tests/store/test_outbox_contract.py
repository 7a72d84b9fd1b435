"""The outbox: each person's events in order, leases that fence, and old letters that bring nobody back."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from store_values import NOW, Clock, Opening, a_consent, an_opt_out, hooks

from mailproc.errors import NotFound
from mailproc.policy.hooks.event import Delivered, OutboxEntry, OutboxState, PermanentFailure, TransientFailure
from mailproc.settings.settings import StoreSettings
from mailproc.store.results import Subscriber
from mailproc.store.store import Store

SOON = timedelta(seconds=5)
LATER = NOW - timedelta(days=1)


@pytest.fixture
async def store(opening: Opening) -> Store:
    return await opening()


async def claim_one(store: Store, hook: str = "crm", lease_seconds: float = 30) -> OutboxEntry:
    [entry] = await store.claim(hook, limit=10, lease_seconds=lease_seconds)
    return entry


async def states(store: Store) -> list[str]:
    """States of all events, oldest first."""
    return [entry.state.value for entry in reversed(await store.outbox.entries())]


async def out_and_in_again(store: Store, times: int = 1) -> None:
    """Change one person's standing so many times; the last is an opt-out when odd."""
    for n in range(times):
        fact = an_opt_out if n % 2 == 0 else a_consent
        await store.record_facts([fact(at=LATER + timedelta(seconds=n))])


async def test_a_claimed_event_is_ours_until_it_is_delivered(store: Store) -> None:
    await out_and_in_again(store)
    entry = await claim_one(store)
    assert entry.event.data["standing"]["status"] == "unsubscribed"
    assert (entry.attempts, entry.lease) == (0, 1)
    assert await store.claim("crm", limit=10, lease_seconds=30) == []
    assert await store.settle(entry, Delivered(), next_at=None)
    assert await states(store) == ["delivered"]
    assert await store.claim("crm", limit=10, lease_seconds=30) == []


async def test_another_hooks_events_are_not_claimed(opening: Opening) -> None:
    store = await opening(hooks_of=hooks("crm", "log"))
    await out_and_in_again(store)
    assert (await claim_one(store, "log")).hook == "log"
    assert await store.claim("unknown", limit=10, lease_seconds=30) == []
    assert (await claim_one(store, "crm")).hook == "crm"


async def test_no_more_are_claimed_than_asked_for_and_the_longest_due_first(store: Store, clock: Clock) -> None:
    for n in range(5):
        await store.record_facts([an_opt_out(f"p{n}@example.org", at=LATER)])
        clock.advance(1)
    entries = await store.claim("crm", limit=3, lease_seconds=30)
    assert [entry.person for entry in entries] == [f"a:p{n}@example.org" for n in range(3)]
    assert len(await store.claim("crm", limit=10, lease_seconds=30)) == 2


async def test_an_event_in_hand_holds_back_the_persons_next_one(store: Store) -> None:
    await out_and_in_again(store)
    first = await claim_one(store)
    await store.record_facts([a_consent(at=NOW)])
    assert await states(store) == ["pending", "pending"], "what is in somebody's hands is not superseded"
    assert await store.claim("crm", limit=10, lease_seconds=30) == []
    await store.settle(first, Delivered(), next_at=None)
    assert (await claim_one(store)).version == 2
    assert await store.check() == []


async def test_of_three_changes_while_one_is_in_hand_only_the_last_waits(store: Store) -> None:
    await out_and_in_again(store)
    await claim_one(store)
    await store.record_facts([a_consent(at=LATER + timedelta(hours=1))])
    await store.record_facts([an_opt_out(at=LATER + timedelta(hours=2))])
    await store.record_facts([a_consent(at=LATER + timedelta(hours=3))])
    assert await states(store) == ["pending", "superseded", "superseded", "pending"]


async def test_a_transient_failure_comes_again_at_its_time_and_counts(store: Store, clock: Clock) -> None:
    await out_and_in_again(store)
    entry = await claim_one(store)
    assert await store.settle(entry, TransientFailure(detail="503"), next_at=NOW + SOON)
    assert await store.claim("crm", limit=10, lease_seconds=30) == []
    clock.advance(5)
    again = await claim_one(store)
    assert (again.attempts, again.last_error, again.event) == (1, "503", entry.event)


async def test_a_transient_failure_with_something_newer_behind_is_superseded(store: Store) -> None:
    await out_and_in_again(store)
    first = await claim_one(store)
    await store.record_facts([a_consent(at=NOW)])
    await store.settle(first, TransientFailure(detail="503"), next_at=NOW + SOON)
    assert await states(store) == ["superseded", "pending"]
    assert (await claim_one(store)).version == 2


@pytest.mark.parametrize("outcome", [TransientFailure(detail="503"), PermanentFailure(detail="410 gone\x00\udc80")])
async def test_used_up_attempts_and_permanent_failures_are_dead_letters(store: Store, outcome: Any) -> None:
    await out_and_in_again(store)
    await store.settle(await claim_one(store), outcome, next_at=None)
    [entry] = await store.outbox.entries(states=[OutboxState.dead])
    assert (entry.attempts, entry.settled_at) == (1, NOW)
    assert entry.last_error is not None
    assert await store.claim("crm", limit=10, lease_seconds=30) == []
    assert (await store.counts()).outbox == {("crm", "dead"): 1}


async def test_a_dead_letter_does_not_block_the_persons_next_event(store: Store) -> None:
    await out_and_in_again(store)
    await store.settle(await claim_one(store), PermanentFailure(detail="400"), next_at=None)
    await store.record_facts([a_consent(at=NOW)])
    assert (await claim_one(store)).version == 2


async def test_an_event_is_claimed_again_when_its_lease_is_over(opening: Opening, clock: Clock) -> None:
    store, other = await opening(), await opening()
    await out_and_in_again(store)
    first = await claim_one(store, lease_seconds=10)
    clock.advance(4)
    assert await other.claim("crm", limit=10, lease_seconds=10) == []
    clock.advance(6)
    second = await claim_one(other, lease_seconds=10)
    assert (second.id, second.lease) == (first.id, 2)


@pytest.mark.parametrize("outcome", [Delivered(), PermanentFailure(detail="x"), TransientFailure(detail="x")])
async def test_a_stalled_worker_that_settles_late_changes_nothing(opening: Opening, clock: Clock, outcome: Any) -> None:
    store, other = await opening(), await opening()
    await out_and_in_again(store)
    stalled = await claim_one(store, lease_seconds=10)
    clock.advance(11)
    current = await claim_one(other)
    assert not await store.settle(stalled, outcome, next_at=clock.now + SOON)
    assert await states(store) == ["pending"]
    assert await other.settle(current, Delivered(), next_at=None)
    assert not await store.settle(stalled, outcome, next_at=None)
    assert await states(store) == ["delivered"]


async def test_a_worker_settles_after_its_lease_while_nobody_else_has_claimed(store: Store, clock: Clock) -> None:
    await out_and_in_again(store)
    entry = await claim_one(store, lease_seconds=10)
    clock.advance(60)
    assert await store.settle(entry, Delivered(), next_at=None)


async def test_what_a_dead_worker_held_is_superseded_when_something_newer_waits(store: Store, clock: Clock) -> None:
    await out_and_in_again(store)
    await claim_one(store, lease_seconds=10)
    await store.record_facts([a_consent(at=NOW)])
    clock.advance(11)
    assert (await claim_one(store)).version == 2
    assert await states(store) == ["superseded", "pending"]


async def test_settling_twice_counts_once(store: Store) -> None:
    await out_and_in_again(store)
    entry = await claim_one(store)
    assert await store.settle(entry, Delivered(), next_at=None)
    assert not await store.settle(entry, TransientFailure(detail="x"), next_at=NOW)


async def test_many_workers_never_hold_one_person_twice(opening: Opening) -> None:
    stores = [await opening(), await opening()]
    await stores[0].record_facts([an_opt_out(f"p{n}@example.org", at=LATER) for n in range(40)])
    claims = [store.claim("crm", limit=7, lease_seconds=30) for store in stores for _ in range(5)]
    entries = [entry for batch in await asyncio.gather(*claims) for entry in batch]
    assert sorted({entry.id for entry in entries}) == sorted(entry.id for entry in entries)
    while batch := await stores[0].claim("crm", limit=7, lease_seconds=30):
        entries.extend(batch)
    assert len(entries) == 40
    settled = await asyncio.gather(*(stores[1].settle(entry, Delivered(), next_at=None) for entry in entries))
    assert all(settled)


async def test_a_dead_letter_retried_after_a_newer_event_brings_nobody_back(store: Store) -> None:
    await out_and_in_again(store, 2)  # out, in again: the event that says `active`
    active = await claim_one(store)
    assert active.event.data["standing"]["status"] == "active"
    await store.settle(active, PermanentFailure(detail="400"), next_at=None)
    await store.record_facts([an_opt_out(at=NOW)])
    await store.settle(await claim_one(store), Delivered(), next_at=None)
    assert await store.outbox.retry(active.id) is OutboxState.superseded
    assert await store.claim("crm", limit=10, lease_seconds=30) == []


async def test_a_dead_letter_that_is_still_the_newest_comes_again_with_the_present_standing(store: Store) -> None:
    await out_and_in_again(store)
    entry = await claim_one(store)
    await store.settle(entry, PermanentFailure(detail="400"), next_at=None)
    assert await store.outbox.retry(entry.id) is OutboxState.pending
    again = await claim_one(store)
    assert (again.id, again.attempts, again.event.id) == (entry.id, 0, entry.event.id)
    assert again.event.data["standing"] == entry.event.data["standing"]


async def test_a_dead_letter_retried_after_a_change_that_nobody_was_told_of_tells_the_present(opening: Opening) -> None:
    store, silent = await opening(hooks_of=hooks("crm")), await opening(hooks_of=hooks("log"))
    await out_and_in_again(store)
    entry = await claim_one(store)
    await store.settle(entry, PermanentFailure(detail="400"), next_at=None)
    await silent.record_facts([a_consent(at=NOW)])
    await store.outbox.retry(entry.id)
    again = await claim_one(store)
    assert again.event.data["standing"]["status"] == "active"
    assert (again.version, again.event.data["version"]) == (2, 2)
    assert again.event.id != entry.event.id


async def test_retrying_what_is_in_hand_or_delivered_changes_nothing(store: Store) -> None:
    await out_and_in_again(store)
    entry = await claim_one(store)
    assert await store.outbox.retry(entry.id) is OutboxState.pending
    assert await store.claim("crm", limit=10, lease_seconds=30) == []
    await store.settle(entry, Delivered(), next_at=None)
    assert await store.outbox.retry(entry.id) is OutboxState.delivered


async def test_a_dropped_event_is_not_delivered_and_can_be_taken_back(store: Store) -> None:
    await out_and_in_again(store)
    [entry] = await store.outbox.entries()
    assert await store.outbox.drop(entry.id) is OutboxState.dropped
    assert await store.claim("crm", limit=10, lease_seconds=30) == []
    assert await store.outbox.retry(entry.id) is OutboxState.pending
    assert (await claim_one(store)).id == entry.id


async def test_what_is_in_hand_is_not_dropped(store: Store) -> None:
    await out_and_in_again(store)
    entry = await claim_one(store)
    assert await store.outbox.drop(entry.id) is OutboxState.pending
    assert await store.settle(entry, Delivered(), next_at=None)


async def test_what_is_not_there_is_not_found(store: Store) -> None:
    with pytest.raises(NotFound):
        await store.outbox.retry(4711)
    with pytest.raises(NotFound):
        await store.outbox.drop(4711)


async def test_pushing_tells_a_new_hook_every_present_standing(opening: Opening) -> None:
    store = await opening(hooks_of=hooks("crm"))
    await store.record_facts([an_opt_out(f"p{n}@example.org", at=LATER) for n in range(450)])
    await store.record_facts([a_consent("p7@example.org", at=NOW), an_opt_out(account_id="other")])
    assert await store.outbox.push("new", ["acme"]) == 450
    pushed = await store.outbox.entries(hook="new", limit=1000)
    by_person = {entry.person: entry.event.data["standing"]["status"] for entry in pushed}
    assert len(by_person) == 450
    assert {person for person, status in by_person.items() if status == "active"} == {"a:p7@example.org"}
    assert await store.check() == []


async def test_pushing_again_supersedes_and_has_ids_of_its_own(store: Store) -> None:
    await out_and_in_again(store)
    await store.settle(await claim_one(store), Delivered(), next_at=None)
    assert await store.outbox.push("crm", ["acme"]) == 1
    assert await store.outbox.push("crm", ["acme"]) == 1
    entries = await store.outbox.entries()
    assert [entry.state.value for entry in entries] == ["pending", "superseded", "delivered"]
    assert len({entry.event.id for entry in entries}) == 3
    assert {entry.version for entry in entries} == {1}


async def test_pushing_leaves_out_addresses_that_a_subscriber_has_by_now(store: Store) -> None:
    await out_and_in_again(store)
    await store.put_subscribers([Subscriber(account_id="acme", key="1", address="pat@example.org")])
    assert await store.outbox.push("new", ["acme"]) == 1
    [entry] = await store.outbox.entries(hook="new")
    assert entry.person == "k:1"


async def test_pushing_nobody_is_nothing(store: Store) -> None:
    assert await store.outbox.push("crm", ["acme"]) == 0
    assert await store.outbox.push("crm", []) == 0
    assert not store.outbox_written.is_set()


async def test_ids_of_events_are_the_same_on_every_machine(opening: Opening) -> None:
    store = await opening()
    await out_and_in_again(store)
    [entry] = await store.outbox.entries()
    assert entry.event.id == "evt_cfd76884223322bc040685d754f56508"


async def test_what_a_killed_process_held_is_claimed_as_soon_as_it_counts_as_dead(
    opening: Opening, clock: Clock
) -> None:
    killed, other = await opening(), await opening()
    await out_and_in_again(killed)
    held = await claim_one(killed, lease_seconds=600)
    clock.advance(4)
    assert await other.claim("crm", limit=10, lease_seconds=30) == []
    clock.advance(2)
    assert (await claim_one(other)).lease == 2
    assert not await killed.settle(held, Delivered(), next_at=None)


async def test_what_a_process_held_that_said_goodbye_is_claimed_at_once(database_url: str, opening: Opening) -> None:
    leaving = await Store.open(database_url, StoreSettings(), hooks_of=hooks("crm"), clock=Clock())
    await out_and_in_again(leaving)
    await claim_one(leaving, lease_seconds=600)
    await leaving.close()
    assert (await claim_one(await opening())).lease == 2


async def test_a_process_that_was_thought_dead_does_not_take_its_own_events_again(store: Store, clock: Clock) -> None:
    await out_and_in_again(store)
    held = await claim_one(store, lease_seconds=600)
    clock.advance(60)
    assert await store.claim("crm", limit=10, lease_seconds=30) == []
    assert await store.settle(held, Delivered(), next_at=None)
