"""Alarms in their table: raised once, counted while they last, told to the hooks that ask for them."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, bindparam, case, or_, select, update

from mailproc.policy.hooks.alarm import Alarm, AlarmKind, alarm_event
from mailproc.store.engine.columns import MAX_TEXT, json_text, micros_of, storable, time_of
from mailproc.store.engine.operation import Context, Operation, one_by_one
from mailproc.store.engine.reader import Reader
from mailproc.store.engine.schema import alarm
from mailproc.store.engine.statement import Insert, Statement, Transaction, ask, tell
from mailproc.store.outbox.outbox_rows import ALARM_PREFIX, INSERT_EVENT, row_of

QUIET = timedelta(hours=1)  # what was not seen for so long is over; seen again, it is a new alarm
# But for these, which end when somebody finds that they did.
UNTIL_CLEARED = frozenset({AlarmKind.silent_source, AlarmKind.overdue, AlarmKind.undelivered, AlarmKind.waiting})


def _upsert(insert: Insert) -> Any:
    statement = insert(alarm)
    new = statement.excluded
    is_over = or_(alarm.c.cleared_at.is_not(None), alarm.c.last_at < bindparam("quiet_since", type_=BigInteger))
    return statement.on_conflict_do_update(
        index_elements=["account_id", "kind", "subject"],
        set_={
            "text": new.text,
            "raised_at": case((is_over, new.raised_at), else_=alarm.c.raised_at),
            "count": case((is_over, new.count), else_=alarm.c.count + new.count),
            "last_at": new.last_at,
            "cleared_at": None,
        },
    ).returning(alarm.c.raised_at, alarm.c.count)


_UPSERT = Statement(_upsert)
_CLEAR = Statement(
    lambda insert: (
        update(alarm)
        .where(
            alarm.c.account_id == bindparam("account"),
            alarm.c.kind == bindparam("alarm_kind"),
            alarm.c.subject == bindparam("alarm_subject"),
            alarm.c.cleared_at.is_(None),
        )
        .values(cleared_at=bindparam("now"))
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """Something that is wrong, seen `count` times by now."""

    account_id: str
    kind: AlarmKind
    subject: str
    text: str
    count: int = 1


def raise_alarms(context: Context, sightings: Sequence[Sighting]) -> Transaction[list[Alarm]]:
    """Write down what is wrong; gives the alarms that are new, for which hooks are told in the same transaction."""
    raised: list[Alarm] = []
    now = micros_of(context.now)
    for one in sorted(sightings, key=lambda one: (one.account_id, one.kind, one.subject)):
        subject = storable(one.subject)
        [(raised_at, count)] = yield from ask(
            _UPSERT,
            account_id=one.account_id,
            kind=one.kind.value,
            subject=subject,
            text=storable(one.text, MAX_TEXT),
            raised_at=now,
            last_at=now,
            count=one.count,
            cleared_at=None,
            quiet_since=0 if one.kind in UNTIL_CLEARED else micros_of(context.now - QUIET),
        )
        if raised_at == now and count == one.count:
            told = Alarm(
                account_id=one.account_id,
                kind=one.kind,
                subject=subject,
                text=one.text,
                raised_at=context.now,
                last_at=context.now,
                count=count,
            )
            raised.append(told)
    yield from _tell_hooks(context, raised)
    return raised


def _tell_hooks(context: Context, raised: Sequence[Alarm]) -> Transaction[None]:
    rows = [_event_row(one, hook) for one in raised for hook in context.alarm_hooks_of(one.account_id)]
    if rows:
        yield from tell(INSERT_EVENT, rows)
        context.news.add("outbox")


def _event_row(one: Alarm, hook: str) -> dict[str, Any]:
    version = micros_of(one.raised_at)
    # Each alarm is a person of its own in the outbox: nothing supersedes it, and it waits for nobody.
    person = f"{ALARM_PREFIX}{one.kind}:{hashlib.sha256(one.subject.encode()).hexdigest()[:16]}:{version}"
    said = json_text([one.account_id, hook, person])
    event = alarm_event(one, "evt_" + hashlib.sha256(said.encode()).hexdigest()[:32])
    return row_of(one.account_id, hook, person, version, event, version)


async def open_alarms(reader: Reader, now: datetime, account_id: str | None = None) -> list[Alarm]:
    """What is wrong at present or was within the last hour, newest first."""
    lasts = or_(alarm.c.kind.in_([kind.value for kind in UNTIL_CLEARED]), alarm.c.last_at >= micros_of(now - QUIET))
    query = select(*(alarm.c[name] for name in _COLUMNS)).where(alarm.c.cleared_at.is_(None), lasts)
    if account_id is not None:
        query = query.where(alarm.c.account_id == account_id)
    return [_alarm_from(row) for row in await reader.rows(query.order_by(alarm.c.raised_at.desc()).limit(1000))]


_COLUMNS = ("account_id", "kind", "subject", "text", "raised_at", "last_at", "count")


def _alarm_from(row: Any) -> Alarm:
    account_id, kind, subject, text, raised_at, last_at, count = row
    return Alarm(
        account_id=account_id,
        kind=AlarmKind(kind),
        subject=subject,
        text=text,
        raised_at=time_of(raised_at),
        last_at=time_of(last_at),
        count=count,
    )


def _raise(context: Context, payloads: Sequence[Sighting]) -> Transaction[list[tuple[Alarm, ...]]]:
    return (yield from one_by_one(_raise_one, context, payloads))


def _raise_one(context: Context, sighting: Sighting) -> Transaction[tuple[Alarm, ...]]:
    return tuple((yield from raise_alarms(context, [sighting])))


@dataclass(frozen=True, slots=True, kw_only=True)
class Clearing:
    """Something that is not wrong any more."""

    account_id: str
    kind: AlarmKind
    subject: str


def _clear(context: Context, one: Clearing) -> Transaction[None]:
    row = {
        "account": one.account_id,
        "alarm_kind": one.kind.value,
        "alarm_subject": storable(one.subject),
        "now": micros_of(context.now),
    }
    yield from tell(_CLEAR, [row])


def _clear_all(context: Context, payloads: Sequence[Clearing]) -> Transaction[list[None]]:
    return (yield from one_by_one(_clear, context, payloads))


RAISE: Operation[Sighting, tuple[Alarm, ...]] = Operation(name="raise alarm", rank=60, run=_raise)
CLEAR: Operation[Clearing, None] = Operation(name="clear alarm", rank=61, run=_clear_all)
