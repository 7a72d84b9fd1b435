"""The raw content of mail, which lies in chunks: deleted a few at a time, so that nobody beside it waits for long."""

from sqlalchemy import bindparam, delete, select

from mailproc.store.engine.schema import mail_content
from mailproc.store.engine.statement import Statement, Transaction, ask, tell

_LAST_CHUNKS = Statement(
    lambda insert: (
        select(mail_content.c.seq)
        .where(mail_content.c.account_id == bindparam("account"), mail_content.c.mail_id == bindparam("mail_id"))
        .order_by(mail_content.c.seq.desc())
        .limit(bindparam("limit"))
    )
)
_DELETE_CHUNK = Statement(
    lambda insert: delete(mail_content).where(
        mail_content.c.account_id == bindparam("account"),
        mail_content.c.mail_id == bindparam("mail_id"),
        mail_content.c.seq == bindparam("seq"),
    )
)


def delete_last_chunks(account_id: str, mail_id: str, limit: int = 2) -> Transaction[bool]:
    """Delete the last chunks of a content, `limit` at most; True while some are left. The first chunk goes last."""
    which = {"account": account_id, "mail_id": mail_id}
    seqs = [seq for (seq,) in (yield from ask(_LAST_CHUNKS, **which, limit=limit))]
    yield from tell(_DELETE_CHUNK, [{**which, "seq": seq} for seq in seqs])
    return bool(seqs) and seqs[-1] > 0
