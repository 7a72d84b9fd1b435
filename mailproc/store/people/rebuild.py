"""Standings computed anew from the facts, chunk by chunk, for whoever changed scopes, thresholds or a table by hand."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import bindparam, func, select

from mailproc.store.engine.columns import json_text
from mailproc.store.engine.journal import Journal
from mailproc.store.engine.operation import Context, Operation, one_by_one
from mailproc.store.engine.persons import find_and_lock
from mailproc.store.engine.reader import Reader
from mailproc.store.engine.schema import outbox
from mailproc.store.engine.statement import Statement, Transaction, ask, one_of
from mailproc.store.people.accounts import senders
from mailproc.store.people.projection import Cause, write_standings
from mailproc.store.people.reach import counting_facts
from mailproc.store.people.standing_rows import NEVER_CHANGED, Kept, readable_standings_of
from mailproc.store.people.walk import Leg, is_nobody, legs_of, next_names

_TOLD = Statement(
    lambda insert: (
        select(outbox.c.person, func.max(outbox.c.version))
        .where(outbox.c.account_id == bindparam("account_id"), one_of(outbox.c.person, "people"))
        .group_by(outbox.c.person)
    )
)
_REBUILT = Cause(origin=-1, told={"reason": "standing computed anew"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """Some of a leg: the names that follow `after`."""

    leg: Leg
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a rebuild has come: `people` were looked at in this chunk, the standing of `changed` was another.

    `cursor` is where to go on after a break: what `rebuild` takes.
    """

    cursor: str
    account_id: str
    people: int
    changed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Done:
    last: str | None
    people: int
    changed: int


def _rebuild(context: Context, chunk: Chunk) -> Transaction[_Done]:
    account_id = chunk.leg.account_id
    names, last = yield from next_names(chunk.leg, chunk.after)
    if last is None:
        return _Done(last=None, people=0, changed=0)
    people = yield from find_and_lock(account_id, names)
    facts = yield from counting_facts(context.scopes, account_id, people.values())
    kept = yield from _kept(account_id, list(people))
    people = {name: person for name, person in people.items() if name in kept or not is_nobody(person, facts[name])}
    changes = yield from write_standings(context, account_id, people, facts, dict.fromkeys(people, _REBUILT), kept=kept)
    return _Done(last=last, people=len(people), changed=len(changes))


def _kept(account_id: str, people: Sequence[str]) -> Transaction[dict[str, Kept]]:
    """What is kept; a standing that was lost goes on after the last version that hooks were told."""
    kept = yield from readable_standings_of(account_id, people)
    told = yield from ask(_TOLD, account_id=account_id, people=json_text(list(people)))
    for person, version in told:
        known = kept.get(person, NEVER_CHANGED)
        kept[person] = replace(known, version=max(known.version, version))
    return kept


def _run(context: Context, payloads: Sequence[Chunk]) -> Transaction[list[_Done]]:
    return (yield from one_by_one(_rebuild, context, payloads))


REBUILD: Operation[Chunk, _Done] = Operation(name="rebuild", rank=58, run=_run, alone=True)


async def rebuild_standings(
    journal: Journal, reader: Reader, context: Context, account_id: str | None, cursor: str
) -> AsyncIterator[Progress]:
    """Compute every standing anew, 200 people in each transaction; `cursor` goes on where another run stopped.

    Raises ValueError for a cursor that is none, StoreUnavailable.
    """
    accounts = [account_id] if account_id is not None else await reader.run(_accounts(context))
    start, begin_at, after = _place_of(cursor)
    for account in (one for one in accounts if one >= start):
        for index, leg in enumerate(legs_of(context.scopes, account)):
            if account == start and index < begin_at:
                continue
            last: str | None = after if account == start and index == begin_at else ""
            while last is not None:
                done = await journal.submit(REBUILD, Chunk(leg=leg, after=last))
                last = done.last
                if last is not None:
                    yield Progress(
                        cursor=f"{account}/{index}/{last}",
                        account_id=account,
                        people=done.people,
                        changed=done.changed,
                    )


def _place_of(cursor: str) -> tuple[str, int, str]:
    """Account, number of the leg, and the last name there."""
    if not cursor:
        return "", 0, ""
    account_id, _, rest = cursor.partition("/")
    number, _, after = rest.partition("/")
    if not (number.isascii() and number.isdigit()):
        raise ValueError(f"{cursor}: is no place to go on from")
    return account_id, int(number), after


def _accounts(context: Context) -> Transaction[list[str]]:
    return sorted({*context.scopes.accounts, *(yield from senders())})
