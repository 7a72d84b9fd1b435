"""Undecided mail that nobody has in hand is found, however it was lost between the table and whoever decides."""

import asyncio
from collections.abc import Awaitable
from datetime import timedelta
from typing import Any

import pytest
from store_values import Clock, Opening, Sql, a_decision, a_mail, an_opt_out, hooks

from mailproc.errors import ContentGone, StoreUnavailable
from mailproc.settings.settings import StoreSettings
from mailproc.store.store import Store

AT_ONCE = timedelta(0)


@pytest.fixture
async def store(opening: Opening) -> Store:
    return await opening(alive_seconds=600)


async def test_a_mail_of_ours_that_nobody_has_in_hand_is_taken_over(store: Store, clock: Clock) -> None:
    mail = a_mail()
    await store.accept([mail])
    clock.advance(61)
    assert await store.undecided.take_over() is None, "the table says that it is in hand"
    assert await store.undecided.release_strays(set(), timedelta(minutes=1)) == 1
    assert await store.undecided.take_over() == (mail, 1)


async def test_a_mail_in_hand_is_no_stray(store: Store, clock: Clock) -> None:
    mail, stray = a_mail(), a_mail()
    await store.accept([mail, stray])
    clock.advance(61)
    assert await store.undecided.release_strays({mail.id}, timedelta(minutes=1)) == 1
    assert await store.undecided.take_over() == (stray, 1)
    assert await store.undecided.take_over() is None
    assert (await store.record(mail, a_decision(mail, an_opt_out()))).applied


async def test_a_mail_that_just_came_is_no_stray_yet(store: Store, clock: Clock) -> None:
    await store.accept([a_mail()])
    clock.advance(30)
    assert await store.undecided.release_strays(set(), timedelta(minutes=1)) == 0
    clock.advance(31)
    assert await store.undecided.release_strays(set(), timedelta(minutes=1)) == 1


async def test_decided_mail_and_the_mail_of_others_are_no_strays(store: Store, clock: Clock, database_url: str) -> None:
    decided, others = a_mail(), a_mail()
    await store.accept([decided])
    await store.record(decided, a_decision(decided))
    other = await Store.open(database_url, StoreSettings(alive_seconds=600), clock=clock)
    await other.accept([others])
    clock.advance(2)
    assert await store.undecided.release_strays(set(), AT_ONCE) == 0
    assert await store.undecided.take_over() is None
    await other.close()


async def test_a_stray_that_was_taken_over_is_in_hand_again(store: Store, clock: Clock) -> None:
    mail = a_mail()
    await store.accept([mail])
    clock.advance(61)
    await store.undecided.release_strays(set(), AT_ONCE)
    assert await store.undecided.take_over() == (mail, 1)
    assert await store.undecided.release_strays({mail.id}, AT_ONCE) == 0
    assert await store.undecided.take_over() is None


async def test_a_mail_that_cannot_be_read_now_is_nobodys_again(
    store: Store, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    mail = a_mail()
    await store.accept([mail])
    clock.advance(61)
    await store.undecided.release_strays(set(), AT_ONCE)

    async def unavailable(account_id: str, mail_id: str) -> bytes:
        raise StoreUnavailable("the database does not answer")

    with monkeypatch.context() as patch:
        patch.setattr(store._reader, "content_of", unavailable)
        with pytest.raises(StoreUnavailable):
            await store.undecided.take_over()
    assert await store.undecided.take_over() == (mail, 2), "each try counts: it may be the mail that does it"


async def test_a_mail_whose_content_is_gone_comes_with_the_error_and_can_be_decided(
    store: Store, clock: Clock, sql: Sql
) -> None:
    mail = a_mail()
    await store.accept([mail])
    clock.advance(61)
    await store.undecided.release_strays(set(), AT_ONCE)
    await sql("DELETE FROM mail_content")
    with pytest.raises(ContentGone) as raised:
        await store.undecided.take_over()
    gone = raised.value.mail
    assert (gone.id, gone.account_id, gone.envelope, gone.content) == (mail.id, mail.account_id, mail.envelope, b"")
    assert await store.undecided.take_over() is None, "it is ours"
    assert (await store.record(gone, a_decision(gone))).applied
    assert await store.undecided.count() == (0, None)


@pytest.mark.parametrize(
    ("ahead", "is_alive"), [(timedelta(minutes=1), True), (timedelta(hours=2), False), (timedelta(days=4000), False)]
)
async def test_a_process_whose_row_reaches_far_into_the_future_counts_as_dead(
    store: Store,
    clock: Clock,
    database_url: str,
    sql: Sql,
    ahead: timedelta,
    is_alive: bool,
) -> None:
    wrong = await Store.open(database_url, StoreSettings(), hooks_of=hooks("crm"), clock=clock, process_id="wrong")
    mail = a_mail()
    await wrong.accept([mail])
    await wrong.record_facts([an_opt_out()])
    [held] = await wrong.claim("crm", limit=1, lease_seconds=600)
    until = int((clock.now + ahead).timestamp() * 1_000_000)
    await sql("UPDATE process SET alive_until = :until WHERE id = 'wrong'", until=until)
    assert await store.undecided.take_over() == (None if is_alive else (mail, 1))
    claimed = await store.claim("crm", limit=1, lease_seconds=600)
    assert [entry.id for entry in claimed] == ([] if is_alive else [held.id])
    await wrong.close()


async def after_commit(store: Store, work: Awaitable[Any], monkeypatch: pytest.MonkeyPatch) -> BaseException | None:
    """Do work whose COMMIT reaches the database while its answer does not reach us."""
    driver = store._journal._driver
    run = driver.run

    async def cut_off(transaction: Any, *, size_bytes: int = 0) -> Any:
        await run(transaction, size_bytes=size_bytes)
        raise StoreUnavailable("the connection was lost")

    with monkeypatch.context() as patch:
        patch.setattr(driver, "run", cut_off)
        [outcome] = await asyncio.gather(work, return_exceptions=True)
    return outcome


async def test_a_mail_that_was_committed_while_the_answer_was_lost_is_found(
    store: Store, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    mail = a_mail()
    assert isinstance(await after_commit(store, store.accept([mail]), monkeypatch), StoreUnavailable)
    assert (await store.undecided.count())[0] == 1
    [receipt] = await store.accept([a_mail(id="again", content=mail.content)])
    assert (receipt.duplicate, receipt.mail_id) == (True, mail.id), (
        "the sender tries again, and is told that it is here"
    )
    clock.advance(61)
    assert await store.undecided.release_strays(set(), AT_ONCE) == 1
    assert await store.undecided.take_over() == (mail, 1)


async def test_a_take_over_that_was_committed_while_the_answer_was_lost_is_found(
    store: Store, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    mail = a_mail()
    await store.accept([mail])
    clock.advance(61)
    await store.undecided.release_strays(set(), AT_ONCE)
    assert isinstance(await after_commit(store, store.undecided.take_over(), monkeypatch), StoreUnavailable)
    assert await store.undecided.take_over() is None
    assert await store.undecided.release_strays(set(), AT_ONCE) == 1
    assert await store.undecided.take_over() == (mail, 2)


async def test_a_decision_that_was_committed_while_the_answer_was_lost_is_not_recorded_twice(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    mail = a_mail()
    await store.accept([mail])
    decision = a_decision(mail, an_opt_out())
    assert isinstance(await after_commit(store, store.record(mail, decision), monkeypatch), StoreUnavailable)
    assert not (await store.record(mail, decision)).applied
    assert len(await store.outbox.entries()) == 1
    assert await store.check() == []
