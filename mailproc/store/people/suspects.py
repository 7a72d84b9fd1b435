"""Whom something may stand against: of many names the few whose facts are worth reading.

It may name too many, never too few: whoever is named here is judged by all facts (`judging.py`), and whoever is not has
nothing against them.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import bindparam, exists, literal_column, or_, select
from sqlalchemy.sql import ColumnElement

from mailproc.policy.address_key import other_forms
from mailproc.policy.standing.facts import FactKind
from mailproc.policy.standing.scope import EVERYWHERE, Scopes
from mailproc.store.engine.columns import json_text
from mailproc.store.engine.people_tables import fact, subscriber
from mailproc.store.engine.statement import Statement, Transaction, ask, each_of, one_of
from mailproc.store.people.accounts import is_anything_global
from mailproc.store.people.arrivals import forms_asked_by, is_anything_asked_in_other_forms
from mailproc.store.people.pepper_rows import is_anyone_forgotten
from mailproc.store.people.reach import homes_of

# A retraction can only bring back what another fact said before.
_HARMLESS = (FactKind.consent, FactKind.retraction)

_addresses = each_of("address_keys").subquery("asked_addresses")
_keys = each_of("keys").subquery("asked_keys")


def is_against() -> ColumnElement[bool]:
    """Whether a fact can stand against mailing; asked so that an index is searched once, not for each kind."""
    return fact.c.kind.not_in([literal_column(f"'{kind.value}'") for kind in _HARMLESS])


_AT_ADDRESS = Statement(
    lambda insert: select(_addresses.c.value).where(
        exists().where(
            fact.c.account_id == bindparam("account_id"), fact.c.address_key == _addresses.c.value, is_against()
        )
    )
)
# Also by what names only the key of who has the address.
_OF_WHO_HAS_IT = Statement(
    lambda insert: select(_addresses.c.value).where(
        or_(
            exists().where(
                fact.c.account_id == bindparam("account_id"), fact.c.address_key == _addresses.c.value, is_against()
            ),
            exists().where(
                subscriber.c.account_id == bindparam("account_id"),
                subscriber.c.address_key == _addresses.c.value,
                fact.c.account_id == subscriber.c.account_id,
                fact.c.key == subscriber.c.key,
                is_against(),
            ),
        )
    )
)
_BY_KEY = Statement(
    lambda insert: select(_keys.c.value).where(
        exists().where(fact.c.account_id == bindparam("account_id"), fact.c.key == _keys.c.value, is_against())
    )
)
_PRESENT = Statement(
    lambda insert: select(subscriber.c.key, subscriber.c.address_key).where(
        subscriber.c.account_id == bindparam("account_id"), one_of(subscriber.c.key, "keys")
    )
)


class Recipient(NamedTuple):
    """Whom a row of a send means: a subscriber key, an address as it is compared, or both."""

    key: str | None
    address_key: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipients:
    """Whom the rows of a send mean, in columns: keys as stored, addresses as compared; "" where a row has none."""

    keys: Sequence[str] = ()
    address_keys: Sequence[str] = ()

    def at(self, place: int) -> Recipient:
        """Who is meant by one row."""
        key = self.keys[place] if self.keys else None
        address_key = self.address_keys[place] if self.address_keys else None
        return Recipient(key or None, address_key or None)

    def given_keys(self) -> set[str]:
        """The keys that are there."""
        return set(self.keys) - {""}

    def named_by(self, keys: Collection[str], address_keys: Collection[str]) -> dict[int, Recipient]:
        """Those whom these names name, by place, in order."""
        places: set[int] = set()
        if keys:
            places.update(place for place, key in enumerate(self.keys) if key in keys)
        if address_keys:
            places.update(place for place, name in enumerate(self.address_keys) if name in address_keys)
        return {place: self.at(place) for place in sorted(places)}


def suspects_among(
    scopes: Scopes, account_id: str, asked: Recipients, present: Mapping[str, str] | None = None
) -> Transaction[dict[int, Recipient]]:
    """Those against whom something may stand, by place, in order; most are none.

    An address by what is said of it in the account, in its enterprise and everywhere, and by what is said of the keys
    of those who have it, and by what somebody asked for in another form of it, whom nobody knew then
    (`arrivals.py`); a key also by the address that it has now. `present` is what `present_addresses` tells of
    these keys, where that was asked before.
    """
    if present is None:
        present = yield from present_addresses(account_id, asked.given_keys())
    forms = other_forms(asked.address_keys)
    addresses = ({*asked.address_keys, *forms.values()} | set(present.values())) - {""}
    bad_addresses = yield from _addresses_among(scopes, account_id, addresses)
    if (yield from is_anything_asked_in_other_forms(account_id)):
        bad_addresses |= yield from forms_asked_by(account_id, addresses)
    bad_addresses |= {asked.address_keys[place] for place, form in forms.items() if form in bad_addresses}
    bad_keys = yield from _named_in(_BY_KEY, account_id, "keys", asked.given_keys())
    bad_keys |= {key for key, address_key in present.items() if address_key in bad_addresses}
    return asked.named_by(bad_keys, bad_addresses)


def present_addresses(account_id: str, keys: Collection[str]) -> Transaction[dict[str, str]]:
    """The addresses of those of these keys that are known, as they are compared."""
    if not keys:
        return {}
    return dict((yield from ask(_PRESENT, account_id=account_id, keys=json_text(sorted(keys)))))


def _addresses_among(scopes: Scopes, account_id: str, address_keys: Collection[str]) -> Transaction[set[str]]:
    forgotten: dict[str, str] = {}
    if scopes.peppers and (yield from is_anyone_forgotten()):
        forgotten = scopes.peppers.addresses_by_name(address_keys)
    found: set[str] = set()
    for home in sorted({account_id, *homes_of(scopes, account_id)}):
        if home != EVERYWHERE:
            found |= yield from _named_in(_OF_WHO_HAS_IT, home, "address_keys", address_keys)
        elif (yield from is_anything_global()):
            found |= yield from _named_in(_AT_ADDRESS, home, "address_keys", address_keys)
        found |= {forgotten[name] for name in (yield from _named_in(_AT_ADDRESS, home, "address_keys", forgotten))}
    return found


def _named_in(statement: Statement, account_id: str, parameter: str, names: Collection[str]) -> Transaction[set[str]]:
    """Sorted as the indexes are: neighbours stand on one page."""
    if not names:
        return set()
    rows = yield from ask(statement, account_id=account_id, **{parameter: json_text(sorted(names))})
    return {value for (value,) in rows}
