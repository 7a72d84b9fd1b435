"""The breaker's memory: requests that nothing proves, counted where all processes see them, and held beyond the limit.

It is asked in the transaction that would take people off, so that no two processes can each spend the same allowance.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, bindparam, delete, func, select

from mailproc.policy.deciding.breaker import BreakerLimits, Unproven, held_decision
from mailproc.policy.decision import Decision
from mailproc.policy.hooks.alarm import Alarm, AlarmKind
from mailproc.store.engine.columns import json_text, micros_of, storable
from mailproc.store.engine.operation import Context, Operation
from mailproc.store.engine.people_tables import subscriber
from mailproc.store.engine.reader import Reader
from mailproc.store.engine.schema import unproven
from mailproc.store.engine.statement import Insert, Statement, Transaction, ask, one_of, tell
from mailproc.store.outbox.alarms import Sighting, raise_alarms

_SLOT = timedelta(minutes=5)
_WINDOW = timedelta(hours=1)
_RECOUNT = timedelta(minutes=10)  # how old the number of an account's people may be


def _add(insert: Insert) -> Any:
    statement = insert(unproven)
    return statement.on_conflict_do_update(
        index_elements=["account_id", "counter", "slot"],
        set_={"count": unproven.c.count + statement.excluded.count},
    )


_ADD = Statement(_add)
_COUNTS = Statement(
    lambda insert: (
        select(unproven.c.counter, func.sum(unproven.c.count))
        .where(
            unproven.c.account_id == bindparam("account_id"),
            one_of(unproven.c.counter, "counters"),
            unproven.c.slot > bindparam("since", type_=BigInteger),
        )
        .group_by(unproven.c.counter)
    )
)
_DROP_COUNTS = Statement(lambda insert: delete(unproven).where(unproven.c.slot <= bindparam("until", type_=BigInteger)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """A decision that the breaker may hold: what it counts of it, and how many are too many."""

    account_id: str
    decision: Decision
    counted: Unproven
    limit: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Tripped:
    """A decision that came beyond the limit of `counter`; `held` is what is decided instead."""

    counter: str
    held: Decision


def trip(
    context: Context, watched: Mapping[int, Watched]
) -> Transaction[tuple[dict[int, Tripped], dict[int, tuple[Alarm, ...]]]]:
    """Count these decisions, and give those that are too many, with the alarms that are new by the first of each.

    Rows are locked network by network, then rule by rule, in one order for all processes, and after people are. What
    one network has too much does not count for its rule: nobody shall be able to stop everybody else's requests.
    """
    by_network = {index: one.counted.network for index, one in watched.items()}
    networks = {index: f"network {network}" for index, network in by_network.items() if network}
    tripped = yield from _count(context, watched, networks)
    rest = {index: one.counted.rule for index, one in watched.items() if index not in tripped}
    tripped |= yield from _count(context, watched, {index: f"rule {rule}" for index, rule in rest.items() if rule})
    raised = yield from raise_alarms(context, _sightings(watched, tripped))
    alarms: dict[int, tuple[Alarm, ...]] = {}
    for alarm in raised:
        first = min(
            index
            for index, one in tripped.items()
            if (watched[index].account_id, storable(one.counter)) == (alarm.account_id, alarm.subject)
        )
        alarms[first] = (*alarms.get(first, ()), alarm)
    return tripped, alarms


def _count(
    context: Context, watched: Mapping[int, Watched], counter_of: Mapping[int, str]
) -> Transaction[dict[int, Tripped]]:
    slot = _slot_of(context.now)
    mine: dict[tuple[str, str], int] = {}
    for index, counter in counter_of.items():
        name = (watched[index].account_id, storable(counter))
        mine[name] = mine.get(name, 0) + watched[index].counted.people
    rows = [
        {"account_id": account_id, "counter": counter, "slot": slot, "count": count}
        for (account_id, counter), count in sorted(mine.items())
    ]
    yield from tell(_ADD, rows)
    so_far: dict[tuple[str, str], int] = {}
    for account_id in sorted({account_id for account_id, _ in mine}):
        counters = [counter for account, counter in mine if account == account_id]
        since = slot - micros_span(_WINDOW + _SLOT)
        found = yield from ask(_COUNTS, account_id=account_id, counters=json_text(counters), since=since)
        so_far |= {(account_id, counter): count - mine[account_id, counter] for counter, count in found}
    tripped: dict[int, Tripped] = {}
    for index, counter in counter_of.items():
        one = watched[index]
        name = (one.account_id, storable(counter))
        so_far[name] += one.counted.people
        if so_far[name] > one.limit:
            tripped[index] = Tripped(counter=counter, held=held_decision(one.decision, counter, one.limit))
    return tripped


def _sightings(watched: Mapping[int, Watched], tripped: Mapping[int, Tripped]) -> list[Sighting]:
    """One for each counter that is over its limit, however many decisions that were."""
    found: dict[tuple[str, str], Sighting] = {}
    for index, one in tripped.items():
        account_id, limit = watched[index].account_id, watched[index].limit
        known = found.get((account_id, one.counter))
        found[account_id, one.counter] = Sighting(
            account_id=account_id,
            kind=AlarmKind.breaker,
            subject=one.counter,
            text=f"more than {limit} requests an hour that nothing proves, by {one.counter}: they wait in review",
            count=known.count + 1 if known else 1,
        )
    return list(found.values())


def _slot_of(now: datetime) -> int:
    span = micros_span(_SLOT)
    return micros_of(now) // span * span


def micros_span(span: timedelta) -> int:
    """A duration in microseconds."""
    return span // timedelta(microseconds=1)


def _drop_counts(context: Context, payloads: Sequence[None]) -> Transaction[list[None]]:
    yield from tell(_DROP_COUNTS, [{"until": _slot_of(context.now) - micros_span(_WINDOW + _SLOT)}])
    return [None] * len(payloads)


DROP_COUNTS: Operation[None, None] = Operation(name="drop old counts", rank=70, run=_drop_counts)


class Breaker:
    """The breaker as `Store.record` asks it: the limit of each account, by how many people it has."""

    def __init__(self, reader: Reader, limits: BreakerLimits) -> None:
        self._reader = reader
        self._limits = limits
        self._people: dict[str, tuple[int, datetime]] = {}
        self._counting = asyncio.Lock()  # one counts, the others wait for the number

    async def watched(
        self, decision: Decision, account_id: str, counted: Unproven | None, now: datetime
    ) -> Watched | None:
        """What is to be watched of a decision; None where there is nothing. Raises StoreUnavailable."""
        if counted is None or not self._limits.enabled:
            return None
        limit = self._limits.of(await self._people_of(account_id, now))
        return Watched(account_id=storable(account_id), decision=decision, counted=counted, limit=limit)

    async def _people_of(self, account_id: str, now: datetime) -> int:
        async with self._counting:
            people, counted_at = self._people.get(account_id, (0, None))
            if counted_at is None or now - counted_at > _RECOUNT:
                mine = select(func.count()).where(subscriber.c.account_id == storable(account_id))
                [(people,)] = await self._reader.rows(mine)
                self._people[account_id] = (people, now)
            return people
