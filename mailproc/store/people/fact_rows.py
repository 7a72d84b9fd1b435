"""Facts in their table: written once, and found again by the facts that take them back."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Select, bindparam, select

from mailproc.policy.address_key import loose_form
from mailproc.policy.standing.facts import Fact, FactKind
from mailproc.policy.standing.pepper import is_forgotten_name
from mailproc.store.engine.columns import FACT_COLUMNS, address_key_of, fact_from, json_text, micros_of, storable_fact
from mailproc.store.engine.people_tables import fact
from mailproc.store.engine.persons import Names, name_of
from mailproc.store.engine.statement import Rows, Statement, Transaction, ask, one_of, tell
from mailproc.store.people.fact_places import take_places

_REQUESTS = frozenset({FactKind.opt_out, FactKind.complaint})
FACT_PAGE_COLUMNS = (*(fact.c[name] for name in FACT_COLUMNS), fact.c.id, fact.c.address_key)


def _insert_fact(insert: Any) -> Any:
    statement = insert(fact)
    new = statement.excluded
    return statement.on_conflict_do_update(
        index_elements=["account_id", "id"],
        set_={name: new[name] for name in ("occurred_at", "about_mail_of", "began_at", "evidence")},
        where=new.occurred_at < fact.c.occurred_at,  # the same fact came twice: when it came first counts (R28)
    )


def of_account(*conditions: Any) -> Select[Any]:
    """Facts of an account; parameter `account_id`."""
    return select(*FACT_PAGE_COLUMNS).where(fact.c.account_id == bindparam("account_id"), *conditions)


_INSERT = Statement(_insert_fact)
_BY_ID = Statement(lambda insert: of_account(one_of(fact.c.id, "ids")))


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFact:
    """A fact as it is in its table, with its id and the form of its address that is compared."""

    fact: Fact
    id: str
    address_key: str | None

    @property
    def began_at(self) -> datetime:
        """From when on it counts: of a complaint, when the mail that it is about was sent, where that is known."""
        occurred_at, about = self.fact.occurred_at, self.fact.about_mail_of
        return min(occurred_at, about) if self.fact.kind is FactKind.complaint and about is not None else occurred_at

    @property
    def is_request(self) -> bool:
        """Whether somebody asked for it by an address alone."""
        return self.fact.kind in _REQUESTS and self.fact.key is None

    @property
    def loose_key(self) -> str | None:
        """The form by which it may mean who has the address in another one; None for what means nobody else.

        That is what is asked for by an address alone: a consent or a bounce is of that very address.
        """
        if not self.is_request or self.address_key is None or is_forgotten_name(self.address_key):
            return None
        return loose_form(self.address_key)

    @property
    def names(self) -> Names:
        """Whom it names; an address that was forgotten is nobody's name."""
        if is_forgotten_name(self.address_key):
            return Names()
        return name_of(self.fact.key, self.address_key)


def stored_fact(said: Fact, now: datetime) -> StoredFact:
    """A fact made ready to be written."""
    clean = storable_fact(said, now)
    address_key = None if clean.address is None else address_key_of(clean.address)
    return StoredFact(fact=clean, id=clean.id, address_key=address_key)


def said_loosely_of(one: StoredFact, address: str) -> StoredFact:
    """The same request, said of an address that is another form of the one that it names; its evidence says so."""
    evidence = {**one.fact.evidence, "carried_from": one.id, "loosely": one.fact.address or ""}
    return stored_fact(replace(one.fact, address=address, evidence=evidence), one.fact.occurred_at)


def insert_facts(facts: Iterable[StoredFact], now: datetime) -> Transaction[None]:
    """Write facts; one that is there already stays one, in its place."""
    ordered = sorted(facts, key=lambda one: one.id)
    places = yield from take_places(len(ordered), micros_of(now))
    yield from tell(_INSERT, [_row(one, micros_of(now), place) for one, place in zip(ordered, places, strict=True)])


def _row(stored: StoredFact, recorded_at: int, place: int) -> dict[str, Any]:
    said = stored.fact
    return {
        "account_id": said.account_id,
        "id": stored.id,
        "kind": said.kind.value,
        "address": said.address,
        "address_key": stored.address_key,
        "loose_key": None if stored.loose_key == stored.address_key else stored.loose_key,
        "key": said.key,
        "level": said.level.value,
        "list_id": said.list_id,
        "occurred_at": micros_of(said.occurred_at),
        "about_mail_of": None if said.about_mail_of is None else micros_of(said.about_mail_of),
        "began_at": micros_of(stored.began_at),
        "channel": said.channel.value,
        "evidence": json_text(dict(said.evidence)),
        "retracts": said.retracts,
        "recorded_at": recorded_at,
        "place": place,
    }


def names_retracted(account_id: str, facts: Iterable[StoredFact]) -> Transaction[Names]:
    """Whom the facts name that are taken back, or back again, by these: their standing changes, too."""
    names = Names()
    ids, seen = _targets_of(facts), set[str]()
    while ids:
        seen |= ids
        found = stored_facts((yield from ask(_BY_ID, account_id=account_id, ids=json_text(list(ids)))))
        for one in found:
            names |= one.names
        ids = _targets_of(found) - seen
    return names


def _targets_of(facts: Iterable[StoredFact]) -> set[str]:
    return {one.fact.retracts for one in facts if one.fact.kind is FactKind.retraction and one.fact.retracts}


def stored_facts(rows: Rows) -> list[StoredFact]:
    """Facts from their columns, as `of_account` selects them."""
    width = len(FACT_COLUMNS)
    return [StoredFact(fact=fact_from(tuple(row[:width])), id=row[width], address_key=row[width + 1]) for row in rows]
