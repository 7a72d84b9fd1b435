"""What the journal needs of a database: run a transaction whole or not at all, and tell failures apart."""

from collections.abc import Callable
from typing import Protocol, TypeVar

from mailproc.errors import StoreError
from mailproc.store.engine.statement import Transaction

Result = TypeVar("Result")


class ValuesRefused(StoreError):
    """The database refuses what is written, not the writing as such: somebody in this batch is the culprit."""


class Driver(Protocol):
    """One connection that writes. Everything runs in one transaction at a time."""

    async def run(self, work: Callable[[], Transaction[Result]], *, size_bytes: int = 0) -> Result:
        """Run `work()` as one transaction and give its result once it is durable.

        May be called more than once per run, when the database asks to try again. `size_bytes` is about how much is
        written. Raises StoreUnavailable, StoreFull, ValuesRefused, or whatever the work itself raises; then nothing of
        it has happened, except where a connection broke during COMMIT: that nobody can know.
        """
        ...

    async def close(self) -> None:
        """Let go of the connection."""
        ...
