"""Numbers that the service looks up every few seconds: for metrics, for readiness, and to know when it is full."""

from collections import Counter
from datetime import datetime, timedelta

import structlog

from mailproc.metrics import Metrics
from mailproc.policy.hooks.alarm import AlarmKind
from mailproc.review.alarm import ReviewAlarm
from mailproc.store.store import Store
from mailproc.watch.looking import keep_looking

LOOK_SECONDS = 5.0
_TOO_LONG = timedelta(seconds=60)


class Gauges:
    """Reads the store's numbers; `undecided` and `waiting` are how many mails were so at the last look."""

    def __init__(self, store: Store, metrics: Metrics) -> None:
        self._store = store
        self._metrics = metrics
        self._log = structlog.get_logger()
        self._review_alarm = ReviewAlarm(metrics)
        self.undecided = 0
        self.waiting = 0

    async def run(self) -> None:
        """Look until cancelled."""
        await keep_looking(self.look, LOOK_SECONDS)

    async def look(self, now: datetime) -> None:
        """One look. Raises StoreError."""
        self.undecided, oldest = await self._store.undecided.count()
        age = now - oldest if oldest else timedelta()
        self._metrics.undecided.set(self.undecided)
        self._metrics.undecided_age.set(max(0.0, age.total_seconds()))
        if age > _TOO_LONG:
            self._log.error("undecided_too_long", count=self.undecided, age_seconds=round(age.total_seconds()))
        counts = await self._store.counts()
        waited = now - counts.waiting_since if counts.waiting_since else timedelta()
        self.waiting = counts.waiting
        self._metrics.waiting.set(counts.waiting)
        self._metrics.waiting_age.set(max(0.0, waited.total_seconds()))
        self._metrics.outbox.clear()  # what is not there any more must not stay
        for (hook, state), number in counts.outbox.items():
            self._metrics.outbox.labels(hook, state).set(number)
        self._review_alarm.heed(counts, now)
        wrong = Counter(alarm.kind.value for alarm in await self._store.loops.alarms())
        for kind in AlarmKind:
            self._metrics.alarms_open.labels(kind.value).set(wrong[kind.value])
        for one in await self._store.diagnosis.counts():
            self._metrics.why_answers.labels(one.account_id, one.step).set(one.count)
