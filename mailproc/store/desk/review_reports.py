"""Reading what waits for a person: with the last decision on its mail, the most urgent first."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, func, select, tuple_

from mailproc.policy.address import is_address
from mailproc.store.engine.columns import address_key_of, micros_of, storable, time_of, time_or_none
from mailproc.store.engine.persons import person_of_address, person_of_key
from mailproc.store.engine.reader import Reader
from mailproc.store.engine.schema import OPEN, decision, mail, review, review_name
from mailproc.store.results import ReviewItem
from mailproc.store.road.reports import DECISION_COLUMNS, decision_from

_COLUMNS = [
    review.c[name]
    for name in (
        "account_id", "id", "mail_id", "state", "reason", "created_at", "due_at", "resolution", "resolved_at",
        "resolved_by", "note",
    )
] + [mail.c.received_at]  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewFilter:
    """Which reviews: None for any. `reason` is a part of it in any case, `persons` any addresses or subscriber keys."""

    account_id: str | None = None
    state: str | None = "open"
    kind: str | None = None
    reason: str | None = None
    due_before: datetime | None = None
    persons: tuple[str, ...] | None = None


async def reviews(reader: Reader, wanted: ReviewFilter, limit: int) -> list[ReviewItem]:
    """What waits for a person, the most urgent first."""
    return [review_from(row) for row in await reader.rows(query_for(wanted).limit(limit))]


def query_for(wanted: ReviewFilter) -> Select[Any]:
    """The reviews that are wanted, the most urgent first, as `review_from` takes them."""
    query = _query().order_by(review.c.due_at, review.c.id)
    if wanted.account_id is not None:
        query = query.where(review.c.account_id == wanted.account_id)
    if wanted.state is not None:
        query = query.where(review.c.state == (OPEN if wanted.state == "open" else wanted.state))
    if wanted.kind is not None:
        query = query.where(decision.c.kind == wanted.kind)
    if wanted.reason is not None:
        query = query.where(review.c.reason.icontains(wanted.reason, autoescape=True))
    if wanted.due_before is not None:
        query = query.where(review.c.due_at < micros_of(wanted.due_before))
    if wanted.persons is not None:
        named = select(review_name.c.account_id, review_name.c.review_id)
        named = named.where(review_name.c.name.in_([_name_of(one) for one in wanted.persons]))
        query = query.where(tuple_(review.c.account_id, review.c.id).in_(named))
    return query


async def overdue(reader: Reader, now: datetime) -> dict[str, int]:
    """How many open reviews are past their due date, by account."""
    query = (
        select(review.c.account_id, func.count())
        .where(review.c.state == OPEN, review.c.due_at < micros_of(now))
        .group_by(review.c.account_id)
    )
    return {row[0]: row[1] for row in await reader.rows(query)}


async def review_named(reader: Reader, account_id: str, review_id: str) -> ReviewItem | None:
    """One review, open or not; None when there is none."""
    query = _query().where(review.c.account_id == account_id, review.c.id == review_id)
    return next((review_from(row) for row in await reader.rows(query)), None)


def _query() -> Select[Any]:
    """Reviews with the last decision on their mail; without one for a mail that is not decided yet."""
    other = decision.alias("other")
    last = (
        select(func.max(other.c.n))
        .where(other.c.account_id == review.c.account_id, other.c.mail_id == review.c.mail_id)
        .scalar_subquery()
    )
    on_it = and_(
        decision.c.account_id == review.c.account_id, decision.c.mail_id == review.c.mail_id, decision.c.n == last
    )
    its_mail = and_(mail.c.account_id == review.c.account_id, mail.c.id == review.c.mail_id)
    return select(*_COLUMNS, *DECISION_COLUMNS).select_from(review.outerjoin(decision, on_it).outerjoin(mail, its_mail))


def _name_of(person: str) -> str:
    return person_of_address(address_key_of(person)) if is_address(person) else person_of_key(storable(person))


def review_from(row: Any) -> ReviewItem:
    """A review out of a row of ours."""
    said, decided = row[: len(_COLUMNS)], row[len(_COLUMNS) :]
    account_id, review_id, mail_id, state, reason, created_at, due_at, resolution, resolved_at, *rest = said
    by, note, received_at = rest
    return ReviewItem(
        account_id=account_id,
        id=review_id,
        mail_id=mail_id,
        state=state,
        reason=reason,
        created_at=time_of(created_at),
        due_at=time_of(due_at),
        resolution=resolution,
        resolved_at=time_or_none(resolved_at),
        resolved_by=by,
        note=note,
        received_at=time_or_none(received_at),
        decision=decision_from(decided) if decided[0] is not None else None,
    )
