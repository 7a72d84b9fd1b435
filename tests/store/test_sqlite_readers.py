"""The reading connections to an SQLite file: who shares a thread with others has no part in what becomes of them."""

import asyncio
import sqlite3
import threading
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
