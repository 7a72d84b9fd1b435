"""Locked, full, cut off: the store says so, loses nothing that it promised, and works again afterwards."""

import asyncio
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator

import asyncpg
import pytest
from sqlalchemy import make_url
from store_values import a_decision, a_mail, an_opt_out

from mailproc.errors import StoreError, StoreFull, StoreUnavailable
from mailproc.settings.settings import StoreSettings
from mailproc.store.engine.sqlite_driver import SqliteDriver, in_one_hop
from mailproc.store.store import Store

# Holds the write lock from its first line of output until its input ends.
LOCK_HOLDER = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN IMMEDIATE")
print("locked", flush=True)
sys.stdin.read()
"""


class LockHolder:
    """Another process that holds SQLite's write lock."""

    def __init__(self, url: str) -> None:
        path = str(make_url(url).database)
        self._process = subprocess.Popen(
            [sys.executable, "-c", LOCK_HOLDER, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == b"locked\n"

    def let_go(self) -> None:
        self._process.communicate()


@pytest.fixture
async def sqlite_store(sqlite_url: str) -> AsyncIterator[Store]:
    store = await Store.open(sqlite_url, StoreSettings(busy_timeout_seconds=0.2), hooks_of=lambda _: ("crm",))
    yield store
    await store.close()


@pytest.fixture
async def postgresql_store(postgresql_url: str) -> AsyncIterator[Store]:
    store = await Store.open(postgresql_url, StoreSettings(busy_timeout_seconds=0.2), hooks_of=lambda _: ("crm",))
    yield store
    await store.close()


@pytest.fixture
async def postgresql_session(postgresql_url: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(postgresql_url.replace("+asyncpg", ""))
    yield connection
    await connection.close()


async def set_on_writer(store: Store, pragma: str) -> None:
    """Set a pragma on the store's own writing connection: it holds for that connection alone."""
    driver = store._journal._driver
    assert isinstance(driver, SqliteDriver)
    assert driver._connection is not None
    await in_one_hop(driver._connection, lambda connection: connection.execute(f"PRAGMA {pragma}").fetchall())


async def test_while_another_process_holds_the_lock_the_store_is_unavailable_and_afterwards_not(
    sqlite_store: Store, sqlite_url: str
) -> None:
    mail = a_mail()
    holder = LockHolder(sqlite_url)
    with pytest.raises(StoreUnavailable):
        await sqlite_store.accept([mail])
    assert await sqlite_store.undecided.count() == (0, None), "reading goes on"
    holder.let_go()
    assert [receipt.duplicate for receipt in await sqlite_store.accept([mail])] == [False]


async def test_a_short_lock_is_waited_for(sqlite_url: str) -> None:
    store = await Store.open(sqlite_url, StoreSettings(busy_timeout_seconds=30))
    holder = LockHolder(sqlite_url)
    accepting = asyncio.create_task(store.accept([a_mail()]))
    await asyncio.sleep(0.1)
    assert not accepting.done()
    holder.let_go()
    assert len(await accepting) == 1
    await store.close()


async def test_a_long_reader_holds_nobody_up(sqlite_store: Store, sqlite_url: str) -> None:
    reader = sqlite3.connect(str(make_url(sqlite_url).database), isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM mail").fetchone()
    for _ in range(20):
        await sqlite_store.accept([a_mail("x" * 300_000 + str(_))])
    assert (await sqlite_store.undecided.count())[0] == 20
    assert reader.execute("SELECT count(*) FROM mail").fetchone() == (0,)
    reader.close()


async def test_a_full_database_is_told_apart_and_room_helps(sqlite_store: Store) -> None:
    await sqlite_store.accept([a_mail()])
    await set_on_writer(sqlite_store, "max_page_count=1")  # SQLite takes it as: no more than there are
    with pytest.raises(StoreFull):
        await asyncio.gather(*(sqlite_store.accept([a_mail("y" * 9000 + str(n))]) for n in range(200)))
    await set_on_writer(sqlite_store, "max_page_count=1000000")
    mail = a_mail()
    assert [receipt.mail_id for receipt in await sqlite_store.accept([mail])] == [mail.id]
    assert await sqlite_store.check() == []


async def test_a_decision_that_finds_no_room_can_be_recorded_later(sqlite_store: Store) -> None:
    mails = [a_mail() for _ in range(300)]
    await sqlite_store.accept(mails)
    await set_on_writer(sqlite_store, "max_page_count=1")
    decided = [(mail, a_decision(mail, an_opt_out(f"{mail.id}@example.org"), new_text="z" * 500)) for mail in mails]
    outcomes = await asyncio.gather(*(sqlite_store.record(*one) for one in decided), return_exceptions=True)
    failed = [one for one, outcome in zip(decided, outcomes, strict=True) if isinstance(outcome, StoreFull)]
    assert failed
    await set_on_writer(sqlite_store, "max_page_count=1000000")
    assert all([(await sqlite_store.record(*one)).applied for one in failed])
    assert await sqlite_store.undecided.count() == (0, None)
    assert await sqlite_store.check() == []


async def test_a_connection_that_cannot_write_any_more_is_made_anew(sqlite_store: Store) -> None:
    await sqlite_store.accept([a_mail()])
    await set_on_writer(sqlite_store, "query_only=ON")
    with pytest.raises(StoreUnavailable):
        await sqlite_store.accept([a_mail()])
    assert len(await sqlite_store.accept([a_mail()])) == 1


async def _tried(store: Store) -> bool:
    try:
        await store.accept([a_mail()])
    except StoreError:
        return False
    return True


async def test_a_locked_table_makes_the_store_unavailable_for_that_time(
    postgresql_store: Store, postgresql_session: asyncpg.Connection
) -> None:
    mail = a_mail()
    async with postgresql_session.transaction():
        await postgresql_session.execute("LOCK TABLE mail IN ACCESS EXCLUSIVE MODE")
        with pytest.raises(StoreUnavailable):
            await postgresql_store.accept([mail])
    assert [receipt.duplicate for receipt in await postgresql_store.accept([mail])] == [False]


async def test_a_connection_that_was_cut_is_made_anew(
    postgresql_store: Store, postgresql_session: asyncpg.Connection
) -> None:
    await postgresql_store.accept([a_mail()])
    await postgresql_session.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    outcomes = [await _tried(postgresql_store) for _ in range(3)]
    assert outcomes[-1] is True
    assert await _asked(postgresql_store)


async def _asked(store: Store) -> bool:
    """Readers notice a dead connection before they use it."""
    return (await store.undecided.count())[0] > 0


async def test_a_deadlock_is_tried_again(postgresql_url: str, postgresql_session: asyncpg.Connection) -> None:
    store = await Store.open(postgresql_url, StoreSettings(busy_timeout_seconds=20))
    first, second = a_mail(), a_mail()
    await store.accept([first, second])
    update = "UPDATE mail SET attempts = attempts + 1 WHERE id = $1"
    async with postgresql_session.transaction():
        await postgresql_session.execute(update, second.id)
        recording = [asyncio.create_task(store.record(mail, a_decision(mail))) for mail in (first, second)]
        while not await postgresql_session.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted"):
            await asyncio.sleep(0.01)
        await postgresql_session.execute(update, first.id)
    assert [recorded.applied for recorded in await asyncio.gather(*recording)] == [True, True]
    await store.close()


async def test_a_server_without_room_is_told_apart_and_room_helps(
    postgresql_store: Store, postgresql_session: asyncpg.Connection
) -> None:
    await postgresql_session.execute(
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = '53100'; END $$"
    )
    await postgresql_session.execute(
        "CREATE TRIGGER refuse BEFORE INSERT ON mail FOR EACH ROW EXECUTE FUNCTION refuse()"
    )
    mail = a_mail()
    with pytest.raises(StoreFull):
        await postgresql_store.accept([mail])
    await postgresql_session.execute("DROP TRIGGER refuse ON mail")
    assert [receipt.mail_id for receipt in await postgresql_store.accept([mail])] == [mail.id]


async def test_a_bug_in_one_transaction_fails_that_one_and_not_the_writer(store: Store) -> None:
    mail = a_mail()
    await store.accept([mail])
    broken = a_decision(mail, an_opt_out())
    store._journal._context_of, kept = (lambda: None), store._journal._context_of  # type: ignore[assignment,return-value]
    with pytest.raises(StoreError):
        await store.record(mail, broken)
    store._journal._context_of = kept
    assert (await store.record(mail, broken)).applied
