"""Everyone of an account whose standing may be anything but active, in an order that can be gone on with."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import bindparam, select

from mailproc.policy.standing.pepper import NO_PEPPERS, is_forgotten_name
from mailproc.policy.standing.scope import EVERYWHERE, Scopes
from mailproc.store.engine.people_tables import fact, standing
from mailproc.store.engine.persons import Names, Person, find, names_of_persons, person_of_address, person_of_key
from mailproc.store.engine.statement import Statement, Transaction, ask
from mailproc.store.people.accounts import who_knows
from mailproc.store.people.fact_rows import StoredFact

AT_ONCE = 200

PERSONS_AFTER = Statement(
    lambda insert: (
        select(standing.c.person)
        .where(standing.c.account_id == bindparam("account_id"), standing.c.person > bindparam("after"))
        .order_by(standing.c.person)
        .limit(AT_ONCE)
    )
)
_KEYS_AFTER = Statement(
    lambda insert: (
        select(fact.c.key)
        .where(fact.c.account_id == bindparam("account_id"), fact.c.key > bindparam("after"))
        .distinct()
        .order_by(fact.c.key)
        .limit(AT_ONCE)
    )
)
_ADDRESSES_AFTER = Statement(
    lambda insert: (
        select(fact.c.address_key)
        .where(fact.c.account_id == bindparam("account_id"), fact.c.address_key > bindparam("after"))
        .distinct()
        .order_by(fact.c.address_key)
        .limit(AT_ONCE)
    )
)


class Source(StrEnum):
    """Where people are looked for."""

    standings = "standings"  # whose standing is kept
    keys = "keys"  # whom facts name by key
    addresses = "addresses"  # whom facts name by address


_STATEMENTS = {
    Source.standings: PERSONS_AFTER,
    Source.keys: _KEYS_AFTER,
    Source.addresses: _ADDRESSES_AFTER,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """One part of the walk: the names in one table of `home`, as far as they concern people of `account_id`."""

    account_id: str
    home: str
    source: Source


def legs_of(scopes: Scopes, account_id: str) -> list[Leg]:
    """The whole walk through one account: its own names, then those that may reach it from elsewhere."""
    own = [Leg(account_id=account_id, home=account_id, source=source) for source in Source]
    homes = [*scopes.relatives_of(account_id), EVERYWHERE]
    return own + [
        Leg(account_id=account_id, home=home, source=source)
        for home in homes
        for source in (Source.keys, Source.addresses)
    ]


def next_names(leg: Leg, after: str) -> Transaction[tuple[Names, str | None]]:
    """Up to 200 names of a leg that follow `after`, as names of the account's people; and the last, None at the end."""
    found = [name for (name,) in (yield from ask(_STATEMENTS[leg.source], account_id=leg.home, after=after))]
    if not found:
        return Names(), None
    last, found = found[-1], [name for name in found if not is_forgotten_name(name)]  # those are nobody any more
    if leg.home == leg.account_id:
        return _own_names(leg.source, found), last
    address_keys = frozenset(found)
    if leg.source is Source.keys:
        people = yield from find(leg.home, Names(keys=address_keys))
        address_keys = frozenset(one.address_key for one in people.values() if one.address_key is not None)
    known = (yield from who_knows([leg.account_id], address_keys, NO_PEPPERS)).get(leg.account_id, frozenset())
    return Names(address_keys=known, bare_address_keys=known), last


def is_nobody(person: Person, facts: Iterable[StoredFact]) -> bool:
    """Whether all that is said of an address was kept when it was forgotten: no standing is kept of it, no hook told.

    Another's fact may name it all the same, beside a key.
    """
    return person.key is None and all(is_forgotten_name(one.fact.address) for one in facts)


def _own_names(source: Source, found: Sequence[str]) -> Names:
    if source is Source.keys:
        return names_of_persons([person_of_key(key) for key in found])
    if source is Source.addresses:
        return names_of_persons([person_of_address(address_key) for address_key in found])
    return names_of_persons(found)
