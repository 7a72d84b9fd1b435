"""Requests that no hook was told yet, from their receipt on: what is late, and what will be (R51)."""

from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, or_, select

from mailproc.policy.hooks.due import DueRule, Urgency, urgency
from mailproc.policy.hooks.event import OutboxState
from mailproc.policy.standing.facts import Channel, FactKind
from mailproc.store.engine.columns import from_json, time_of
from mailproc.store.engine.reader import Reader
from mailproc.store.engine.schema import OPEN, mail, outbox, review
from mailproc.store.outbox.outbox_rows import OF_NOBODY

AT_ONCE = 500

_REQUESTS = (FactKind.opt_out.value, FactKind.complaint.value)
_delivered = outbox.alias("delivered")
_TOLD_BEFORE = (
    select(_delivered.c.event)
    .where(
        _delivered.c.account_id == outbox.c.account_id,
        _delivered.c.person == outbox.c.person,
        _delivered.c.hook == outbox.c.hook,
        _delivered.c.state == OutboxState.delivered.value,
    )
    .order_by(_delivered.c.id.desc())
    .limit(1)
    .scalar_subquery()
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unmet:
    """A request, or what may be one, that was not carried to its end.

    `what` is `event` (a hook was not told), `review` (a person has to look) or `mail` (not decided yet); `id` names it,
    `hook` is None but for events. `person` is an address or a key, None where nobody is found yet.
    """

    account_id: str
    what: str
    id: str
    hook: str | None
    person: str | None
    state: str
    received_at: datetime
    due_at: datetime
    urgency: Urgency


class Requests:
    """The store's requests: `Store.requests` is one."""

    def __init__(self, reader: Reader, clock: Callable[[], datetime], due: DueRule) -> None:
        self._reader = reader
        self._now = clock
        self._due = due

    async def unmet(self, account_id: str | None = None) -> AsyncIterator[Unmet]:
        """Everything that is late, near its due date, or older than a day; events first, each kind in no order."""
        now = self._now()
        for part in (self._events, self._reviews, self._mails):
            async for one in part(account_id, now):
                yield one

    async def counts(self) -> Mapping[tuple[str, str, Urgency], int]:
        """How many there are, by account, what it is, and urgency."""
        found: Counter[tuple[str, str, Urgency]] = Counter()
        async for one in self.unmet():
            found[one.account_id, one.what, one.urgency] += 1
        return found

    async def _events(self, account_id: str | None, now: datetime) -> AsyncIterator[Unmet]:
        after: int | None = 0
        while after is not None:
            query = (
                select(outbox.c.id, outbox.c.account_id, outbox.c.hook, outbox.c.state, outbox.c.event, _TOLD_BEFORE)
                .where(
                    outbox.c.id > after,
                    or_(outbox.c.state == OutboxState.pending.value, outbox.c.state == OutboxState.dead.value),
                    *(~outbox.c.person.startswith(prefix) for prefix in OF_NOBODY),
                    *([outbox.c.account_id == account_id] if account_id is not None else []),
                )
                .order_by(outbox.c.id)
                .limit(AT_ONCE)
            )
            rows = await self._reader.rows(query)
            for entry_id, account, hook, state, event, before in rows:
                data = from_json(event)["data"]
                told = from_json(before)["data"]["standing"]["blocks"] if before is not None else ()
                person = data["person"]["address"] or data["person"]["key"]
                if (asked := self._most_urgent(data, told)) is not None:
                    one = self._unmet(account, "event", str(entry_id), asked, now, hook, person, state)
                    if one is not None:
                        yield one
            after = rows[-1][0] if len(rows) == AT_ONCE else None

    def _most_urgent(self, data: Mapping[str, Any], told: Any) -> tuple[datetime, datetime] | None:
        """Receipt and due date of the first request that this event tells anew; None where it tells none."""
        known = {block["fact"] for block in told}
        asked = [
            (datetime.fromisoformat(block["since"]), Channel(block["channel"]))
            for block in data["standing"]["blocks"]
            if block["kind"] in _REQUESTS and block["fact"] not in known
        ]
        dated = [(received_at, self._due.due_at(received_at, channel)) for received_at, channel in asked]
        return min(dated, key=lambda one: one[1], default=None)

    async def _reviews(self, account_id: str | None, now: datetime) -> AsyncIterator[Unmet]:
        query = (
            select(review.c.account_id, review.c.id, review.c.created_at, review.c.due_at, mail.c.received_at)
            .outerjoin(mail, and_(mail.c.account_id == review.c.account_id, mail.c.id == review.c.mail_id))
            .where(review.c.state == OPEN, *([review.c.account_id == account_id] if account_id is not None else []))
            .order_by(review.c.due_at)
        )
        for account, review_id, created_at, due_at, received_at in await self._reader.rows(query):
            asked = time_of(created_at if received_at is None else received_at), time_of(due_at)
            if (one := self._unmet(account, "review", review_id, asked, now)) is not None:
                yield one

    async def _mails(self, account_id: str | None, now: datetime) -> AsyncIterator[Unmet]:
        query = select(mail.c.account_id, mail.c.id, mail.c.state, mail.c.received_at).where(
            or_(mail.c.state == "accepted", mail.c.state == "waiting"),
            *([mail.c.account_id == account_id] if account_id is not None else []),
        )
        for account, mail_id, state, received_at in await self._reader.rows(query):
            asked = time_of(received_at), self._due.due_at(time_of(received_at))
            if (one := self._unmet(account, "mail", mail_id, asked, now, state=state)) is not None:
                yield one

    def _unmet(
        self,
        account_id: str,
        what: str,
        name: str,
        asked: tuple[datetime, datetime],
        now: datetime,
        hook: str | None = None,
        person: str | None = None,
        state: str = "open",
    ) -> Unmet | None:
        received_at, due_at = asked
        how = urgency(received_at, due_at, now)
        if how is None:
            return None
        return Unmet(
            account_id=account_id,
            what=what,
            id=name,
            hook=hook,
            person=person,
            state=state,
            received_at=received_at,
            due_at=due_at,
            urgency=how,
        )
