"""People whom a send meets for the first time: made known as active; what is known of anybody stays as it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from mailproc.policy.imports.person_row import derived_key
from mailproc.store.engine.columns import micros_of, storable
from mailproc.store.engine.operation import Context, Operation, one_by_one
from mailproc.store.engine.persons import find_and_lock
from mailproc.store.engine.statement import Transaction
from mailproc.store.people.arrivals import taken_addresses
from mailproc.store.people.subscribers import names_of_rows, put_rows, subscriber_row
from mailproc.store.people.suspects import Recipients, present_addresses

AT_ONCE = 250  # people of one transaction, as imports have it


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstMet:
    """People of one account, each by the key that the sender gave, "" for none, and the address as written."""

    account_id: str
    people: tuple[tuple[str, str], ...]


def unknown_among(account_id: str, asked: Recipients) -> Transaction[list[int]]:
    """Those whose key nobody has, and of those without a key whose address nobody has; by place, in order."""
    known = yield from present_addresses(account_id, set(asked.keys) - {""})
    strangers = [place for place in range(len(asked.address_keys)) if asked.at(place).key not in known]
    keyless = {asked.address_keys[place] for place in strangers if asked.at(place).key is None} - {""}
    taken = yield from taken_addresses(account_id, keyless)
    return [place for place in strangers if asked.at(place).key or asked.address_keys[place] not in taken]


def _meet(context: Context, met: FirstMet) -> Transaction[int]:
    """Locked before it is asked who is known: what another process wrote meanwhile stays as it is (R27)."""
    account_id = storable(met.account_id)
    rows: dict[str, tuple[dict[str, Any], bool]] = {}
    for given, address in met.people:
        row = subscriber_row(account_id, given or derived_key(account_id, address), address, micros_of(context.now))
        rows.setdefault(row["key"], (row, bool(given)))
    people = yield from find_and_lock(account_id, names_of_rows([row for row, _ in rows.values()]))
    known = {one.key for one in people.values() if one.address is not None}
    taken = {one.address_key for one in people.values() if one.address is not None}
    new = [
        row
        for key, (row, is_given) in sorted(rows.items())
        if key not in known and (is_given or row["address_key"] not in taken)
    ]
    if new:
        yield from put_rows(context, account_id, new)
    return len(new)


def _meet_all(context: Context, payloads: Sequence[FirstMet]) -> Transaction[list[int]]:
    return (yield from one_by_one(_meet, context, payloads))


MEET: Operation[FirstMet, int] = Operation(name="meet", rank=33, run=_meet_all, alone=True)
