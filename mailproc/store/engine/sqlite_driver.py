"""Writing to SQLite: one connection, one thread hop per transaction, checkpoints beside the writer's path."""

import asyncio
import contextlib
import sqlite3
import time
from collections.abc import Callable
from typing import TypeVar

import aiosqlite

from mailproc.errors import StoreError, StoreFull, StoreUnavailable
from mailproc.store.engine.driver import ValuesRefused
from mailproc.store.engine.sql_errors import not_sound
from mailproc.store.engine.statement import Rows, Step, Transaction

Result = TypeVar("Result")

CHECKPOINT_BYTES = 4 * 1024 * 1024  # about so much is written between two checkpoints
# Beyond it the writer itself makes way for a checkpoint, after which the WAL is written over from its beginning: a file
# that grows takes three times as long to sync as one that is written over, because its metadata are synced, too.
WAL_BYTES = 8 * 1024 * 1024
_KEPT_WAL_BYTES = 64 * 1024 * 1024  # a WAL that a long reader made larger is cut back to this
_PAGE_BYTES = 4096
_LOOK_SECONDS = 0.002  # between two looks whether another process still writes
_ROW_BYTES = 4096  # what a transaction writes beside the content of mails, roughly

_UNAVAILABLE = frozenset(
    {
        sqlite3.SQLITE_PERM,
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_PROTOCOL,
        sqlite3.SQLITE_AUTH,
    }
)
_PRAGMAS = f"""
PRAGMA journal_mode=WAL;
PRAGMA synchronous=FULL;
PRAGMA wal_autocheckpoint=0;
PRAGMA journal_size_limit={_KEPT_WAL_BYTES};
PRAGMA cache_size=-65536;
"""


def store_error_of(error: sqlite3.Error) -> StoreError:
    """What an error of SQLite means for whoever wanted to write."""
    code = _primary_code(error)
    if code == sqlite3.SQLITE_FULL:
        return StoreFull("the database is full")
    if unsound := not_sound(error):
        return StoreUnavailable(str(unsound))  # once a backup is restored, whatever waits can be written
    if code in _UNAVAILABLE:
        return StoreUnavailable(f"the database does not answer: {error}")
    return ValuesRefused(str(error))


def _primary_code(error: sqlite3.Error) -> int:
    return getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF


async def connect_bare(path: str, busy_timeout_seconds: float) -> aiosqlite.Connection:
    """The same without any settings of ours.

    One that nobody closed keeps no process from ending, as with SQLAlchemy: what was committed is in the file, and
    nothing else would be. `_thread` is private to aiosqlite, which has no word for it.
    """
    connection = aiosqlite.connect(path, timeout=busy_timeout_seconds, isolation_level=None, cached_statements=256)
    connection._thread.daemon = True
    return await connection


async def connect(path: str, busy_timeout_seconds: float) -> aiosqlite.Connection:
    """Open a connection in autocommit mode: Python's own BEGIN would leave reads before the first write outside."""
    connection = await connect_bare(path, busy_timeout_seconds)
    async with contextlib.AsyncExitStack() as undo:
        undo.push_async_callback(connection.close)
        await connection.executescript(_PRAGMAS)
        undo.pop_all()
    return connection


async def in_one_hop(connection: aiosqlite.Connection, function: Callable[[sqlite3.Connection], Result]) -> Result:
    """Run a function on the connection's own thread.

    `_execute` is private to aiosqlite, which offers a hop per statement only: a transaction of ten statements would
    cost ten hops, each dearer than the statement. This is the one place that leans on it.
    """
    result: Result = await connection._execute(function, connection._conn)  # type: ignore[no-untyped-call]
    return result


class SqliteDriver:
    """The one writing connection of this process; made anew when it broke."""

    def __init__(self, path: str, busy_timeout_seconds: float) -> None:
        self._path = path
        self._busy_timeout_seconds = busy_timeout_seconds
        self._connection: aiosqlite.Connection | None = None
        self._checkpointer = _Checkpointer(path, busy_timeout_seconds)

    async def run(self, work: Callable[[], Transaction[Result]], *, size_bytes: int = 0) -> Result:
        """See Driver. Waits for another process's lock as long as `busy_timeout_seconds`."""
        try:
            if self._connection is None:
                self._connection = await connect(self._path, self._busy_timeout_seconds)
                await self._connection.execute("PRAGMA busy_timeout = 0")  # from here on _begin waits itself
            if self._checkpointer.is_behind:
                await in_one_hop(self._connection, _checkpoint)
                self._checkpointer.is_behind = False
            result = await in_one_hop(
                self._connection, lambda connection: _run(connection, work(), self._busy_timeout_seconds)
            )
        except sqlite3.Error as error:
            if isinstance(meaning := store_error_of(error), StoreUnavailable) and is_broken(error):
                await self._disconnect()
            raise meaning from error
        self._checkpointer.wrote(size_bytes + _ROW_BYTES)
        return result

    async def close(self) -> None:
        """See Driver."""
        await self._checkpointer.close()
        await self._disconnect()

    async def _disconnect(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with contextlib.suppress(sqlite3.Error):
                await connection.close()


def is_broken(error: sqlite3.Error) -> bool:
    """Whether the connection is past use: it waits for locks and room well, but not for a disk that fails."""
    return _primary_code(error) not in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_FULL)


def _begin(connection: sqlite3.Connection, busy_timeout_seconds: float) -> None:
    """Begin to write, as soon as nobody else does.

    SQLite itself looks ever more seldom, up to ten times a second: beside a long import, which lets go of the lock for
    some milliseconds again and again, it would find it taken for seconds.
    """
    deadline = time.monotonic() + busy_timeout_seconds
    while True:
        try:
            connection.execute("BEGIN IMMEDIATE")
            return
        except sqlite3.OperationalError as error:
            if _primary_code(error) != sqlite3.SQLITE_BUSY or time.monotonic() >= deadline:
                raise
        time.sleep(_LOOK_SECONDS)


def _run(connection: sqlite3.Connection, transaction: Transaction[Result], busy_timeout_seconds: float) -> Result:
    _begin(connection, busy_timeout_seconds)
    try:
        result = steps(connection, transaction)
        connection.execute("COMMIT")
        return result
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def steps(connection: sqlite3.Connection, transaction: Transaction[Result]) -> Result:
    """Take each step of a transaction in turn; gives its result. Who calls begins and ends. Raises sqlite3.Error."""
    answer: Rows = ()
    try:
        step = next(transaction)
        while True:
            answer = _execute(connection, step)
            step = transaction.send(answer)
    except StopIteration as end:
        result: Result = end.value
        return result


def _execute(connection: sqlite3.Connection, step: Step) -> Rows:
    compiled = step.statement.compiled("sqlite")
    if compiled is None:
        return ()
    if compiled.returns_rows:
        return connection.execute(compiled.sql, compiled.arguments(step.rows[0])).fetchall()
    written = connection.executemany(compiled.sql, map(compiled.arguments, step.rows)).rowcount
    return ((written,),)


def _checkpoint(connection: sqlite3.Connection) -> int:
    """Copy what can be copied without waiting for anyone; gives the bytes that the WAL holds."""
    _busy, pages, _copied = connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
    return int(pages) * _PAGE_BYTES


class _Checkpointer:
    """Copies the WAL into the database on a connection of its own, so that no commit waits for it.

    While mail pours in, the WAL never comes to its end and grows; then `is_behind` asks the writer to do one checkpoint
    between two batches, when nobody else writes.
    """

    def __init__(self, path: str, busy_timeout_seconds: float) -> None:
        self._path = path
        self._busy_timeout_seconds = busy_timeout_seconds
        self._connection: aiosqlite.Connection | None = None
        self._written_bytes = 0
        self._running: asyncio.Task[None] | None = None
        self.is_behind = False

    def wrote(self, size_bytes: int) -> None:
        """Count what was written; begin a checkpoint when it is time and none runs."""
        self._written_bytes += size_bytes
        if self._written_bytes >= CHECKPOINT_BYTES and (self._running is None or self._running.done()):
            self._written_bytes = 0
            self._running = asyncio.create_task(self._run())

    async def _run(self) -> None:
        with contextlib.suppress(sqlite3.Error):  # the next one tries again; the data is safe in the WAL
            if self._connection is None:
                self._connection = await connect(self._path, self._busy_timeout_seconds)
            self.is_behind = await in_one_hop(self._connection, _checkpoint) > WAL_BYTES

    async def close(self) -> None:
        """Wait for the checkpoint that runs, and let go."""
        if self._running is not None:
            await self._running
        if self._connection is not None:
            with contextlib.suppress(sqlite3.Error):
                await self._connection.close()
