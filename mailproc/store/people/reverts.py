"""What one cause did: the opt-outs that a rule made in some time, and who would be back without them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, or_

from mailproc.policy.deciding.review import ANSWERED
from mailproc.policy.standing.facts import Fact, FactKind, Level, retraction_of
from mailproc.policy.standing.standing import Standing, Status, standing_of, still_said
from mailproc.store.engine.columns import json_text, micros_of
from mailproc.store.engine.operation import Context
from mailproc.store.engine.people_tables import fact
from mailproc.store.engine.persons import Names, find
from mailproc.store.engine.reader import Reader
from mailproc.store.engine.statement import Statement, Transaction, ask, one_of
from mailproc.store.people.accounts import all_accounts, senders
from mailproc.store.people.fact_rows import StoredFact, of_account, stored_facts
from mailproc.store.people.person_facts import retractions_of
from mailproc.store.people.reach import counting_facts

AT_ONCE = 500

_MADE = Statement(
    lambda insert: (
        of_account(
            fact.c.id > bindparam("after"),
            or_(fact.c.kind == FactKind.opt_out.value, fact.c.kind == FactKind.complaint.value),
            fact.c.occurred_at >= bindparam("start"),
            fact.c.occurred_at <= bindparam("end"),
            fact.c.evidence.like(bindparam("pattern"), escape="!"),
        )
        .order_by(fact.c.id)
        .limit(AT_ONCE)
    )
)
_NAMED = Statement(lambda insert: of_account(one_of(fact.c.id, "ids")))


@dataclass(frozen=True, slots=True, kw_only=True)
class Making:
    """A cause: a rule, and from when to when it did what it did; in one account, or in all."""

    rule: str
    start: datetime
    end: datetime
    account_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FactsNamed:
    """Facts by their ids, whatever caused them; in one account, or wherever they are."""

    facts: tuple[str, ...]
    account_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Affected:
    """Somebody whom the cause took off: the standing now, and as it would be without that.

    `lists` are those that nothing at list level would stand against any more, in order.
    """

    account_id: str
    person: str
    address: str | None
    key: str | None
    before: Status
    after: Status
    lists: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What a cause made: facts in order of account and time, and whom they concern, by account and person."""

    facts: tuple[Fact, ...] = ()
    people: tuple[Affected, ...] = ()


async def find_made(reader: Reader, context: Context, making: Making | FactsNamed) -> Made:
    """What a cause made, as far as nobody took it back yet. Reads the facts of that time whole, in parts."""
    if making.account_id is not None:
        accounts = [making.account_id]
    else:
        accounts = await reader.run(senders() if isinstance(making, Making) else all_accounts())
    facts: list[Fact] = []
    people: list[Affected] = []
    for account_id in accounts:
        made = await _made_in(reader, account_id, making)
        found: dict[str, Affected] = {}
        ids = {one.id for one in made}
        for start in range(0, len(made), AT_ONCE):
            found |= await reader.run(_affected(context, account_id, made[start : start + AT_ONCE], ids))
        facts += [one.fact for one in made]
        people += [found[person] for person in sorted(found)]
    return Made(facts=tuple(facts), people=tuple(people))


async def _made_in(reader: Reader, account_id: str, making: Making | FactsNamed) -> list[StoredFact]:
    made: list[StoredFact] = []
    if isinstance(making, FactsNamed):
        return await reader.run(_named(account_id, making))
    after: str | None = ""
    while after is not None:
        some, after = await reader.run(_some_made(account_id, making, after))
        made += some
    return sorted(made, key=lambda one: (one.fact.occurred_at, one.id))


def _some_made(account_id: str, making: Making, after: str) -> Transaction[tuple[list[StoredFact], str | None]]:
    """Up to 500 facts of the cause by id, and the last id, None at the end.

    Without those that were taken back, and those that a person confirmed in review.
    """
    literally = json_text(making.rule).replace("!", "!!").replace("%", "!%").replace("_", "!_")
    rows = yield from ask(
        _MADE,
        account_id=account_id,
        after=after,
        start=micros_of(making.start),
        end=micros_of(making.end),
        pattern=f"%{literally}%",
    )
    found = stored_facts(rows)
    mine = [one for one in found if one.fact.evidence.get("rule") == making.rule and not _is_confirmed(one.fact)]
    return (yield from _still_said(account_id, mine)), found[-1].id if len(found) == AT_ONCE else None


def _is_confirmed(said: Fact) -> bool:
    """Whether a person said that it is a request: the rule only found it."""
    return said.evidence.get("reason") == ANSWERED


def _named(account_id: str, named: FactsNamed) -> Transaction[list[StoredFact]]:
    found = stored_facts((yield from ask(_NAMED, account_id=account_id, ids=json_text(named.facts))))
    return (yield from _still_said(account_id, sorted(found, key=lambda one: (one.fact.occurred_at, one.id))))


def _still_said(account_id: str, found: Sequence[StoredFact]) -> Transaction[list[StoredFact]]:
    """Those of them that nobody took back."""
    retractions = yield from retractions_of(account_id, {one.id for one in found})
    undone = [one.fact for them in retractions.values() for one in them]
    said = still_said([*(one.fact for one in found), *undone])
    return [one for one in found if one.id in said]


def _affected(
    context: Context, account_id: str, some: Sequence[StoredFact], made: Collection[str]
) -> Transaction[Mapping[str, Affected]]:
    names = Names()
    for one in some:
        names |= one.names
    people = yield from find(account_id, names)
    facts = yield from counting_facts(context.scopes, account_id, people.values())
    thresholds = context.thresholds_of(account_id)
    affected = {}
    for name, person in people.items():
        mine = [one.fact for one in facts[name] if one.id in made]
        if not mine:
            continue
        said = [one.fact for one in facts[name]]
        undone = [retraction_of(one, by="", reason="", at=context.now) for one in mine]
        before, after = standing_of(said, thresholds), standing_of([*said, *undone], thresholds)
        affected[name] = Affected(
            account_id=account_id,
            person=name,
            address=person.address or next((one.address for one in mine if one.address), None),
            key=person.key,
            before=before.status,
            after=after.status,
            lists=tuple(sorted(_lists_of(before) - _lists_of(after))),
        )
    return affected


def _lists_of(standing: Standing) -> set[str]:
    """The lists that something stands against at their level."""
    return {str(block.list_id) for block in standing.blocks if block.level is Level.list}
