"""Clients that wait go first, but nobody waits for them for ever."""

import asyncio

import pytest

from mailproc.service.precedence import Precedence

LONG = 30.0


async def test_nobody_waits_when_nobody_is_inside() -> None:
    precedence = Precedence()
    async with asyncio.timeout(LONG):
        await precedence.give_way(10 * LONG)


async def test_who_gives_way_goes_on_when_the_last_one_is_out() -> None:
    precedence = Precedence()
    order: list[str] = []

    async def inside(name: str, gate: asyncio.Event) -> None:
        with precedence:
            await gate.wait()
            order.append(name)

    gates = [asyncio.Event(), asyncio.Event()]
    tasks = [asyncio.create_task(inside(name, gate)) for name, gate in zip("ab", gates, strict=True)]
    await asyncio.sleep(0)
    giving_way = asyncio.create_task(precedence.give_way(LONG))
    for gate in gates:
        gate.set()
        await asyncio.sleep(0)
    await asyncio.gather(*tasks)
    await giving_way
    assert order == ["a", "b"]
    assert not giving_way.cancelled()


async def test_giving_way_ends_although_somebody_stays_inside() -> None:
    precedence = Precedence()
    with precedence:
        async with asyncio.timeout(LONG):
            await precedence.give_way(0.001)


async def test_an_error_inside_lets_the_others_go_on() -> None:
    precedence = Precedence()
    with pytest.raises(ValueError, match="inside"), precedence:
        raise ValueError("inside")
    async with asyncio.timeout(LONG):
        await precedence.give_way(10 * LONG)
