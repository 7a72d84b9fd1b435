"""Events in the outbox: written with the change that they tell of; a newer one takes the place of an older."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, and_, bindparam, exists, or_, update
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.expression import ClauseElement

from mailproc.policy.hooks.event import (
    OutboxEntry,
    OutboxState,
    SyncEvent,
    event_as_json,
    event_from_json,
    standing_event,
)
from mailproc.policy.hooks.probe import is_probe
from mailproc.store.engine.alive import is_alive
from mailproc.store.engine.columns import from_json, json_text, micros_of, time_of, time_or_none
from mailproc.store.engine.operation import Context
from mailproc.store.engine.schema import PENDING, outbox, process
from mailproc.store.engine.statement import Insert, Statement, Transaction, ask, one_of, tell
from mailproc.store.results import StandingChange


class _NextId(ColumnElement[int]):
    """The next outbox id: a sequence where there is one; SQLite has a single writer, and ids are never taken away."""

    type = BigInteger()
    inherit_cache = True


@compiles(_NextId, "sqlite")
def _max_id(element: _NextId, compiler: SQLCompiler, **options: Any) -> str:
    return "(SELECT coalesce(max(id), 0) + 1 FROM outbox)"


@compiles(_NextId, "postgresql")
def _nextval(element: _NextId, compiler: SQLCompiler, **options: Any) -> str:
    return "nextval('outbox_id_seq')"


def is_free() -> ColumnElement[bool]:
    """Whether nobody is delivering an event: the lease is over, or the process that took it is dead.

    Needs the parameters `now` and `process_id`, which counts as alive.
    """
    owner_is_alive = exists().where(process.c.id == outbox.c.owner, is_alive())
    return or_(
        outbox.c.lease_until.is_(None),
        outbox.c.lease_until <= bindparam("now"),
        and_(outbox.c.owner != bindparam("process_id"), ~owner_is_alive),
    )


ALARM_PREFIX = "!alarm:"  # begins what stands for the person in the row of an alarm, which concerns nobody
MAIL_PREFIX = "!mail:"  # the same in the row of a mail that is forwarded
OF_NOBODY = (ALARM_PREFIX, MAIL_PREFIX)  # rows that tell nobody's standing

_WRITTEN = ("account_id", "hook", "person", "version", "event_id", "event", "state", "next_at", "created_at")


def insert_of(insert: Insert, *more: str) -> ClauseElement:
    """The statement that writes a row of the outbox; `more` are columns beside those that every row has."""
    row: ClauseElement = (
        insert(outbox).inline().values({"id": _NextId(), **{name: bindparam(name) for name in (*_WRITTEN, *more)}})
    )
    return row


INSERT_EVENT = Statement(insert_of)
_SUPERSEDE = Statement(
    lambda insert: (
        update(outbox)
        .where(
            outbox.c.account_id == bindparam("account"),
            one_of(outbox.c.person, "people"),
            one_of(outbox.c.hook, "hooks"),
            outbox.c.state == PENDING,
            or_(outbox.c.lease_until.is_(None), outbox.c.lease_until <= bindparam("now")),
        )
        .values(state=OutboxState.superseded.value, settled_at=bindparam("now"), lease_until=None)
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something to tell the hooks, and what it was caused by."""

    change: StandingChange
    cause: Mapping[str, str]


def write_events(context: Context, account_id: str, events: Sequence[Event]) -> Transaction[None]:
    """One row per hook of the account for each event, in this order; older rows that nobody delivers are superseded.

    A probe of the self-test is told to those hooks alone that want to hear of it.
    """
    yield from _write_events(
        context, account_id, [one for one in events if not is_probe(one.change.address)], context.hooks_of(account_id)
    )
    probes = [one for one in events if is_probe(one.change.address)]
    yield from _write_events(context, account_id, probes, context.probe_hooks_of(account_id))


def _write_events(
    context: Context, account_id: str, events: Sequence[Event], hooks: Sequence[str]
) -> Transaction[None]:
    if not events or not hooks:
        return
    people = [event.change.person for event in events]
    yield from supersede(context, account_id, people, hooks)
    yield from tell(INSERT_EVENT, [_row(context, event, hook) for event in events for hook in hooks])
    context.news.add("outbox")


def supersede(context: Context, account_id: str, people: Sequence[str], hooks: Sequence[str]) -> Transaction[None]:
    """What is open and in nobody's hands for these people and hooks is not delivered any more."""
    yield from ask(
        _SUPERSEDE,
        account=account_id,
        people=json_text(people),
        hooks=json_text(hooks),
        now=micros_of(context.now),
    )


def _row(context: Context, event: Event, hook: str) -> dict[str, Any]:
    change = event.change
    sync_event = event_of(
        change, event.cause, context, event_id_of(change.account_id, hook, change.person, change.version)
    )
    return row_of(change.account_id, hook, change.person, change.version, sync_event, micros_of(context.now))


def event_of(change: StandingChange, cause: Mapping[str, str], context: Context, event_id: str) -> SyncEvent:
    """The event that tells of a standing."""
    return standing_event(
        event_id=event_id,
        account_id=change.account_id,
        address=change.address,
        key=change.key,
        standing=change.after,
        version=change.version,
        cause=cause,
        at=context.now,
    )


def event_id_of(account_id: str, hook: str, person: str, version: int, nth: int = 0) -> str:
    """The event's id: the same event has the same one wherever it is computed.

    `nth` tells apart what was pushed again without a change.
    """
    said = json_text([account_id, hook, person, version, nth] if nth else [account_id, hook, person, version])
    return "evt_" + hashlib.sha256(said.encode()).hexdigest()[:32]


def row_of(account_id: str, hook: str, person: str, version: int, event: SyncEvent, now: int) -> dict[str, Any]:
    """The columns of a new row."""
    return {
        "account_id": account_id,
        "hook": hook,
        "person": person,
        "version": version,
        "event_id": event.id,
        "event": json_text(event_as_json(event)),
        "state": OutboxState.pending.value,
        "next_at": now,
        "created_at": now,
    }


ENTRY_COLUMNS = (
    "id", "account_id", "hook", "person", "version", "event_id", "event", "state", "attempts", "next_at", "lease",
    "lease_until", "last_error", "created_at", "settled_at",
)  # fmt: skip


def entry_from(row: Iterable[Any]) -> OutboxEntry:
    """An entry from its columns, in the order of `ENTRY_COLUMNS`."""
    (
        entry_id, account_id, hook, person, version, event_id, event, state, attempts, next_at, lease,
        lease_until, last_error, created_at, settled_at,
    ) = row  # fmt: skip
    return OutboxEntry(
        id=entry_id,
        account_id=account_id,
        hook=hook,
        person=person,
        version=version,
        event=event_from_json(event_id, from_json(event)),
        state=OutboxState(state),
        attempts=attempts,
        next_at=time_of(next_at),
        lease=lease if lease_until is not None else None,
        last_error=last_error,
        created_at=time_of(created_at),
        settled_at=time_or_none(settled_at),
    )
