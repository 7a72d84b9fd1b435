"""Pushed, retried or dropped by hand: hooks end on what is true, whoever changes it meanwhile."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Any

import pytest
from store_values import NOW, Clock, a_consent, an_opt_out, hooks

from mailproc.policy.hooks.event import Delivered, OutboxEntry, OutboxState, PermanentFailure
from mailproc.settings.settings import StoreSettings
from mailproc.store.desk.operators import _REVIVE
from mailproc.store.engine import postgres_driver
from mailproc.store.engine.statement import Statement
from mailproc.store.outbox import outbox_rows
from mailproc.store.results import Subscriber
from mailproc.store.store import Store

ADDRESS = "pat@example.org"
BEFORE = NOW - timedelta(days=9)


class Halt:
    """Stops one store's writer before a statement, until it may go on."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, store: Store, statement: Statement) -> None:
        self.reached, self.go_on = asyncio.Event(), asyncio.Event()
        execute = postgres_driver._execute

        async def halting(connection: Any, step: Any) -> Any:
            if step.statement is statement and connection is store._journal._driver._connection:
                self.reached.set()
                await self.go_on.wait()
            return await execute(connection, step)

        monkeypatch.setattr(postgres_driver, "_execute", halting)


@pytest.fixture
async def pair(postgresql_url: str) -> AsyncIterator[tuple[Store, Store]]:
    """Two processes on one PostgreSQL: SQLite has a single writer, there nothing comes in between."""
    stores = [await Store.open(postgresql_url, StoreSettings(), hooks_of=hooks("crm"), clock=Clock()) for _ in range(2)]
    yield stores[0], stores[1]
    for store in stores:
        await store.close()


async def last_word(store: Store) -> str:
    """What hook `crm` hears last about the person."""
    [person] = await store.persons(ADDRESS)
    pending = [event for event in person.events if event.state is OutboxState.pending]
    assert len(pending) == 1, [(event.version, event.event.type, event.state) for event in person.events]
    return pending[0].event.type


async def during(operation: asyncio.Task[Any], halt: Halt, change: Callable[[], Any]) -> None:
    """Make a change while an operation stands before its writing; the change may wait for the operation to end."""
    await halt.reached.wait()
    changing = asyncio.create_task(change())
    await asyncio.wait((changing,), timeout=0.3)
    halt.go_on.set()
    await asyncio.gather(operation, changing)


async def test_an_opt_out_that_comes_while_standings_are_pushed_is_the_last_word(
    pair: tuple[Store, Store], monkeypatch: pytest.MonkeyPatch
) -> None:
    operator, service = pair
    await service.record_facts([an_opt_out(at=BEFORE)])
    await service.record_facts([a_consent(at=BEFORE + timedelta(days=1))])
    for entry in await service.claim("crm", limit=10, lease_seconds=30):
        await service.settle(entry, Delivered(), next_at=None)
    halt = Halt(monkeypatch, operator, outbox_rows._SUPERSEDE)
    pushing = asyncio.create_task(operator.outbox.push("crm", ["acme"]))
    await during(pushing, halt, lambda: service.record_facts([an_opt_out(at=NOW)]))
    assert await last_word(service) == "subscriber.unsubscribed"


async def test_an_opt_out_that_comes_while_an_event_is_retried_is_the_last_word(
    pair: tuple[Store, Store], monkeypatch: pytest.MonkeyPatch
) -> None:
    operator, service = pair
    await service.record_facts([an_opt_out(at=BEFORE)])
    await service.record_facts([a_consent(at=BEFORE + timedelta(days=1))])
    [entry] = await service.claim("crm", limit=10, lease_seconds=30)
    await service.settle(entry, PermanentFailure(detail="400"), next_at=None)
    halt = Halt(monkeypatch, operator, _REVIVE)
    retrying = asyncio.create_task(operator.outbox.retry(entry.id))
    await during(retrying, halt, lambda: service.record_facts([an_opt_out(at=NOW)]))
    assert await last_word(service) == "subscriber.unsubscribed"


async def test_pushing_and_recording_side_by_side_never_wait_for_each_other_for_ever(
    pair: tuple[Store, Store],
) -> None:
    operator, service = pair
    people = [f"p{n}@example.org" for n in range(40)]
    await service.record_facts([an_opt_out(person, at=BEFORE) for person in people])
    recording = [
        service.record_facts([said(person, at=NOW - timedelta(hours=n)) for person in people[n::7]])
        for n in range(7)
        for said in (a_consent, an_opt_out)
    ]
    await asyncio.gather(*recording, *(operator.outbox.push("crm", ["acme"]) for _ in range(5)))
    assert await service.check() == []


async def test_a_dead_letter_about_an_address_that_a_subscriber_has_by_now_is_superseded(store: Store) -> None:
    await store.record_facts([an_opt_out(at=BEFORE)])
    await store.record_facts([a_consent(at=NOW - timedelta(hours=1))])
    [entry] = await store.claim("crm", limit=10, lease_seconds=30)
    await store.settle(entry, PermanentFailure(detail="400"), next_at=None)
    await store.put_subscribers([Subscriber(account_id="acme", key="1", address=ADDRESS)])
    await store.record_facts([an_opt_out(at=NOW)])
    assert await store.outbox.retry(entry.id) is OutboxState.superseded
    waiting = await store.outbox.entries(states=[OutboxState.pending])
    assert [(event.person, event.event.type) for event in waiting] == [("k:1", "subscriber.unsubscribed")]


async def entries(store: Store) -> dict[str, OutboxEntry]:
    """Every event as it is, by its id."""
    return {entry.event.id: entry for entry in await store.outbox.entries()}


async def test_what_is_delivered_or_superseded_is_left_as_it_is(store: Store) -> None:
    await store.record_facts([an_opt_out(at=BEFORE)])
    [delivered] = await store.claim("crm", limit=10, lease_seconds=30)
    await store.settle(delivered, Delivered(), next_at=None)
    await store.record_facts([a_consent(at=BEFORE + timedelta(days=1))])
    await store.record_facts([an_opt_out(at=BEFORE + timedelta(days=2))])
    before = await entries(store)
    assert [entry.state.value for entry in before.values()] == ["pending", "superseded", "delivered"]
    store.outbox_written.clear()
    for entry in before.values():
        if entry.state is not OutboxState.pending:
            assert await store.outbox.retry(entry.id) is entry.state
            assert await store.outbox.drop(entry.id) is entry.state
    assert await entries(store) == before
    assert not store.outbox_written.is_set(), "there is nothing to deliver"


async def test_what_is_dropped_already_is_left_as_it_is(store: Store) -> None:
    await store.record_facts([an_opt_out(at=BEFORE)])
    [entry] = await store.outbox.entries()
    assert await store.outbox.drop(entry.id) is OutboxState.dropped
    before = await entries(store)
    assert await store.outbox.drop(entry.id) is OutboxState.dropped
    assert await entries(store) == before
