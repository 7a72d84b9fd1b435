"""What the worker needs of the outbox; `store.Store` has it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from mailproc.policy.hooks.event import Delivery, OutboxEntry


class Wakeup(Protocol):
    """An `asyncio.Event` in all that matters here."""

    async def wait(self) -> object:
        """Return once something was written since the last `clear`."""

    def clear(self) -> None:
        """Wait for the next writing."""


class OutboxSource(Protocol):
    """The outbox as one hook's worker sees it."""

    @property
    def outbox_written(self) -> Wakeup:
        """Set whenever this process wrote an event; others' writings are found by looking."""

    async def claim(self, hook: str, *, limit: int, lease_seconds: float) -> Sequence[OutboxEntry]:
        """Due events of this hook, one per person at most and that person's oldest, leased to the caller."""

    async def settle(self, entry: OutboxEntry, outcome: Delivery, *, next_at: datetime | None) -> bool:
        """Write down what came of a claim; False when the lease was no longer the caller's, and nothing was written."""
