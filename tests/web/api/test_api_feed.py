"""Whoever follows the facts misses none, whatever the clocks of those who record them say; on both databases."""

from dataclasses import replace
from datetime import timedelta

from api_house import Api
from httpx import AsyncClient

from mailproc.store.store import Store


async def followed(program: AsyncClient, cursor: str | None = None) -> tuple[list[str], str]:
    """Whom the facts from a cursor on are about, and where to go on."""
    answer = await program.get("/facts", params={"cursor": cursor} if cursor else {})
    told = answer.json()
    return [one["address"] for one in told["items"]], told["follow"]


async def leave(program: AsyncClient, address: str) -> None:
    assert (await program.post("/requests", json={"kind": "unsubscribe", "person": address})).status_code == 200


async def test_what_a_process_with_a_late_clock_records_is_not_missed(api: Api) -> None:
    program = await api.program()
    await leave(program, "pat@example.org")
    seen, cursor = await followed(program)
    assert seen == ["pat@example.org"]
    late = await Store.open(
        api.parts.settings.database,
        api.parts.settings.store,
        clock=lambda: api.clock() - timedelta(hours=3),
    )
    api.stack.push_async_callback(late.close)
    [(left, _)] = (await api.store.pages.facts("acme", None, 1)).items
    await late.record_facts([replace(left.fact, address="sam@example.org")])
    seen, cursor = await followed(program, cursor)
    assert seen == ["sam@example.org"]
    assert (await followed(program, cursor)) == ([], cursor)


async def test_there_is_a_place_to_go_on_from_before_anything_happened(api: Api) -> None:
    program = await api.program()
    seen, cursor = await followed(program)
    assert seen == []
    await leave(program, "pat@example.org")
    assert (await followed(program, cursor))[0] == ["pat@example.org"]
