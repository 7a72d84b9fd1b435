"""A regular look at the feedback loops: enabled sources that fell silent raise an alarm; old counts are forgotten."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from mailproc.metrics import Metrics
from mailproc.policy.account import AccountPolicy
from mailproc.policy.hooks.alarm import AlarmKind
from mailproc.policy.sources.silence import SilenceLimits, is_silent
from mailproc.store.outbox.alarms import Sighting
from mailproc.store.store import Store
from mailproc.watch.alarm_bell import ring
from mailproc.watch.looking import keep_looking

LOOK_SECONDS = 600.0
LOOK_BACK = timedelta(days=180)


class FeedbackWatch:
    """Looks every ten minutes; `accounts` gives the policies in force."""

    def __init__(
        self, store: Store, accounts: Callable[[], Iterable[AccountPolicy]], limits: SilenceLimits, metrics: Metrics
    ) -> None:
        self._store = store
        self._accounts = accounts
        self._limits = limits
        self._metrics = metrics

    async def run(self) -> None:
        """Look until cancelled."""
        await keep_looking(self.look, LOOK_SECONDS)

    async def look(self, now: datetime) -> None:
        """One look. Raises StoreError."""
        await self._store.loops.forget_old_counts()
        for account in self._accounts():
            for source, last_at in (await silent_sources(self._store, account, now, self._limits)).items():
                sighting = Sighting(
                    account_id=account.id,
                    kind=AlarmKind.silent_source,
                    subject=source,
                    text=f"feedback source {source} has been silent since {last_at:%Y-%m-%d %H:%M} UTC",
                )
                ring(self._metrics, await self._store.loops.raise_alarm(sighting))
        await self._clear(now)

    async def _clear(self, now: datetime) -> None:
        """Alarms of sources that report again, or that nobody trusts any more, are over."""
        accounts = {account.id: account for account in self._accounts()}
        for alarm in await self._store.loops.alarms():
            if alarm.kind is AlarmKind.silent_source and alarm.last_at < now:
                account = accounts.get(alarm.account_id)
                silent = await silent_sources(self._store, account, now, self._limits) if account else {}
                if alarm.subject not in silent:
                    await self._store.loops.clear_alarm(alarm.account_id, alarm.kind, alarm.subject)


async def silent_sources(
    store: Store, account: AccountPolicy, now: datetime, limits: SilenceLimits
) -> dict[str, datetime]:
    """The enabled sources of an account that fell silent, with the time of their last report about its mail."""
    if not account.trusted_sources:
        return {}
    days = await store.loops.report_days(account.id, account.trusted_sources, now - LOOK_BACK)
    return {source: times[-1] for source, times in days.items() if is_silent(times, now, limits)}
