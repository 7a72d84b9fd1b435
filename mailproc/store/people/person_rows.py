"""What an account keeps of a subscriber beside the address: the lists that they joined, and attributes."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import bindparam, delete, select

from mailproc.store.engine.columns import json_text
from mailproc.store.engine.people_tables import attribute, subscription
from mailproc.store.engine.statement import Insert, Statement, Transaction, ask, one_of, tell

_JOINED = Statement(
    lambda insert: select(subscription.c.subscriber_key, subscription.c.list_id).where(
        subscription.c.account_id == bindparam("account_id"), one_of(subscription.c.subscriber_key, "keys")
    )
)
_JOIN = Statement(lambda insert: insert(subscription).on_conflict_do_nothing())
_LEAVE = Statement(
    lambda insert: (
        delete(subscription)
        .where(
            subscription.c.account_id == bindparam("account"),
            subscription.c.list_id == bindparam("list"),
            one_of(subscription.c.subscriber_key, "keys"),
        )
        .returning(subscription.c.subscriber_key)
    )
)
_ATTRIBUTES = Statement(
    lambda insert: (
        select(attribute.c.subscriber_key, attribute.c.name, attribute.c.value)
        .where(attribute.c.account_id == bindparam("account_id"), one_of(attribute.c.subscriber_key, "keys"))
        .order_by(attribute.c.subscriber_key, attribute.c.name)
    )
)


def _put_attribute(insert: Insert) -> Any:
    statement = insert(attribute)
    return statement.on_conflict_do_update(
        index_elements=["account_id", "subscriber_key", "name"], set_={"value": statement.excluded.value}
    )


_PUT_ATTRIBUTE = Statement(_put_attribute)


def lists_joined(account_id: str, keys: Collection[str]) -> Transaction[dict[str, list[str]]]:
    """The lists that each of these subscribers is on, in order; those on none are left out."""
    joined: dict[str, list[str]] = {}
    if keys:
        for key, list_id in (yield from ask(_JOINED, account_id=account_id, keys=json_text(list(keys)))):
            joined.setdefault(key, []).append(list_id)
    return {key: sorted(lists) for key, lists in joined.items()}


def join(account_id: str, pairs: Iterable[tuple[str, str]], now: int) -> Transaction[None]:
    """Put subscribers on lists, pairs of list and key; whoever is on it already stays."""
    rows = [
        {"account_id": account_id, "list_id": list_id, "subscriber_key": key, "joined_at": now}
        for list_id, key in sorted(pairs)
    ]
    yield from tell(_JOIN, rows)


def leave(account_id: str, list_id: str, keys: Sequence[str]) -> Transaction[list[str]]:
    """Take subscribers off a list, which is no opt-out (R7); gives the keys of those who were on it."""
    rows = yield from ask(_LEAVE, account=account_id, list=list_id, keys=json_text(sorted(keys)))
    return sorted(key for (key,) in rows)


def attributes_of(account_id: str, keys: Collection[str]) -> Transaction[dict[str, dict[str, str]]]:
    """Name and value of each subscriber's attributes, by key; those without any are left out."""
    found: dict[str, dict[str, str]] = {}
    if keys:
        for key, name, value in (yield from ask(_ATTRIBUTES, account_id=account_id, keys=json_text(list(keys)))):
            found.setdefault(key, {})[name] = value
    return found


def put_attributes(account_id: str, said: Mapping[str, Mapping[str, str]]) -> Transaction[None]:
    """Write attributes of subscribers, by key; what is not named stays as it is."""
    rows = [
        {"account_id": account_id, "subscriber_key": key, "name": name, "value": value}
        for key in sorted(said)
        for name, value in sorted(said[key].items())
    ]
    yield from tell(_PUT_ATTRIBUTE, rows)
