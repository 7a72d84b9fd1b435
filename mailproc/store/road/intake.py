"""Accepting mail through the journal: small mails at once, big ones in chunks beforehand."""

import asyncio
from collections.abc import Sequence

from mailproc.mail.arrival.envelope import InboundMail
from mailproc.store.engine.journal import Journal
from mailproc.store.results import Receipt
from mailproc.store.road.mails import (
    ACCEPT,
    CHUNK_BYTES,
    FIND,
    WRITE_CHUNK,
    Chunk,
    StorableMail,
    compress,
    storable_mail,
)
from mailproc.store.road.ownership import ABANDON, RELEASE, MailName
from mailproc.store.road.presence import Presence

_IN_THREAD_BYTES = 64 * 1024  # hashing and compressing more than this would hold the event loop


async def accept_mails(
    journal: Journal, presence: Presence, process_id: str, mails: Sequence[InboundMail]
) -> list[Receipt]:
    """Commit these mails together, and give a receipt for each.

    When the caller is cancelled, the commit goes on; the mails are then left to whoever takes over.
    """
    names = [(one.account_id, one.id) for one in mails]
    presence.take(names)
    receipts: list[Receipt] = []
    storable: list[StorableMail] = []
    try:
        if all(len(one.content) <= _IN_THREAD_BYTES for one in mails):
            storable = [storable_mail(one, process_id) for one in mails]
            receipts = await _commit(journal, storable)
            return receipts
        storable = [await asyncio.to_thread(storable_mail, one, process_id) for one in mails]
        known = [await _write_beforehand(journal, presence, *pair) for pair in zip(mails, storable, strict=True)]
        receipts = await _commit(journal, [one for one, found in zip(storable, known, strict=True) if found is None])
        committed = iter(receipts)
        return [found or next(committed) for found in known]
    finally:
        mine = {(receipt.account_id, receipt.mail_id) for receipt in receipts if not receipt.duplicate}
        presence.give(name for name in names if name not in mine)
        if not receipts:
            _abandon(journal, storable)


async def _commit(journal: Journal, mails: Sequence[StorableMail]) -> list[Receipt]:
    if not mails:
        return []
    size_bytes = sum(len(one.chunk) for one in mails if one.chunk is not None)
    commit = journal.enqueue(
        ACCEPT,
        mails,
        mails=len(mails),
        size_bytes=size_bytes,
        orphaned=lambda receipts: _release(journal, receipts),
    )
    try:
        return await commit
    except asyncio.CancelledError:
        if not commit.cancelled() and commit.exception() is None:  # cancelled in the moment of the commit
            _release(journal, commit.result())
        raise


async def _write_beforehand(
    journal: Journal, presence: Presence, mail: InboundMail, one: StorableMail
) -> Receipt | None:
    """Write the content of a big mail, a megabyte per commit, so that small mails pass in between.

    Gives the receipt of one that is there already, and None for all others.
    """
    if one.chunk is not None:
        return None
    account_id, mail_id = one.row["account_id"], one.row["id"]
    found = await journal.submit(FIND, one)
    if found is not None:
        return Receipt(mail_id=found, account_id=account_id, duplicate=found != mail_id)
    for seq, start in enumerate(range(0, len(mail.content), CHUNK_BYTES)):
        compressed = await asyncio.to_thread(compress, mail.content[start : start + CHUNK_BYTES])
        presence.renew()
        chunk = Chunk(account_id=account_id, mail_id=mail_id, seq=seq, content=compressed)
        await journal.submit(WRITE_CHUNK, chunk, size_bytes=len(compressed))
    return None


def _abandon(journal: Journal, mails: Sequence[StorableMail]) -> None:
    """Leave the chunks of big mails that were not accepted to the sweep."""
    for one in mails:
        if one.chunk is None:
            name = MailName(account_id=one.row["account_id"], mail_id=one.row["id"])
            journal.enqueue(ABANDON, name).add_done_callback(_ignore)


def _release(journal: Journal, receipts: Sequence[Receipt]) -> None:
    """Nobody waits for these receipts any more, so nobody here will decide these mails."""
    for receipt in receipts:
        if not receipt.duplicate:
            name = MailName(account_id=receipt.account_id, mail_id=receipt.mail_id)
            journal.enqueue(RELEASE, name).add_done_callback(_ignore)


def _ignore(done: asyncio.Future[None]) -> None:
    """When it fails, the mail is taken over, and the chunks are swept, after the next restart."""
    if not done.cancelled():
        done.exception()
