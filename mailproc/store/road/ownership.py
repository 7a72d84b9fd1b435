"""Who has which undecided mail in hand; what a process that fell silent leaves is taken over by the others."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, bindparam, delete, exists, select, update

from mailproc.store.engine.alive import is_alive, stay_alive
from mailproc.store.engine.columns import micros_of
from mailproc.store.engine.contents import delete_last_chunks
from mailproc.store.engine.operation import Context, Operation
from mailproc.store.engine.schema import ACCEPTED, mail, process, upload
from mailproc.store.engine.statement import Statement, Transaction, ask, tell
from mailproc.store.people.pepper_rows import check_peppers

_FORGOTTEN_AFTER = timedelta(hours=1)
_CHUNKS_PER_SWEEP = 8  # a sweep rides in everyone's batch: it must stay short


def _is_nobodys() -> ColumnElement[bool]:
    return ~exists().where(process.c.id == mail.c.owner, is_alive())


_FORGET_DEAD = Statement(lambda insert: delete(process).where(process.c.alive_until < bindparam("before")))
_GONE = Statement(lambda insert: delete(process).where(process.c.id == bindparam("process_id")))
_ORPHAN = Statement(
    lambda insert: (
        select(mail.c.account_id, mail.c.id, mail.c.envelope, mail.c.received_at, mail.c.attempts)
        .where(mail.c.state == ACCEPTED, _is_nobodys())
        .order_by(mail.c.received_at)
        .limit(1)
        .with_for_update(of=mail, skip_locked=True)
    )
)
_TAKE = Statement(
    lambda insert: (
        update(mail)
        # Asked again now that the row is locked: the first look may not have seen that its new owner came to life.
        .where(mail.c.account_id == bindparam("account"), mail.c.id == bindparam("mail_id"), _is_nobodys())
        .values(owner=bindparam("process_id"), attempts=mail.c.attempts + 1)
        .returning(mail.c.id)
    )
)
_RELEASE = Statement(
    lambda insert: (
        update(mail)
        .where(
            mail.c.account_id == bindparam("account"),
            mail.c.id == bindparam("mail_id"),
            mail.c.owner == bindparam("process_id"),
            mail.c.state == ACCEPTED,
        )
        .values(owner="")
    )
)
_MINE = Statement(
    lambda insert: select(mail.c.account_id, mail.c.id).where(
        mail.c.state == ACCEPTED,
        mail.c.owner == bindparam("process_id"),
        mail.c.received_at < bindparam("before"),
    )
)
_ABANDON = Statement(
    lambda insert: (
        update(upload)
        .where(upload.c.account_id == bindparam("account"), upload.c.mail_id == bindparam("mail_id"))
        .values(owner="")
    )
)
_ABANDONED = Statement(
    lambda insert: (
        select(upload.c.account_id, upload.c.mail_id)
        .where(~exists().where(process.c.id == upload.c.owner, is_alive()))
        .limit(1)
        .with_for_update(of=upload, skip_locked=True)
    )
)
_DELETE_UPLOAD = Statement(
    lambda insert: delete(upload).where(
        upload.c.account_id == bindparam("account"), upload.c.mail_id == bindparam("mail_id")
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenOver:
    """An undecided mail that is now ours; `attempts` counts this take-over, too."""

    account_id: str
    mail_id: str
    envelope: str
    received_at: int
    attempts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MailName:
    """Which mail."""

    account_id: str
    mail_id: str


def _stay_alive(context: Context, payloads: Sequence[datetime]) -> Transaction[list[None]]:
    """Nobody works on without a pepper that somebody else uses by now."""
    yield from check_peppers(context.scopes.peppers)
    yield from ask(_FORGET_DEAD, before=micros_of(context.now - _FORGOTTEN_AFTER))
    yield from stay_alive(context, max(payloads))
    return [None] * len(payloads)


def _leave(context: Context, payloads: Sequence[None]) -> Transaction[list[None]]:
    yield from ask(_GONE, process_id=context.process_id)
    return [None] * len(payloads)


def _take_over(context: Context, payloads: Sequence[datetime]) -> Transaction[list[TakenOver | None]]:
    taken: list[TakenOver | None] = []
    for alive_until in payloads:
        one = yield from _take_oldest(context)
        if one is None:
            yield from _sweep(context)
        else:
            yield from stay_alive(context, alive_until)
        taken.append(one)
    return taken


def _take_oldest(context: Context) -> Transaction[TakenOver | None]:
    now = micros_of(context.now)
    while orphans := (yield from ask(_ORPHAN, now=now)):
        account_id, mail_id, envelope, received_at, attempts = orphans[0]
        if (yield from ask(_TAKE, account=account_id, mail_id=mail_id, process_id=context.process_id, now=now)):
            return TakenOver(
                account_id=account_id,
                mail_id=mail_id,
                envelope=envelope,
                received_at=received_at,
                attempts=attempts + 1,
            )
    return None


def _sweep(context: Context) -> Transaction[None]:
    """Delete some chunks of a big mail whose process died before the mail was accepted.

    The upload is disowned first, so that a process that only seemed dead finds out.
    """
    for account_id, mail_id in (yield from ask(_ABANDONED, now=micros_of(context.now))):
        yield from ask(_ABANDON, account=account_id, mail_id=mail_id)
        if not (yield from delete_last_chunks(account_id, mail_id, _CHUNKS_PER_SWEEP)):
            yield from ask(_DELETE_UPLOAD, account=account_id, mail_id=mail_id)


def _abandon(context: Context, payloads: Sequence[MailName]) -> Transaction[list[None]]:
    yield from tell(_ABANDON, [{"account": one.account_id, "mail_id": one.mail_id} for one in payloads])
    return [None] * len(payloads)


def _release(context: Context, payloads: Sequence[MailName]) -> Transaction[list[None]]:
    names = [{"account": one.account_id, "mail_id": one.mail_id, "process_id": context.process_id} for one in payloads]
    yield from tell(_RELEASE, names)
    return [None] * len(payloads)


STAY_ALIVE: Operation[datetime, None] = Operation(name="stay alive", rank=0, run=_stay_alive)


def _mine(context: Context, payloads: Sequence[datetime]) -> Transaction[list[list[MailName]]]:
    """Undecided mails that the table says this process has, received before each of these times."""
    found = []
    for before in payloads:
        rows = yield from ask(_MINE, process_id=context.process_id, before=micros_of(before))
        found.append([MailName(account_id=account_id, mail_id=mail_id) for account_id, mail_id in rows])
    return found


MINE: Operation[datetime, list[MailName]] = Operation(name="mine", rank=60, run=_mine)
ABANDON: Operation[MailName, None] = Operation(name="abandon upload", rank=16, run=_abandon)
RELEASE: Operation[MailName, None] = Operation(name="release", rank=25, run=_release)
TAKE_OVER: Operation[datetime, TakenOver | None] = Operation(name="take over", rank=70, run=_take_over)
LEAVE: Operation[None, None] = Operation(name="leave", rank=90, run=_leave)
