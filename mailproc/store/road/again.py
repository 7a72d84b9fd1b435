"""Deciding again: the next decision on a decided mail, with its facts, standings and review, all or nothing."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import bindparam, func, select

from mailproc.policy.deciding.review import DECIDED_AGAIN, is_answer
from mailproc.store.engine.operation import Context, Operation, one_by_one
from mailproc.store.engine.persons import Names
from mailproc.store.engine.schema import decision, mail
from mailproc.store.engine.statement import Statement, Transaction, ask, tell
from mailproc.store.outbox.forwards import was_forwarded, write_forwards
from mailproc.store.people.projection import Said
from mailproc.store.results import Recorded
from mailproc.store.road.decisions import INSERT_DECISION, StorableDecision, apply_said, concerned, review_of_unclear
from mailproc.store.road.feedback import PUT_REPORT
from mailproc.store.road.review_rows import (
    Closing,
    NewReview,
    ReviewState,
    close_review,
    lock_review,
    open_reviews,
    reopen_review,
)

_LOCK_MAIL = Statement(
    lambda insert: (
        select(mail.c.state, mail.c.dropped_at)
        .where(mail.c.account_id == bindparam("account_id"), mail.c.id == bindparam("mail_id"))
        .with_for_update(of=mail)
    )
)
_LAST = Statement(
    lambda insert: select(func.max(decision.c.n)).where(
        decision.c.account_id == bindparam("account_id"), decision.c.mail_id == bindparam("mail_id")
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DecidedAgain:
    """The next decision on a mail; `by` is whoever asked for it, `after` which decision they had seen."""

    decided: StorableDecision
    by: str
    after: int


def _record_again(context: Context, payload: DecidedAgain) -> Transaction[Recorded]:
    one = payload.decided
    name = {"account_id": one.account_id, "mail_id": one.mail_id}
    if [tuple(row) for row in (yield from ask(_LOCK_MAIL, **name))] != [("decided", None)]:
        return Recorded(applied=False)
    [(last,)] = yield from ask(_LAST, **name)
    waiting = yield from lock_review(one.account_id, one.mail_id)
    if last != payload.after or (waiting is not None and is_answer(waiting.resolution)):
        return Recorded(applied=False)
    yield from tell(PUT_REPORT, [one.report] if one.report else [])
    said = [Said(origin=0, facts=one.facts, mail_id=one.mail_id)] if one.facts else []
    done = yield from apply_said(context, said)
    yield from tell(INSERT_DECISION, [done.explained(0, {**one.row, "n": last + 1})])
    wanted = one.review or review_of_unclear(one, done.unclear.get(0))
    yield from _bring_review_up_to_date(context, one, wanted, waiting, payload.by)
    if one.forward is not None and not (yield from was_forwarded(one.forward)):
        yield from write_forwards(context, [one.forward])
    return done.recorded(0)


def _bring_review_up_to_date(
    context: Context, one: StorableDecision, wanted: NewReview | None, waiting: ReviewState | None, by: str
) -> Transaction[None]:
    """Open a review that this decision asks for; close one that it does not ask for any more."""
    if wanted is not None and waiting is None:
        yield from open_reviews([wanted], context.now)
    elif wanted is not None:
        yield from reopen_review(one.account_id, one.mail_id, wanted.reason, wanted.names)
    elif waiting is not None:
        closing = Closing(account_id=one.account_id, review_id=one.mail_id, resolution=DECIDED_AGAIN, by=by, note="")
        yield from close_review(closing, context.now)


def _run(context: Context, payloads: Sequence[DecidedAgain]) -> Transaction[list[Recorded]]:
    return (yield from one_by_one(_record_again, context, payloads))


def _names(payloads: Sequence[DecidedAgain]) -> Transaction[dict[str, Names]]:
    return (yield from concerned([one.decided.facts for one in payloads]))


RECORD_AGAIN: Operation[DecidedAgain, Recorded] = Operation(name="record again", rank=42, run=_run, names=_names)
