"""Facts in their table: written once, read back for the people whose standing is computed from them."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, select, union_all

from mailproc.policy.facts import Fact, FactKind, Level
from mailproc.store.columns import FACT_COLUMNS, address_key_of, fact_from, json_text, micros_of, storable_fact
from mailproc.store.persons import Names, Person, name_of
from mailproc.store.schema import fact
from mailproc.store.statement import Rows, Statement, Transaction, ask, each_of, one_of, tell

# A person with more facts than CROWDED is somebody's flood: then the newest of each kind and level count alone, so that
# no mail costs more than the one before it.
CROWDED = 200
NEWEST = 100
NEWEST_OF_LISTS = 1000

_COLUMNS = (*(fact.c[name] for name in FACT_COLUMNS), fact.c.id, fact.c.address_key)


def _insert_fact(insert: Any) -> Any:
    statement = insert(fact)
    new = statement.excluded
    return statement.on_conflict_do_update(
        index_elements=["account_id", "id"],
        set_={"occurred_at": new.occurred_at, "about_mail_of": new.about_mail_of, "evidence": new.evidence},
        where=new.occurred_at < fact.c.occurred_at,  # the same fact came twice: when it came first counts (R28)
    )


def _of_account(*conditions: Any) -> Select[Any]:
    return select(*_COLUMNS).where(fact.c.account_id == bindparam("account_id"), *conditions)


_INSERT = Statement(_insert_fact)
_BY_NAME = Statement(
    lambda insert: union_all(
        _of_account(one_of(fact.c.key, "keys")), _of_account(one_of(fact.c.address_key, "address_keys"))
    )
)
_RETRACTIONS = Statement(lambda insert: _of_account(one_of(fact.c.retracts, "ids")))
_BY_ID = Statement(lambda insert: _of_account(one_of(fact.c.id, "ids")))


def _crowded(name: ColumnElement[Any]) -> Statement:
    names = each_of("names").subquery()
    beyond = (
        select(fact.c.id)
        .where(fact.c.account_id == bindparam("account_id"), name == names.c.value)
        .limit(1)
        .offset(CROWDED)
    )
    return Statement(lambda insert: select(names.c.value).where(beyond.exists()))


def _newest(name: ColumnElement[Any], *conditions: ColumnElement[bool]) -> Statement:
    return Statement(
        lambda insert: (
            _of_account(
                name == bindparam("name"),
                fact.c.kind == bindparam("kind"),
                fact.c.level == bindparam("level"),
                *conditions,
            )
            .order_by(fact.c.occurred_at.desc(), fact.c.id.desc())
            .limit(bindparam("newest"))
        )
    )


_CROWDED_KEYS = _crowded(fact.c.key)
_CROWDED_ADDRESSES = _crowded(fact.c.address_key)
_NEWEST_BY_KEY = _newest(fact.c.key)
_NEWEST_BY_ADDRESS = _newest(fact.c.address_key)
_NEWEST_BARE = _newest(fact.c.address_key, fact.c.key.is_(None))


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFact:
    """A fact as it is in its table, with its id and the form of its address that is compared."""

    fact: Fact
    id: str
    address_key: str | None

    @property
    def names(self) -> Names:
        """Whom it names."""
        return name_of(self.fact.key, self.address_key)


def stored_fact(said: Fact, now: datetime) -> StoredFact:
    """A fact made ready to be written."""
    clean = storable_fact(said, now)
    address_key = None if clean.address is None else address_key_of(clean.address)
    return StoredFact(fact=clean, id=clean.id, address_key=address_key)


def insert_facts(facts: Iterable[StoredFact], now: datetime) -> Transaction[None]:
    """Write facts; one that is there already stays one."""
    rows = [_row(one, micros_of(now)) for one in sorted(facts, key=lambda one: one.id)]
    yield from tell(_INSERT, rows)


def _row(stored: StoredFact, recorded_at: int) -> dict[str, Any]:
    said = stored.fact
    return {
        "account_id": said.account_id,
        "id": stored.id,
        "kind": said.kind.value,
        "address": said.address,
        "address_key": stored.address_key,
        "key": said.key,
        "level": said.level.value,
        "list_id": said.list_id,
        "occurred_at": micros_of(said.occurred_at),
        "about_mail_of": None if said.about_mail_of is None else micros_of(said.about_mail_of),
        "channel": said.channel.value,
        "evidence": json_text(dict(said.evidence)),
        "retracts": said.retracts,
        "recorded_at": recorded_at,
    }


def names_retracted(account_id: str, facts: Iterable[StoredFact]) -> Transaction[Names]:
    """Whom the facts name that are taken back by retractions among these: their standing changes, too."""
    names = Names()
    ids = [one.fact.retracts for one in facts if one.fact.kind is FactKind.retraction and one.fact.retracts]
    if ids:
        for one in _stored((yield from ask(_BY_ID, account_id=account_id, ids=json_text(ids)))):
            names |= one.names
    return names


def facts_of(account_id: str, people: Collection[Person]) -> Transaction[dict[str, list[StoredFact]]]:
    """The facts that count for each of these people, by person, in no order; empty lists for none.

    A subscriber's are those of its key and of its present address; an address's own are those that name no key (R28a).
    """
    keys = {person.key for person in people if person.key is not None}
    addresses = {person.address_key for person in people if person.address_key is not None}
    bare = {person.address_key for person in people if person.key is None and person.address_key is not None}
    crowded_keys = yield from _those(_CROWDED_KEYS, account_id, keys)
    crowded_addresses = yield from _those(_CROWDED_ADDRESSES, account_id, addresses)
    rows = yield from ask(
        _BY_NAME,
        account_id=account_id,
        keys=json_text(list(keys - crowded_keys)),
        address_keys=json_text(list(addresses - crowded_addresses)),
    )
    found = {one.id: one for one in _stored(rows)}
    for statement, names in (
        (_NEWEST_BY_KEY, crowded_keys),
        (_NEWEST_BY_ADDRESS, crowded_addresses),
        (_NEWEST_BARE, crowded_addresses & bare),
    ):
        for name in names:
            found.update((yield from _newest_facts(statement, account_id, name)))
    by_person = _shared_out(found.values(), people)
    retractions = yield from _retractions_of(account_id, found)
    for person, facts in by_person.items():
        ids = {one.id for one in facts}
        facts.extend(one for one in retractions if one.fact.retracts in ids and one.id not in ids)
        by_person[person] = newest_of_each(facts)
    return by_person


def _those(statement: Statement, account_id: str, names: Collection[str]) -> Transaction[set[str]]:
    """The crowded ones among these names."""
    if not names:
        return set()
    rows = yield from ask(statement, account_id=account_id, names=json_text(list(names)))
    return {name for (name,) in rows}


def _newest_facts(statement: Statement, account_id: str, name: str) -> Transaction[dict[str, StoredFact]]:
    found = {}
    for kind in FactKind:
        for level in Level:
            rows = yield from ask(
                statement,
                account_id=account_id,
                name=name,
                kind=kind.value,
                level=level.value,
                newest=NEWEST_OF_LISTS if level is Level.list else NEWEST,
            )
            found.update({one.id: one for one in _stored(rows)})
    return found


def _retractions_of(account_id: str, found: Collection[str]) -> Transaction[list[StoredFact]]:
    if not found:
        return []
    return _stored((yield from ask(_RETRACTIONS, account_id=account_id, ids=json_text(list(found)))))


def _shared_out(facts: Iterable[StoredFact], people: Iterable[Person]) -> dict[str, list[StoredFact]]:
    by_key: dict[str, list[StoredFact]] = {}
    by_address: dict[str, list[StoredFact]] = {}
    for one in facts:
        if one.fact.key is not None:
            by_key.setdefault(one.fact.key, []).append(one)
        if one.address_key is not None:
            by_address.setdefault(one.address_key, []).append(one)
    shared: dict[str, list[StoredFact]] = {}
    for person in people:
        at_address = by_address.get(person.address_key, []) if person.address_key is not None else []
        if person.key is None:
            shared[person.person] = [one for one in at_address if one.fact.key is None]
        else:
            mine = by_key.get(person.key, [])
            shared[person.person] = mine + [one for one in at_address if one.fact.key != person.key]
    return shared


def newest_of_each(facts: list[StoredFact]) -> list[StoredFact]:
    """All facts of a person; of a crowd of them the newest of each kind and level."""
    if len(facts) <= CROWDED:
        return facts
    taken: dict[tuple[FactKind, Level], int] = {}
    newest = []
    for one in sorted(facts, key=lambda one: (one.fact.occurred_at, one.id), reverse=True):
        group = (one.fact.kind, one.fact.level)
        taken[group] = taken.get(group, 0) + 1
        if taken[group] <= (NEWEST_OF_LISTS if one.fact.level is Level.list else NEWEST):
            newest.append(one)
    return newest


def _stored(rows: Rows) -> list[StoredFact]:
    width = len(FACT_COLUMNS)
    return [StoredFact(fact=fact_from(tuple(row[:width])), id=row[width], address_key=row[width + 1]) for row in rows]
