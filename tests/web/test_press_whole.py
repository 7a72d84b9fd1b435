"""A press is one transaction: where its facts or its subscription cannot be written, nothing has changed."""

import pytest
from pages_world import CONSENT, OPT_OUT, PagesWorld, leave_list, profile, world_of
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from mailproc.store.store import Store

REFUSE = {
    "sqlite": "CREATE TRIGGER refuse BEFORE INSERT ON {table} BEGIN SELECT RAISE(ABORT, 'full'); END",
    "postgresql": "CREATE RULE refuse AS ON INSERT TO {table} DO INSTEAD SELECT 1 / 0",
}


@pytest.fixture
async def world(store: Store) -> PagesWorld:
    return await world_of(store, lists=("staff",))


async def refuse_rows_of(table: str, database_url: str) -> None:
    engine = create_async_engine(database_url)
    async with engine.begin() as connection:
        await connection.execute(text(REFUSE[engine.dialect.name].format(table=table)))
    await engine.dispose()


@pytest.mark.parametrize("table", ["fact", "subscription"])
async def test_what_cannot_be_written_whole_is_not_written(world: PagesWorld, database_url: str, table: str) -> None:
    page = await world.get(f"/s/{profile()}")
    await refuse_rows_of(table, database_url)
    answer = await world.press(page, "choose", list=["weekly", "offers"])
    assert (answer.status_code, "Nothing has changed" in answer.text) == (503, True)
    assert (await world.joined(), await world.said()) == (["staff"], [])


async def test_coming_back_joins_the_list_and_says_so(world: PagesWorld) -> None:
    left = await world.press(await world.get(f"/u/{leave_list()}"), "leave")
    await world.press(left, "again")
    assert await world.joined() == ["staff", "weekly"]
    assert await world.said() == [(CONSENT, "list", "weekly"), (OPT_OUT, "list", "weekly")]


async def test_of_whom_only_the_key_is_known_nobody_is_put_on_a_list(world: PagesWorld) -> None:
    await world.press(await world.get(f"/s/{leave_list(key='99')}"), "choose", list=["weekly", "offers"])
    assert await world.store.subscriptions.lists_of("acme", ["99"]) == {}
    (stranger,) = await world.store.persons("99", "acme")
    assert [(one.kind.value, one.list_id) for one in stranger.facts] == [(CONSENT, "offers")]
