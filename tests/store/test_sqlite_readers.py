"""The reading connections to an SQLite file: who shares a thread with others has no part in what becomes of them."""

import asyncio
import sqlite3
import threading
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import text

from mailproc.errors import StoreUnavailable
from mailproc.store.engine.sqlite_readers import SqliteReaders
from mailproc.store.engine.statement import Statement, Transaction, ask

_COUNT = Statement(lambda insert: text("SELECT count(*) FROM mail"))
_NO_TABLE = Statement(lambda insert: text("SELECT * FROM nothing"))
_FULL_OF_IT = 3


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "mail.db"
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("CREATE TABLE mail (id INTEGER PRIMARY KEY)")
        connection.executemany("INSERT INTO mail VALUES (?)", [(one,) for one in range(_FULL_OF_IT)])
    connection.close()
    return path


@pytest.fixture
async def readers(file: Path) -> AsyncIterator[SqliteReaders]:
    readers = SqliteReaders(str(file), 5, most=2)
    yield readers
    await readers.close()


def count() -> Transaction[int]:
    [(found,)] = yield from ask(_COUNT)
    return int(found)


def count_twice(begun: threading.Event, written: threading.Event) -> Transaction[tuple[int, int]]:
    first = yield from count()
    begun.set()
    written.wait(30)
    return first, (yield from count())


def slow() -> Transaction[int]:
    found = yield from count()
    time.sleep(0.004)  # more than a hop may last
    return found


def stumble() -> Transaction[int]:
    yield from count()
    raise KeyError("a bug of ours")


def refused() -> Transaction[int]:
    yield from ask(_NO_TABLE)
    return 0


async def test_all_that_a_transaction_reads_is_of_one_moment(readers: SqliteReaders, file: Path) -> None:
    begun, written = threading.Event(), threading.Event()
    reading = asyncio.create_task(readers.run(count_twice(begun, written)))
    await asyncio.to_thread(begun.wait, 30)
    with sqlite3.connect(file) as connection:
        connection.execute("DELETE FROM mail")
    connection.close()
    written.set()
    assert await reading == (_FULL_OF_IT, _FULL_OF_IT)
    assert await readers.run(count()) == 0


@pytest.mark.parametrize(("fails", "error"), [(stumble, KeyError), (refused, sqlite3.OperationalError)])
async def test_an_error_is_the_answer_to_one_and_to_no_neighbour(readers: SqliteReaders, fails, error) -> None:
    asked = [count(), fails(), count(), fails(), count()]
    answers = await asyncio.gather(*(readers.run(one) for one in asked), return_exceptions=True)
    assert [type(one) for one in answers] == [int, error, int, error, int]
    assert await readers.run(count()) == _FULL_OF_IT


async def test_who_comes_behind_something_long_is_answered_beside_it(readers: SqliteReaders) -> None:
    begun, enough = threading.Event(), threading.Event()
    long = asyncio.create_task(readers.run(count_twice(begun, enough)))
    await asyncio.to_thread(begun.wait, 30)
    assert await asyncio.wait_for(readers.run(count()), 30) == _FULL_OF_IT
    assert not long.done()
    enough.set()
    await long


async def test_beyond_the_most_connections_people_wait(readers: SqliteReaders) -> None:
    begun, enough = [threading.Event() for _ in range(3)], threading.Event()
    long = []
    for one in begun[:2]:
        long.append(asyncio.create_task(readers.run(count_twice(one, enough))))
        await asyncio.to_thread(one.wait, 30)
    third = asyncio.create_task(readers.run(count_twice(begun[2], enough)))
    await asyncio.sleep(0.02)  # more than long enough for a third connection, if there were one
    assert not begun[2].is_set()
    enough.set()
    assert await asyncio.gather(*long, third) == [(_FULL_OF_IT, _FULL_OF_IT)] * 3


async def test_who_does_not_wait_any_more_keeps_nobody_from_an_answer(readers: SqliteReaders) -> None:
    begun, enough = threading.Event(), threading.Event()
    gone = asyncio.create_task(readers.run(count_twice(begun, enough)))
    await asyncio.to_thread(begun.wait, 30)
    neighbours = [asyncio.create_task(readers.run(count())) for _ in range(3)]
    await asyncio.sleep(0)
    gone.cancel()
    neighbours[0].cancel()
    enough.set()
    answers = await asyncio.gather(gone, *neighbours, return_exceptions=True)
    assert [type(one) for one in answers] == [asyncio.CancelledError, asyncio.CancelledError, int, int]


async def test_who_shares_a_hop_with_something_long_does_not_wait_for_it(readers: SqliteReaders) -> None:
    begun, enough = threading.Event(), threading.Event()
    asked = [asyncio.create_task(readers.run(slow()))]  # while it is read for, the others come together
    await asyncio.sleep(0)
    shared = [count(), count_twice(begun, enough), count(), count()]
    before, long, *behind = [asyncio.create_task(readers.run(one)) for one in shared]
    assert await asyncio.wait_for(asyncio.gather(*asked, before, *behind), 30) == [_FULL_OF_IT] * 4
    assert not long.done()
    enough.set()
    assert await long == (_FULL_OF_IT, _FULL_OF_IT)


async def test_beyond_one_hop_full_all_connections_are_taken(file: Path) -> None:
    readers = SqliteReaders(str(file), 5, most=3)
    begun, enough = [threading.Event() for _ in range(2)], threading.Event()
    long = []
    for one in begun:
        long.append(asyncio.create_task(readers.run(count_twice(one, enough))))
        await asyncio.to_thread(one.wait, 30)
    short = [asyncio.create_task(readers.run(count())) for _ in range(40)]
    assert await asyncio.wait_for(asyncio.gather(*short), 30) == [_FULL_OF_IT] * 40
    assert not any(one.done() for one in long)
    enough.set()
    await asyncio.gather(*long)
    await readers.close()


async def test_nothing_is_read_for_who_has_gone(readers: SqliteReaders) -> None:
    read: list[int] = []

    def telling(number: int) -> Transaction[int]:
        read.append(number)
        return (yield from count())

    begun, enough = threading.Event(), threading.Event()
    long = asyncio.create_task(readers.run(count_twice(begun, enough)))
    await asyncio.to_thread(begun.wait, 30)
    gone = [asyncio.create_task(readers.run(telling(number))) for number in range(20)]
    await asyncio.sleep(0)
    for one in gone:
        one.cancel()
    enough.set()
    await asyncio.gather(long, *gone, return_exceptions=True)
    await readers.run(count())
    assert read == []


async def test_what_was_asked_is_answered_before_it_closes_and_nothing_after(readers: SqliteReaders) -> None:
    asked = [asyncio.create_task(readers.run(count())) for _ in range(40)]
    await asyncio.sleep(0)
    await readers.close()
    assert [one.result() for one in asked] == [_FULL_OF_IT] * 40
    with pytest.raises(StoreUnavailable):
        await readers.run(count())


async def test_a_file_that_is_no_database_is_an_error_for_everyone_who_asks(tmp_path: Path) -> None:
    (tmp_path / "diary").write_bytes(b"Dear diary,\n" * 400)
    readers = SqliteReaders(str(tmp_path / "diary"), 5, most=2)
    answers = await asyncio.gather(*(readers.run(count()) for _ in range(3)), return_exceptions=True)
    assert [type(one) for one in answers] == [sqlite3.DatabaseError] * 3
    await readers.close()
