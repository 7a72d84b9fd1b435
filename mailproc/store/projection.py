"""From new facts to standings: compute what a person's facts now amount to, and tell the hooks when that changed."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select

from mailproc.policy.facts import FactKind, Level
from mailproc.policy.standing import Block, Standing, Status, standing_of
from mailproc.store.columns import from_json, json_text, micros_of, time_of
from mailproc.store.fact_rows import StoredFact, insert_facts, names_retracted
from mailproc.store.journal import Context
from mailproc.store.outbox_rows import Event, write_events
from mailproc.store.person_facts import facts_of
from mailproc.store.persons import Names, Person, find_and_lock, person_of_key
from mailproc.store.results import StandingChange
from mailproc.store.schema import standing
from mailproc.store.statement import Statement, Transaction, ask, one_of, tell

_STANDINGS = Statement(
    lambda insert: select(
        standing.c.person,
        standing.c.status,
        standing.c.blocks,
        standing.c.version,
        standing.c.address,
        standing.c.changed_at,
    ).where(standing.c.account_id == bindparam("account_id"), one_of(standing.c.person, "people"))
)


def _upsert(insert: Any) -> Any:
    statement = insert(standing)
    new = statement.excluded
    return statement.on_conflict_do_update(
        index_elements=["account_id", "person"],
        set_={name: new[name] for name in ("address", "status", "blocks", "version", "changed_at")},
    )


_UPSERT_STANDING = Statement(_upsert)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A standing as it is in its table; `version` 0 for none."""

    standing: Standing
    version: int
    address: str | None
    changed_at: datetime | None


NEVER_CHANGED = Kept(standing=Standing(), version=0, address=None, changed_at=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """New facts of one account with the mail or request that they came by; `origin` is given back with each change."""

    origin: int
    facts: tuple[StoredFact, ...]
    mail_id: str | None = None


def apply_facts(
    context: Context, account_id: str, said: Sequence[Said], also: Names | None = None
) -> Transaction[list[tuple[int, StandingChange]]]:
    """Write facts of one account and bring everyone's standing up to date whom they concern, or whom `also` names.

    Gives each change with the origin of the last fact that concerned this person, -1 for none.
    """
    facts = [one for group in said for one in group.facts]
    names = also or Names()
    for one in facts:
        names |= one.names
    names |= yield from names_retracted(account_id, facts)
    people = yield from find_and_lock(account_id, names)
    yield from insert_facts(facts, context.now)
    return (yield from _recompute(context, account_id, people, _causes(said, people)))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cause:
    origin: int
    told: dict[str, str]


_NO_CAUSE = _Cause(origin=-1, told={"reason": "address known anew"})


def _causes(said: Sequence[Said], people: dict[str, Person]) -> dict[str, _Cause]:
    """For each person the last fact that names them."""
    at_address: dict[str, list[str]] = {}
    for person in people.values():
        if person.address_key is not None:
            at_address.setdefault(person.address_key, []).append(person.person)
    causes: dict[str, _Cause] = {}
    for group in said:
        for one in group.facts:
            named = list(at_address.get(one.address_key, ())) if one.address_key is not None else []
            if one.fact.key is not None:
                named.append(person_of_key(one.fact.key))
            cause = _Cause(origin=group.origin, told=_told(one, group.mail_id))
            if one.fact.kind is FactKind.retraction:  # concerns whom the retracted fact names, too
                causes = {name: causes.get(name, cause) for name in people}
            causes.update(dict.fromkeys(named, cause))
    return causes


def _told(one: StoredFact, mail_id: str | None) -> dict[str, str]:
    told = {
        **one.fact.evidence,
        "fact": one.id,
        "kind": one.fact.kind.value,
        "level": one.fact.level.value,
        "channel": one.fact.channel.value,
    }
    if one.fact.list_id is not None:
        told["list"] = one.fact.list_id
    if mail_id is not None:
        told["mail_id"] = mail_id
    return told


def _recompute(
    context: Context, account_id: str, people: dict[str, Person], causes: dict[str, _Cause]
) -> Transaction[list[tuple[int, StandingChange]]]:
    facts = yield from facts_of(account_id, people.values())
    kept = yield from standings_of(account_id, people)
    rows, changes, events = [], [], []
    for name in sorted(people):
        before = kept.get(name, NEVER_CHANGED)
        person = named_by(people[name], facts[name])
        after = told_standing(standing_of((one.fact for one in facts[name]), context.thresholds_of(account_id)))
        changed = amounts_to(after) != amounts_to(before.standing)
        if not changed and (not before.version or (after == before.standing and person.address == before.address)):
            continue
        version = before.version + changed
        rows.append(_row(account_id, person, after, version, micros_of(context.now)))
        if not changed:
            continue
        cause = causes.get(name, _NO_CAUSE)
        change = StandingChange(
            account_id=account_id,
            person=name,
            key=person.key,
            address=person.address,
            before=before.standing,
            after=after,
            version=version,
        )
        changes.append((cause.origin, change))
        events.append(Event(change=change, cause=cause.told))
    yield from tell(_UPSERT_STANDING, rows)
    yield from write_events(context, account_id, events)
    return changes


def standings_of(account_id: str, people: Iterable[str]) -> Transaction[dict[str, Kept]]:
    """The standings that are kept for these people; those without any are left out."""
    rows = yield from ask(_STANDINGS, account_id=account_id, people=json_text(list(people)))
    return {
        person: Kept(
            standing=standing_from(status, blocks), version=version, address=address, changed_at=time_of(changed_at)
        )
        for person, status, blocks, version, address, changed_at in rows
    }


def named_by(person: Person, facts: Collection[StoredFact]) -> Person:
    """The person with an address to tell: the present one, else the one that the newest fact gives."""
    if person.address is not None:
        return person
    named = [one for one in facts if one.fact.address is not None]
    if not named:
        return person
    newest = max(named, key=lambda one: (one.fact.occurred_at, one.id))
    return Person(person=person.person, key=person.key, address=newest.fact.address, address_key=person.address_key)


def told_standing(computed: Standing) -> Standing:
    """A standing with one block, the oldest, for each kind, level and list: the same request twice is no news."""
    oldest: dict[tuple[FactKind, Level, str | None], Block] = {}
    for block in computed.blocks:
        oldest.setdefault((block.kind, block.level, block.list_id), block)
    return Standing(status=computed.status, blocks=tuple(oldest.values()))


def amounts_to(told: Standing) -> tuple[Status, frozenset[tuple[FactKind, Level, str | None]]]:
    """What hooks are told about: the status and the set of blocks."""
    return told.status, frozenset((block.kind, block.level, block.list_id) for block in told.blocks)


def _row(account_id: str, person: Person, after: Standing, version: int, changed_at: int) -> dict[str, Any]:
    return {
        "account_id": account_id,
        "person": person.person,
        "key": person.key,
        "address": person.address,
        "status": after.status.value,
        "blocks": blocks_text(after.blocks),
        "version": version,
        "changed_at": changed_at,
    }


def blocks_text(blocks: Iterable[Block]) -> str:
    """Blocks as JSON."""
    return json_text(
        [
            [one.kind.value, one.level.value, one.list_id, micros_of(one.since), one.channel, one.fact_id]
            for one in blocks
        ]
    )


def standing_from(status: str, blocks: str) -> Standing:
    """A standing from its columns."""
    return Standing(
        status=Status(status),
        blocks=tuple(
            Block(
                kind=FactKind(kind),
                level=Level(level),
                list_id=list_id,
                since=time_of(since),
                channel=channel,
                fact_id=fact_id,
            )
            for kind, level, list_id, since, channel, fact_id in from_json(blocks)
        ),
    )
