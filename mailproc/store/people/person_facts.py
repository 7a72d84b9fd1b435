"""Whose facts are whose: what is read for the people whose standing is computed."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from sqlalchemy import union_all

from mailproc.policy.standing.pepper import Peppers
from mailproc.store.engine.columns import json_text
from mailproc.store.engine.people_tables import fact
from mailproc.store.engine.persons import Person
from mailproc.store.engine.statement import Statement, Transaction, ask, one_of
from mailproc.store.people.crowded_facts import (
    BARE,
    BY_ADDRESS,
    BY_KEY,
    CROWDED,
    crowded_addresses,
    crowded_keys,
    lasting_facts,
    lasting_of_each,
)
from mailproc.store.people.fact_rows import StoredFact, of_account, stored_facts

_BY_NAME = Statement(
    lambda insert: union_all(
        of_account(one_of(fact.c.key, "keys")), of_account(one_of(fact.c.address_key, "address_keys"))
    )
)
_RETRACTIONS = Statement(lambda insert: of_account(one_of(fact.c.retracts, "ids")))


def facts_of(account_id: str, people: Collection[Person], peppers: Peppers) -> Transaction[dict[str, list[StoredFact]]]:
    """The facts that count for each of these people, by person, in no order; empty lists for none.

    A subscriber's are those of its key and of its present address; an address's own are those that name no key (R28a).
    What is kept of an address that was forgotten counts for whoever has that address. Of a flood they are those that
    can matter: the standing has the same status, and the same kinds of blocks.
    """
    keys, addresses = _keys_of(people), _addresses_of(people)
    bare = _addresses_of(person for person in people if person.key is None)
    flooded_keys = yield from crowded_keys(account_id, keys)
    flooded_addresses = yield from crowded_addresses(account_id, addresses)
    forgotten = peppers.addresses_by_name(addresses)
    found = yield from _named(account_id, keys - flooded_keys, addresses - flooded_addresses, forgotten)
    for search, names in (
        (BY_KEY, flooded_keys),
        (BY_ADDRESS, flooded_addresses),
        (BARE, flooded_addresses & bare),
    ):
        for name in sorted(names):
            found.update({one.id: one for one in (yield from lasting_facts(search, account_id, name))})
    by_person = yield from _shared_out(account_id, found, people)
    for person in people:
        facts = by_person[person.person]
        if len(facts) > CROWDED or person.key in flooded_keys or person.address_key in flooded_addresses:
            by_person[person.person] = lasting_of_each(facts)
    return by_person


def all_facts_of(
    account_id: str, people: Collection[Person], peppers: Peppers
) -> Transaction[dict[str, list[StoredFact]]]:
    """The same with every fact of a flood, however long that takes: for checks."""
    addresses = _addresses_of(people)
    found = yield from _named(account_id, _keys_of(people), addresses, peppers.addresses_by_name(addresses))
    return (yield from _shared_out(account_id, found, people))


def _keys_of(people: Iterable[Person]) -> set[str]:
    return {person.key for person in people if person.key is not None}


def _addresses_of(people: Iterable[Person]) -> set[str]:
    return {person.address_key for person in people if person.address_key is not None}


def _named(
    account_id: str, keys: Iterable[str], addresses: Iterable[str], forgotten: Mapping[str, str]
) -> Transaction[dict[str, StoredFact]]:
    """Facts with these names; one about a forgotten address says it of the address that `forgotten` gives for it."""
    rows = yield from ask(
        _BY_NAME,
        account_id=account_id,
        keys=json_text(list(keys)),
        address_keys=json_text([*addresses, *forgotten]),
    )
    found = stored_facts(rows)
    if forgotten:
        found = [replace(one, address_key=forgotten.get(one.address_key or "", one.address_key)) for one in found]
    return {one.id: one for one in found}


def _shared_out(
    account_id: str, found: dict[str, StoredFact], people: Iterable[Person]
) -> Transaction[dict[str, list[StoredFact]]]:
    by_key: dict[str, list[StoredFact]] = {}
    by_address: dict[str, list[StoredFact]] = {}
    for one in found.values():
        if one.fact.key is not None:
            by_key.setdefault(one.fact.key, []).append(one)
        if one.address_key is not None:
            by_address.setdefault(one.address_key, []).append(one)
    retractions = yield from retractions_of(account_id, found)
    shared: dict[str, list[StoredFact]] = {}
    for person in people:
        at_address = by_address.get(person.address_key, []) if person.address_key is not None else []
        if person.key is None:
            facts = [one for one in at_address if one.fact.key is None]
        else:
            facts = by_key.get(person.key, []) + [one for one in at_address if one.fact.key != person.key]
        shared[person.person] = _with_retractions(facts, retractions)
    return shared


def retractions_of(account_id: str, found: Collection[str]) -> Transaction[dict[str, list[StoredFact]]]:
    """What takes these facts back, and what takes that back, and so on; by the id that it names."""
    by_target: dict[str, list[StoredFact]] = {}
    asked: set[str] = set()
    wanted = set(found)
    while wanted:
        asked |= wanted
        retractions = stored_facts((yield from ask(_RETRACTIONS, account_id=account_id, ids=json_text(list(wanted)))))
        for one in retractions:
            by_target.setdefault(str(one.fact.retracts), []).append(one)
        wanted = {one.id for one in retractions} - asked
    return by_target


def _with_retractions(facts: list[StoredFact], by_target: dict[str, list[StoredFact]]) -> list[StoredFact]:
    if not by_target:
        return facts
    whole = {one.id: one for one in facts}
    waiting = list(whole)
    while waiting:
        for one in by_target.get(waiting.pop(), ()):
            if one.id not in whole:
                whole[one.id] = one
                waiting.append(one.id)
    return list(whole.values())
