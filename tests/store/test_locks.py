"""Locks without rows: whoever needs them out of order begins anew, so that no two processes wait for each other."""

import asyncio

import pytest
from sqlalchemy import Float, bindparam, func, select
from sqlalchemy.engine import make_url
from store_values import deadlocks

from mailproc.store.engine.locks import LOCK, OutOfOrder, lock, locks_text, still_wanted
from mailproc.store.engine.postgres_driver import PostgresDriver
from mailproc.store.engine.statement import Statement, Step, Transaction, ask

_PAUSE = Statement(lambda insert: select(func.pg_sleep(bindparam("seconds", type_=Float))), only="postgresql")


def step(*numbers: int) -> Step:
    return Step(LOCK, ({"locks": locks_text(numbers)},))


@pytest.mark.parametrize(
    ("asked", "held", "wanted"),
    [((3, 1), (), {1, 3}), ((3, 5), (3, 4), {5}), ((1, 3), (1, 3), set()), ((), (7,), set())],
)
def test_only_what_is_not_held_is_wanted(asked: tuple[int, ...], held: tuple[int, ...], wanted: set[int]) -> None:
    assert still_wanted(step(*asked), held) == wanted


def test_what_stands_before_a_lock_that_is_held_is_out_of_order_and_all_is_needed_from_the_start() -> None:
    with pytest.raises(OutOfOrder) as refused:
        still_wanted(step(2, 9), {5})
    assert refused.value.needed == {2, 5, 9}


async def test_two_that_lock_crosswise_both_come_to_their_end_without_a_deadlock(postgresql_url: str) -> None:
    drivers = [PostgresDriver(make_url(postgresql_url), 5) for _ in range(2)]
    begun: list[int] = []

    def crosswise(first: int, second: int) -> Transaction[int]:
        begun.append(first)
        yield from lock({first})
        yield from ask(_PAUSE, seconds=0.3)  # until the other holds its first, too
        yield from lock({second})
        return first

    ends = await asyncio.gather(drivers[0].run(lambda: crosswise(1, 2)), drivers[1].run(lambda: crosswise(2, 1)))
    for driver in drivers:
        await driver.close()
    assert (ends, sorted(begun)) == ([1, 2], [1, 2, 2]), "the one out of order began anew"
    assert await deadlocks(postgresql_url) == 0
