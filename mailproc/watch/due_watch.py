"""A regular look at what is late: reviews past their due date, mail that waits, what a hook was not told (R51)."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta

from mailproc.metrics import Metrics
from mailproc.policy.deciding.patience import PATIENCE
from mailproc.policy.hooks.alarm import AlarmKind
from mailproc.policy.hooks.due import LONGEST_UNMET, Urgency
from mailproc.store.outbox.alarms import Sighting
from mailproc.store.store import Store
from mailproc.watch.alarm_bell import ring
from mailproc.watch.looking import keep_looking

LOOK_SECONDS = 300.0
LONGEST_WAITING = PATIENCE + timedelta(hours=1)  # by then every mail that waited has had its turn
_KINDS = (AlarmKind.overdue, AlarmKind.undelivered, AlarmKind.waiting)


class DueWatch:
    """Looks every five minutes: raises what is late, and ends the alarms of what no longer is."""

    def __init__(self, store: Store, metrics: Metrics) -> None:
        self._store = store
        self._metrics = metrics

    async def run(self) -> None:
        """Look until cancelled."""
        await keep_looking(self.look, LOOK_SECONDS)

    async def look(self, now: datetime) -> None:
        """One look. Raises StoreError."""
        unmet = await self._store.requests.counts()
        self._metrics.requests_unmet.clear()  # what is not there any more must not stay
        for (account_id, what, urgency), count in unmet.items():
            self._metrics.requests_unmet.labels(account_id, what, urgency.value).set(count)
        late = [*_pressing(unmet), *await self._late(now)]
        for sighting in late:
            ring(self._metrics, await self._store.loops.raise_alarm(sighting))
        still = {(one.account_id, one.kind, one.subject) for one in late}
        for alarm in await self._store.loops.alarms():
            if alarm.kind in _KINDS and (alarm.account_id, alarm.kind, alarm.subject) not in still:
                await self._store.loops.clear_alarm(alarm.account_id, alarm.kind, alarm.subject)

    async def _late(self, now: datetime) -> list[Sighting]:
        overdue = [
            Sighting(
                account_id=account_id,
                kind=AlarmKind.overdue,
                subject="reviews",
                text=f"{count} reviews are past their due date: mailproc review list --overdue",
            )
            for account_id, count in (await self._store.desk.overdue()).items()
        ]
        undelivered = [
            Sighting(
                account_id=account_id,
                kind=AlarmKind.undelivered,
                subject=hook,
                text=f"{count} entries for {hook} are older than a day and not delivered: mailproc outbox list",
            )
            for (account_id, hook), count in (await self._store.desk.undelivered(now - LONGEST_UNMET)).items()
        ]
        waiting = [
            Sighting(
                account_id=account_id,
                kind=AlarmKind.waiting,
                subject="mail",
                text=f"{count} mails have waited for more than a day for an answer about their sender",
            )
            for account_id, count in (await self._store.waiting.too_long(now - LONGEST_WAITING)).items()
        ]
        return overdue + undelivered + waiting


def _pressing(unmet: Mapping[tuple[str, str, Urgency], int]) -> list[Sighting]:
    """An alarm for each account with requests that are past or near their due date, and that a hook was not told of."""
    late, near = Counter[str](), Counter[str]()
    for (account_id, what, urgency), count in unmet.items():
        if what == "event":
            late[account_id] += count * (urgency is Urgency.late)
            near[account_id] += count * (urgency is Urgency.near)
    return [
        Sighting(
            account_id=account_id,
            kind=AlarmKind.overdue,
            subject="requests",
            text="a hook was not told of requests: mailproc overdue; past their due date: "
            f"{late[account_id]}, near it: {near[account_id]}",
        )
        for account_id in sorted({*late, *near})
        if late[account_id] or near[account_id]
    ]
