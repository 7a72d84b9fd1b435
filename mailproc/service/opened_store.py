"""The store of an installation: what its settings say about hooks, bounces, reach and due dates, told to it."""

from mailproc.policy.standing.standing import DEFAULT_THRESHOLDS, BounceThresholds
from mailproc.settings.account_policies import scopes_of
from mailproc.settings.holiday_calendar import due_rule_of
from mailproc.settings.settings import Settings
from mailproc.store.engine.operation import nobody_forwards
from mailproc.store.store import Store


async def opened_store(settings: Settings, *, forwards: bool = True) -> Store:
    """Open the store of these settings; without `forwards` no mail goes to people. Raises as `Store.open` does."""
    thresholds = _thresholds_in(settings)
    return await Store.open(
        settings.database,
        settings.store,
        hooks_of=settings.hooks_of,
        alarm_hooks_of=settings.alarm_hooks_of,
        probe_hooks_of=settings.probe_hooks_of,
        forwarding_of=settings.forwarding_of if forwards else nobody_forwards,
        breaker=settings.breaker.limits(),
        thresholds_of=lambda account_id: thresholds.get(account_id, DEFAULT_THRESHOLDS),
        scopes=scopes_of(settings),
        due=due_rule_of(settings.due),
    )


def _thresholds_in(settings: Settings) -> dict[str, BounceThresholds]:
    return {
        account.id: BounceThresholds(
            hard=account.hard_bounces,
            unsure=account.unsure_bounces,
            soft=account.soft_bounces,
            soft_days=account.soft_bounce_days,
        )
        for account in settings.account
    }
