"""Undecided mail has one owner; what a process leaves behind is taken over, one mail at a time."""

import asyncio
from datetime import timedelta

import pytest
from store_values import NOW, Clock, Opening, a_decision, a_mail, an_opt_out

from mailproc.errors import StoreError
from mailproc.settings.settings import StoreSettings
from mailproc.store.store import Store


async def test_the_mail_of_a_living_process_is_not_taken_over(opening: Opening) -> None:
    one, other = await opening(), await opening()
    await one.accept([a_mail()])
    assert await other.undecided.take_over() is None
    assert await one.undecided.take_over() is None


async def test_the_mail_of_a_silent_process_is_taken_over_with_all_that_it_was(opening: Opening, clock: Clock) -> None:
    one, other = await opening(alive_seconds=60), await opening()
    mail = a_mail()
    await one.accept([mail])
    clock.advance(61)
    assert await other.undecided.take_over() == (mail, 1)
    assert await other.undecided.take_over() is None


async def test_the_mail_of_a_process_that_said_goodbye_is_taken_over_at_once(
    opening: Opening, database_url: str
) -> None:
    leaving = await Store.open(database_url, StoreSettings(), clock=Clock())
    mail = a_mail()
    await leaving.accept([mail])
    await leaving.close()
    assert await (await opening()).undecided.take_over() == (mail, 1)


async def test_each_take_over_counts_before_the_mail_is_read(opening: Opening, clock: Clock) -> None:
    mail = a_mail()
    await (await opening(alive_seconds=60)).accept([mail])
    for attempts in (1, 2, 3):
        clock.advance(61)
        assert await (await opening(alive_seconds=60)).undecided.take_over() == (mail, attempts)


async def test_the_oldest_is_taken_first(opening: Opening, clock: Clock) -> None:
    one, other = await opening(alive_seconds=60), await opening()
    young, old = a_mail(received_at=NOW + timedelta(seconds=9)), a_mail(received_at=NOW)
    await one.accept([young])
    await one.accept([old])
    clock.advance(61)
    assert [(await other.undecided.take_over())[0].id for _ in range(2)] == [old.id, young.id]


async def test_two_processes_never_take_over_the_same_mail(opening: Opening, clock: Clock) -> None:
    one = await opening(alive_seconds=60)
    await one.accept([a_mail() for _ in range(20)])
    clock.advance(61)
    others = [await opening(), await opening()]
    taken = await asyncio.gather(*(other.undecided.take_over() for other in others for _ in range(12)))
    ids = [found[0].id for found in taken if found is not None]
    assert len(ids) == len(set(ids)) == 20


async def test_a_decided_mail_is_not_taken_over(opening: Opening, clock: Clock) -> None:
    one = await opening(alive_seconds=60)
    mail = a_mail()
    await one.accept([mail])
    await one.record(mail, a_decision(mail, an_opt_out()))
    clock.advance(61)
    assert await (await opening()).undecided.take_over() is None


async def test_of_two_processes_that_decide_the_same_mail_one_is_applied(opening: Opening, clock: Clock) -> None:
    one, other = await opening(alive_seconds=60), await opening()
    mail = a_mail()
    await one.accept([mail])
    clock.advance(61)
    await other.undecided.take_over()
    decision = a_decision(mail, an_opt_out())
    applied = [
        recorded.applied for recorded in await asyncio.gather(one.record(mail, decision), other.record(mail, decision))
    ]
    assert sorted(applied) == [False, True]


async def test_a_process_with_mail_in_hand_stays_alive_and_one_without_writes_nothing(database_url: str) -> None:
    store = await Store.open(database_url, StoreSettings(alive_seconds=0.2))
    other = await Store.open(database_url, StoreSettings(alive_seconds=0.2))
    commits: list[object] = []
    heed = store._journal._on_commit
    store._journal._on_commit = lambda context: (commits.append(context), heed(context))[1]
    await asyncio.sleep(0.4)
    assert commits == []
    mail = a_mail()
    await store.accept([mail])
    await asyncio.sleep(0.6)
    assert await other.undecided.take_over() is None
    await store.record(mail, a_decision(mail))
    await asyncio.sleep(0.1)
    commits.clear()
    await asyncio.sleep(0.4)
    assert commits == []
    await store.close()
    await other.close()


async def test_a_mail_whose_content_is_gone_is_an_error_and_does_not_hold_up_the_next(
    opening: Opening, clock: Clock, database_url: str
) -> None:
    from sqlalchemy import text
    from sqlalchemy.ext.asyncio import create_async_engine

    one, other = await opening(alive_seconds=60), await opening()
    gone, whole = a_mail(), a_mail(received_at=NOW + timedelta(seconds=1))
    await one.accept([gone, whole])
    engine = create_async_engine(database_url)
    async with engine.begin() as connection:
        await connection.execute(text("DELETE FROM mail_content WHERE mail_id = :id"), {"id": gone.id})
    await engine.dispose()
    clock.advance(61)
    with pytest.raises(StoreError, match="gone"):
        await other.undecided.take_over()
    assert await other.undecided.take_over() == (whole, 1)
    assert any("content is gone" in problem for problem in await other.check())


async def test_undecided_mail_is_counted_with_the_oldest(opening: Opening) -> None:
    store = await opening()
    assert await store.undecided.count() == (0, None)
    await store.accept([a_mail(received_at=NOW + timedelta(seconds=3)), a_mail(received_at=NOW)])
    assert await store.undecided.count() == (2, NOW)
    assert (await store.counts()).undecided == 2
