"""Making a database and bringing its tables up to date."""

import contextlib
import os
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, event, make_url, text
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from mailproc.errors import StoreError, StoreUnavailable
from mailproc.store.engine.private_file import make_private_file
from mailproc.store.engine.revision import schema_state_of
from mailproc.store.engine.sql_errors import store_errors
from mailproc.store.results import SchemaState

DRIVERS = ("sqlite+aiosqlite", "postgresql+asyncpg")


def parse_url(url: str) -> URL:
    """A database's URL. Raises StoreError when it names none of the two databases."""
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise StoreError(
            "the database URL cannot be read; write sqlite+aiosqlite:///path or postgresql+asyncpg://…"
        ) from None
    if parsed.drivername not in DRIVERS:
        raise StoreError(f"unknown database {parsed.drivername!r}; there are {' and '.join(DRIVERS)}")
    if is_sqlite(parsed) and parsed.database in (None, "", ":memory:"):
        raise StoreError("the database URL names no file; write sqlite+aiosqlite:///path")
    return parsed


def is_sqlite(url: URL) -> bool:
    """Whether the URL names a file."""
    return url.drivername == DRIVERS[0]


def is_missing_file(url: URL) -> bool:
    """Whether the URL names a file that is not there."""
    return is_sqlite(url) and not Path(str(url.database)).exists()


def free_disk_of(url: str) -> Callable[[], int] | None:
    """What tells how many bytes are left where an embedded database lives; None for one on a server."""
    parsed = parse_url(url)
    if not is_sqlite(parsed):
        return None
    folder = Path(str(parsed.database)).parent

    def free_disk_bytes() -> int:
        stat = os.statvfs(folder)
        return stat.f_bavail * stat.f_frsize

    return free_disk_bytes


async def schema_state(url: str) -> SchemaState:
    """Which revision a database has. Raises StoreUnavailable when it does not exist or does not answer."""
    parsed = parse_url(url)
    if is_missing_file(parsed):
        raise StoreUnavailable(f"there is no database {parsed.database}; run `mailproc db migrate`")
    async with _connected(parsed) as engine, engine.connect() as connection:
        return await connection.run_sync(schema_state_of)


def nobody_is_told(line: str) -> None:
    """Nothing is said of a migration's progress."""


async def migrate(url: str, tell: Callable[[str], None] = nobody_is_told) -> list[str]:
    """Make the database if there is none (SQLite), and bring its tables up to date.

    Gives the revisions that were applied, oldest first; empty when it was up to date. `tell` hears, in lines for an
    operator, how far a long revision has come, and what is to be done after one. Raises StoreError.
    """
    from mailproc.store.engine.upgrading import upgrade  # here: opening a database that is up to date needs no Alembic

    parsed = parse_url(url)
    if is_sqlite(parsed):
        _make_file(Path(str(parsed.database)))
        async with _connected(parsed) as engine, engine.connect() as connection:
            await connection.execute(text("PRAGMA journal_mode=WAL"))
    async with _connected(parsed) as engine:
        if is_sqlite(parsed):
            _begin_before_tables_change(engine)
        async with engine.begin() as connection:
            return await connection.run_sync(upgrade, tell)


def _begin_before_tables_change(engine: AsyncEngine) -> None:
    """Python begins a transaction at the first row that is written: tables made before it stayed behind alone when a
    migration was broken off, and no later one got past them.
    """

    @event.listens_for(engine.sync_engine, "connect")
    def leave_beginning_to_us(connection: Any, _: object) -> None:
        connection.isolation_level = None

    @event.listens_for(engine.sync_engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")


async def create_if_new(url: str) -> list[str]:
    """Make and migrate an SQLite file that does not exist yet; anything else is left as it is."""
    parsed = parse_url(url)
    if is_missing_file(parsed):
        return await migrate(url)
    return []


def _make_file(path: Path) -> None:
    """An empty file that nobody else can read, with its folders; SQLite gives what it makes beside it the same mode."""
    try:
        missing = [folder for folder in path.parents if not folder.exists()]
        for folder in reversed(missing):
            folder.mkdir(mode=0o700, exist_ok=True)
        make_private_file(path)
    except FileExistsError:
        return
    except OSError as error:
        raise StoreUnavailable(f"cannot make {path}: {error.strerror}") from None


@contextlib.asynccontextmanager
async def _connected(url: URL) -> AsyncIterator[AsyncEngine]:
    engine = create_async_engine(url)
    try:
        with store_errors():
            yield engine
    finally:
        await engine.dispose()
