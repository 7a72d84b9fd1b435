"""Reading from SQLite: who asks at the same time is answered in one thread hop, however many statements it takes."""

import asyncio
import contextlib
import sqlite3
from collections import deque
from dataclasses import dataclass, field
from typing import Any, TypeVar

import aiosqlite

from mailproc.errors import StoreUnavailable
from mailproc.store.engine.sqlite_driver import connect_bare, in_one_hop, steps
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

    def tell(self, answer: object) -> None:
        """Give the answer to who asked, should they still wait."""
        if not self.answer.done():
            self.answer.set_result(answer)


@dataclass(slots=True)
class _Group:
    """Those who share a hop: `at_hand` is read for, `behind` comes next, unless the event loop takes it away again.

    Nobody is added, so that all who are read for had asked before the hop's one moment. What was read waits in
    `answers` for the event loop. Putting into a deque and taking out of it is one step for both threads.
    """

    behind: deque[_Asked]
    began: float
    at_hand: _Asked | None = None
    answers: deque[tuple[_Asked, Any]] = field(default_factory=deque)

    def next(self) -> _Asked | None:
        """Who is to be read for now; None at the end. Who has gone is passed over."""
        self.at_hand = None
        with contextlib.suppress(IndexError):
            self.at_hand = self.behind.popleft()
            while self.at_hand.answer.done():
                self.at_hand = self.behind.popleft()
            return self.at_hand
        return None


class SqliteReaders:
    """Connections that only read, at most `most`, each opened when it is needed and none is free."""

    def __init__(self, path: str, busy_timeout_seconds: float, most: int) -> None:
        self._path = path
        self._busy_timeout_seconds = busy_timeout_seconds
        self._most = most
        self._waiting: deque[_Asked] = deque()
        self._groups: dict[asyncio.Task[None], _Group] = {}
        self._free: list[aiosqlite.Connection] = []
        self._next_look: asyncio.TimerHandle | None = None
        self._is_closed = False

    async def run(self, transaction: Transaction[Result]) -> Result:
        """The result of a transaction; all that it reads is of one moment.

        Raises sqlite3.Error, StoreUnavailable once it was closed, or what the transaction itself raises.
        """
        if self._is_closed:
            raise StoreUnavailable("the store is closed")
        asked = _Asked(transaction, asyncio.get_running_loop().create_future())
        self._waiting.append(asked)
        if not self._groups:
            self._begin()
        self._look_again()
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
        if not self._waiting or len(self._groups) >= self._most:
            return
        some = deque(self._waiting.popleft() for _ in range(min(_TOGETHER, len(self._waiting))))
        group = _Group(some, asyncio.get_running_loop().time())
        answering = asyncio.create_task(self._answer(group))
        self._groups[answering] = group
        answering.add_done_callback(self._ended)

    def _look_again(self) -> None:
        """While any are read for: look in a moment whether somebody waits for something long."""
        if self._groups and self._next_look is None:
            self._next_look = asyncio.get_running_loop().call_later(_LONG_SECONDS, self._look)

    def _look(self) -> None:
        """Who stands before something long has their answer now, and who stands behind it is answered beside it."""
        self._next_look = None
        long_ago = asyncio.get_running_loop().time() - _LONG_SECONDS
        for group in self._groups.values():
            if group.began <= long_ago:
                _tell(group)
                self._take_back(group)
        self._begin()
        self._look_again()

    def _take_back(self, group: _Group) -> None:
        with contextlib.suppress(IndexError):  # its thread takes from the other end
            while True:
                self._waiting.appendleft(group.behind.pop())

    def _ended(self, group: asyncio.Task[None]) -> None:
        del self._groups[group]
        self._begin()
        self._look_again()

    async def _answer(self, group: _Group) -> None:
        """An error is an answer to the one whose transaction raised it; those behind are asked anew."""
        error = (await asyncio.gather(self._read(group), return_exceptions=True))[0]
        _tell(group)
        if error is not None:
            culprit = group.at_hand or group.next()  # nobody was at hand yet where no connection could be had
            if culprit is not None and not culprit.answer.done():
                culprit.answer.set_exception(error)
        self._take_back(group)

    async def _read(self, group: _Group) -> None:
        connection = self._free.pop() if self._free else await connect_bare(self._path, self._busy_timeout_seconds)
        is_sound = True
        try:
            await in_one_hop(connection, lambda driver: _read_each(driver, group))
        except sqlite3.Error:
            is_sound = False
            raise
        finally:
            if is_sound:
                self._free.append(connection)
            else:
                await _let_go(connection)


async def _let_go(connection: aiosqlite.Connection) -> None:
    with contextlib.suppress(sqlite3.Error):
        await connection.close()


def _tell(group: _Group) -> None:
    while group.answers:
        asked, answer = group.answers.popleft()
        asked.tell(answer)


def _read_each(connection: sqlite3.Connection, group: _Group) -> None:
    """Answer a group in one transaction, without which each SELECT would be of its own moment."""
    connection.execute("BEGIN")
    try:
        while asked := group.next():
            group.answers.append((asked, steps(connection, asked.transaction)))
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
