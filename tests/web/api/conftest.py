"""The application on a database of either kind."""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from api_house import Api, opened_api

from mailproc.web.server import HttpServer


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


@pytest.fixture(scope="session")
def served(migrated_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """The API on a real socket, in a thread of its own: its address, and a token that may do everything."""
    path = tmp_path_factory.mktemp("fuzzed") / "mailproc.db"
    path.write_bytes(migrated_file.read_bytes())
    told: list[tuple[str, str]] = []
    is_up, is_over = threading.Event(), asyncio.Event()
    loop = asyncio.new_event_loop()

    async def serve() -> None:
        async with AsyncExitStack() as stack:
            api = await opened_api(f"sqlite+aiosqlite:///{path}", stack, api_calls_per_minute=1_000_000)
            server = HttpServer(("127.0.0.1:0",), api.application)
            await server.start()
            host, port = server.addresses[0]
            told.append((f"http://{host}:{port}/api/v1", (await api.token())[0]))
            is_up.set()
            await is_over.wait()
            await server.stop()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    assert is_up.wait(30)
    yield told[0]
    loop.call_soon_threadsafe(is_over.set)
    thread.join()
    loop.close()
