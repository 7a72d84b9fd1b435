"""Taking mail in: one row, its content in compressed chunks, and a resend found by what it is."""

import hashlib
import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import zstandard
from sqlalchemy import bindparam, delete, select

from mailproc.errors import StoreError
from mailproc.mail.arrival.envelope import InboundMail, digest_of
from mailproc.policy.hooks.due import USUAL_DUE
from mailproc.store.engine.columns import envelope_text, json_text, micros_of, storable
from mailproc.store.engine.operation import Context, Operation
from mailproc.store.engine.schema import mail, mail_content, upload
from mailproc.store.engine.statement import Statement, Transaction, ask, one_of, tell
from mailproc.store.results import Receipt
from mailproc.store.road.resend import envelope_digest, unnamed_author
from mailproc.store.road.review_rows import NewReview, open_reviews

INLINE_BYTES = 512 * 1024  # a bigger mail is written in chunks beforehand
CHUNK_BYTES = 1024 * 1024
_COMPRESSION = 1  # mails are small: higher levels cost more and save nothing

_INSERT_MAIL = Statement(lambda insert: insert(mail).on_conflict_do_nothing())
_INSERT_CHUNK = Statement(lambda insert: insert(mail_content).on_conflict_do_nothing())
_INSERT_UPLOAD = Statement(lambda insert: insert(upload).on_conflict_do_nothing())
_IDS = Statement(
    lambda insert: select(mail.c.identity, mail.c.id).where(
        mail.c.account_id == bindparam("account_id"), one_of(mail.c.identity, "identities")
    )
)
_END_UPLOAD = Statement(
    lambda insert: (
        delete(upload)
        .where(
            upload.c.account_id == bindparam("account_id"),
            upload.c.mail_id == bindparam("mail_id"),
            upload.c.owner == bindparam("process_id"),
        )
        .returning(upload.c.mail_id)
    )
)
_DELETE_CHUNKS = Statement(
    lambda insert: delete(mail_content).where(
        mail_content.c.account_id == bindparam("account_id"), mail_content.c.mail_id == bindparam("mail_id")
    )
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class StorableMail:
    """A mail ready to be written: the columns of its row, and its content as one chunk.

    `chunk` is None for a big mail: its content is written beforehand.
    """

    row: dict[str, Any]
    chunk: bytes | None

    @property
    def identity(self) -> tuple[str, str]:
        """What makes it the same mail: account, content and recipients."""
        return self.row["account_id"], self.row["identity"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """A piece of a big mail, compressed."""

    account_id: str
    mail_id: str
    seq: int
    content: bytes


def storable_mail(inbound: InboundMail, owner: str) -> StorableMail:
    """Work out digest, recipients and compressed content of a mail. Some milliseconds per megabyte."""
    digest = digest_of(inbound.content)
    row = {
        "account_id": storable(inbound.account_id),
        "id": storable(inbound.id),
        "digest": digest,
        "identity": _identity_of(digest, envelope_digest(inbound.envelope.rcpt_tos, unnamed_author(inbound))),
        "envelope": envelope_text(inbound.envelope),
        "received_at": micros_of(inbound.received_at),
        "size_bytes": len(inbound.content),
        "state": "accepted",
        "attempts": 0,
        "owner": owner,
        "dropped_at": None,
        "next_at": None,
    }
    chunk = compress(inbound.content) if len(inbound.content) <= INLINE_BYTES else None
    return StorableMail(row=row, chunk=chunk)


def _identity_of(digest: str, envelope_digest: str) -> str:
    """What a resend has in common with the first: content and envelope, 32 hex digits.

    Short, because its index grows at random places: a batch writes a page of it for each mail.
    """
    return hashlib.sha256(f"{digest} {envelope_digest}".encode()).hexdigest()[:32]


def compress(content: bytes) -> bytes:
    """One zstd frame."""
    compressor: zstandard.ZstdCompressor | None = getattr(_of_this_thread, "compressor", None)
    if compressor is None:
        compressor = _of_this_thread.compressor = zstandard.ZstdCompressor(level=_COMPRESSION)
    return compressor.compress(content)


_of_this_thread = threading.local()  # making a compressor costs more than a small mail; threads may not share one


def _accept(context: Context, payloads: Sequence[Sequence[StorableMail]]) -> Transaction[list[list[Receipt]]]:
    mails = sorted((one for mails in payloads for one in mails), key=lambda one: one.identity)
    written, ids = mails, {one.identity: one.row["id"] for one in mails}
    if (yield from tell(_INSERT_MAIL, [one.row for one in mails])) != len(mails):  # some may have been there already
        ids = yield from _ids_of(mails)
        written = [one for one in mails if ids[one.identity] == one.row["id"]]
    yield from tell(
        _INSERT_CHUNK,
        [
            {"account_id": one.row["account_id"], "mail_id": one.row["id"], "seq": 0, "chunk": one.chunk}
            for one in written
            if one.chunk is not None
        ],
    )
    for one in mails:
        if one.chunk is None:
            yield from _finish_upload(context, one, is_written=one in written)
    return [[_receipt(one, ids[one.identity]) for one in mails] for mails in payloads]


def _finish_upload(context: Context, one: StorableMail, *, is_written: bool) -> Transaction[None]:
    """Hand the chunks of a big mail over to its row; of a resend they are deleted.

    Raises StoreError, for this mail alone, unless they are there for sure: others may have taken this process for dead
    and swept them.
    """
    name = {"account_id": one.row["account_id"], "mail_id": one.row["id"]}
    mine = yield from ask(_END_UPLOAD, **name, process_id=context.process_id)
    if not is_written:
        yield from tell(_DELETE_CHUNKS, [name])
    elif not mine:
        raise StoreError("the content of this mail was swept before it was accepted")


def _receipt(one: StorableMail, mail_id: str) -> Receipt:
    return Receipt(mail_id=mail_id, account_id=one.row["account_id"], duplicate=mail_id != one.row["id"])


def _ids_of(mails: Sequence[StorableMail]) -> Transaction[dict[tuple[str, str], str]]:
    """Under which id each of these mails is stored; those that are not are left out."""
    ids: dict[tuple[str, str], str] = {}
    for account_id in sorted({one.row["account_id"] for one in mails}):
        identities = json_text([one.row["identity"] for one in mails if one.row["account_id"] == account_id])
        found = yield from ask(_IDS, account_id=account_id, identities=identities)
        ids.update({(account_id, identity): mail_id for identity, mail_id in found})
    return ids


def _accept_bare(context: Context, payload: Sequence[StorableMail]) -> Transaction[list[Receipt]]:
    """Store a mail that the database refuses with as little as can be, and have a person look at it."""
    bare = [replace(one, row={**one.row, "envelope": _BARE_ENVELOPE}) for one in payload]
    receipts = (yield from _accept(context, [bare]))[0]
    reviews = [
        NewReview(
            account_id=one.row["account_id"],
            mail_id=one.row["id"],
            reason="could not be stored whole: its envelope is lost",
            due_at=micros_of(USUAL_DUE.due_at(context.now)),
        )
        for one, receipt in zip(payload, receipts, strict=True)
        if not receipt.duplicate
    ]
    yield from open_reviews(reviews, context.now)
    return receipts


_BARE_ENVELOPE = json_text({"mail_from": None, "rcpt_tos": ["unknown"], "parked": "could not be stored whole"})


def _find(context: Context, payloads: Sequence[StorableMail]) -> Transaction[list[str | None]]:
    ids = yield from _ids_of(payloads)
    return [ids.get(one.identity) for one in payloads]


def _write_chunks(context: Context, payloads: Sequence[Chunk]) -> Transaction[list[None]]:
    started = [
        {
            "account_id": one.account_id,
            "mail_id": one.mail_id,
            "owner": context.process_id,
            "started_at": micros_of(context.now),
        }
        for one in payloads
        if one.seq == 0
    ]
    yield from tell(_INSERT_UPLOAD, started)
    yield from tell(
        _INSERT_CHUNK,
        [
            {"account_id": one.account_id, "mail_id": one.mail_id, "seq": one.seq, "chunk": one.content}
            for one in payloads
        ],
    )
    return [None] * len(payloads)


ACCEPT: Operation[Sequence[StorableMail], list[Receipt]] = Operation(
    name="accept", rank=20, run=_accept, rescue=_accept_bare
)
FIND: Operation[StorableMail, str | None] = Operation(name="find", rank=10, run=_find)
WRITE_CHUNK: Operation[Chunk, None] = Operation(name="write chunk", rank=15, run=_write_chunks, bulky=True)
