"""Reading from SQLite: who asks at the same time is answered in one thread hop, however many statements it takes."""

import asyncio
import contextlib
import sqlite3
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import aiosqlite

from mailproc.errors import StoreUnavailable
from mailproc.store.engine.sqlite_driver import in_one_hop, steps
from mailproc.store.engine.statement import Transaction

Result = TypeVar("Result")

# Threads of one process take turns, and a turn costs more than what most ask for: while some are answered, the next
# gather. Who came behind something that takes longer than this is answered beside it.
_LONG_SECONDS = 0.003
_TOGETHER = 16


@dataclass(frozen=True, slots=True)
class _Asked:
    transaction: Transaction[Any]
    answer: asyncio.Future[Any]


class SqliteReaders:
    """Connections that only read, at most `most`, each opened when it is needed and none is free."""

    def __init__(self, path: str, busy_timeout_seconds: float, most: int) -> None:
        self._path = path
        self._busy_timeout_seconds = busy_timeout_seconds
        self._most = most
        self._waiting: deque[_Asked] = deque()
        self._groups: set[asyncio.Task[None]] = set()
        self._free: list[aiosqlite.Connection] = []
        self._is_closed = False

    async def run(self, transaction: Transaction[Result]) -> Result:
        """The result of a transaction; all that it reads is of one moment.

        Raises sqlite3.Error, StoreUnavailable once it was closed, or what the transaction itself raises.
        """
        if self._is_closed:
            raise StoreUnavailable("the store is closed")
        loop = asyncio.get_running_loop()
        asked = _Asked(transaction, loop.create_future())
        self._waiting.append(asked)
        if not self._groups:
            self._begin()
        elif len(self._waiting) == 1:
            loop.call_later(_LONG_SECONDS, self._begin)
        result: Result = await asked.answer
        return result

    async def close(self) -> None:
        """Answer those who wait, then let the connections go."""
        self._is_closed = True
        while self._groups:
            await asyncio.wait(self._groups)
        while self._free:
            await _let_go(self._free.pop())

    def _begin(self) -> None:
        """Answer some of those who wait, where a connection can be had."""
        if self._waiting and len(self._groups) < self._most:
            some = [self._waiting.popleft() for _ in range(min(_TOGETHER, len(self._waiting)))]
            group = asyncio.create_task(self._answer(some))
            self._groups.add(group)
            group.add_done_callback(self._ended)

    def _ended(self, group: asyncio.Task[None]) -> None:
        self._groups.discard(group)
        self._begin()

    async def _answer(self, group: Sequence[_Asked]) -> None:
        """An error is an answer to the one whose transaction raised it; those behind it are asked once more."""
        answers: list[Any] = []
        error = (await asyncio.gather(self._read(group, answers), return_exceptions=True))[0]
        for asked, answer in zip(group, answers, strict=False):
            if not asked.answer.done():  # else nobody waits any more
                asked.answer.set_result(answer)
        if error is not None:
            culprit, behind = group[len(answers)], group[len(answers) + 1 :]
            if not culprit.answer.done():
                culprit.answer.set_exception(error)
            self._waiting.extendleft(reversed(behind))

    async def _read(self, group: Sequence[_Asked], answers: list[Any]) -> None:
        connection = self._free.pop() if self._free else await self._connect()
        is_sound = True
        try:
            await in_one_hop(connection, lambda driver: _read_each(driver, group, answers))
        except sqlite3.Error:
            is_sound = False
            raise
        finally:
            if is_sound:
                self._free.append(connection)
            else:
                await _let_go(connection)

    async def _connect(self) -> aiosqlite.Connection:
        return await aiosqlite.connect(
            self._path, timeout=self._busy_timeout_seconds, isolation_level=None, cached_statements=256
        )


async def _let_go(connection: aiosqlite.Connection) -> None:
    with contextlib.suppress(sqlite3.Error):
        await connection.close()


def _read_each(connection: sqlite3.Connection, group: Sequence[_Asked], answers: list[Any]) -> None:
    """Answer a group in one transaction: without it each SELECT would be of its own moment."""
    connection.execute("BEGIN")
    try:
        for asked in group:
            answers.append(steps(connection, asked.transaction))  # noqa: PERF401 - those before an error count
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
