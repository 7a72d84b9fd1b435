"""Every name against which something may stand in an account: read whole, in portions, and then what is new.

Names are addresses as they are compared, the loose forms of those by which somebody asked for something, and subscriber
keys of the account. They may be too many, never too few (`suspects.py` asks the same of the database, name by name).
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, literal_column, select

from mailproc.policy.standing.scope import Scopes
from mailproc.store.engine.columns import address_key_of, json_text, micros_of
from mailproc.store.engine.people_tables import fact, standing, subscriber
from mailproc.store.engine.statement import Row, Statement, Transaction, ask, one_of
from mailproc.store.people.reach import homes_of
from mailproc.store.people.suspects import is_against, present_addresses

PORTION = 50_000

_theirs = subscriber.alias("theirs")  # who has the key of a fact, where it was said


def _named(column: ColumnElement[str]) -> Select[Any]:
    """The names in facts that follow `after`, in order."""
    return (
        select(column)
        .where(fact.c.account_id == bindparam("home"), column > bindparam("after"), is_against())
        .distinct()
        .order_by(column)
        .limit(bindparam("portion"))
    )


_BY_ADDRESS = Statement(lambda insert: _named(fact.c.address_key))
_BY_KEY = Statement(lambda insert: _named(fact.c.key))
_BY_FORM = Statement(lambda insert: _named(fact.c.loose_key))
_KEYS_AT = Statement(
    lambda insert: select(subscriber.c.key).where(
        subscriber.c.account_id == bindparam("account_id"), one_of(subscriber.c.address_key, "address_keys")
    )
)
_NEW_FACTS = Statement(
    lambda insert: (
        select(fact.c.key, fact.c.address_key, fact.c.loose_key, _theirs.c.address_key)
        .select_from(
            fact.outerjoin(_theirs, and_(_theirs.c.account_id == fact.c.account_id, _theirs.c.key == fact.c.key))
        )
        .where(fact.c.account_id == bindparam("home"), fact.c.recorded_at > bindparam("since"), is_against())
    )
)
# Whoever gets another address, or is met for the first time: no fact says so, but their standing is written anew.
_NEW_STANDINGS = Statement(
    lambda insert: select(standing.c.key, standing.c.address).where(
        standing.c.account_id == bindparam("home"),
        standing.c.changed_at > bindparam("since"),
        literal_column("blocks <> '[]'"),
    )
)


def legs(scopes: Scopes, account_id: str) -> Iterator[tuple[str, str]]:
    """The parts of the whole: where it was said, and by which kind of name."""
    for home in sorted({account_id, *homes_of(scopes, account_id)}):
        yield home, "address"
        yield home, "key"
    yield account_id, "form"


def names_after(
    account_id: str, leg: tuple[str, str], after: str, *, portion: int = PORTION
) -> Transaction[tuple[list[str], str | None]]:
    """A portion of a leg: its names, and where to go on; None at the end."""
    home, kind = leg
    statement = {"address": _BY_ADDRESS, "key": _BY_KEY, "form": _BY_FORM}[kind]
    found = [name for (name,) in (yield from ask(statement, home=home, after=after, portion=portion))]
    if not found:
        return [], None
    if kind == "form":
        return found, found[-1]
    if kind == "address":
        names = addresses = found
    else:
        addresses = list((yield from present_addresses(home, found)).values())
        names = addresses + (found if home == account_id else [])
    keys = yield from ask(_KEYS_AT, account_id=account_id, address_keys=json_text(addresses))
    return names + [key for (key,) in keys], found[-1]


def new_names(scopes: Scopes, account_id: str, since: datetime) -> Transaction[set[str]]:
    """The names in what was recorded after `since`, by the clock of whoever recorded it."""
    names: set[str] = set()
    for home in sorted({account_id, *homes_of(scopes, account_id)}):
        for key, at, form, has in (yield from ask(_NEW_FACTS, home=home, since=micros_of(since))):
            own = (key, form) if home == account_id else ()
            names.update(one for one in (at, has, *own) if one is not None)
        for row in (yield from ask(_NEW_STANDINGS, home=home, since=micros_of(since))):
            names.update(_names_of_standing(row, is_own=home == account_id))
    return names


def _names_of_standing(row: Row, *, is_own: bool) -> Iterator[str]:
    key, address = row
    if key is not None and is_own:
        yield str(key)
    if address is not None:
        yield address_key_of(address)
