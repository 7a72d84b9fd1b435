"""Reading about people: by address or by key, with their facts and what the hooks were told."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime

from sqlalchemy import bindparam, select, union

from mailproc.policy.standing.facts import FactKind
from mailproc.policy.standing.pepper import Peppers
from mailproc.policy.standing.standing import standing_of
from mailproc.store.engine.columns import address_key_of, json_text, storable
from mailproc.store.engine.operation import Context
from mailproc.store.engine.people_tables import fact
from mailproc.store.engine.persons import Names, Person, find, person_of_address, person_of_key
from mailproc.store.engine.schema import outbox
from mailproc.store.engine.statement import Statement, Transaction, ask, one_of
from mailproc.store.outbox.outbox_rows import ENTRY_COLUMNS, entry_from
from mailproc.store.people.accounts import all_accounts
from mailproc.store.people.fact_rows import StoredFact
from mailproc.store.people.person_rows import attributes_of, lists_joined
from mailproc.store.people.projection import named_by
from mailproc.store.people.reach import counting_facts, reaching_facts
from mailproc.store.people.standing_rows import NEVER_CHANGED, standings_of, told_standing
from mailproc.store.results import PersonStatus

MAX_EVENTS = 20

_NAMES_IN_FACTS = Statement(
    lambda insert: union(
        select(fact.c.key, fact.c.address_key).where(
            fact.c.account_id == bindparam("account_id"), fact.c.key == bindparam("key")
        ),
        select(fact.c.key, fact.c.address_key).where(
            fact.c.account_id == bindparam("account_id"), one_of(fact.c.address_key, "address_keys")
        ),
    )
)
_EVENTS = Statement(
    lambda insert: (
        select(*(outbox.c[name] for name in ENTRY_COLUMNS))
        .where(outbox.c.account_id == bindparam("account_id"), outbox.c.person == bindparam("person"))
        .order_by(outbox.c.id.desc())
        .limit(MAX_EVENTS)
    )
)


def persons_named(
    context: Context, text: str, account_id: str | None, at: datetime | None = None, *, whole: bool = False
) -> Transaction[list[PersonStatus]]:
    """Everyone whom this key or address means, by account and person; empty for nobody.

    In a named account, also an address that it does not know, when something reaches that from elsewhere. `at` asks for
    the standing of that time, by what had happened until then; `whole` for every fact of a flood.
    """
    accounts = [account_id] if account_id is not None else (yield from all_accounts())
    found: list[PersonStatus] = []
    for account in accounts:
        people = yield from _people_in(account, text, context.scopes.peppers)
        facts = yield from counting_facts(context.scopes, account, people.values(), until=at, whole=whole)
        people = {
            name: _called(one, facts[name], text)
            for name, one in people.items()
            if facts[name] or one.address is not None
        }
        if not people and account_id is not None:
            people, facts = yield from _stranger(context, account, text, at)
        found.extend((yield from _statuses(context, account, people, facts, at)))
    return found


def _people_in(account_id: str, text: str, peppers: Peppers) -> Transaction[dict[str, Person]]:
    key, address_key = storable(text.strip()), address_key_of(text)
    forgotten = peppers.addresses_by_name([address_key])
    rows = yield from ask(
        _NAMES_IN_FACTS, account_id=account_id, key=key, address_keys=json_text([address_key, *forgotten])
    )
    in_facts = {(named, forgotten.get(at, at)) for named, at in rows}
    keys_in_facts = {named for named, _ in in_facts if named is not None}
    bare = {address_key} if (None, address_key) in in_facts else set()
    names = Names(
        keys=frozenset({key, *keys_in_facts}), address_keys=frozenset({address_key}), bare_address_keys=frozenset(bare)
    )
    people = yield from find(account_id, names)
    if key not in keys_in_facts and people[person_of_key(key)].address is None:
        del people[person_of_key(key)]  # the text names no key that anyone has heard of
    return people


def _called(person: Person, facts: Collection[StoredFact], text: str) -> Person:
    """The person; an address that was forgotten, of which no fact tells any more, as whoever asks calls it."""
    nameless = person.key is None and named_by(person, facts).address is None
    return replace(person, address=text.strip()) if nameless else person


def _stranger(
    context: Context, account_id: str, text: str, at: datetime | None
) -> Transaction[tuple[dict[str, Person], dict[str, list[StoredFact]]]]:
    """An address that the account does not know, as what reaches it; nobody where nothing does."""
    address_key = address_key_of(text)
    reach = yield from reaching_facts(context.scopes, account_id, {address_key}, until=at)
    person = Person(person=person_of_address(address_key), address=text.strip(), address_key=address_key)
    facts = reach.get(address_key, [])
    stands = any(one.fact.kind is not FactKind.consent for one in facts)
    return {person.person: person} if stands else {}, {person.person: facts}


def _statuses(
    context: Context,
    account_id: str,
    people: Mapping[str, Person],
    facts: Mapping[str, list[StoredFact]],
    at: datetime | None,
) -> Transaction[list[PersonStatus]]:
    kept = yield from standings_of(account_id, people)
    thresholds = context.thresholds_of(account_id)
    keys = [one.key for one in people.values() if one.key is not None and at is None]
    lists = yield from lists_joined(account_id, keys)
    attributes = yield from attributes_of(account_id, keys)
    statuses = []
    for name in sorted(people):
        events = yield from ask(_EVENTS, account_id=account_id, person=name)
        person = named_by(people[name], facts[name])
        said = sorted(facts[name], key=lambda one: (one.fact.occurred_at, one.id))
        last = kept.get(name, NEVER_CHANGED)
        statuses.append(
            PersonStatus(
                account_id=account_id,
                person=name,
                key=person.key,
                address=person.address,
                standing=told_standing(standing_of((one.fact for one in said), thresholds)),
                version=last.version,
                changed_at=last.changed_at,
                facts=tuple(one.fact for one in said),
                events=tuple(entry_from(row) for row in events if at is None),
                lists=tuple(lists.get(person.key or "", ())),
                attributes=attributes.get(person.key or "", {}),
            )
        )
    return statuses
