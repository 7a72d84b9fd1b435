"""Whom a fact means beyond its name: the address that a key then had, and who has its address in a looser form.

A tag, Gmail's dots, a wrapper of BATV: people write from one form and are subscribed under another, of the same domain.
The loose key may only find candidates, and only suppress: one address is taken off, several are a person's to choose
from, and an address that somebody has in its very form is nobody else's.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import bindparam, select, union

from mailproc.policy.standing.facts import FactKind
from mailproc.store.engine.columns import json_text
from mailproc.store.engine.people_tables import subscriber
from mailproc.store.engine.statement import Statement, Transaction, ask, one_of
from mailproc.store.people.fact_rows import StoredFact, said_loosely_of, stored_fact
from mailproc.store.people.projection import Said

_COLUMNS = (subscriber.c.key, subscriber.c.address, subscriber.c.address_key, subscriber.c.loose_key)
_KNOWN = Statement(
    lambda insert: union(
        select(*_COLUMNS).where(subscriber.c.account_id == bindparam("account_id"), one_of(subscriber.c.key, "keys")),
        select(*_COLUMNS).where(  # whose address is its own loose form, and so in no index of loose ones
            subscriber.c.account_id == bindparam("account_id"), one_of(subscriber.c.address_key, "loose_keys")
        ),
        select(*_COLUMNS).where(
            subscriber.c.account_id == bindparam("account_id"),
            subscriber.c.loose_key != subscriber.c.address_key,
            one_of(subscriber.c.loose_key, "loose_keys"),
        ),
    )
)
_SUPPRESSING = frozenset({FactKind.opt_out, FactKind.complaint, FactKind.block})
_MOST_TOLD = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Unclear:
    """Several people could be meant: a sentence that says so, and their keys."""

    reason: str
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Meant:
    """Facts with whom they mean, and by the origin of a fact where that is unclear."""

    said: tuple[Said, ...]
    unclear: dict[int, Unclear]


@dataclass(frozen=True, slots=True)
class _Known:
    key: str
    address: str
    address_key: str
    loose_key: str


def find_meant(account_id: str, said: Sequence[Said]) -> Transaction[Meant]:
    """The same facts, those of a known key with its address, and one more for each person that was found loosely."""
    facts = [one for group in said for one in group.facts]
    keys = {one.fact.key for one in facts if _wants_address(one)}
    loose_keys = {one.loose_key for one in facts} - {None}
    if not keys and not loose_keys:
        return Meant(said=tuple(said), unclear={})
    rows = yield from ask(
        _KNOWN,
        account_id=account_id,
        keys=json_text(sorted(filter(None, keys))),
        loose_keys=json_text(sorted(filter(None, loose_keys))),
    )
    known = [_Known(*row) for row in rows]
    by_key = {person.key: person for person in known}
    by_loose_key: dict[str, list[_Known]] = {}
    for person in known:
        by_loose_key.setdefault(person.loose_key, []).append(person)
    groups, unclear = [], {}
    for group in said:
        found: list[StoredFact] = []
        for one in group.facts:
            found.append(_with_address(one, by_key))
            candidates = _candidates(one, by_loose_key)
            if len({person.address_key for person in candidates}) == 1:
                found.append(said_loosely_of(one, candidates[0].address))
            elif candidates:
                unclear[group.origin] = _unclear(one, candidates)
        groups.append(replace(group, facts=tuple(found)))
    return Meant(said=tuple(groups), unclear=unclear)


def _wants_address(one: StoredFact) -> bool:
    suppresses = one.fact.kind in _SUPPRESSING or one.fact.kind is FactKind.bounce
    return suppresses and one.fact.key is not None and one.address_key is None


def _with_address(one: StoredFact, by_key: dict[str, _Known]) -> StoredFact:
    """A fact by key names the address that the key has now, too (R28a); a bounce that address alone, which is dead."""
    person = by_key.get(one.fact.key or "") if _wants_address(one) else None
    if person is None or "@" not in person.address:
        return one
    key = None if one.fact.kind is FactKind.bounce else one.fact.key
    return stored_fact(replace(one.fact, key=key, address=person.address), one.fact.occurred_at)


def _candidates(one: StoredFact, by_loose_key: dict[str, list[_Known]]) -> list[_Known]:
    if one.loose_key is None:
        return []
    found = by_loose_key.get(one.loose_key, [])
    return [] if any(person.address_key == one.address_key for person in found) else found


def _unclear(one: StoredFact, candidates: Iterable[_Known]) -> Unclear:
    keys = tuple(sorted(person.key for person in candidates))
    more = f" and {len(keys) - _MOST_TOLD} more" if len(keys) > _MOST_TOLD else ""
    reason = f"{one.fact.address} may be any of the subscribers {', '.join(keys[:_MOST_TOLD])}{more}"
    return Unclear(reason=reason, keys=keys)
