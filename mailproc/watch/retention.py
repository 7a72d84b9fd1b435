"""Retention: what is older than it is kept is dropped, a little at a time, beside everything else."""

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import structlog

from mailproc.errors import StoreError
from mailproc.metrics import Metrics
from mailproc.store.store import Store

RUN_EVERY_SECONDS = 3600.0
BREATH_SECONDS = 0.05  # between two transactions: others write, too


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Retention:
    """Drops the raw content of mail that is older than `days`, 0 for never; and what programs were answered."""

    def __init__(self, store: Store, days: int, metrics: Metrics, clock: Callable[[], datetime] = _utc_now) -> None:
        self._store = store
        self._days = days
        self._metrics = metrics
        self._now = clock
        self._log = structlog.get_logger()

    async def run(self) -> None:
        """Once now, then every hour; a store that is away is asked again the next time."""
        while True:
            try:
                await self.once()
            except StoreError as error:
                self._log.warning("retention_waits", error=str(error))
            await asyncio.sleep(RUN_EVERY_SECONDS)

    async def once(self) -> int:
        """Drop all that is due; gives how many mails. Raises StoreError."""
        await self._store.once.forget_old()
        return await self._drop_mail() if self._days else 0

    async def _drop_mail(self) -> int:
        """One log line, however many."""
        start, before = time.monotonic(), self._now() - timedelta(days=self._days)
        mails = size_bytes = needed = 0
        for account_id in await self._store.desk.accounts_with_content():
            after: str | None = ""
            while after is not None:
                some = await self._store.desk.drop_content(account_id, before, after)
                mails, size_bytes, needed = mails + some.mails, size_bytes + some.size_bytes, needed + some.needed
                self._metrics.dropped.inc(some.mails)
                after = some.last
                await asyncio.sleep(BREATH_SECONDS)
        self._log.info(
            "retention",
            days=self._days,
            dropped=mails,
            size_bytes=size_bytes,
            still_needed=needed,
            seconds=round(time.monotonic() - start, 1),
        )
        return mails
