"""What operators do with the outbox: bring a dead letter back, drop an event, push present standings."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, func, select, update

from mailproc.errors import NotFound
from mailproc.policy.hooks.event import OutboxEntry, OutboxState, event_as_json
from mailproc.policy.hooks.probe import is_probe
from mailproc.store.engine.columns import json_text, micros_of
from mailproc.store.engine.journal import Journal
from mailproc.store.engine.operation import Context, Operation, one_by_one
from mailproc.store.engine.people_tables import standing
from mailproc.store.engine.persons import find_and_lock, names_of_persons
from mailproc.store.engine.reader import Reader
from mailproc.store.engine.schema import outbox
from mailproc.store.engine.statement import Rows, Statement, Transaction, ask, one_of, tell
from mailproc.store.outbox.claims import has_newer
from mailproc.store.outbox.outbox_rows import INSERT_EVENT, OF_NOBODY, event_id_of, event_of, is_free, row_of, supersede
from mailproc.store.people.standing_rows import standing_from
from mailproc.store.people.walk import AT_ONCE, PERSONS_AFTER
from mailproc.store.results import StandingChange
from mailproc.store.road import reports

_WHOSE = Statement(
    lambda insert: select(outbox.c.account_id, outbox.c.person).where(outbox.c.id == bindparam("entry_id"))
)
_ENTRY = Statement(
    lambda insert: (
        select(
            outbox.c.account_id,
            outbox.c.hook,
            outbox.c.person,
            outbox.c.event_id,
            outbox.c.version,
            outbox.c.state,
            is_free().label("is_free"),
            has_newer().label("has_newer"),
        )
        .where(outbox.c.id == bindparam("entry_id"))
        .with_for_update(of=outbox)
    )
)
_CHANGE = Statement(
    lambda insert: (
        update(outbox)
        .where(outbox.c.account_id == bindparam("account"), outbox.c.id == bindparam("entry_id"))
        .values(state=bindparam("new_state"), settled_at=bindparam("new_settled_at"), lease_until=None)
    )
)
_REVIVE = Statement(
    lambda insert: (
        update(outbox)
        .where(outbox.c.account_id == bindparam("account"), outbox.c.id == bindparam("entry_id"))
        .values(
            state=OutboxState.pending.value,
            attempts=0,
            next_at=bindparam("now"),
            settled_at=None,
            lease_until=None,
            event_id=bindparam("new_event_id"),
            event=bindparam("new_event"),
            version=bindparam("new_version"),
        )
    )
)
_OPEN_AGAIN = Statement(  # as it is: an alarm says the same whenever it is told
    lambda insert: (
        update(outbox)
        .where(outbox.c.account_id == bindparam("account"), outbox.c.id == bindparam("entry_id"))
        .values(
            state=OutboxState.pending.value, attempts=0, next_at=bindparam("now"), settled_at=None, lease_until=None
        )
    )
)
_STANDING_COLUMNS = (
    standing.c.person, standing.c.key, standing.c.address, standing.c.status, standing.c.blocks, standing.c.version,
)  # fmt: skip
_STANDINGS = Statement(
    lambda insert: (
        select(*_STANDING_COLUMNS)
        .where(standing.c.account_id == bindparam("account_id"), one_of(standing.c.person, "people"))
        .order_by(standing.c.person)
    )
)
_TOLD_BEFORE = Statement(
    lambda insert: select(func.count()).where(
        outbox.c.account_id == bindparam("account_id"),
        outbox.c.person == bindparam("person"),
        outbox.c.hook == bindparam("hook_name"),
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Push:
    """Tell `hook` the standings of an account, from after `after` on, in the order of persons."""

    hook: str
    account_id: str
    after: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pushed:
    """How many were told, and where to go on; None: that was all."""

    count: int
    last: str | None


def _retry(context: Context, payloads: Sequence[int]) -> Transaction[list[OutboxState | None]]:
    return (yield from one_by_one(_retry_one, context, payloads))


def _retry_one(context: Context, entry_id: int) -> Transaction[OutboxState | None]:
    """Open an event again with the person's present standing; one that something newer follows is superseded."""
    whose = yield from ask(_WHOSE, entry_id=entry_id)
    if not whose:
        return None
    [(account_id, person)] = whose
    in_force = yield from _in_force(account_id, [person])
    [(*_, hook, _, event_id, version, state, is_free_now, is_followed)] = yield from _entry(context, entry_id)
    if state not in _CAN_BE_RETRIED or not is_free_now:
        return OutboxState(state)
    if person.startswith(OF_NOBODY):
        yield from tell(_OPEN_AGAIN, [{"account": account_id, "entry_id": entry_id, "now": micros_of(context.now)}])
        context.news.add("outbox")
        return OutboxState.pending
    if is_followed or not in_force:
        yield from tell(_CHANGE, [_changed(account_id, entry_id, OutboxState.superseded, context)])
        return OutboxState.superseded
    [present] = in_force
    if present.version != version:
        event_id = event_id_of(account_id, hook, person, present.version)
    yield from tell(
        _REVIVE,
        [
            {
                "account": account_id,
                "entry_id": entry_id,
                "now": micros_of(context.now),
                "new_event_id": event_id,
                "new_event": json_text(event_as_json(event_of(present, _RETRIED, context, event_id))),
                "new_version": present.version,
            }
        ],
    )
    context.news.add("outbox")
    return OutboxState.pending


def _entry(context: Context, entry_id: int) -> Transaction[Rows]:
    return (yield from ask(_ENTRY, entry_id=entry_id, now=micros_of(context.now), process_id=context.process_id))


_CAN_BE_RETRIED = (OutboxState.dead, OutboxState.dropped, OutboxState.held, OutboxState.pending)
_RETRIED = {"reason": "retried by an operator"}
_PUSHED = {"reason": "present standing pushed"}


def _changed(account_id: str, entry_id: int, state: OutboxState, context: Context) -> dict[str, Any]:
    return {
        "account": account_id,
        "entry_id": entry_id,
        "new_state": state.value,
        "new_settled_at": micros_of(context.now),
    }


def _present(account_id: str, kept: Sequence[Any]) -> StandingChange:
    person, key, address, status, blocks, version = kept
    present = standing_from(account_id, status, blocks)
    return StandingChange(
        account_id=account_id, person=person, key=key, address=address, before=present, after=present, version=version
    )


def _drop(context: Context, payloads: Sequence[int]) -> Transaction[list[OutboxState | None]]:
    return (yield from one_by_one(_drop_one, context, payloads))


def _drop_one(context: Context, entry_id: int) -> Transaction[OutboxState | None]:
    found = yield from _entry(context, entry_id)
    if not found:
        return None
    account_id, *_, state, is_free_now, _followed = found[0]
    if state not in (OutboxState.dead, OutboxState.held, OutboxState.pending) or not is_free_now:
        return OutboxState(state)
    yield from tell(_CHANGE, [_changed(account_id, entry_id, OutboxState.dropped, context)])
    context.news.add("outbox")
    return OutboxState.dropped


def _push(context: Context, payloads: Sequence[Push]) -> Transaction[list[Pushed]]:
    return (yield from one_by_one(_push_some, context, payloads))


def _push_some(context: Context, push: Push) -> Transaction[Pushed]:
    rows = yield from ask(PERSONS_AFTER, account_id=push.account_id, after=push.after)
    people = [person for (person,) in rows]
    in_force = yield from _in_force(push.account_id, people)
    events = []
    for change in (one for one in in_force if not is_probe(one.address)):
        [(told_before,)] = yield from ask(
            _TOLD_BEFORE, account_id=push.account_id, person=change.person, hook_name=push.hook
        )
        event_id = event_id_of(push.account_id, push.hook, change.person, change.version, told_before + 1)
        event = event_of(change, _PUSHED, context, event_id)
        events.append(row_of(push.account_id, push.hook, change.person, change.version, event, micros_of(context.now)))
    if events:
        yield from supersede(context, push.account_id, [change.person for change in in_force], [push.hook])
        yield from tell(INSERT_EVENT, events)
        context.news.add("outbox")
    return Pushed(count=len(events), last=people[-1] if len(people) == AT_ONCE else None)


def _in_force(account_id: str, people: Sequence[str]) -> Transaction[list[StandingChange]]:
    """The present standings of these people, which nobody else changes until the end of the transaction.

    Locked as recording locks them, and read afterwards: what was read before may be older than an event that is there
    by now. Left out are addresses that a subscriber has by now: their standing is the subscriber's.
    """
    if not people:
        return []
    found = yield from find_and_lock(account_id, names_of_persons(people))
    mine = json_text([person for person in people if person in found])
    return [_present(account_id, row) for row in (yield from ask(_STANDINGS, account_id=account_id, people=mine))]


RETRY: Operation[int, OutboxState | None] = Operation(name="retry", rank=55, run=_retry, alone=True)
DROP: Operation[int, OutboxState | None] = Operation(name="drop", rank=56, run=_drop)
PUSH: Operation[Push, Pushed] = Operation(name="push", rank=57, run=_push, alone=True)


class Outbox:
    """The outbox as operators see it: `Store.outbox` is one."""

    def __init__(self, journal: Journal, reader: Reader) -> None:
        self._journal = journal
        self._reader = reader

    async def entries(
        self, *, states: Sequence[OutboxState] = (), hook: str | None = None, limit: int = 100
    ) -> list[OutboxEntry]:
        """Events, newest first; of all states when none is named."""
        return await reports.outbox_entries(self._reader, states=tuple(states), hook=hook, limit=limit)

    async def retry(self, entry_id: int) -> OutboxState:
        """Open a dead or dropped event again, with the person's present standing; gives its state afterwards.

        When something newer followed it becomes superseded: an old event never brings anyone back. Raises NotFound.
        """
        return _found(await self._journal.submit(RETRY, entry_id), entry_id)

    async def drop(self, entry_id: int) -> OutboxState:
        """Give an open or dead event up; gives its state afterwards. Raises NotFound."""
        return _found(await self._journal.submit(DROP, entry_id), entry_id)

    async def push(self, hook: str, account_ids: Sequence[str]) -> int:
        """Write an event with the present standing of everyone whose standing ever changed; gives how many."""
        count = 0
        for account_id in account_ids:
            after: str | None = ""
            while after is not None:
                pushed = await self._journal.submit(PUSH, Push(hook=hook, account_id=account_id, after=after))
                count, after = count + pushed.count, pushed.last
        return count


def _found(state: OutboxState | None, entry_id: int) -> OutboxState:
    if state is None:
        raise NotFound(f"there is no outbox entry {entry_id}")
    return state
