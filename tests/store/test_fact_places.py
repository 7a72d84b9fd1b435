"""Whoever follows the facts of an account hears of each once, however late it is committed; on both databases."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from old_databases import at_revision, insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from store_values import NOW, Clock, Opening, Sql, an_opt_out, hooks

from mailproc.policy.imports.person_row import PersonRow
from mailproc.settings.settings import StoreSettings
from mailproc.store.engine.columns import micros_of
from mailproc.store.engine.database import migrate
from mailproc.store.engine.statement import Rows, Transaction
from mailproc.store.imports.importing import ImportRun
from mailproc.store.people.fact_places import settled_of
from mailproc.store.people.fact_rows import insert_facts, stored_fact
from mailproc.store.store import Store

PAT, SAM = "pat@example.org", "sam@example.org"


class Follower:
    """Reads on from where it was, and keeps what it was told."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.place: Any = None
        self.told: list[str | None] = []

    async def read(self, limit: int = 100) -> list[str | None]:
        """Whom the new facts are about."""
        found = await self.store.pages.facts("acme", self.place, limit)
        self.place = found.items[-1][1] if found.items else self.place
        self.told += [one.fact.address for one, _ in found.items]
        return [one.fact.address for one, _ in found.items]


async def steps(connection: AsyncConnection, transaction: Transaction[None]) -> None:
    """A part of a transaction, which stays open."""
    try:
        step = next(transaction)
        while True:
            answer: Rows = ()
            compiled = step.statement.compiled("postgresql")
            for row in step.rows if compiled is not None else ():
                assert compiled is not None
                found = await connection.exec_driver_sql(compiled.sql, compiled.arguments(row))
                answer = [tuple(one) for one in found] if compiled.returns_rows else ()
            step = transaction.send(answer)
    except StopIteration:
        return


@pytest.fixture
async def postgres(postgresql_url: str) -> AsyncIterator[tuple[Store, AsyncEngine]]:
    """A store, and connections of somebody else."""
    engine = create_async_engine(postgresql_url)
    store = await Store.open(postgresql_url, StoreSettings(), hooks_of=hooks("crm"))
    yield store, engine
    await store.close()
    await engine.dispose()


@pytest.mark.parametrize("ends", ["commit", "rollback"])
async def test_what_a_transaction_that_is_still_open_wrote_earlier_is_waited_for_and_then_told(
    postgres: tuple[Store, AsyncEngine], ends: str
) -> None:
    store, engine = postgres
    follower = Follower(store)
    await store.record_facts([an_opt_out("kim@example.org")])
    assert await follower.read() == ["kim@example.org"]
    async with engine.connect() as other:
        await steps(other, insert_facts([stored_fact(an_opt_out(SAM), NOW)], NOW))
        await store.record_facts([an_opt_out(PAT)])
        assert await follower.read() == []
        await getattr(other, ends)()
    assert await follower.read() == ([SAM, PAT] if ends == "commit" else [PAT])
    assert await follower.read() == []


async def test_who_begins_to_write_later_holds_nothing_back(postgres: tuple[Store, AsyncEngine]) -> None:
    store, engine = postgres
    follower = Follower(store)
    await store.record_facts([an_opt_out(PAT)])
    async with engine.connect() as other:
        await steps(other, insert_facts([stored_fact(an_opt_out(SAM), NOW)], NOW))
        assert await follower.read() == [PAT]


async def test_of_many_that_write_at_once_each_fact_is_told_once(
    database_url: str, opening: Opening, clock: Clock
) -> None:
    stores = [await opening(clock=Clock(NOW - timedelta(hours=number))) for number in range(3)]
    follower = Follower(await opening())
    addresses = [f"person{number}@example.org" for number in range(60)]

    async def write(number: int) -> None:
        for address in addresses[number::3]:
            await stores[number].record_facts([an_opt_out(address)])

    async with asyncio.TaskGroup() as group:
        writing = [group.create_task(write(number)) for number in range(3)]
        while not all(one.done() for one in writing):
            await follower.read(limit=7)
    while await follower.read(limit=7):
        pass
    assert sorted(map(str, follower.told)) == sorted(addresses)


async def test_an_import_is_followed_too(opening: Opening) -> None:
    store = await opening()
    follower = Follower(store)
    rows = [
        PersonRow(f"k:{number}", f"person{number}@example.org", lists=(), attributes=(), consented_at=NOW)
        for number in range(3)
    ]
    run = ImportRun(account_id="acme", id="r", evidence={"source": "form"})
    assert [state async for state in store.imports.run(run, rows)][-1].finished_at is not None
    assert len(await follower.read()) == 3
    assert await follower.read() == []


async def test_a_place_is_given_once_though_its_fact_is_erased(opening: Opening, sql: Sql) -> None:
    store = await opening()
    follower = Follower(store)
    await store.record_facts([an_opt_out(PAT)])
    assert await follower.read() == [PAT]
    await sql("DELETE FROM fact")
    await store.record_facts([an_opt_out(SAM)])
    assert await follower.read() == [SAM]


async def test_after_a_backup_was_restored_a_follower_hears_all_that_is_new(
    opening: Opening, sql: Sql, clock: Clock, database_url: str
) -> None:
    clock.now = datetime.now(UTC)
    store = await opening()
    await store.record_facts([an_opt_out(f"{number}@example.org") for number in range(9)])
    follower = Follower(store)
    await follower.read()

    yesterday = micros_of(clock.now - timedelta(days=1))
    is_sqlite = database_url.startswith("sqlite")
    await sql("DELETE FROM fact")
    await sql(
        f"UPDATE fact_place SET last = {yesterday}" if is_sqlite else f"SELECT setval('fact_place_seq', {yesterday})"
    )
    await migrate(database_url)  # as one does when a backup was restored
    clock.advance(60)
    await store.record_facts([an_opt_out(SAM)])
    assert await follower.read() == [SAM]


async def test_the_same_fact_again_is_no_news(opening: Opening) -> None:
    store = await opening()
    follower = Follower(store)
    for at in (NOW, NOW - timedelta(days=1)):
        await store.record_facts([an_opt_out(PAT, at=at, evidence={"mail": "d" * 64})])
        await follower.read()
    assert follower.told == [PAT]


async def test_who_followed_before_facts_had_places_goes_on_where_they_were(empty_database_url: str) -> None:
    facts = [stored_fact(an_opt_out(f"person{number}@example.org"), NOW) for number in range(3)]
    recorded = [5_000_000, 3_000_000, 4_000_000]
    async with at_revision(empty_database_url, "0019") as connection:
        for one, at in zip(facts, recorded, strict=True):
            await insert(
                connection,
                "fact",
                account_id="acme",
                id=one.id,
                kind="opt_out",
                address=one.fact.address,
                address_key=one.address_key,
                level="account",
                occurred_at=1,
                began_at=1,
                channel="reply",
                evidence="{}",
                recorded_at=at,
            )
    assert await migrate(empty_database_url) == ["0020", "0021", "0022", "0023", "0024"]
    store = await Store.open(empty_database_url, StoreSettings())
    follower = Follower(store)
    assert await follower.read() == ["person1@example.org", "person2@example.org", "person0@example.org"]
    follower.place = (recorded[2], facts[2].id)
    await store.record_facts([an_opt_out(PAT)])
    assert await follower.read() == ["person0@example.org", PAT]
    await store.close()


@pytest.mark.parametrize(
    ("last", "held", "settled"),
    [
        (100, [], 100),
        (100, [40, 70], 40),
        (100, [100], 100),
        (100, [120], 100),  # began after 100 was read
        (2**32 + 5, [2**32 - 3], 2**32 - 3),  # lower halves begin anew
        (2**32 + 5, [7], 2**32 + 5),
        (2**32 - 1, [3], 2**32 - 1),
    ],
)
def test_the_order_is_settled_up_to_the_lowest_who_may_still_write(last: int, held: list[int], settled: int) -> None:
    assert settled_of(last, [one % 2**32 for one in held]) == settled
