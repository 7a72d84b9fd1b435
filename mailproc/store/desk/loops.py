"""Feedback loops and alarms as operators ask for them: who reported, what waits, what is wrong."""

from collections.abc import Callable, Sequence
from datetime import datetime

from mailproc.policy.hooks.alarm import Alarm, AlarmKind
from mailproc.store.engine.journal import Journal
from mailproc.store.engine.reader import Reader
from mailproc.store.outbox import alarms
from mailproc.store.outbox.alarms import CLEAR, RAISE, Clearing, Sighting
from mailproc.store.road import feedback
from mailproc.store.road.breaker import DROP_COUNTS
from mailproc.store.road.feedback import SourceCounts


class Loops:
    """The store's view of feedback loops: `Store.loops` is one."""

    def __init__(self, journal: Journal, reader: Reader, clock: Callable[[], datetime]) -> None:
        self._journal = journal
        self._reader = reader
        self._now = clock

    async def source_counts(self, account_id: str | None = None) -> list[SourceCounts]:
        """The sources that reported most, 200 at most, by account and source."""
        return await feedback.source_counts(self._reader, account_id)

    async def report_days(self, account_id: str, sources: Sequence[str], since: datetime) -> dict[str, list[datetime]]:
        """For each source that reported about our mail since then, the days on which it did, oldest first."""
        return await feedback.report_days(self._reader, account_id, sources, since)

    async def waiting_reports(self, account_id: str, sources: Sequence[str], *, limit: int) -> list[str]:
        """Mails with a report of these sources, or of a From domain below one, that wait in review, by id."""
        return await feedback.waiting_reports(self._reader, account_id, sources, limit)

    async def raise_alarm(self, sighting: Sighting) -> tuple[Alarm, ...]:
        """Write down that something is wrong; gives the alarm when it is new, and then hooks are told."""
        return await self._journal.submit(RAISE, sighting)

    async def clear_alarm(self, account_id: str, kind: AlarmKind, subject: str) -> None:
        """It is not wrong any more."""
        await self._journal.submit(CLEAR, Clearing(account_id=account_id, kind=kind, subject=subject))

    async def alarms(self, account_id: str | None = None) -> list[Alarm]:
        """What is wrong at present or was within the last hour, newest first."""
        return await alarms.open_alarms(self._reader, self._now(), account_id)

    async def forget_old_counts(self) -> None:
        """Drop what the breaker counted more than an hour ago."""
        await self._journal.submit(DROP_COUNTS, None)
