"""Importing people: many rows, short transactions, and a place to go on from; no standing changes by it (R8, R27).

A run is known by what its rows say. Where it stands is written in the transaction that writes the people, so that one
that was broken off goes on, two of the same work together, and either counts everybody once.
"""

import asyncio
import contextlib
import time
from bisect import bisect_right
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from operator import attrgetter
from typing import Any

from sqlalchemy import bindparam, select, text, update

from mailproc.errors import StoreError
from mailproc.policy.address_key import loose_form
from mailproc.policy.imports.imported import ImportCounts
from mailproc.policy.imports.person_row import PersonRow
from mailproc.store.engine.columns import from_json, json_text, micros_of, storable, time_or_none
from mailproc.store.engine.journal import Journal
from mailproc.store.engine.operation import Context, Operation, one_by_one
from mailproc.store.engine.people_tables import import_run
from mailproc.store.engine.persons import lock_all_names
from mailproc.store.engine.reader import Reader
from mailproc.store.engine.statement import Insert, Statement, Transaction, ask, tell
from mailproc.store.imports.outcome import consents_of, counts_of, difference_of
from mailproc.store.imports.plan import Plan, Target, plan_of
from mailproc.store.imports.unsettled import Unsettled, unsettled_in
from mailproc.store.people.fact_rows import insert_facts, stored_fact
from mailproc.store.people.person_rows import join, put_attributes
from mailproc.store.people.subscribers import UPSERT_SUBSCRIBER, put_rows
from mailproc.store.results import ImportState

SAID_OF_AT_ONCE = 250  # people whose facts are read in one transaction, times the accounts that hear of them
_FIRST_ROWS, _FEWEST_ROWS, _MOST_ROWS = 500, 50, 8000
_TARGET_SECONDS = 0.07  # of one transaction before its commit: whoever else writes waits little longer
_PAUSE_SECONDS = 0.015  # between two at least, for those who waited
_PAUSE_SHARE = 0.25  # of the time that the last one took: where all is slow, so are those who wait for the gap
_ROW_BYTES = 3000  # written for one person, roughly: a page of an index is written for every row that it takes

_RUN = Statement(
    lambda insert: (
        select(import_run.c.cursor, import_run.c.counts, import_run.c.finished_at)
        .where(import_run.c.account_id == bindparam("account_id"), import_run.c.id == bindparam("id"))
        .with_for_update()
    )
)


def _start(insert: Insert) -> Any:
    statement = insert(import_run)
    new = statement.excluded
    return statement.on_conflict_do_update(
        index_elements=["account_id", "id"],
        set_={name: new[name] for name in ("cursor", "counts", "started_at", "finished_at")},
        where=import_run.c.finished_at.is_not(None),
    )


_START = Statement(_start)
_ADVANCE = Statement(
    lambda insert: (
        update(import_run)
        .where(import_run.c.account_id == bindparam("account"), import_run.c.id == bindparam("run"))
        .values(cursor=bindparam("place"), counts=bindparam("counted"), finished_at=bindparam("ended"))
    )
)


# Of a table that it has not looked at PostgreSQL believes that each account has a few rows, and reads them all for each
# portion. It looks by itself a minute later, or once a tenth of a large table is new; a growing account cannot wait.
_LOOK_AT_TABLES = Statement(lambda insert: text("ANALYZE subscriber, subscription, attribute"), only="postgresql")


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportRun:
    """One file into one account: `id` is what its rows say; `evidence` stands with each consent that they prove."""

    account_id: str
    id: str
    evidence: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Portion:
    """Rows in order; none: the run is at its end."""

    run: ImportRun
    rows: tuple[PersonRow, ...]
    unsettled: Unsettled


def _begin(context: Context, run: ImportRun) -> Transaction[ImportState]:
    row = {
        "account_id": storable(run.account_id),
        "id": run.id,
        "cursor": "",
        "counts": json_text({}),
        "started_at": micros_of(context.now),
        "finished_at": None,
    }
    yield from tell(_START, [row])
    state: ImportState = yield from _state(run)
    return state


def _state(run: ImportRun) -> Transaction[ImportState]:
    [(cursor, counts, finished_at)] = yield from ask(_RUN, account_id=storable(run.account_id), id=run.id)
    return ImportState(cursor=cursor, counts=ImportCounts(**from_json(counts)), finished_at=time_or_none(finished_at))


def _import(context: Context, portion: _Portion) -> Transaction[ImportState]:
    began = time.monotonic()
    account_id = storable(portion.run.account_id)
    yield from lock_all_names()  # before the run itself: whoever waits for that holds nobody whom another one needs
    before = yield from _state(portion.run)
    if before.finished_at is not None:
        return before
    rows = [row for row in portion.rows if row.place > before.cursor]
    cursor, counts = before.cursor, before.counts
    if rows:
        plan = yield from plan_of(context, account_id, one_kind(rows), _most(context, account_id))
        counts += yield from _written(context, account_id, plan, portion)
        cursor = plan.rows[-1].row.place
    finished_at = None if portion.rows else context.now
    yield from tell(
        _ADVANCE,
        [
            {
                "account": account_id,
                "run": portion.run.id,
                "place": cursor,
                "counted": json_text(counts.as_json()),
                "ended": None if finished_at is None else micros_of(finished_at),
            }
        ],
    )
    return ImportState(cursor=cursor, counts=counts, finished_at=finished_at, seconds=time.monotonic() - began)


def one_kind(rows: Sequence[PersonRow]) -> Sequence[PersonRow]:
    """The rows with a key, where there are any: those without may mean one of them, who has to be there first."""
    if rows[-1].has_key or not rows[0].has_key:
        return rows
    return [row for row in rows if row.has_key]


def _most(context: Context, account_id: str) -> int:
    return max(1, SAID_OF_AT_ONCE // context.scopes.hearers(account_id))


def _written(context: Context, account_id: str, plan: Plan, portion: _Portion) -> Transaction[ImportCounts]:
    """Write what a plan says; gives what became of whom."""
    difference = yield from difference_of(account_id, plan)
    other = [target for target in plan.targets if target.has_other_address]
    now = micros_of(context.now)
    yield from tell(UPSERT_SUBSCRIBER, [_row(account_id, one, now) for one in other if not one.is_said_of])
    if said_of := [_row(account_id, one, now) for one in other if one.is_said_of]:
        yield from put_rows(context, account_id, said_of)
    yield from join(account_id, difference.joins, now)
    yield from put_attributes(account_id, difference.attributes)
    consents = consents_of(account_id, plan, portion.unsettled, portion.run.evidence)
    yield from insert_facts([stored_fact(one, context.now) for one in consents], context.now)
    return counts_of(plan, difference, portion.unsettled)


def _row(account_id: str, one: Target, now: int) -> dict[str, Any]:
    return {
        "account_id": account_id,
        "key": one.key,
        "address": one.address,
        "address_key": one.address_key,
        "loose_key": storable(loose_form(one.address_key)),
        "created_at": now,
    }


def _look_at_tables(context: Context, payloads: Sequence[None]) -> Transaction[list[None]]:
    yield from ask(_LOOK_AT_TABLES)
    return [None for _ in payloads]


def _begin_all(context: Context, payloads: Sequence[ImportRun]) -> Transaction[list[ImportState]]:
    return (yield from one_by_one(_begin, context, payloads))


def _import_all(context: Context, payloads: Sequence[_Portion]) -> Transaction[list[ImportState]]:
    return (yield from one_by_one(_import, context, payloads))


BEGIN: Operation[ImportRun, ImportState] = Operation(name="begin import", rank=31, run=_begin_all, alone=True)
IMPORT: Operation[_Portion, ImportState] = Operation(name="import", rank=32, run=_import_all, alone=True)
LOOK: Operation[None, None] = Operation(name="look at tables", rank=35, run=_look_at_tables, alone=True)


class Imports:
    """The store's imports: `Store.imports` is one."""

    def __init__(self, journal: Journal, reader: Reader, context_of: Callable[[], Context]) -> None:
        self._journal = journal
        self._reader = reader
        self._context_of = context_of

    async def run(self, run: ImportRun, rows: Iterable[PersonRow]) -> AsyncIterator[ImportState]:
        """Import rows, which come in order of their place, one for each person; gives how far it is, again and again.

        The first state is where an earlier run of the same rows was broken off, or the beginning; one that had ended
        begins anew. The last state is finished. Each transaction is short and followed by a pause, so that a service
        beside it goes on. Raises StoreUnavailable and StoreFull; what was told before is kept.
        """
        state = await self._journal.submit(BEGIN, run)
        yield state
        unsettled = await self._unsettled(run.account_id)
        size, next_look = _FIRST_ROWS, _FIRST_ROWS
        waiting = _Waiting(row for row in rows if row.place > state.cursor)
        while state.finished_at is None:
            portion = _Portion(run=run, rows=waiting.take(size), unsettled=unsettled)
            size_bytes = len(portion.rows) * _ROW_BYTES
            state = await self._journal.submit(IMPORT, portion, size_bytes=size_bytes)
            done = waiting.drop_until(state.cursor)
            yield state
            size = _next_size(size, done, state.seconds)
            if state.counts.new >= next_look:
                with contextlib.suppress(StoreError):  # another one looks, or may not: the import goes on without
                    await self._journal.submit(LOOK, None)
                next_look = state.counts.new * 2
            pause = asyncio.sleep(max(_PAUSE_SECONDS, _PAUSE_SHARE * state.seconds))
            await asyncio.gather(pause, asyncio.to_thread(waiting.fill, size))  # not beside the writer: it holds a lock

    async def preview(self, account_id: str, rows: Iterable[PersonRow]) -> AsyncIterator[ImportCounts]:
        """Tell what an import would do, and change nothing; gives the counts so far, again and again."""
        counts = ImportCounts()
        unsettled = await self._unsettled(account_id)
        waiting = _Waiting(iter(rows))
        while portion := waiting.take(_FIRST_ROWS):
            some, last = await self._reader.run(self._preview(storable(account_id), portion, unsettled))
            waiting.drop_until(last)
            counts += some
            yield counts

    async def _unsettled(self, account_id: str) -> Unsettled:
        return await self._reader.run(unsettled_in(self._context_of(), storable(account_id)))

    def _preview(
        self, account_id: str, rows: Sequence[PersonRow], unsettled: Unsettled
    ) -> Transaction[tuple[ImportCounts, str]]:
        context = self._context_of()
        plan = yield from plan_of(context, account_id, one_kind(rows), _most(context, account_id))
        difference = yield from difference_of(account_id, plan)
        return counts_of(plan, difference, unsettled), plan.rows[-1].row.place


class _Waiting:
    """Rows that are not done: a transaction may leave some of a portion to the next."""

    def __init__(self, rows: Iterator[PersonRow]) -> None:
        self._rows = rows
        self._first: list[PersonRow] = []

    def fill(self, size: int) -> None:
        """Read ahead until so many are here, or all."""
        self._first += islice(self._rows, max(0, size - len(self._first)))

    def take(self, size: int) -> tuple[PersonRow, ...]:
        """The next rows, at most so many; empty at the end."""
        self.fill(size)
        return tuple(self._first[:size])

    def drop_until(self, place: str) -> int:
        """Let go of the rows up to this place; gives how many."""
        done = bisect_right(self._first, place, key=attrgetter("place"))
        del self._first[:done]
        return done


def _next_size(size: int, done: int, seconds: float) -> int:
    """How many rows the next transaction gets, so that it takes about as long as it should, at most twice as many."""
    if not done:
        return size
    fitting = int(done / max(seconds, 0.001) * _TARGET_SECONDS)
    return max(_FEWEST_ROWS, min(fitting, size * 2, _MOST_ROWS))
