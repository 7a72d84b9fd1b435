"""Stores on one database and one clock, as processes beside each other, and SQL behind their backs."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine
from store_values import Clock, Opening, Sql, hooks

from mailproc.settings.settings import StoreSettings
from mailproc.store.store import Store


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def opening(database_url: str, clock: Clock) -> AsyncIterator[Opening]:
    """Opens a store as a test wants it, with the hook `crm` unless that says otherwise; all are closed at the end."""
    opened: list[Store] = []

    async def open_store(*, alive_seconds: float = 5, **wanted: Any) -> Store:
        options = {"hooks_of": hooks("crm"), "clock": clock, **wanted}
        opened.append(await Store.open(database_url, StoreSettings(alive_seconds=alive_seconds), **options))
        return opened[-1]

    yield open_store
    for one in opened:
        await one.close()


@pytest.fixture
async def sql(database_url: str) -> AsyncIterator[Sql]:
    """Runs SQL behind the store's back."""
    engine = create_async_engine(database_url)

    async def run(statement: str, **parameters: Any) -> None:
        async with engine.begin() as connection:
            await connection.execute(text(statement), parameters)

    yield run
    await engine.dispose()
