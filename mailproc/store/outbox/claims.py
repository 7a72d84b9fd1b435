"""Delivering: workers claim a person's oldest open event, and settle it only while their lease holds."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Integer, Text, bindparam, case, exists, func, select, update
from sqlalchemy.sql.expression import ClauseElement

from mailproc.policy.hooks.event import Delivered, Delivery, OutboxEntry, OutboxState, TransientFailure
from mailproc.store.engine.alive import stay_alive
from mailproc.store.engine.columns import MAX_TEXT, json_text, micros_of, storable
from mailproc.store.engine.operation import Context, Operation
from mailproc.store.engine.schema import PENDING, outbox
from mailproc.store.engine.statement import Insert, Rows, Statement, Transaction, ask, each_number_of
from mailproc.store.outbox.outbox_rows import ENTRY_COLUMNS, entry_from, is_free

_COLUMNS = [outbox.c[name] for name in ENTRY_COLUMNS]
_older = outbox.alias("older")
_newer = outbox.alias("newer")


def same_person(other: Any) -> ColumnElement[bool]:
    """Whether another row is for the same person and hook."""
    same: ColumnElement[bool] = (
        (other.c.account_id == outbox.c.account_id)
        & (other.c.person == outbox.c.person)
        & (other.c.hook == outbox.c.hook)
    )
    return same


def has_newer(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether a later event for the same person and hook exists."""
    return exists().where(same_person(_newer), _newer.c.id > outbox.c.id, *conditions)


def is_oldest_open() -> ColumnElement[bool]:
    """Whether no earlier event for the same person and hook is open: order per person, and never two in flight."""
    return ~exists().where(same_person(_older), _older.c.state == PENDING, _older.c.id < outbox.c.id)


# A worker that died left its row leased; when something newer waits behind it, that alone is worth telling.
_SUPERSEDE_STALLED = Statement(
    lambda insert: (
        update(outbox)
        .where(
            outbox.c.id.in_(
                select(outbox.c.id)
                .where(
                    outbox.c.hook == bindparam("hook_name"),
                    outbox.c.state == PENDING,
                    outbox.c.lease_until.is_not(None),
                    is_free(),
                    has_newer(),
                )
                # Two survivors that clean up after a dead process find its rows in any order.
                .with_for_update(of=outbox, skip_locked=True)
                .scalar_subquery()
            )
        )
        .values(state=OutboxState.superseded.value, settled_at=bindparam("now"), lease_until=None)
    )
)
_CLAIMABLE = Statement(
    lambda insert: (
        select(outbox.c.id)
        .where(
            outbox.c.hook == bindparam("hook_name"),
            outbox.c.state == PENDING,
            outbox.c.next_at <= bindparam("now"),
            is_free(),
            is_oldest_open(),
        )
        .order_by(outbox.c.next_at, outbox.c.id)
        .limit(bindparam("limit"))
        .with_for_update(of=outbox, skip_locked=True)
    )
)
_CLAIM = Statement(
    lambda insert: (
        update(outbox)
        # Asked again now that the rows are locked: the first look may not have seen that its owner came to life.
        .where(outbox.c.id.in_(each_number_of("ids")), is_free())
        .values(lease=outbox.c.lease + 1, lease_until=bindparam("until"), owner=bindparam("process_id"))
        .returning(*_COLUMNS)
    )
)


def _settle_statement(insert: Insert) -> ClauseElement:
    new_state = bindparam("new_state", type_=Text)
    is_replaced = (bindparam("is_transient", type_=Integer) == 1) & has_newer()
    return (
        update(outbox)
        .where(
            outbox.c.account_id == bindparam("account"),
            outbox.c.id == bindparam("entry_id"),
            outbox.c.lease == bindparam("token"),
            outbox.c.lease_until.is_not(None),
            outbox.c.state == PENDING,
        )
        .values(
            state=case((is_replaced, OutboxState.superseded.value), else_=new_state),
            attempts=outbox.c.attempts + 1,
            next_at=func.coalesce(bindparam("new_next_at", type_=BigInteger), outbox.c.next_at),
            lease_until=None,
            last_error=bindparam("error"),
            settled_at=case(
                (is_replaced | (new_state != OutboxState.pending.value), bindparam("now", type_=BigInteger)),
                else_=None,
            ),
        )
        .returning(outbox.c.id)
    )


_SETTLE = Statement(_settle_statement)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """Who wants what: up to `limit` events for `hook`, for `lease_micros`; the process lives until `alive_until`."""

    hook: str
    limit: int
    lease_micros: int
    alive_until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """What came of a delivery. `next_at` is when to try again; None: not again."""

    entry: OutboxEntry
    outcome: Delivery
    next_at: int | None


def _claim(context: Context, payloads: Sequence[Claim]) -> Transaction[list[list[OutboxEntry]]]:
    claimed = []
    now = micros_of(context.now)
    mine = {"now": now, "process_id": context.process_id}
    for hook in {claim.hook for claim in payloads}:
        yield from ask(_SUPERSEDE_STALLED, hook_name=hook, **mine)
    for claim in payloads:
        found = yield from ask(_CLAIMABLE, hook_name=claim.hook, limit=claim.limit, **mine)
        rows: Rows = ()
        if found:
            yield from stay_alive(context, claim.alive_until)
            ids = json_text([str(entry_id) for (entry_id,) in found])
            rows = yield from ask(_CLAIM, ids=ids, until=now + claim.lease_micros, **mine)
        claimed.append(sorted((entry_from(row) for row in rows), key=lambda entry: (entry.next_at, entry.id)))
    return claimed


def _settle(context: Context, payloads: Sequence[Settlement]) -> Transaction[list[bool]]:
    settled = [False] * len(payloads)
    for index in sorted(range(len(payloads)), key=lambda index: payloads[index].entry.id):
        one = payloads[index]
        state, error = _meaning_of(one)
        rows = yield from ask(
            _SETTLE,
            account=one.entry.account_id,
            entry_id=one.entry.id,
            token=one.entry.lease,
            is_transient=int(isinstance(one.outcome, TransientFailure)),
            new_state=state.value,
            new_next_at=one.next_at if state is OutboxState.pending else None,
            error=error,
            now=micros_of(context.now),
        )
        settled[index] = bool(rows)
    return settled


def _meaning_of(one: Settlement) -> tuple[OutboxState, str | None]:
    if isinstance(one.outcome, Delivered):
        return OutboxState.delivered, None
    again = isinstance(one.outcome, TransientFailure) and one.next_at is not None
    return OutboxState.pending if again else OutboxState.dead, storable(one.outcome.detail, MAX_TEXT)


CLAIM: Operation[Claim, list[OutboxEntry]] = Operation(name="claim", rank=60, run=_claim, patient=True)
SETTLE: Operation[Settlement, bool] = Operation(name="settle", rank=50, run=_settle, patient=True)
