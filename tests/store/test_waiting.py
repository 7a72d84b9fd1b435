"""Undecided mail that waits: in nobody's hands, due again at a time, and never decided twice."""

from datetime import timedelta

import pytest
from store_values import Clock, Opening, Sql, a_decision, a_mail, an_opt_out, hooks

from mailproc.errors import ContentGone
from mailproc.settings.settings import StoreSettings
from mailproc.store.store import Store

MINUTE = timedelta(minutes=1)


@pytest.fixture
async def store(opening: Opening) -> Store:
    return await opening(alive_seconds=600)


@pytest.fixture
async def other(opening: Opening) -> Store:
    """Another process on the same database."""
    return await opening(alive_seconds=600)


async def test_a_mail_that_waits_is_due_at_its_time_and_not_before(store: Store, clock: Clock) -> None:
    mail = a_mail()
    await store.accept([mail])
    assert await store.waiting.put(mail, clock.now + MINUTE)
    assert await store.waiting.take() is None
    clock.advance(61)
    assert await store.waiting.take() == (mail, 1)


async def test_the_mail_that_is_due_the_longest_comes_first(store: Store, clock: Clock) -> None:
    first, second = a_mail(), a_mail()
    await store.accept([second, first])
    await store.waiting.put(first, clock.now + MINUTE)
    await store.waiting.put(second, clock.now + 2 * MINUTE)
    clock.advance(180)
    assert [await store.waiting.take() for _ in range(3)] == [(first, 1), (second, 1), None]


async def test_what_waits_is_neither_undecided_nor_a_stray_nor_taken_over(
    store: Store, other: Store, clock: Clock
) -> None:
    mail = a_mail()
    await store.accept([mail])
    await store.waiting.put(mail, clock.now + MINUTE)
    clock.advance(601)
    counts = await store.counts()
    assert await store.undecided.count() == (0, None)
    assert (counts.undecided, counts.waiting, counts.waiting_since) == (0, 1, mail.received_at)
    assert await store.undecided.release_strays(set(), timedelta(0)) == 0
    assert await store.undecided.take_over() is None
    assert await other.undecided.take_over() is None
    assert await store.check() == []


async def test_what_is_taken_is_nobody_else_s_for_a_minute(store: Store, other: Store, clock: Clock) -> None:
    mail = a_mail()
    await store.accept([mail])
    await store.waiting.put(mail, clock.now)
    assert await store.waiting.take() == (mail, 1)
    assert await other.waiting.take() is None
    clock.advance(61)
    assert await other.waiting.take() == (mail, 2), "whoever had it is dead or stuck, and the mail may be the reason"


async def test_putting_it_back_forgives_earlier_attempts(store: Store, clock: Clock) -> None:
    mail = a_mail()
    await store.accept([mail])
    for _ in range(5):
        assert await store.waiting.put(mail, clock.now + MINUTE)
        clock.advance(61)
        assert await store.waiting.take() == (mail, 1)


async def test_a_mail_that_waited_is_recorded_once(store: Store, other: Store, clock: Clock) -> None:
    mail = a_mail()
    await store.accept([mail])
    await store.waiting.put(mail, clock.now)
    await store.waiting.take()
    clock.advance(61)
    await other.waiting.take()
    decision = a_decision(mail, an_opt_out())
    assert (await other.record(mail, decision)).applied
    assert not (await store.record(mail, decision)).applied
    assert not await store.waiting.put(mail, clock.now), "what is decided does not wait any more"
    assert len(await store.outbox.entries()) == 1
    assert await store.waiting.take() is None
    assert await store.check() == []


async def test_a_mail_that_another_process_has_in_hand_is_not_put_away(
    store: Store, other: Store, clock: Clock
) -> None:
    mail = a_mail()
    await store.accept([mail])
    assert not await other.waiting.put(mail, clock.now)
    assert await store.waiting.put(mail, clock.now)


async def test_a_resend_of_a_mail_that_waits_is_one(store: Store, clock: Clock) -> None:
    mail = a_mail()
    await store.accept([mail])
    await store.waiting.put(mail, clock.now + MINUTE)
    [receipt] = await store.accept([a_mail(id="again", content=mail.content)])
    assert (receipt.duplicate, receipt.mail_id) == (True, mail.id)


async def test_it_waits_on_when_the_process_ends(store: Store, database_url: str, clock: Clock) -> None:
    short = await Store.open(database_url, StoreSettings(), hooks_of=hooks("crm"), clock=clock)
    mail = a_mail()
    await short.accept([mail])
    await short.waiting.put(mail, clock.now + MINUTE)
    await short.close()
    assert await store.undecided.take_over() is None
    clock.advance(61)
    assert await store.waiting.take() == (mail, 1)


async def test_content_that_is_gone_comes_with_the_error(store: Store, clock: Clock, sql: Sql) -> None:
    mail = a_mail()
    await store.accept([mail])
    await store.waiting.put(mail, clock.now)
    await sql("DELETE FROM mail_content")
    with pytest.raises(ContentGone) as raised:
        await store.waiting.take()
    assert (raised.value.mail.id, raised.value.mail.content) == (mail.id, b"")
    assert any("its content is gone" in problem for problem in await store.check())


async def test_what_waits_can_be_seen_the_oldest_first_and_by_account(store: Store, clock: Clock) -> None:
    assert await store.waiting.all() == []
    here, there, decided = a_mail(), a_mail(account="other"), a_mail()
    await store.accept([here, there, decided])
    await store.waiting.put(there, clock.now + MINUTE)
    await store.waiting.put(here, clock.now + 2 * MINUTE)
    assert [(one.id, one.next_at) for one in await store.waiting.all()] == [
        (here.id, clock.now + 2 * MINUTE),
        (there.id, clock.now + MINUTE),
    ]
    [one] = await store.waiting.all("other")
    assert (one.account_id, one.envelope, one.received_at) == ("other", there.envelope, there.received_at)
    assert [one.id for one in await store.waiting.all(limit=1)] == [here.id]
    await store.record(here, a_decision(here))
    assert [one.id for one in await store.waiting.all()] == [there.id]
