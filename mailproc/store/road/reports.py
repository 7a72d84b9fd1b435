"""Reading about mail: what waits, what was decided, what a person has to look at, and numbers for metrics."""

from collections import Counter
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, func, literal_column, select

from mailproc.errors import ContentDropped, ContentGone, NotFound, StoreError, StoreUnavailable
from mailproc.mail.arrival.envelope import InboundMail
from mailproc.policy.hooks.due import SOON
from mailproc.policy.hooks.event import OutboxEntry, OutboxState
from mailproc.store.engine.columns import envelope_from, from_json, micros_of, time_of, time_or_none
from mailproc.store.engine.reader import Reader
from mailproc.store.engine.schema import ACCEPTED, DEAD, HELD, OPEN, PENDING, WAITING, decision, mail, outbox, review
from mailproc.store.outbox.outbox_rows import ALARM_PREFIX, ENTRY_COLUMNS, entry_from
from mailproc.store.results import Counts, RecordedDecision
from mailproc.store.road.ownership import TakenOver

DECISION_COLUMNS = [
    decision.c[name]
    for name in (
        "account_id", "mail_id", "n", "kind", "action", "ruleset", "policy", "authentication", "decision", "decided_at",
    )
]  # fmt: skip


async def undecided(reader: Reader) -> tuple[int, datetime | None]:
    """How many mails are not decided yet, and when the oldest of them came; None for none."""
    [(count, oldest)] = await reader.rows(
        select(func.count(), func.min(mail.c.received_at)).where(mail.c.state == ACCEPTED)
    )
    return count, time_or_none(oldest)


async def waiting(reader: Reader) -> tuple[int, datetime | None]:
    """How many mails wait for an answer from elsewhere, and when the oldest of them came; None for none."""
    [(count, oldest)] = await reader.rows(
        select(func.count(), func.min(mail.c.received_at)).where(mail.c.state == WAITING)
    )
    return count, time_or_none(oldest)


async def counts(reader: Reader, now: datetime) -> Counts:
    """Numbers for metrics."""
    not_decided, _ = await undecided(reader)
    put_off, put_off_since = await waiting(reader)
    by_state = {}
    for state, literal in ((OutboxState.pending, PENDING), (OutboxState.dead, DEAD), (OutboxState.held, HELD)):
        for hook, number in await reader.rows(
            select(outbox.c.hook, func.count()).where(outbox.c.state == literal).group_by(outbox.c.hook)
        ):
            by_state[hook, state.value] = number
    late, near = review.c.due_at < micros_of(now), review.c.due_at < micros_of(now + SOON)
    [(reviews_open, overdue, due)] = await reader.rows(
        select(func.count(), func.count().filter(late), func.count().filter(near)).where(review.c.state == OPEN)
    )
    return Counts(
        undecided=not_decided,
        waiting=put_off,
        waiting_since=put_off_since,
        outbox=by_state,
        reviews_open=reviews_open,
        reviews_overdue=overdue,
        reviews_due_soon=due - overdue,
    )


async def outbox_entries(
    reader: Reader, *, states: tuple[OutboxState, ...], hook: str | None, limit: int
) -> list[OutboxEntry]:
    """Events in these states, newest first; all states for none named."""
    query = select(*(outbox.c[name] for name in ENTRY_COLUMNS)).order_by(outbox.c.id.desc()).limit(limit)
    if states:
        query = query.where(outbox.c.state.in_([state.value for state in states]))
    if hook is not None:
        query = query.where(outbox.c.hook == hook)
    return [entry_from(row) for row in await reader.rows(query)]


async def undelivered(reader: Reader, created_before: datetime) -> dict[tuple[str, str], int]:
    """How many entries of the outbox are older than that and still waiting, held or dead, by account and hook."""
    found: Counter[tuple[str, str]] = Counter()
    for literal in (PENDING, DEAD, HELD):
        query = (
            select(outbox.c.account_id, outbox.c.hook, func.count())
            .where(
                outbox.c.state == literal,
                outbox.c.created_at < micros_of(created_before),
                ~outbox.c.person.startswith(ALARM_PREFIX),  # alarms about alarms would never end
            )
            .group_by(outbox.c.account_id, outbox.c.hook)
        )
        for account_id, hook, count in await reader.rows(query):
            found[account_id, hook] += count
    return dict(found)


async def outbox_numbers(reader: Reader, state: OutboxState, hook: str | None) -> list[int]:
    """Which entries are in a state, the oldest first."""
    # A parameter would keep the partial indexes from being used.
    literal: ColumnElement[str] = literal_column(f"'{state.value}'")
    query = select(outbox.c.id).where(outbox.c.state == literal).order_by(outbox.c.id)
    if hook is not None:
        query = query.where(outbox.c.hook == hook)
    return [number for (number,) in await reader.rows(query)]


async def decisions(
    reader: Reader,
    *,
    account_id: str | None,
    action: str | None,
    kind: str | None,
    since: datetime | None,
    limit: int,
) -> list[RecordedDecision]:
    """Decisions as they were recorded, newest first."""
    query = select(*DECISION_COLUMNS).order_by(decision.c.decided_at.desc()).limit(limit)
    for column, value in ((decision.c.account_id, account_id), (decision.c.action, action), (decision.c.kind, kind)):
        if value is not None:
            query = query.where(column == value)
    if since is not None:
        query = query.where(decision.c.decided_at >= micros_of(since))
    return [decision_from(row) for row in await reader.rows(query)]


async def decision_of(reader: Reader, mail_id: str) -> RecordedDecision | None:
    """The last decision on a mail; None while there is none."""
    for account_id in await accounts_with(reader, mail):
        query = (
            select(*DECISION_COLUMNS)
            .where(decision.c.account_id == account_id, decision.c.mail_id == mail_id)
            .order_by(decision.c.n.desc())
            .limit(1)
        )
        for row in await reader.rows(query):
            return decision_from(row)
    return None


async def accounts_with(reader: Reader, table: Table) -> list[str]:
    """Every account that has a row in a table whose key begins with it: one look into the index for each."""
    accounts: list[str] = []
    while True:
        after = accounts[-1] if accounts else ""
        [(following,)] = await reader.rows(select(func.min(table.c.account_id)).where(table.c.account_id > after))
        if following is None:
            return accounts
        accounts.append(following)


async def mail_of(reader: Reader, mail_id: str) -> InboundMail:
    """A mail as it came in. Raises NotFound, or StoreError when its content is gone."""
    for account_id in await accounts_with(reader, mail):
        query: Select[Any] = select(mail.c.envelope, mail.c.received_at, mail.c.dropped_at).where(
            mail.c.account_id == account_id, mail.c.id == mail_id
        )
        for envelope, received_at, dropped_at in await reader.rows(query):
            if dropped_at is not None:
                raise ContentDropped(mail_id, time_of(dropped_at))
            return InboundMail(
                id=mail_id,
                account_id=account_id,
                envelope=envelope_from(envelope),
                content=await reader.content_of(account_id, mail_id),
                received_at=time_of(received_at),
            )
    raise NotFound(f"there is no mail {mail_id}")


async def mail_taken(reader: Reader, taken: TakenOver) -> InboundMail:
    """A mail that was just taken from the table. Raises ContentGone when its content is, StoreUnavailable."""
    one = InboundMail(
        id=taken.mail_id,
        account_id=taken.account_id,
        envelope=envelope_from(taken.envelope),
        content=b"",
        received_at=time_of(taken.received_at),
    )
    try:
        return replace(one, content=await reader.content_of(taken.account_id, taken.mail_id))
    except StoreUnavailable:
        raise
    except StoreError as error:
        raise ContentGone(one) from error


def decision_from(row: Any) -> RecordedDecision:
    """A decision from its columns, in the order of `DECISION_COLUMNS`."""
    account_id, mail_id, n, kind, action, ruleset, policy, authentication, decided, decided_at = row
    return RecordedDecision(
        account_id=account_id,
        mail_id=mail_id,
        n=n,
        kind=kind,
        action=action,
        ruleset=ruleset,
        policy=policy,
        authentication=from_json(authentication),
        decision=from_json(decided),
        decided_at=time_of(decided_at),
    )
