"""An outbox in memory with the store's promises: oldest row per person, leases with fencing, newer supersedes older."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from mailproc.errors import StoreUnavailable
from mailproc.policy.hooks.event import (
    Delivered,
    Delivery,
    OutboxEntry,
    OutboxState,
    PermanentFailure,
    SyncEvent,
    TransientFailure,
    standing_event,
)
from mailproc.policy.standing.facts import Channel, Fact, FactKind
from mailproc.policy.standing.standing import standing_of


def an_event(event_id: str = "evt_1", person: str = "pat@example.org", version: int = 1) -> SyncEvent:
    """An event of an opt-out."""
    at = datetime(2026, 3, 3, 9, 12, tzinfo=UTC) + timedelta(seconds=version)
    fact = Fact(kind=FactKind.opt_out, account_id="acme", address=person, occurred_at=at, channel=Channel.reply)
    return standing_event(
        event_id=event_id,
        account_id="acme",
        address=person,
        key=None,
        standing=standing_of([fact]),
        version=version,
        cause={"mail_id": f"mail-{event_id}", "kind": "opt_out", "channel": "reply"},
        at=at,
    )


@dataclass
class MemoryOutbox:
    """Settled calls are in `settled`, in order, as (event id, outcome, whether the lease was still the caller's)."""

    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    rows: list[OutboxEntry] = field(default_factory=list)
    leased_until: dict[int, datetime] = field(default_factory=dict)
    settled: list[tuple[str, Delivery, bool]] = field(default_factory=list)
    outbox_written: asyncio.Event = field(default_factory=asyncio.Event)
    supersedes: bool = True
    failures: list[Exception] = field(default_factory=list)
    settle_failures: list[Exception] = field(default_factory=list)
    claims: int = 0
    largest_claim: int = 0
    _tokens: int = 0

    def write(self, person: str = "pat@example.org", *, hook: str = "crm", tell: bool = True) -> OutboxEntry:
        """Add the person's next event; open older ones that nobody is delivering are superseded."""
        version = 1 + max((row.version for row in self.rows if row.person == person), default=0)
        if self.supersedes:
            for row in self.rows:
                if row.person == person and row.hook == hook and self._is_open(row) and not self._is_leased(row):
                    self._put(replace(row, state=OutboxState.superseded))
        number = len(self.rows)
        row = OutboxEntry(
            id=number,
            account_id="acme",
            hook=hook,
            person=person,
            version=version,
            event=an_event(f"evt_{number}", person, version),
            state=OutboxState.pending,
            attempts=0,
            next_at=self.clock(),
        )
        self.rows.append(row)
        if tell:
            self.outbox_written.set()
        return row

    async def claim(self, hook: str, *, limit: int, lease_seconds: float) -> Sequence[OutboxEntry]:
        await asyncio.sleep(0)
        if self.failures:
            raise self.failures.pop(0)
        self.claims += 1
        claimed: list[OutboxEntry] = []
        now = self.clock()
        for row in self._heads(hook):
            if len(claimed) < limit and not self._is_leased(row) and row.next_at <= now:
                self._tokens += 1
                self._put(replace(row, lease=self._tokens))
                self.leased_until[row.id] = now + timedelta(seconds=lease_seconds)
                claimed.append(self.rows[row.id])
        self.largest_claim = max(self.largest_claim, len(claimed))
        return claimed

    async def settle(self, entry: OutboxEntry, outcome: Delivery, *, next_at: datetime | None) -> bool:
        await asyncio.sleep(0)
        if self.settle_failures:
            raise self.settle_failures.pop(0)
        row = self.rows[entry.id]
        ours = self._is_open(row) and row.lease == entry.lease
        self.settled.append((entry.event.id, outcome, ours))
        if not ours:
            return False
        self.leased_until.pop(row.id, None)
        self._put(replace(self._after(row, outcome, next_at), attempts=row.attempts + 1, lease=None))
        return True

    def _after(self, row: OutboxEntry, outcome: Delivery, next_at: datetime | None) -> OutboxEntry:
        match outcome:
            case Delivered():
                return replace(row, state=OutboxState.delivered)
            case PermanentFailure():
                return replace(row, state=OutboxState.dead, last_error=outcome.detail)
            case TransientFailure():
                newer = any(
                    o.person == row.person and o.hook == row.hook and o.version > row.version for o in self.rows
                )
                if newer and self.supersedes:
                    return replace(row, state=OutboxState.superseded, last_error=outcome.detail)
                if next_at is None:
                    return replace(row, state=OutboxState.dead, last_error=outcome.detail)
                return replace(row, next_at=next_at, last_error=outcome.detail)

    def states(self) -> list[str]:
        return [row.state.value for row in self.rows]

    def _heads(self, hook: str) -> list[OutboxEntry]:
        heads: dict[str, OutboxEntry] = {}
        for row in self.rows:
            if row.hook == hook and self._is_open(row):
                heads.setdefault(row.person, row)
        return list(heads.values())

    def _is_open(self, row: OutboxEntry) -> bool:
        return row.state is OutboxState.pending

    def _is_leased(self, row: OutboxEntry) -> bool:
        return row.id in self.leased_until and self.leased_until[row.id] > self.clock()

    def _put(self, row: OutboxEntry) -> None:
        self.rows[row.id] = row


def unavailable() -> Exception:
    return StoreUnavailable("database is locked")
