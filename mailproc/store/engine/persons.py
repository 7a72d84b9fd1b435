"""Who is meant: from the names in facts to persons of an account, locked while their standing is computed."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import bindparam, select, union

from mailproc.store.engine.columns import json_text
from mailproc.store.engine.locks import lock
from mailproc.store.engine.people_tables import subscriber
from mailproc.store.engine.statement import Statement, Transaction, ask, one_of

_SUBSCRIBERS = Statement(
    lambda insert: union(
        select(subscriber.c.key, subscriber.c.address, subscriber.c.address_key).where(
            subscriber.c.account_id == bindparam("account_id"), one_of(subscriber.c.key, "keys")
        ),
        select(subscriber.c.key, subscriber.c.address, subscriber.c.address_key).where(
            subscriber.c.account_id == bindparam("account_id"), one_of(subscriber.c.address_key, "address_keys")
        ),
    )
)

_LOCK_SPACE = 0x6D61696C << 16  # a range of advisory lock numbers of our own
_WRITER_LOCK_SPACE = 0x6D62696C << 16  # another: writers are locked after people, and must never share a lock with one
_LOCKS = 4096  # people share locks: PostgreSQL has room for some 6,400, and one report may name thousands
_ALL_LOCKS = range(_LOCK_SPACE, _LOCK_SPACE + _LOCKS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody whose standing is kept: `k:<key>`, or `a:<address key>` for an address that no subscriber has.

    `address` is the present address as written; None for a key that the store does not know.
    """

    person: str
    key: str | None = None
    address: str | None = None
    address_key: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """Names as facts give them: subscriber keys, addresses, and those addresses that came without a key."""

    keys: frozenset[str] = frozenset()
    address_keys: frozenset[str] = frozenset()
    bare_address_keys: frozenset[str] = frozenset()

    def __or__(self, other: "Names") -> "Names":
        return Names(
            keys=self.keys | other.keys,
            address_keys=self.address_keys | other.address_keys,
            bare_address_keys=self.bare_address_keys | other.bare_address_keys,
        )


def name_of(key: str | None, address_key: str | None) -> Names:
    """The names in one fact."""
    addresses = frozenset() if address_key is None else frozenset({address_key})
    return Names(
        keys=frozenset() if key is None else frozenset({key}),
        address_keys=addresses,
        bare_address_keys=addresses if key is None else frozenset(),
    )


def person_of_key(key: str) -> str:
    """The person that a subscriber is."""
    return f"k:{key}"


def person_of_address(address_key: str) -> str:
    """The person that an address is while no subscriber has it."""
    return f"a:{address_key}"


def names_of_persons(persons: Iterable[str]) -> Names:
    """The names of people as their standings have them."""
    persons = list(persons)
    addresses = frozenset(person[2:] for person in persons if person.startswith("a:"))
    keys = frozenset(person[2:] for person in persons if person.startswith("k:"))
    return Names(keys=keys, address_keys=addresses, bare_address_keys=addresses)


def names_of_keys(keys: Iterable[tuple[str, str]]) -> dict[str, Names]:
    """The names of subscribers, pairs of account and key, by account."""
    by_account: dict[str, set[str]] = {}
    for account_id, key in keys:
        by_account.setdefault(account_id, set()).add(key)
    return {account_id: Names(keys=frozenset(some)) for account_id, some in by_account.items()}


def find_and_lock(account_id: str, names: Names) -> Transaction[dict[str, Person]]:
    """Everyone meant by these names, by person; nobody else can change them until the end of the transaction.

    An address is locked for all accounts at once: what one account hears of it may concern the others.
    """
    return (yield from find_and_lock_all({account_id: names}))[account_id]


def find_and_lock_all(names_in: Mapping[str, Names]) -> Transaction[dict[str, dict[str, Person]]]:
    """The same for several accounts, by account.

    Locks are taken on names, in one order for all processes, and before the subscribers are read for good: whoever
    gives a subscriber an address locks that address, too.
    """
    people = yield from _find_each(names_in)
    locked: set[int] = set()
    while (
        wanted := {
            number
            for account_id, names in names_in.items()
            for number in _locks_on(account_id, people[account_id].values(), names)
        }
        - locked
    ):
        if not (yield from lock(wanted)):
            break
        locked |= wanted
        people = yield from _find_each(names_in)
    return people


def lock_all_names() -> Transaction[None]:
    """Lock everybody: whoever writes thousands of people would take nearly all locks that people share."""
    yield from lock(_ALL_LOCKS)


def lock_writers(writers: Iterable[tuple[str, str]]) -> Transaction[None]:
    """Lock these writers, pairs of account and address key, until the end of the transaction.

    All of a transaction in one call, and after its people: in one order for all processes.
    """
    numbers = {_lock_number(account_id, writer, _WRITER_LOCK_SPACE) for account_id, writer in writers}
    if numbers:
        yield from lock(numbers)


def _find_each(names_in: Mapping[str, Names]) -> Transaction[dict[str, dict[str, Person]]]:
    found = {}
    for account_id in sorted(names_in):
        found[account_id] = yield from find(account_id, names_in[account_id])
    return found


def find(account_id: str, names: Names) -> Transaction[dict[str, Person]]:
    """Everyone meant by these names, by person, without locking anyone."""
    rows = yield from ask(
        _SUBSCRIBERS,
        account_id=account_id,
        keys=json_text(list(names.keys)),
        address_keys=json_text(list(names.address_keys)),
    )
    people = {
        person_of_key(key): Person(person=person_of_key(key), key=key, address=address, address_key=address_key)
        for key, address, address_key in rows
    }
    known = {person.address_key for person in people.values()}
    for key in names.keys:
        people.setdefault(person_of_key(key), Person(person=person_of_key(key), key=key))
    for address_key in names.bare_address_keys - known:
        person = person_of_address(address_key)
        people[person] = Person(person=person, address_key=address_key)
    return people


def _locks_on(account_id: str, people: Iterable[Person], names: Names) -> set[int]:
    address_keys = set(names.address_keys)
    wanted = set()
    for person in people:
        if person.key is not None:
            wanted.add(_lock_number(account_id, person.person))
        if person.address_key is not None:
            address_keys.add(person.address_key)
    return wanted | {_lock_number("", person_of_address(address_key)) for address_key in address_keys}


def _lock_number(account_id: str, name: str, space: int = _LOCK_SPACE) -> int:
    digest = hashlib.blake2b(f"{account_id}\0{name}".encode(), digest_size=8).digest()
    return space + int.from_bytes(digest, "big") % _LOCKS
