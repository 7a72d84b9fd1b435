"""What programs read page by page, of one account: an order that does not change, and a place to go on from.

A page ends early where its rows are long (`Reader.some`).
"""

from collections.abc import Callable, Collection
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import Select, Table, bindparam, literal_column, select, tuple_

from mailproc.policy.hooks.event import OutboxEntry, OutboxState
from mailproc.policy.standing.send import Send
from mailproc.store.desk import review_reports
from mailproc.store.desk.review_reports import ReviewFilter
from mailproc.store.engine.columns import json_text, micros_of, storable
from mailproc.store.engine.people_tables import fact, send
from mailproc.store.engine.reader import Reader
from mailproc.store.engine.schema import decision, outbox, review
from mailproc.store.engine.statement import Statement, ask, one_of
from mailproc.store.outbox.outbox_rows import ENTRY_COLUMNS, entry_from
from mailproc.store.people.fact_places import settled_place
from mailproc.store.people.fact_rows import FACT_PAGE_COLUMNS, StoredFact, stored_facts
from mailproc.store.results import Found, Place, RecordedDecision, ReviewItem
from mailproc.store.road.reports import DECISION_COLUMNS, decision_from
from mailproc.store.sends.sending import SEND_COLUMNS, send_from

_OWN_FACTS = Statement(
    lambda insert: select(fact.c.id).where(fact.c.account_id == bindparam("account_id"), one_of(fact.c.id, "ids"))
)

_BIGGEST_N = 2**31 - 1  # PostgreSQL takes no other for a column of 32 bits, and a cursor may say anything
One = TypeVar("One")


class Pages:
    """The store as programs read it: `Store.pages` is one. Every question names the account; None is the first page."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    async def _found(
        self, query: Select[Any], limit: int, read: Callable[[Any], One], place_of: Callable[[One], Place]
    ) -> Found[One]:
        rows, more = await self._reader.some(query, limit)
        return Found(items=[(one, place_of(one)) for one in map(read, rows)], more=more)

    async def facts(self, account_id: str, after: Place | None, limit: int) -> Found[StoredFact]:
        """Facts in the order in which followers hear of them: whatever is told later stands behind what is told now."""
        settled = await settled_place(self._reader)
        query: Select[Any] = select(*FACT_PAGE_COLUMNS, fact.c.place).order_by(fact.c.place, fact.c.id)
        query = _of(fact, query, account_id)
        if settled is not None:
            query = query.where(fact.c.place <= settled)
        if after is not None:
            query = query.where(tuple_(fact.c.place, fact.c.id) > tuple(after))
        rows, more = await self._reader.some(query, limit)
        found = stored_facts([tuple(row)[:-1] for row in rows])
        return Found(items=[(one, (row[-1], one.id)) for one, row in zip(found, rows, strict=True)], more=more)

    async def own_facts(self, account_id: str, ids: Collection[str]) -> set[str]:
        """Which of these ids are facts of the account."""
        found = await self._reader.run(ask(_OWN_FACTS, account_id=storable(account_id), ids=json_text(sorted(ids))))
        return {fact_id for (fact_id,) in found}

    async def sends(self, account_id: str, after: Place | None, limit: int) -> Found[Send]:
        """Recorded sends, newest first."""
        query = _of(send, select(*SEND_COLUMNS), account_id)
        query = query.order_by(send.c.created_at.desc(), send.c.id.desc())
        if after is not None:
            query = query.where(tuple_(send.c.created_at, send.c.id) < tuple(after))
        return await self._found(query, limit, lambda row: send_from(tuple(row)), _place_of_send)

    async def decisions(
        self,
        account_id: str,
        after: Place | None,
        limit: int,
        *,
        action: str | None = None,
        kind: str | None = None,
        since: datetime | None = None,
    ) -> Found[RecordedDecision]:
        """Decisions, newest first."""
        place = (decision.c.decided_at, decision.c.mail_id, decision.c.n)
        query = _of(decision, select(*DECISION_COLUMNS), account_id).order_by(*(one.desc() for one in place))
        for column, value in ((decision.c.action, action), (decision.c.kind, kind)):
            if value is not None:
                query = query.where(column == value)
        if since is not None:
            query = query.where(decision.c.decided_at >= micros_of(since))
        if after is not None:
            decided_at, mail_id, n = after
            query = query.where(tuple_(*place) < (decided_at, mail_id, min(max(n, 0), _BIGGEST_N)))
        return await self._found(query, limit, decision_from, _place_of_decision)

    async def decision(self, account_id: str, mail_id: str) -> RecordedDecision | None:
        """The last decision on a mail; None for none."""
        query = _of(decision, select(*DECISION_COLUMNS), account_id)
        query = query.where(decision.c.mail_id == storable(mail_id)).order_by(decision.c.n.desc()).limit(1)
        return next((decision_from(row) for row in await self._reader.rows(query)), None)

    async def reviews(self, wanted: ReviewFilter, after: Place | None, limit: int) -> Found[ReviewItem]:
        """What waits for a person, or was answered; the most urgent first. `wanted` names the account."""
        assert wanted.account_id is not None
        query = review_reports.query_for(wanted)
        if after is not None:
            query = query.where(tuple_(review.c.due_at, review.c.id) > tuple(after))
        return await self._found(query, limit, review_reports.review_from, _place_of_review)

    async def review(self, account_id: str, review_id: str) -> ReviewItem | None:
        """One review, open or not; None for none."""
        return await review_reports.review_named(self._reader, storable(account_id), storable(review_id))

    async def entries(
        self, account_id: str, after: Place | None, limit: int, *, state: OutboxState | None, hook: str | None
    ) -> Found[OutboxEntry]:
        """Events on their way, newest first."""
        query = _of(outbox, select(*(outbox.c[name] for name in ENTRY_COLUMNS)), account_id)
        query = query.order_by(outbox.c.id.desc())
        if state is not None:  # a parameter would keep the partial indexes from being used
            query = query.where(outbox.c.state == literal_column(f"'{state.value}'"))
        if hook is not None:
            query = query.where(outbox.c.hook == storable(hook))
        if after is not None:
            query = query.where(outbox.c.id < after[0])
        return await self._found(query, limit, lambda row: entry_from(tuple(row)), lambda one: (one.id,))

    async def entry(self, account_id: str, entry_id: int) -> OutboxEntry | None:
        """One event; None for none."""
        query = _of(outbox, select(*(outbox.c[name] for name in ENTRY_COLUMNS)), account_id)
        query = query.where(outbox.c.id == entry_id)
        return next((entry_from(tuple(row)) for row in await self._reader.rows(query)), None)


def _of(table: Table, query: Select[Any], account_id: str) -> Select[Any]:
    return query.where(table.c.account_id == storable(account_id))


def _place_of_send(one: Send) -> Place:
    return micros_of(one.created_at), one.id


def _place_of_decision(one: RecordedDecision) -> Place:
    return micros_of(one.decided_at), one.mail_id, one.n


def _place_of_review(one: ReviewItem) -> Place:
    return micros_of(one.due_at), one.id
