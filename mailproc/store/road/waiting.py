"""Undecided mail that waits: in nobody's hands, and due again at a time. Claimed under a lease, like events."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, bindparam, func, or_, select, true, update

from mailproc.mail.arrival.envelope import Envelope, InboundMail
from mailproc.store.engine.columns import envelope_from, micros_of, storable, time_of
from mailproc.store.engine.journal import Journal
from mailproc.store.engine.operation import Context, Operation, one_by_one
from mailproc.store.engine.reader import Reader
from mailproc.store.engine.schema import ACCEPTED, WAITING, mail
from mailproc.store.engine.statement import Statement, Transaction, ask
from mailproc.store.road.ownership import TakenOver
from mailproc.store.road.presence import Presence
from mailproc.store.road.reports import mail_taken

LEASE = timedelta(seconds=60)  # whoever has not decided by then, or died before, has lost it

_PUT = Statement(
    lambda insert: (
        update(mail)
        .where(
            mail.c.account_id == bindparam("account"),
            mail.c.id == bindparam("mail_id"),
            or_(and_(mail.c.state == ACCEPTED, mail.c.owner == bindparam("process_id")), mail.c.state == WAITING),
        )
        # Whoever waits was read without harm: what crashed somebody earlier is forgiven.
        .values(state="waiting", next_at=bindparam("at"), owner="", attempts=0)
        .returning(mail.c.id)
    )
)
_DUE = Statement(
    lambda insert: (
        select(mail.c.account_id, mail.c.id, mail.c.envelope, mail.c.received_at, mail.c.attempts)
        .where(mail.c.state == WAITING, mail.c.next_at <= bindparam("now"))
        .order_by(mail.c.next_at)
        .limit(1)
        .with_for_update(of=mail, skip_locked=True)
    )
)
_CLAIM = Statement(
    lambda insert: (
        update(mail)
        .where(
            mail.c.account_id == bindparam("account"),
            mail.c.id == bindparam("mail_id"),
            mail.c.state == WAITING,
            mail.c.next_at <= bindparam("now"),
        )
        .values(next_at=bindparam("until"), attempts=mail.c.attempts + 1)
        .returning(mail.c.id)
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Postponed:
    account_id: str
    mail_id: str
    next_at: int


def _put(context: Context, payload: _Postponed) -> Transaction[bool]:
    rows = yield from ask(
        _PUT,
        account=payload.account_id,
        mail_id=payload.mail_id,
        process_id=context.process_id,
        at=payload.next_at,
    )
    return bool(rows)


def _take(context: Context, payload: timedelta) -> Transaction[TakenOver | None]:
    now = micros_of(context.now)
    for account_id, mail_id, envelope, received_at, attempts in (yield from ask(_DUE, now=now)):
        name = {"account": account_id, "mail_id": mail_id}
        if (yield from ask(_CLAIM, **name, now=now, until=micros_of(context.now + payload))):
            return TakenOver(
                account_id=account_id,
                mail_id=mail_id,
                envelope=envelope,
                received_at=received_at,
                attempts=attempts + 1,
            )
    return None


def _put_all(context: Context, payloads: Sequence[_Postponed]) -> Transaction[list[bool]]:
    return (yield from one_by_one(_put, context, payloads))


def _take_all(context: Context, payloads: Sequence[timedelta]) -> Transaction[list[TakenOver | None]]:
    return (yield from one_by_one(_take, context, payloads))


PUT_OFF: Operation[_Postponed, bool] = Operation(name="put off", rank=24, run=_put_all, patient=True)
TAKE_DUE: Operation[timedelta, TakenOver | None] = Operation(name="take due", rank=71, run=_take_all)


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingMail:
    """A mail that waits, without its content."""

    account_id: str
    id: str
    envelope: Envelope
    received_at: datetime
    next_at: datetime


class Waiting:
    """The store's waiting room: `Store.waiting` is one."""

    def __init__(self, journal: Journal, reader: Reader, presence: Presence) -> None:
        self._journal = journal
        self._reader = reader
        self._presence = presence

    async def put(self, one: InboundMail, next_at: datetime) -> bool:
        """Leave an undecided mail until `next_at`; False when it is decided already, or another process has it."""
        postponed = _Postponed(
            account_id=storable(one.account_id), mail_id=storable(one.id), next_at=micros_of(next_at)
        )
        is_waiting = await self._journal.submit(PUT_OFF, postponed)
        self._presence.give([(one.account_id, one.id)])
        return is_waiting

    async def too_long(self, received_before: datetime) -> dict[str, int]:
        """How many mails still wait that came before that, by account; those with none are left out."""
        query = (
            select(mail.c.account_id, func.count())
            .where(mail.c.state == WAITING, mail.c.received_at < micros_of(received_before))
            .group_by(mail.c.account_id)
        )
        return dict(await self._reader.rows(query))

    async def all(self, account_id: str | None = None, *, limit: int = 100) -> list[WaitingMail]:
        """What waits, the oldest first; None: in every account."""
        query = select(mail.c.account_id, mail.c.id, mail.c.envelope, mail.c.received_at, mail.c.next_at)
        query = query.where(mail.c.state == WAITING, true() if account_id is None else mail.c.account_id == account_id)
        return [
            WaitingMail(
                account_id=of,
                id=mail_id,
                envelope=envelope_from(envelope),
                received_at=time_of(received_at),
                next_at=time_of(next_at),
            )
            for of, mail_id, envelope, received_at, next_at in await self._reader.rows(
                query.order_by(mail.c.received_at, mail.c.id).limit(limit)
            )
        ]

    async def take(self) -> tuple[InboundMail, int] | None:
        """Take the mail that is due the longest; None when none is.

        Whoever takes it has a minute to record it or to put it back. The number says how often it was taken without
        that, this time included. Raises ContentGone with the mail when its content is, StoreUnavailable.
        """
        taken = await self._journal.submit(TAKE_DUE, LEASE)
        return None if taken is None else (await mail_taken(self._reader, taken), taken.attempts)
