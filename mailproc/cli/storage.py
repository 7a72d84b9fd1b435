"""The store as a command uses it, beside a service that may run."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Coroutine
from typing import Any, TypeVar

from mailproc.account_policies import scopes_of, with_lists
from mailproc.errors import StoreError
from mailproc.holiday_calendar import due_rule_of
from mailproc.policy.standing import BounceThresholds
from mailproc.settings import Settings
from mailproc.store.engine.journal import nobody_forwards
from mailproc.store.store import Store

Result = TypeVar("Result")


def run(work: Coroutine[Any, Any, Result]) -> Result:
    """Run a command's coroutine to its end."""
    return asyncio.run(work)


@contextlib.asynccontextmanager
async def open_store(settings: Settings, *, forwards: bool = True) -> AsyncIterator[Store]:
    """The store of these settings; without `forwards` no mail goes to people."""
    thresholds = {
        account.id: BounceThresholds(
            hard=account.hard_bounces,
            unsure=account.unsure_bounces,
            soft=account.soft_bounces,
            soft_days=account.soft_bounce_days,
        )
        for account in settings.account
    }
    store = await Store.open(
        settings.database,
        settings.store,
        hooks_of=settings.hooks_of,
        alarm_hooks_of=settings.alarm_hooks_of,
        probe_hooks_of=settings.probe_hooks_of,
        forwarding_of=settings.forwarding_of if forwards else nobody_forwards,
        breaker=settings.breaker.limits(),
        thresholds_of=lambda account_id: thresholds.get(account_id, BounceThresholds()),
        scopes=scopes_of(settings),
        due=due_rule_of(settings.due),
    )
    try:
        yield store
    finally:
        await store.close()


def with_stored_lists(settings: Settings) -> Settings:
    """The settings with the lists that were made by command, where a database is there."""
    try:
        return run(_with_lists(settings))
    except StoreError:  # no database yet, or none that can be read: then the settings' own lists are all there are
        return settings


async def _with_lists(settings: Settings) -> Settings:
    async with open_store(settings) as store:
        return with_lists(settings, await store.lists.all())
