"""A person's answer to a review: the review is closed and what follows for people is recorded, in one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass

from mailproc.store.engine.columns import MAX_TEXT, storable, time_or_none
from mailproc.store.engine.operation import Context, Operation, one_by_one
from mailproc.store.engine.persons import Names, person_of_key
from mailproc.store.engine.statement import Transaction
from mailproc.store.outbox.forwards import NewForward, was_forwarded, write_forwards
from mailproc.store.people.fact_rows import StoredFact
from mailproc.store.people.projection import Said
from mailproc.store.results import Answered
from mailproc.store.road.decisions import apply_said, concerned
from mailproc.store.road.review_rows import Closing, close_review, lock_review, reopen_review


@dataclass(frozen=True, slots=True, kw_only=True)
class StorableAnswer:
    """An answer ready to be written, with the facts that it makes, and the forward that waited for it."""

    closing: Closing
    facts: tuple[StoredFact, ...]
    forward: NewForward | None = None


def _answer(context: Context, payload: StorableAnswer) -> Transaction[Answered | None]:
    """Of two answers to one review the first counts; whoever comes second is told what it was.

    Where several subscribers could be meant it waits on, for whoever says which. The same request again is no second
    answer: it was applied, and what it changed then is not known any more.
    """
    closing = payload.closing
    waiting = yield from lock_review(closing.account_id, closing.review_id)
    if waiting is None:
        return None
    if not (yield from close_review(closing, context.now)):
        is_same = waiting.request is not None and waiting.request == closing.request
        return Answered(
            applied=is_same,
            resolution=waiting.resolution or "",
            by=waiting.resolved_by or "",
            at=time_or_none(waiting.resolved_at) or context.now,
            changes=None if is_same else (),
        )
    said = [Said(origin=0, facts=payload.facts, mail_id=closing.review_id)] if payload.facts else []
    done = yield from apply_said(context, said)
    if payload.forward is not None and not (yield from was_forwarded(payload.forward)):
        yield from write_forwards(context, [payload.forward])
    unclear = done.unclear.get(0)
    if unclear is not None:
        names = map(person_of_key, unclear.keys)
        yield from reopen_review(closing.account_id, closing.review_id, storable(unclear.reason, MAX_TEXT), names)
    return Answered(
        applied=True,
        resolution=closing.resolution,
        by=closing.by,
        at=context.now,
        changes=done.recorded(0).changes,
        unclear=None if unclear is None else unclear.reason,
    )


def _run(context: Context, payloads: Sequence[StorableAnswer]) -> Transaction[list[Answered | None]]:
    return (yield from one_by_one(_answer, context, payloads))


def _names(payloads: Sequence[StorableAnswer]) -> Transaction[dict[str, Names]]:
    return (yield from concerned([one.facts for one in payloads]))


ANSWER: Operation[StorableAnswer, Answered | None] = Operation(name="answer", rank=43, run=_run, names=_names)
