"""Mail on its way to people: an outbox row of its own for each, so that none takes another's place."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import bindparam, func, select

from mailproc.mail.arrival.envelope import InboundMail
from mailproc.policy.deciding.breaker import is_held
from mailproc.policy.decision import Action, Also, Decision
from mailproc.policy.hooks.event import OutboxState, SyncEvent, event_as_json
from mailproc.policy.hooks.forwarding import Forwarding
from mailproc.store.engine.columns import address_key_of, json_text, micros_of, storable
from mailproc.store.engine.operation import Context
from mailproc.store.engine.persons import lock_writers
from mailproc.store.engine.schema import outbox
from mailproc.store.engine.statement import Statement, Transaction, ask, one_of, tell
from mailproc.store.outbox.outbox_rows import MAIL_PREFIX, insert_of
from mailproc.store.results import ReviewItem

FORWARD_EVENT = "mail.forward"
_HOUR = timedelta(hours=1)

_INSERT_FORWARD = Statement(lambda insert: insert_of(insert, "writer", "last_error"))
_OF_LATE = Statement(
    lambda insert: (
        select(outbox.c.writer, func.count())
        .where(
            outbox.c.account_id == bindparam("account_id"),
            one_of(outbox.c.writer, "writers"),
            outbox.c.writer.is_not(None),
            outbox.c.created_at > bindparam("since"),
            outbox.c.state != OutboxState.held.value,
        )
        .group_by(outbox.c.writer)
    )
)
_THERE = Statement(
    lambda insert: (
        select(outbox.c.id)
        .where(outbox.c.account_id == bindparam("account_id"), outbox.c.person == bindparam("person"))
        .limit(1)
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewForward:
    """A mail that people shall read; `writer` is who wrote it, as addresses are compared, empty for nobody known."""

    account_id: str
    mail_id: str
    writer: str


def person_of_mail(mail_id: str) -> str:
    """Under which name a forwarded mail is in the outbox, where events have a person."""
    return MAIL_PREFIX + mail_id


def forward_of(inbound: InboundMail, decided: Decision) -> NewForward | None:
    """The forward that a decision asks for; None when it asks for none, and while the breaker holds it."""
    if (decided.action is not Action.forward and Also.forward not in decided.also) or is_held(decided.reason):
        return None
    address = next((ref.address for ref in decided.subscribers if ref.address), None) or inbound.envelope.mail_from
    return NewForward(
        account_id=storable(inbound.account_id),
        mail_id=storable(inbound.id),
        writer=address_key_of(address) if address else "",
    )


def forward_held_back(item: ReviewItem) -> NewForward | None:
    """The forward that waits with a mail which the breaker holds; None where people were not to read it anyhow."""
    said = item.decision.decision if item.decision else {}
    if item.mail_id is None or not is_held(str(said.get("reason", ""))) or Also.forward not in said.get("also", ()):
        return None
    address = next((one.get("address") for one in said.get("subscribers", ()) if one.get("address")), None)
    return NewForward(
        account_id=item.account_id, mail_id=item.mail_id, writer=address_key_of(address) if address else ""
    )


def write_forwards(context: Context, forwards: Sequence[NewForward]) -> Transaction[None]:
    """One row for each mail of an account that forwards; beyond so many of one writer in an hour it is held.

    What nobody known wrote has no limit: it is no one writer's.
    """
    forwardings = {one: context.forwarding_of(one) for one in sorted({one.account_id for one in forwards})}
    wanted = [one for one in forwards if forwardings[one.account_id] is not None]
    yield from lock_writers((one.account_id, one.writer) for one in wanted if one.writer)
    for account_id, forwarding in forwardings.items():
        if forwarding is not None:
            yield from _write(context, account_id, forwarding, [one for one in wanted if one.account_id == account_id])


def was_forwarded(one: NewForward) -> Transaction[bool]:
    """Whether this mail is in the outbox already, in whatever state."""
    return bool((yield from ask(_THERE, account_id=one.account_id, person=person_of_mail(one.mail_id))))


def _write(
    context: Context, account_id: str, forwarding: Forwarding, forwards: Sequence[NewForward]
) -> Transaction[None]:
    writers = sorted({one.writer for one in forwards if one.writer})
    since = micros_of(context.now - _HOUR)
    rows = yield from ask(_OF_LATE, account_id=account_id, writers=json_text(writers), since=since)
    counts: Counter[str] = Counter(dict(rows))
    written = []
    for one in forwards:
        held = counts[one.writer] >= forwarding.per_hour
        counts[one.writer] += bool(one.writer) and not held
        is_last = not held and counts[one.writer] == forwarding.per_hour
        written.append(_row(context, one, forwarding, held=held, is_last=is_last))
    yield from tell(_INSERT_FORWARD, written)
    context.news.add("outbox")


def _row(context: Context, one: NewForward, forwarding: Forwarding, *, held: bool, is_last: bool) -> dict[str, Any]:
    now = micros_of(context.now)
    said = hashlib.sha256(json_text([one.account_id, one.mail_id]).encode()).hexdigest()[:32]
    data = {"account": one.account_id, "mail_id": one.mail_id, "from": one.writer, "last_of_hour": is_last}
    event = SyncEvent(id=f"fwd_{said}", type=FORWARD_EVENT, timestamp=context.now, data=data)
    why = f"more than {forwarding.per_hour} mails within an hour from {one.writer}"
    return {
        "account_id": one.account_id,
        "hook": forwarding.hook,
        "person": person_of_mail(one.mail_id),
        "version": 1,
        "event_id": event.id,
        "event": json_text(event_as_json(event)),
        "state": (OutboxState.held if held else OutboxState.pending).value,
        "next_at": now,
        "created_at": now,
        "writer": one.writer,
        "last_error": why if held else None,
    }
