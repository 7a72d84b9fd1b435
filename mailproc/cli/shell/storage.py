"""The store as a command uses it, beside a service that may run."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Coroutine
from typing import Any, TypeVar

from mailproc.errors import StoreError
from mailproc.service.opened_store import opened_store
from mailproc.settings.account_policies import with_lists
from mailproc.settings.settings import Settings
from mailproc.store.store import Store

Result = TypeVar("Result")


def run(work: Coroutine[Any, Any, Result]) -> Result:
    """Run a command's coroutine to its end."""
    return asyncio.run(work)


@contextlib.asynccontextmanager
async def open_store(settings: Settings, *, forwards: bool = True) -> AsyncIterator[Store]:
    """The store of these settings; without `forwards` no mail goes to people."""
    store = await opened_store(settings, forwards=forwards)
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
