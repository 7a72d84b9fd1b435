"""Reviews in their table: what waits for a person, whom it is about, and how it ends."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select, update

from mailproc.policy.who.subscriber import SubscriberRef
from mailproc.store.engine.columns import address_key_of, micros_of, storable
from mailproc.store.engine.persons import person_of_address, person_of_key
from mailproc.store.engine.schema import OPEN, review, review_name
from mailproc.store.engine.statement import Statement, Transaction, ask, tell

_INSERT_REVIEW = Statement(lambda insert: insert(review).on_conflict_do_nothing())
_INSERT_NAME = Statement(lambda insert: insert(review_name).on_conflict_do_nothing())
_STATE = Statement(
    lambda insert: (
        select(review.c.state, review.c.resolution, review.c.resolved_by, review.c.resolved_at, review.c.request)
        .where(review.c.account_id == bindparam("account_id"), review.c.id == bindparam("review_id"))
        .with_for_update(of=review)
    )
)
_CLOSE = Statement(
    lambda insert: (
        update(review)
        .where(
            review.c.account_id == bindparam("account"),
            review.c.id == bindparam("review_id"),
            review.c.state == OPEN,
        )
        .values(
            state="resolved",
            resolution=bindparam("new_resolution"),
            resolved_by=bindparam("new_by"),
            note=bindparam("new_note"),
            request=bindparam("new_request"),
            resolved_at=bindparam("now"),
        )
        .returning(review.c.id)
    )
)
_REOPEN = Statement(
    lambda insert: (
        update(review)
        .where(review.c.account_id == bindparam("account"), review.c.id == bindparam("review_id"))
        .values(
            state="open",
            reason=bindparam("new_reason"),
            resolution=None,
            resolved_by=None,
            note=None,
            request=None,
            resolved_at=None,
        )
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewReview:
    """A mail that a person has to look at, by `due_at`; `names` are those whom it is about."""

    account_id: str
    mail_id: str
    reason: str
    due_at: int
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewState:
    """How far a review is: `open`, or `resolved` with what was said, by whom, when, and by which request."""

    state: str
    resolution: str | None
    resolved_by: str | None
    resolved_at: int | None
    request: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """How a review ends. `request` tells a program's request from all others; None where it gave it no key."""

    account_id: str
    review_id: str
    resolution: str
    by: str
    note: str
    request: str | None = None


def names_of(refs: Iterable[SubscriberRef]) -> tuple[str, ...]:
    """Under which names a review about these people is found: `a:<address key>` and `k:<key>`."""
    names: dict[str, None] = {}
    for ref in refs:
        if ref.address is not None:
            names[person_of_address(address_key_of(ref.address))] = None
        if ref.key is not None:
            names[person_of_key(storable(ref.key))] = None
    return tuple(names)


def open_reviews(reviews: Sequence[NewReview], now: datetime) -> Transaction[None]:
    """Write reviews; one that is there already stays as it is."""
    yield from tell(_INSERT_REVIEW, [_row(one, micros_of(now)) for one in reviews])
    names = [
        {"account_id": one.account_id, "name": name, "review_id": one.mail_id} for one in reviews for name in one.names
    ]
    yield from tell(_INSERT_NAME, names)


def _row(one: NewReview, now: int) -> dict[str, object]:
    return {
        "account_id": one.account_id,
        "id": one.mail_id,
        "mail_id": one.mail_id,
        "state": "open",
        "reason": one.reason,
        "created_at": now,
        "due_at": one.due_at,
        **dict.fromkeys(("resolution", "resolved_at", "resolved_by", "note", "request")),
    }


def lock_review(account_id: str, review_id: str) -> Transaction[ReviewState | None]:
    """How far a review is, which nobody else changes until the end of the transaction; None when there is none."""
    rows = yield from ask(_STATE, account_id=account_id, review_id=review_id)
    for state, resolution, resolved_by, resolved_at, request in rows:
        return ReviewState(
            state=state, resolution=resolution, resolved_by=resolved_by, resolved_at=resolved_at, request=request
        )
    return None


def close_review(closing: Closing, now: datetime) -> Transaction[bool]:
    """Close an open review; False when it was not open any more."""
    rows = yield from ask(
        _CLOSE,
        account=closing.account_id,
        review_id=closing.review_id,
        new_resolution=closing.resolution,
        new_by=closing.by,
        new_note=closing.note,
        new_request=closing.request,
        now=micros_of(now),
    )
    return bool(rows)


def reopen_review(account_id: str, review_id: str, reason: str, names: Iterable[str]) -> Transaction[None]:
    """Open a review again, or give an open one another reason; it is found under these names, too."""
    yield from tell(_REOPEN, [{"account": account_id, "review_id": review_id, "new_reason": reason}])
    yield from tell(_INSERT_NAME, [{"account_id": account_id, "name": one, "review_id": review_id} for one in names])
