"""Letting go of old mail: raw content and the text read from it; digests, decisions and facts stay."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, delete, exists, func, select, update

from mailproc.policy.hooks.event import OutboxState
from mailproc.store.engine.columns import from_json, json_text, micros_of
from mailproc.store.engine.contents import delete_last_chunks
from mailproc.store.engine.operation import Context, Operation, one_by_one
from mailproc.store.engine.schema import OPEN, decision, mail, mail_content, outbox, review, shadow_decision
from mailproc.store.engine.statement import Statement, Transaction, ask, one_of, tell
from mailproc.store.outbox.outbox_rows import MAIL_PREFIX

# So much in one transaction, so that nobody who writes beside it waits for long.
_MAILS = 25
_BYTES = 1024 * 1024

_ENDED = (OutboxState.delivered.value, OutboxState.dropped.value, OutboxState.superseded.value)

# Contents that are there, not mails that were: what was dropped is not looked at again.
_OLD = Statement(
    lambda insert: (
        select(mail_content.c.mail_id)
        .where(
            mail_content.c.account_id == bindparam("account_id"),
            mail_content.c.mail_id > bindparam("after"),
            mail_content.c.mail_id < bindparam("before_id"),
            mail_content.c.seq == 0,
        )
        .order_by(mail_content.c.mail_id)
        .limit(_MAILS)
    )
)
_DONE_WITH = Statement(
    lambda insert: (
        select(mail.c.id, mail.c.size_bytes)
        .where(
            mail.c.account_id == bindparam("account_id"),
            one_of(mail.c.id, "mail_ids"),
            mail.c.state == "decided",
            mail.c.received_at < bindparam("before"),
            ~exists().where(review.c.account_id == mail.c.account_id, review.c.id == mail.c.id, review.c.state == OPEN),
            ~exists().where(
                outbox.c.account_id == mail.c.account_id,
                outbox.c.person == MAIL_PREFIX + mail.c.id,
                *(outbox.c.state != state for state in _ENDED),
            ),
        )
        .order_by(mail.c.id)
        .with_for_update(of=mail, skip_locked=True)
    )
)
_MARK = Statement(
    lambda insert: (
        update(mail)
        .where(mail.c.account_id == bindparam("account"), mail.c.id == bindparam("mail_id"))
        .values(dropped_at=func.coalesce(mail.c.dropped_at, bindparam("now")))
    )
)
_DECISIONS = Statement(
    lambda insert: select(decision.c.mail_id, decision.c.n, decision.c.decision).where(
        decision.c.account_id == bindparam("account_id"), one_of(decision.c.mail_id, "mail_ids")
    )
)
_REWRITE = Statement(
    lambda insert: (
        update(decision)
        .where(
            decision.c.account_id == bindparam("account"),
            decision.c.mail_id == bindparam("mail"),
            decision.c.n == bindparam("number"),
        )
        .values(decision=bindparam("new_decision"))
    )
)
_DELETE_SHADOW = Statement(
    lambda insert: delete(shadow_decision).where(
        shadow_decision.c.account_id == bindparam("account"), shadow_decision.c.mail_id == bindparam("mail_id")
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class OldMail:
    """Mail of an account received before `before` (microseconds), from the id `after` on.

    `before_id` is the first id of that time: ids sort by it.
    """

    account_id: str
    after: str
    before: int
    before_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Dropped:
    """How many contents were dropped, how many bytes that was, and how many old ones somebody still needs.

    `last` is where to go on; None: that was all.
    """

    mails: int
    size_bytes: int
    needed: int
    last: str | None


def _drop_some(context: Context, old: OldMail) -> Transaction[Dropped]:
    rows = yield from ask(_OLD, account_id=old.account_id, after=old.after, before_id=old.before_id)
    looked_at = [mail_id for (mail_id,) in rows]
    if not looked_at:
        return Dropped(mails=0, size_bytes=0, needed=0, last=None)
    found = yield from ask(_DONE_WITH, account_id=old.account_id, mail_ids=json_text(looked_at), before=old.before)
    sizes: dict[str, int] = dict(found)
    chosen = _within_bounds(sizes)
    yield from _forget_text(context, old.account_id, chosen)
    unfinished = yield from _delete_content(old.account_id, chosen)
    finished = [mail_id for mail_id in chosen if mail_id != unfinished]
    last = _end_of(old.after, looked_at, sizes, finished)
    return Dropped(
        mails=len(finished),
        size_bytes=sum(sizes[mail_id] for mail_id in finished),
        needed=sum(mail_id not in sizes for mail_id in looked_at if mail_id <= last),
        last=last if len(looked_at) == _MAILS or last != looked_at[-1] else None,
    )


def _within_bounds(sizes: dict[str, int]) -> list[str]:
    """The first of these that are no more than a transaction should hold; one in any case."""
    chosen: list[str] = []
    total = 0
    for mail_id, size_bytes in sizes.items():
        total += size_bytes
        if chosen and total > _BYTES:
            break
        chosen.append(mail_id)
    return chosen


def _end_of(after: str, looked_at: Sequence[str], sizes: dict[str, int], finished: Sequence[str]) -> str:
    """Up to where everything is done, before the first that is not."""
    left = [mail_id for mail_id in sizes if mail_id not in finished]
    if not left:
        return looked_at[-1]
    place = looked_at.index(left[0])
    return looked_at[place - 1] if place else after


def _forget_text(context: Context, account_id: str, mail_ids: Sequence[str]) -> Transaction[None]:
    """Mark these as dropped; of their decisions the text goes, and the words that were found in it stay."""
    now = micros_of(context.now)
    yield from tell(_MARK, [{"account": account_id, "mail_id": mail_id, "now": now} for mail_id in mail_ids])
    rewritten: list[dict[str, Any]] = []
    for mail_id, n, said in (yield from ask(_DECISIONS, account_id=account_id, mail_ids=json_text(mail_ids))):
        decided = from_json(said)
        if decided.get("new_text") is not None:
            new = json_text({**decided, "new_text": None})
            rewritten.append({"account": account_id, "mail": mail_id, "number": n, "new_decision": new})
    yield from tell(_REWRITE, rewritten)
    yield from tell(_DELETE_SHADOW, [{"account": account_id, "mail_id": mail_id} for mail_id in mail_ids])


def _delete_content(account_id: str, mail_ids: Sequence[str]) -> Transaction[str | None]:
    """Delete contents, the last chunks first; gives the mail of which some are left, None when there is none."""
    for mail_id in mail_ids:
        if (yield from delete_last_chunks(account_id, mail_id)):
            return mail_id
    return None


def _run(context: Context, payloads: Sequence[OldMail]) -> Transaction[list[Dropped]]:
    return (yield from one_by_one(_drop_some, context, payloads))


DROP_CONTENT: Operation[OldMail, Dropped] = Operation(name="drop content", rank=80, run=_run)
