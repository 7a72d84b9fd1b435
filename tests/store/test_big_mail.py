"""A big mail is written in chunks beforehand: whole or not at all, and never in the way of small ones."""

import asyncio
import random
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine
from store_values import Clock, a_mail

from mailproc.errors import StoreUnavailable
from mailproc.mail.arrival.envelope import InboundMail
from mailproc.settings.settings import StoreSettings
from mailproc.store.road.intake import _commit, _write_beforehand
from mailproc.store.road.mails import CHUNK_BYTES, INLINE_BYTES, storable_mail
from mailproc.store.store import Store


def a_big_mail(size_bytes: int = 3 * CHUNK_BYTES + 17, seed: int = 1, **more: object) -> InboundMail:
    content = b"Subject: big\r\n\r\n" + random.Random(seed).randbytes(size_bytes)
    return a_mail(content=content, **more)


@pytest.fixture
async def counting(database_url: str) -> AsyncIterator["Counting"]:
    counting = Counting(database_url)
    yield counting
    await counting.engine.dispose()


class Counting:
    """Counts rows beside the store."""

    def __init__(self, url: str) -> None:
        self.engine = create_async_engine(url)

    async def rows(self, table: str) -> int:
        async with self.engine.connect() as connection:
            return int((await connection.execute(text(f"SELECT count(*) FROM {table}"))).scalar_one())


@pytest.mark.parametrize("size", [INLINE_BYTES - 100, INLINE_BYTES + 1, CHUNK_BYTES, 5 * CHUNK_BYTES + 1])
async def test_a_mail_of_any_size_is_read_back_byte_for_byte(store: Store, size: int) -> None:
    mail = a_big_mail(size)
    await store.accept([mail])
    assert (await store.mail(mail.id)).content == mail.content
    assert await store.check() == []


async def test_nothing_of_a_big_mail_but_its_chunks_is_left_beside_it(store: Store, counting: Counting) -> None:
    await store.accept([a_big_mail()])
    assert await counting.rows("mail_content") == 4
    assert await counting.rows("upload") == 0


async def test_small_mails_are_accepted_while_a_big_one_is_written(store: Store) -> None:
    big = asyncio.create_task(store.accept([a_big_mail(12 * CHUNK_BYTES)]))
    accepted = 0
    while not big.done():
        await store.accept([a_mail()])
        accepted += 1
    assert accepted > 5
    assert not (await big)[0].duplicate


async def test_a_resend_of_a_big_mail_is_a_duplicate_and_leaves_no_chunks(store: Store, counting: Counting) -> None:
    first, again = a_big_mail(), a_big_mail()
    await store.accept([first])
    [receipt] = await store.accept([again])
    assert (receipt.mail_id, receipt.duplicate) == (first.id, True)
    assert await counting.rows("mail_content") == 4


async def test_the_same_big_mail_twice_at_once_is_stored_once(store: Store, counting: Counting) -> None:
    receipts = await asyncio.gather(*(store.accept([a_big_mail()]) for _ in range(3)))
    assert sum(not receipt.duplicate for [receipt] in receipts) == 1
    assert await counting.rows("mail_content") == 4
    assert await counting.rows("upload") == 0


async def test_accepting_the_very_same_big_mail_again_is_the_same_receipt(store: Store) -> None:
    mail = a_big_mail()
    assert await store.accept([mail]) == await store.accept([mail])
    assert (await store.mail(mail.id)).content == mail.content


async def test_a_big_and_a_small_mail_in_one_commit_get_their_receipts_in_order(store: Store) -> None:
    known, mails = a_big_mail(seed=5), [a_mail(), a_big_mail(), a_big_mail(seed=5), a_mail()]
    await store.accept([known])
    receipts = await store.accept(mails)
    assert [receipt.mail_id for receipt in receipts] == [mails[0].id, mails[1].id, known.id, mails[3].id]


async def test_a_big_mail_for_two_accounts_is_stored_for_both(store: Store, counting: Counting) -> None:
    receipts = await store.accept([a_big_mail(), a_big_mail(account="other")])
    assert [receipt.duplicate for receipt in receipts] == [False, False]
    assert await counting.rows("mail_content") == 8


async def test_chunks_of_a_cancelled_big_mail_are_swept(store: Store, counting: Counting) -> None:
    accepting = asyncio.create_task(store.accept([a_big_mail(60 * CHUNK_BYTES)]))
    while await counting.rows("mail_content") == 0:
        await asyncio.sleep(0.001)
    accepting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await accepting
    while await counting.rows("upload"):
        assert await store.undecided.take_over() is None
    assert await counting.rows("mail_content") == await counting.rows("mail") == 0


async def test_a_process_that_only_seemed_dead_does_not_accept_a_mail_whose_chunks_were_swept(
    database_url: str, counting: Counting
) -> None:
    clock = Clock()
    sleeper = await Store.open(database_url, StoreSettings(alive_seconds=60), clock=clock)
    other = await Store.open(database_url, StoreSettings(alive_seconds=60), clock=clock)
    mail = a_big_mail()
    prepared = storable_mail(mail, sleeper._process_id)
    sleeper._presence.renew()
    await _write_beforehand(sleeper._journal, sleeper._presence, mail, prepared)
    clock.advance(61)
    await other.undecided.take_over()
    lost, small = await asyncio.gather(
        _commit(sleeper._journal, [prepared]), sleeper.accept([a_mail()]), return_exceptions=True
    )
    assert isinstance(lost, StoreUnavailable)
    assert isinstance(small, list), "its neighbour is accepted"
    assert await counting.rows("mail") == 1
    await sleeper.close()
    await other.close()
