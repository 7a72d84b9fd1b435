"""Whom an account knows: making subscribers known, with every opt-out that their address brings along."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import bindparam, select

from mailproc.policy.address_key import loose_address
from mailproc.policy.standing.facts import FactKind
from mailproc.policy.standing.standing import standing_of
from mailproc.store.engine.columns import address_key_of, json_text, micros_of, storable
from mailproc.store.engine.operation import Context, Operation
from mailproc.store.engine.people_tables import subscriber
from mailproc.store.engine.persons import Names, Person, find_and_lock, find_and_lock_all, person_of_key
from mailproc.store.engine.statement import Statement, Transaction, ask, one_of, tell
from mailproc.store.people.arrivals import said_loosely
from mailproc.store.people.fact_rows import StoredFact, stored_fact
from mailproc.store.people.projection import Said, apply_facts
from mailproc.store.people.reach import counting_facts, is_reaching
from mailproc.store.results import StandingChange, Subscriber


def _upsert(insert: Any) -> Any:
    statement = insert(subscriber)
    new = statement.excluded
    return statement.on_conflict_do_update(
        index_elements=["account_id", "key"],
        set_={name: new[name] for name in ("address", "address_key", "loose_key")},
        where=new.address != subscriber.c.address,
    )


UPSERT_SUBSCRIBER = Statement(_upsert)
_ADDRESSES = Statement(
    lambda insert: select(subscriber.c.key, subscriber.c.address_key).where(
        subscriber.c.account_id == bindparam("account_id"), one_of(subscriber.c.key, "keys")
    )
)


def _put(context: Context, payloads: Sequence[Sequence[Subscriber]]) -> Transaction[list[list[StandingChange]]]:
    by_account: dict[str, list[dict[str, Any]]] = {}
    for one in (one for group in payloads for one in group):
        by_account.setdefault(storable(one.account_id), []).append(_row(one, micros_of(context.now)))
    changes: list[StandingChange] = []
    if len(by_account) > 1:  # in one order over all accounts: no two processes wait for each other
        yield from find_and_lock_all({account_id: names_of_rows(rows) for account_id, rows in by_account.items()})
    for account_id in sorted(by_account):
        changes.extend((yield from put_rows(context, account_id, by_account[account_id])))
    keys = [{(storable(one.account_id), storable(one.key)) for one in group} for group in payloads]
    return [[change for change in changes if (change.account_id, change.key) in mine] for mine in keys]


def put_rows(context: Context, account_id: str, rows: Sequence[dict[str, Any]]) -> Transaction[list[StandingChange]]:
    """Write subscribers of one account, and bring up to date whoever has, or had, their addresses."""
    keys = json_text([row["key"] for row in rows])
    before: dict[str, str] = dict((yield from ask(_ADDRESSES, account_id=account_id, keys=keys)))
    left = frozenset(before.values())
    names = names_of_rows(rows) | Names(address_keys=left, bare_address_keys=left)
    people = yield from find_and_lock(account_id, names)
    moved = [row["key"] for row in rows if before.get(row["key"], row["address_key"]) != row["address_key"]]
    carried = yield from _carried(context, account_id, [people[person_of_key(key)] for key in moved])
    arriving = {row["address_key"]: row["address"] for row in rows if before.get(row["key"]) != row["address_key"]}
    loosely = yield from said_loosely(account_id, arriving, context.scopes.peppers)
    carried += [one for said in loosely.values() for one in said]
    yield from tell(UPSERT_SUBSCRIBER, sorted(rows, key=lambda row: str(row["key"])))
    changes = yield from apply_facts(context, account_id, [Said(origin=-1, facts=tuple(carried))], names)
    return [change for _, change in changes]


def names_of_rows(rows: Sequence[dict[str, Any]]) -> Names:
    """Whom to lock before subscribers are written: also by the form of their addresses that others may have used."""
    address_keys = frozenset(row[name] for row in rows for name in ("address_key", "loose_key"))
    return Names(keys=frozenset(row["key"] for row in rows), address_keys=address_keys)


def _carried(context: Context, account_id: str, people: Sequence[Person]) -> Transaction[list[StoredFact]]:
    """What stands against people by their old address alone, said anew of their key: moving sheds no opt-out (R28a).

    What reached them from elsewhere is said here, of this key alone. Bounces stay behind: it was the old address that
    is dead. What their key alone says reached other accounts by the old address, and goes on to.
    """
    facts = yield from counting_facts(context.scopes, account_id, people)
    has_relatives = bool(context.scopes.relatives_of(account_id))
    carried = []
    for person in people:
        by_id = {one.id: one for one in facts[person.person]}
        blocks = standing_of((one.fact for one in by_id.values()), context.thresholds_of(account_id)).blocks
        for block in blocks:
            one = by_id[block.fact_id]
            evidence = {**one.fact.evidence, "carried_from": one.id}
            if block.kind is FactKind.bounce:
                continue
            if one.fact.key != person.key or one.fact.account_id != account_id:
                of_key = replace(one.fact, account_id=account_id, key=person.key, address=None, evidence=evidence)
                carried.append(stored_fact(of_key, context.now))
            elif has_relatives and one.address_key != person.address_key and is_reaching(block):
                of_address = replace(one.fact, key=None, address=person.address, evidence=evidence)
                carried.append(stored_fact(of_address, context.now))
    return carried


def subscriber_row(account_id: str, key: str, address: str, created_at: int) -> dict[str, Any]:
    """The columns of a subscriber."""
    return {
        "account_id": storable(account_id),
        "key": storable(key),
        "address": storable(address),
        "address_key": address_key_of(address),
        "loose_key": storable(loose_address(storable(address))),
        "created_at": created_at,
    }


def _row(one: Subscriber, created_at: int) -> dict[str, Any]:
    return subscriber_row(one.account_id, one.key, one.address, created_at)


def _names(payloads: Sequence[Sequence[Subscriber]]) -> Transaction[dict[str, Names]]:
    by_account: dict[str, list[dict[str, Any]]] = {}
    for one in (one for group in payloads for one in group):
        by_account.setdefault(storable(one.account_id), []).append(_row(one, 0))
    return {account_id: names_of_rows(rows) for account_id, rows in by_account.items()}
    yield  # it is a transaction that asks nothing


PUT_SUBSCRIBERS: Operation[Sequence[Subscriber], list[StandingChange]] = Operation(
    name="put subscribers", rank=30, run=_put, names=_names
)
