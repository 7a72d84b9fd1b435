"""Being counted among the living: what this process has in hand, others leave to it."""

import asyncio
from collections.abc import Callable, Hashable, Iterable
from datetime import datetime, timedelta

from mailproc.store.engine.journal import Journal
from mailproc.store.road.ownership import STAY_ALIVE

Name = Hashable


class Presence:
    """Renews this process's row before it runs out; with nothing in hand it writes nothing."""

    def __init__(self, journal: Journal, clock: Callable[[], datetime], alive: timedelta) -> None:
        self._journal = journal
        self._clock = clock
        self._alive = alive
        self._in_hand: dict[Name, datetime | None] = {}
        self._alive_until: datetime | None = None
        self._task = asyncio.create_task(self._keep())

    def until(self) -> datetime:
        """How long a row written now says that this process is alive."""
        return self._clock() + self._alive

    def take(self, names: Iterable[Name], expires_at: datetime | None = None) -> None:
        """These mails or events are ours from now on. Whatever is enqueued after this call finds us alive."""
        self._in_hand.update(dict.fromkeys(names, expires_at))
        self.renew()

    def give(self, names: Iterable[Name]) -> None:
        """These are done with, or somebody else's."""
        for name in names:
            self._in_hand.pop(name, None)

    def was_written(self, alive_until: datetime) -> None:
        """Somebody wrote the row in a transaction of their own."""
        self._alive_until = alive_until

    def renew(self) -> None:
        """Have the row renewed when a third of its time is over."""
        if self._alive_until is not None and self._alive_until - self._clock() > self._alive * 2 / 3:
            return
        self._alive_until = self.until()
        self._journal.enqueue(STAY_ALIVE, self._alive_until).add_done_callback(self._renewed)

    def _renewed(self, done: asyncio.Future[None]) -> None:
        if done.cancelled() or done.exception() is not None:
            self._alive_until = None

    async def _keep(self) -> None:
        while True:
            await asyncio.sleep(self._alive.total_seconds() / 4)
            now = self._clock()
            self.give([name for name, expires_at in self._in_hand.items() if expires_at and expires_at < now])
            if self._in_hand:
                self.renew()

    async def close(self) -> None:
        """Stop renewing."""
        self._task.cancel()
        await asyncio.wait((self._task,))
