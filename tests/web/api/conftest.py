"""The application on a database of either kind."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest
from api_house import Api, opened_api


@pytest.fixture
async def api(database_url: str) -> AsyncIterator[Api]:
    """The application on either database."""
    async with AsyncExitStack() as stack:
        yield await opened_api(database_url, stack)


@pytest.fixture
async def small_api(sqlite_url: str) -> AsyncIterator[Api]:
    """The same where the database does not matter."""
    async with AsyncExitStack() as stack:
        yield await opened_api(sqlite_url, stack)
