"""Writing to PostgreSQL: one connection, each step awaited, conflicts between processes tried again."""

import asyncio
from collections.abc import Callable
from typing import Any, TypeVar

import asyncpg
from sqlalchemy import URL

from mailproc.errors import StoreError, StoreFull, StoreUnavailable
from mailproc.store.engine.driver import ValuesRefused
from mailproc.store.engine.locks import LOCK, OutOfOrder, lock, locks_text, still_wanted
from mailproc.store.engine.statement import Rows, Step, Transaction

Result = TypeVar("Result")

_ATTEMPTS = 5
_PAUSE_SECONDS = 0.02
_COMMAND_SECONDS = 60  # after which a connection counts as dead
_CLOSE_SECONDS = 5
_ERRORS = (asyncpg.PostgresError, asyncpg.InterfaceError, OSError)  # a TimeoutError is an OSError
_FULL = ("53100",)  # disk_full
_AGAIN = ("40001", "40P01")  # serialization_failure, deadlock_detected
# Classes of SQLSTATE that are about the server and not about what is written: connection, resources, operator, system.
_UNAVAILABLE_CLASSES = ("08", "25", "53", "55", "57", "58", "XX")


def store_error_of(error: Exception) -> StoreError:
    """What an error of the driver means for whoever wanted to write."""
    state = getattr(error, "sqlstate", None) or ""
    if state in _FULL:
        return StoreFull("the database is full")
    if isinstance(error, asyncpg.PostgresError):
        if state in _AGAIN or state[:2] in _UNAVAILABLE_CLASSES or state[:3] == "28P":
            return StoreUnavailable(f"the database does not answer: {error}")
        return ValuesRefused(str(error))
    if isinstance(error, asyncpg.InterfaceError) and isinstance(error, ValueError):
        return ValuesRefused(str(error))  # a value that the driver cannot encode
    return StoreUnavailable(f"the database cannot be reached: {error}")


class PostgresDriver:
    """The one writing connection of this process; made anew when it broke."""

    def __init__(self, url: URL, busy_timeout_seconds: float) -> None:
        self._dsn = url.set(drivername="postgresql").render_as_string(hide_password=False)
        self._busy_timeout_seconds = busy_timeout_seconds
        self._connection: Any = None

    async def run(self, work: Callable[[], Transaction[Result]], *, size_bytes: int = 0) -> Result:
        """See Driver. Deadlocks and serialization failures are tried again a few times.

        What needs locks out of order begins anew with them, which are more each time, until it has all.
        """
        attempt, needed = 0, frozenset[int]()
        while True:
            attempt += 1
            try:
                return await self._once(work(), needed)
            except OutOfOrder as more:
                attempt, needed = attempt - 1, more.needed
                continue
            except _ERRORS as error:
                await self._disconnect_if_broken()
                if attempt >= _ATTEMPTS or getattr(error, "sqlstate", None) not in _AGAIN:
                    raise store_error_of(error) from error
            await asyncio.sleep(_PAUSE_SECONDS * attempt)

    async def close(self) -> None:
        """See Driver."""
        connection, self._connection = self._connection, None
        if connection is not None:
            try:
                await connection.close(timeout=_CLOSE_SECONDS)
            except _ERRORS:
                connection.terminate()

    async def _once(self, transaction: Transaction[Result], needed: frozenset[int]) -> Result:
        connection = await self._connected()
        await connection.execute("BEGIN")
        try:
            result = await _steps(connection, _with_locks(transaction, needed))
            await connection.execute("COMMIT")
            return result
        finally:
            if not connection.is_closed() and connection.is_in_transaction():
                await connection.execute("ROLLBACK")

    async def _connected(self) -> Any:
        if self._connection is None or self._connection.is_closed():
            self._connection = await asyncpg.connect(
                self._dsn,
                timeout=self._busy_timeout_seconds,
                command_timeout=_COMMAND_SECONDS,
                server_settings={
                    "application_name": "mailproc",
                    "lock_timeout": f"{int(self._busy_timeout_seconds * 1000)}",
                },
            )
        return self._connection

    async def _disconnect_if_broken(self) -> None:
        connection = self._connection
        if connection is not None and (connection.is_closed() or connection.is_in_transaction()):
            self._connection = None
            connection.terminate()


def _with_locks(transaction: Transaction[Result], needed: frozenset[int]) -> Transaction[Result]:
    if needed:
        yield from lock(needed)
    return (yield from transaction)


async def _steps(connection: Any, transaction: Transaction[Result]) -> Result:
    held: set[int] = set()
    try:
        step = next(transaction)
        while True:
            if step.statement is LOCK:
                answer = await _lock(connection, step, held)
            else:
                answer = await _execute(connection, step)
            step = transaction.send(answer)
    except StopIteration as end:
        result: Result = end.value
        return result


async def _lock(connection: Any, step: Step, held: set[int]) -> Rows:
    """Take what is not held yet; gives one row: whether there was anything to take."""
    if wanted := still_wanted(step, held):
        await _execute(connection, Step(LOCK, ({"locks": locks_text(wanted)},)))
        held |= wanted
    return ((bool(wanted),),)


async def _execute(connection: Any, step: Step) -> Rows:
    compiled = step.statement.compiled("postgresql")
    if compiled is None:
        return ()
    if compiled.returns_rows:
        rows: Rows = await connection.fetch(compiled.sql, *compiled.arguments(step.rows[0]))
        return rows
    if len(step.rows) == 1:
        await connection.execute(compiled.sql, *compiled.arguments(step.rows[0]))
    else:
        await connection.executemany(compiled.sql, [compiled.arguments(row) for row in step.rows])
    return ()
