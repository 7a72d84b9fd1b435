"""Which accounts there are, and which of them know an address."""

from collections.abc import Collection

from sqlalchemy import bindparam, exists, func, or_, select, union

from mailproc.policy.standing.pepper import Peppers
from mailproc.policy.standing.scope import EVERYWHERE
from mailproc.store.engine.columns import json_text
from mailproc.store.engine.people_tables import fact, subscriber
from mailproc.store.engine.statement import Statement, Transaction, ask, each_of

_NEXT_ACCOUNT = Statement(
    lambda insert: union(
        select(func.min(fact.c.account_id)).where(fact.c.account_id > bindparam("after")),
        select(func.min(subscriber.c.account_id)).where(subscriber.c.account_id > bindparam("after")),
    )
)
_ANY_ADDRESS = Statement(
    lambda insert: (
        select(fact.c.address_key)
        .where(fact.c.account_id == bindparam("account_id"), fact.c.address_key > bindparam("after"))
        .limit(1)
    )
)
_accounts = each_of("accounts").subquery("asked_accounts")
_addresses = each_of("address_keys").subquery("asked_addresses")
_KNOWN = Statement(
    lambda insert: select(_accounts.c.value, _addresses.c.value).where(
        or_(
            exists().where(fact.c.account_id == _accounts.c.value, fact.c.address_key == _addresses.c.value),
            exists().where(
                subscriber.c.account_id == _accounts.c.value, subscriber.c.address_key == _addresses.c.value
            ),
        )
    )
)


def is_anything_global() -> Transaction[bool]:
    """Whether any global fact is known: in most installations there is none, and nobody need be looked for."""
    return bool((yield from ask(_ANY_ADDRESS, account_id=EVERYWHERE, after="")))


def all_accounts() -> Transaction[list[str]]:
    """Every account that something is known of, `*` included, in order: one look into the index for each."""
    accounts: list[str] = []
    while True:
        rows = yield from ask(_NEXT_ACCOUNT, after=accounts[-1] if accounts else "")
        following = [account_id for (account_id,) in rows if account_id is not None]
        if not following:
            return accounts
        accounts.append(min(following))


def senders() -> Transaction[list[str]]:
    """The same without `*`, which nobody sends from."""
    return [account_id for account_id in (yield from all_accounts()) if account_id != EVERYWHERE]


def who_knows(
    accounts: Collection[str], address_keys: Collection[str], peppers: Peppers
) -> Transaction[dict[str, frozenset[str]]]:
    """Which of these accounts has a subscriber or a fact with which of these addresses; accounts without are left out.

    An account that forgot an address still has a fact about it.

    However many facts there are: one look into the index for each account and address.
    """
    if not accounts or not address_keys:
        return {}
    forgotten = peppers.addresses_by_name(address_keys)
    names = json_text(sorted({*address_keys, *forgotten}))
    rows = yield from ask(_KNOWN, accounts=json_text(sorted(accounts)), address_keys=names)
    known: dict[str, set[str]] = {}
    for account_id, name in rows:
        known.setdefault(account_id, set()).add(forgotten.get(name) or name)
    return {account_id: frozenset(mine) for account_id, mine in known.items()}
