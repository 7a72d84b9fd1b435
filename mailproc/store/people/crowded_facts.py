"""Of somebody's flood of facts those that can matter, so that no mail costs more than the one before it.

A standing asks, for each kind, level and list, for what began last: whatever consent an older opt-out outlasts, a newer
one does, too. So nothing else that a flood brings can push that out.
"""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, exists, func, select

from mailproc.policy.standing.facts import FactKind, Level
from mailproc.store.engine.columns import json_text
from mailproc.store.engine.people_tables import fact
from mailproc.store.engine.statement import Statement, Transaction, ask, each_of
from mailproc.store.people.fact_rows import StoredFact, of_account, stored_facts

CROWDED = 200  # facts of one name; beyond it they are a flood

# One of each would do but for facts whose retraction is itself disputed, and for bounces, which are counted together.
KEPT = 100
KEPT_OF_LIST = 10
KEPT_BOUNCES = 1000

_retraction = fact.alias("retraction")
_dispute = fact.alias("dispute")


def _is_taken_back() -> ColumnElement[bool]:
    """Whether a fact is taken back for sure: by a retraction that nothing takes back.

    At global level not everyone's retraction counts: there the standing itself has to look.
    """
    is_disputed = exists().where(
        _dispute.c.account_id == _retraction.c.account_id, _dispute.c.retracts == _retraction.c.id
    )
    return and_(
        fact.c.level != Level.global_.value,
        exists().where(
            _retraction.c.account_id == fact.c.account_id,
            _retraction.c.retracts == fact.c.id,
            _retraction.c.kind == FactKind.retraction.value,
            ~is_disputed,
        ),
    )


def _crowded(name: ColumnElement[Any]) -> Statement:
    names = each_of("names").subquery()
    beyond = (
        select(fact.c.id)
        .where(fact.c.account_id == bindparam("account_id"), name == names.c.value)
        .limit(1)
        .offset(CROWDED)
    )
    return Statement(lambda insert: select(names.c.value).where(beyond.exists()))


def _lasting(name: ColumnElement[Any], *conditions: ColumnElement[bool]) -> Statement:
    return Statement(
        lambda insert: (
            of_account(
                name == bindparam("name"),
                fact.c.kind == bindparam("kind"),
                fact.c.level == bindparam("level"),
                *conditions,
                ~_is_taken_back(),
            )
            .order_by(fact.c.began_at.desc(), fact.c.id.desc())
            .limit(bindparam("limit"))
        )
    )


def _next_list(name: ColumnElement[Any]) -> Statement:
    return Statement(
        lambda insert: select(func.min(fact.c.list_id)).where(
            fact.c.account_id == bindparam("account_id"),
            name == bindparam("name"),
            fact.c.kind == bindparam("kind"),
            fact.c.level == Level.list.value,
            fact.c.list_id > bindparam("after"),
        )
    )


_OF_NO_LIST = fact.c.list_id.is_(None)
_OF_LIST = fact.c.list_id == bindparam("list_id")
_IS_BARE = fact.c.key.is_(None)
_CROWDED_KEYS = _crowded(fact.c.key)
_CROWDED_ADDRESSES = _crowded(fact.c.address_key)
_BY_KEY = _lasting(fact.c.key, _OF_NO_LIST)
_BY_ADDRESS = _lasting(fact.c.address_key, _OF_NO_LIST)
_BARE = _lasting(fact.c.address_key, _OF_NO_LIST, _IS_BARE)
_BY_KEY_AND_LIST = _lasting(fact.c.key, _OF_LIST)
_BY_ADDRESS_AND_LIST = _lasting(fact.c.address_key, _OF_LIST)
_BARE_OF_LIST = _lasting(fact.c.address_key, _OF_LIST, _IS_BARE)
_NEXT_LIST_OF_KEY = _next_list(fact.c.key)
_NEXT_LIST_OF_ADDRESS = _next_list(fact.c.address_key)


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """How to look for the facts of a name."""

    of_no_list: Statement
    of_list: Statement
    next_list: Statement


BY_KEY = Search(of_no_list=_BY_KEY, of_list=_BY_KEY_AND_LIST, next_list=_NEXT_LIST_OF_KEY)
BY_ADDRESS = Search(of_no_list=_BY_ADDRESS, of_list=_BY_ADDRESS_AND_LIST, next_list=_NEXT_LIST_OF_ADDRESS)
BARE = Search(of_no_list=_BARE, of_list=_BARE_OF_LIST, next_list=_NEXT_LIST_OF_ADDRESS)


def crowded_keys(account_id: str, keys: Collection[str]) -> Transaction[set[str]]:
    """Those of these subscriber keys that a flood of facts names."""
    return (yield from _those(_CROWDED_KEYS, account_id, keys))


def crowded_addresses(account_id: str, address_keys: Collection[str]) -> Transaction[set[str]]:
    """The same for addresses."""
    return (yield from _those(_CROWDED_ADDRESSES, account_id, address_keys))


def _those(statement: Statement, account_id: str, names: Collection[str]) -> Transaction[set[str]]:
    if not names:
        return set()
    rows = yield from ask(statement, account_id=account_id, names=json_text(list(names)))
    return {name for (name,) in rows}


def lasting_facts(search: Search, account_id: str, name: str) -> Transaction[list[StoredFact]]:
    """Of each kind, level and list the facts about a name that began last; without retractions."""
    found: list[StoredFact] = []
    for kind in FactKind:
        if kind is FactKind.retraction:
            continue
        of_kind = {"account_id": account_id, "name": name, "kind": kind.value}
        for level in Level:
            limit = _kept_of(kind, level, None)
            rows = yield from ask(search.of_no_list, **of_kind, level=level.value, limit=limit)
            found += stored_facts(rows)
        after = ""
        while True:
            [(list_id,)] = yield from ask(search.next_list, **of_kind, after=after)
            if list_id is None:
                break
            limit = _kept_of(kind, Level.list, list_id)
            rows = yield from ask(search.of_list, **of_kind, level=Level.list.value, list_id=list_id, limit=limit)
            found += stored_facts(rows)
            after = list_id
    return found


def _kept_of(kind: FactKind, level: Level, list_id: str | None) -> int:
    if kind is FactKind.bounce:
        return KEPT_BOUNCES
    return KEPT if list_id is None else KEPT_OF_LIST


def lasting_of_each(facts: Iterable[StoredFact]) -> list[StoredFact]:
    """The same of facts that were read already, with all their retractions, which are kept."""
    facts = sorted(facts, key=lambda one: (one.began_at, one.id), reverse=True)
    disputed = {one.fact.retracts for one in facts}
    taken_back = {one.fact.retracts for one in facts if one.fact.kind is FactKind.retraction and one.id not in disputed}
    taken: Counter[tuple[FactKind, Level, str | None]] = Counter()
    lasting = []
    for one in facts:
        kind, level, list_id = group = (one.fact.kind, one.fact.level, one.fact.list_id)
        if kind is not FactKind.retraction:
            if level is not Level.global_ and one.id in taken_back:
                continue
            taken[group] += 1
            if taken[group] > _kept_of(kind, level, list_id):
                continue
        lasting.append(one)
    return lasting
