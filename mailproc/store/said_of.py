"""Of whom anything is said at all: of most people nothing is, and their standing is active without being computed."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import bindparam, exists, select

from mailproc.policy.scope import EVERYWHERE, Scopes
from mailproc.store.accounts import is_anything_global
from mailproc.store.columns import json_text
from mailproc.store.people_tables import fact, subscriber
from mailproc.store.reach import homes_of
from mailproc.store.statement import Statement, Transaction, ask, each_of

_names = each_of("names").subquery("asked_names")
_KEYS_SAID_OF = Statement(
    lambda insert: select(_names.c.value).where(
        exists().where(fact.c.account_id == bindparam("account_id"), fact.c.key == _names.c.value)
    )
)
_ADDRESSES_SAID_OF = Statement(
    lambda insert: select(_names.c.value).where(
        exists().where(fact.c.account_id == bindparam("account_id"), fact.c.address_key == _names.c.value)
    )
)
_ADDRESSES_OF_KEYS_SAID_OF = Statement(  # somebody has the address there, and facts name them by key alone
    lambda insert: select(_names.c.value).where(
        exists().where(
            subscriber.c.account_id == bindparam("account_id"),
            subscriber.c.address_key == _names.c.value,
            fact.c.account_id == subscriber.c.account_id,
            fact.c.key == subscriber.c.key,
        )
    )
)


@dataclass(frozen=True, slots=True)
class SaidOf:
    """The keys and addresses, of those that were asked for, of which something is said."""

    keys: frozenset[str]
    address_keys: frozenset[str]

    def names(self, key: str, address_keys: Collection[str]) -> bool:
        """Whether somebody with this key, and these addresses, is among them."""
        return key in self.keys or not self.address_keys.isdisjoint(address_keys)


def who_is_said_of(
    scopes: Scopes, account_id: str, keys: Collection[str], address_keys: Collection[str]
) -> Transaction[SaidOf]:
    """Which of these keys and addresses facts name, here or wherever it could reach them from; also forgotten ones.

    It may name more than it has to, and never less: whoever is not among them has no fact that counts.
    """
    forgotten = scopes.peppers.addresses_by_name(address_keys)
    names = json_text(sorted({*address_keys, *forgotten}))
    said_of = yield from _those(_KEYS_SAID_OF, account_id, json_text(list(keys)))
    found = yield from _those(_ADDRESSES_SAID_OF, account_id, names)
    homes = homes_of(scopes, account_id)
    if not (yield from is_anything_global()):
        homes -= {EVERYWHERE}
    for home in sorted(homes):
        found |= yield from _those(_ADDRESSES_SAID_OF, home, names)
        if home != EVERYWHERE:
            found |= yield from _those(_ADDRESSES_OF_KEYS_SAID_OF, home, names)
    return SaidOf(said_of, frozenset(forgotten.get(name, name) for name in found))


def _those(statement: Statement, account_id: str, names: str) -> Transaction[frozenset[str]]:
    return frozenset(name for (name,) in (yield from ask(statement, account_id=account_id, names=names)))
