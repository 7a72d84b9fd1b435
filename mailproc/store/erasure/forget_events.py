"""Forgetting a person in what hooks were told of others: of who had the address before, and has another one by now."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import bindparam, select, update

from mailproc.store.engine.columns import from_json, json_text
from mailproc.store.engine.operation import Context, Operation, one_by_one
from mailproc.store.engine.schema import outbox
from mailproc.store.engine.statement import Statement, Transaction, ask, tell
from mailproc.store.erasure.forget_person import SECURE
from mailproc.store.erasure.traces import OPEN_STATES, Named

_AT_ONCE = 500
_EVENTS = Statement(
    lambda insert: (
        select(outbox.c.id, outbox.c.person, outbox.c.writer, outbox.c.state, outbox.c.event)
        .where(outbox.c.account_id == bindparam("account"), outbox.c.id > bindparam("after"))
        .order_by(outbox.c.id)
        .limit(_AT_ONCE)
    )
)
_REWRITE_EVENT = Statement(
    lambda insert: (
        update(outbox)
        .where(outbox.c.account_id == bindparam("account"), outbox.c.id == bindparam("entry_id"))
        .values(event=bindparam("new_event"))
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class EventsAfter:
    """The events of others that may mention the person, from the id `after` on."""

    named: Named
    after: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class EventsDone:
    """Where to go on, None at the end; `is_on_its_way`: one that mentions the person is not told yet, and stays."""

    after: int | None
    is_on_its_way: bool


def _scrub_events(context: Context, asked: EventsAfter) -> Transaction[EventsDone]:
    named, account_id = asked.named, asked.named.account_id
    yield from ask(SECURE)
    rows = yield from ask(_EVENTS, account=account_id, after=asked.after)
    theirs = frozenset(named.persons)
    is_on_its_way, rewritten = False, []
    for entry_id, person, writer, state, event in rows:
        if person in theirs or writer in named.address_keys:
            continue  # goes whole, once all of it was told
        said = from_json(event)
        if not named.mentions.in_value(said):
            continue
        if state in OPEN_STATES:
            is_on_its_way = True
        else:
            new = json_text(named.mentions.without(said))
            rewritten.append({"account": account_id, "entry_id": entry_id, "new_event": new})
    yield from tell(_REWRITE_EVENT, rewritten)
    return EventsDone(after=rows[-1][0] if len(rows) == _AT_ONCE else None, is_on_its_way=is_on_its_way)


def _run(context: Context, payloads: Sequence[EventsAfter]) -> Transaction[list[EventsDone]]:
    return (yield from one_by_one(_scrub_events, context, payloads))


SCRUB_EVENTS: Operation[EventsAfter, EventsDone] = Operation(name="scrub events", rank=83, run=_run, bulky=True)
