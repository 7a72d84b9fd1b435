"""What was decided, looked at again: stored mail beside its decision, and what a second rule set would have decided."""

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, bindparam, delete, func, or_, select

from mailproc.errors import StoreError, StoreUnavailable
from mailproc.mail.arrival.envelope import InboundMail
from mailproc.store.engine.columns import envelope_from, from_json, json_text, micros_of, storable, time_of
from mailproc.store.engine.journal import Journal
from mailproc.store.engine.operation import Context, Operation
from mailproc.store.engine.reader import Reader
from mailproc.store.engine.schema import decision, mail, shadow_decision
from mailproc.store.engine.statement import Statement, Transaction, ask, tell

SHADOW_KEPT = 10_000  # differing decisions; older ones make room
SHADOW_KEPT_FOR = timedelta(days=30)
_AT_ONCE = 100  # mails per question
_DECIDED = (decision.c.decision, decision.c.authentication)

_PUT = Statement(
    lambda insert: (new := insert(shadow_decision)).on_conflict_do_update(
        index_elements=["account_id", "mail_id"],
        set_={name: new.excluded[name] for name in ("live_ruleset", "ruleset", "difference", "decided_at")},
    )
)
_PRUNE = Statement(
    lambda insert: delete(shadow_decision).where(
        or_(
            shadow_decision.c.decided_at < bindparam("oldest"),
            shadow_decision.c.decided_at
            < select(shadow_decision.c.decided_at)
            .order_by(shadow_decision.c.decided_at.desc())
            .offset(SHADOW_KEPT - 1)
            .limit(1)
            .scalar_subquery(),
        )
    )
)
_COUNT = Statement(lambda insert: select(func.count()).select_from(shadow_decision))
_CLEAR = Statement(lambda insert: delete(shadow_decision))


@dataclass(frozen=True, slots=True, kw_only=True)
class ShadowDecision:
    """A mail that the second rule set (`ruleset`) would have decided differently; `difference` is JSON."""

    account_id: str
    mail_id: str
    live_ruleset: str
    ruleset: str
    difference: dict[str, Any]
    decided_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchivedMail:
    """A stored mail and its last decision as JSON, with who was thought to have sent it.

    `mail` is None when its content is gone.
    """

    mail: InboundMail | None
    mail_id: str
    decision: dict[str, Any]
    authentication: dict[str, Any]


class Archive:
    """The store's archive: `Store.archive` is one."""

    def __init__(self, journal: Journal, reader: Reader, clock: Callable[[], datetime]) -> None:
        self._journal = journal
        self._reader = reader
        self._now = clock

    async def mails(self, *, since: datetime | None = None, limit: int | None = None) -> AsyncIterator[ArchivedMail]:
        """Decided mail with its last decision, account by account, the newest first; read page by page."""
        left, before = limit, None
        while left is None or left > 0:
            page = await self._page(before, since, _AT_ONCE if left is None else min(left, _AT_ONCE))
            for account_id, mail_id, envelope, received_at, decided, authentication in page:
                content = await self._content(account_id, mail_id)
                found = (
                    None
                    if content is None
                    else InboundMail(
                        id=mail_id,
                        account_id=account_id,
                        envelope=envelope_from(envelope),
                        content=content,
                        received_at=time_of(received_at),
                    )
                )
                yield ArchivedMail(
                    mail=found,
                    mail_id=mail_id,
                    decision=from_json(decided),
                    authentication=from_json(authentication),
                )
            if len(page) < _AT_ONCE:
                return
            before = (page[-1][0], page[-1][1])
            left = None if left is None else left - len(page)

    async def _page(self, before: tuple[str, str] | None, since: datetime | None, limit: int) -> list[Any]:
        later = decision.alias("later")
        is_last = ~(
            select(later.c.n)
            .where(
                later.c.account_id == decision.c.account_id,
                later.c.mail_id == decision.c.mail_id,
                later.c.n > decision.c.n,
            )
            .exists()
        )
        query = (
            select(*(mail.c[name] for name in ("account_id", "id", "envelope", "received_at")), *_DECIDED)
            .join(decision, and_(decision.c.account_id == mail.c.account_id, decision.c.mail_id == mail.c.id))
            .where(is_last)
            .order_by(mail.c.account_id, mail.c.id.desc())
            .limit(limit)
        )
        if before is not None:
            account_id, mail_id = before
            same = and_(mail.c.account_id == account_id, mail.c.id < mail_id)
            query = query.where(or_(mail.c.account_id > account_id, same))
        if since is not None:
            query = query.where(mail.c.received_at >= micros_of(since))
        return await self._reader.rows(query)

    async def _content(self, account_id: str, mail_id: str) -> bytes | None:
        try:
            return await self._reader.content_of(account_id, mail_id)
        except StoreUnavailable:
            raise
        except StoreError:
            return None

    async def keep_shadow(self, decisions: Sequence[ShadowDecision]) -> None:
        """Keep differing decisions, one per mail; what is too old or too many is dropped."""
        rows = [
            {
                "account_id": storable(one.account_id),
                "mail_id": storable(one.mail_id),
                "live_ruleset": one.live_ruleset,
                "ruleset": one.ruleset,
                "difference": json_text(one.difference),
                "decided_at": micros_of(one.decided_at),
            }
            for one in decisions
        ]
        await self._journal.submit(KEEP_SHADOW, rows, mails=max(1, len(rows)))

    async def shadow(self, *, limit: int = 100) -> tuple[int, list[ShadowDecision]]:
        """How many differing decisions there are, and the newest of them."""
        columns = shadow_decision.c
        query = select(
            columns.account_id, columns.mail_id, columns.live_ruleset, columns.ruleset, columns.difference,
            columns.decided_at,
        ).order_by(columns.decided_at.desc()).limit(limit)  # fmt: skip
        [(count,)] = await self._reader.rows(select(func.count()).select_from(shadow_decision))
        return count, [
            ShadowDecision(
                account_id=account_id,
                mail_id=mail_id,
                live_ruleset=live,
                ruleset=ruleset,
                difference=from_json(difference),
                decided_at=time_of(decided_at),
            )
            for account_id, mail_id, live, ruleset, difference, decided_at in await self._reader.rows(query)
        ]

    async def clear_shadow(self) -> int:
        """Forget all differing decisions; gives how many."""
        return await self._journal.submit(CLEAR_SHADOW, None)


def _keep_shadow(context: Context, payloads: Sequence[Sequence[dict[str, Any]]]) -> Transaction[list[None]]:
    yield from tell(_PUT, [row for rows in payloads for row in rows])
    yield from tell(_PRUNE, [{"oldest": micros_of(context.now - SHADOW_KEPT_FOR)}])
    return [None] * len(payloads)


def _clear_shadow(context: Context, payloads: Sequence[None]) -> Transaction[list[int]]:
    [(count,)] = yield from ask(_COUNT)
    yield from tell(_CLEAR, [{}])
    return [count, *([0] * (len(payloads) - 1))]


KEEP_SHADOW: Operation[Sequence[dict[str, Any]], None] = Operation(name="keep shadow", rank=90, run=_keep_shadow)
CLEAR_SHADOW: Operation[None, int] = Operation(name="clear shadow", rank=91, run=_clear_shadow)
