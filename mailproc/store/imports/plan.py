"""What rows of an import would change, found out before anything is written: a dry run asks the same, and stops there.

Most people of an import are strangers: no fact says anything against them (`suspects.py`), here or wherever something
could reach them from. Their standing is active without being computed, and writing them is all there is to do. Only of
the others the facts are read, so that an opt-out of an address holds for whoever is imported later (R8, R13, R27).
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from sqlalchemy import bindparam, select

from mailproc.policy.imports.person_row import PersonRow
from mailproc.policy.standing.facts import FactKind
from mailproc.policy.standing.standing import Standing, standing_of
from mailproc.store.engine.columns import address_key_of, json_text, storable
from mailproc.store.engine.operation import Context
from mailproc.store.engine.people_tables import subscriber
from mailproc.store.engine.persons import Person, person_of_key
from mailproc.store.engine.statement import Statement, Transaction, ask, one_of
from mailproc.store.people.arrivals import said_loosely
from mailproc.store.people.reach import counting_facts
from mailproc.store.people.suspects import Recipients, suspects_among

_COLUMNS = (subscriber.c.key, subscriber.c.address, subscriber.c.address_key)
_OF_KEYS = Statement(
    lambda insert: select(*_COLUMNS).where(
        subscriber.c.account_id == bindparam("account_id"), one_of(subscriber.c.key, "names")
    )
)
_AT_ADDRESSES = Statement(
    lambda insert: select(*_COLUMNS).where(
        subscriber.c.account_id == bindparam("account_id"), one_of(subscriber.c.address_key, "names")
    )
)


class Known(NamedTuple):
    """A subscriber as the store has it."""

    key: str
    address: str
    address_key: str


class Target(NamedTuple):
    """One subscriber that a row means, as it is and as it will be; `before` None: new.

    `is_said_of`: facts may count for them; of all others nothing stands against mailing.
    """

    key: str
    address: str
    address_key: str
    before: Known | None
    is_said_of: bool = False

    @property
    def has_other_address(self) -> bool:
        """Whether the address has to be written: a new subscriber's, or one that is spelled in another way."""
        return self.before is None or self.before.address != self.address

    @property
    def is_moved(self) -> bool:
        """Whether the address becomes that of another mailbox."""
        return self.before is not None and self.before.address_key != self.address_key


class Meant(NamedTuple):
    """A row with whom it means: one subscriber, or all who have its address where it names no key."""

    row: PersonRow
    targets: tuple[Target, ...]


_ACTIVE = Standing()


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Rows in order, as many as one transaction takes on; and the standings of those of whom anything is said."""

    rows: tuple[Meant, ...]
    standings: Mapping[str, Standing] = field(default_factory=dict)

    @property
    def targets(self) -> Iterable[Target]:
        """Every subscriber who is meant."""
        return (target for one in self.rows for target in one.targets)

    def standing(self, target: Target) -> Standing:
        """What stands against somebody once the row is imported."""
        return self.standings.get(target.key, _ACTIVE)


def plan_of(context: Context, account_id: str, rows: Sequence[PersonRow], most: int) -> Transaction[Plan]:
    """Find out whom the first of these rows mean, with at most `most` (≥ 1) subscribers of whom anything is said."""
    meant = yield from _whom_they_mean(account_id, rows)
    targets = [target for one in meant for target in one.targets]
    asked = Recipients(keys=[one.key for one in targets], address_keys=[one.address_key for one in targets])
    present = {one.key: one.before.address_key for one in targets if one.before}
    suspects = yield from suspects_among(context.scopes, account_id, asked, present)
    taken = _first_of(meant, {str(one.key) for one in suspects.values()}, most)
    named = [target for one in taken for target in one.targets if target.is_said_of]
    return Plan(rows=tuple(taken), standings=(yield from _standings(context, account_id, named)))


def _first_of(meant: Sequence[Meant], suspects: Collection[str], most: int) -> list[Meant]:
    """The first rows, those marked that mean one of these keys, as far as they are not too many."""
    taken: list[Meant] = []
    count = 0
    for one in meant:
        if any(target.key in suspects for target in one.targets):
            marked = tuple(target._replace(is_said_of=target.key in suspects) for target in one.targets)
            count += len(marked)
            if count > most and taken:
                break
            one = Meant(one.row, marked)
        taken.append(one)
    return taken


def _whom_they_mean(account_id: str, rows: Sequence[PersonRow]) -> Transaction[list[Meant]]:
    """Keys mean themselves. Without a key the address means all who have it, else whoever has the key that it gives:
    somebody whose address was new since then, and stays that; else somebody new.
    """
    by_key = {one.key: one for one in (yield from _known(_OF_KEYS, account_id, [row.key for row in rows]))}
    address_keys = [address_key_of(row.address) for row in rows]
    bare = [address_key for row, address_key in zip(rows, address_keys, strict=True) if not row.has_key]
    at_address: dict[str, list[Known]] = {}
    for one in (yield from _known(_AT_ADDRESSES, account_id, bare)) if bare else ():
        at_address.setdefault(one.address_key, []).append(one)
    meant = []
    for row, address_key in zip(rows, address_keys, strict=True):
        known = by_key.get(row.key)
        there = None if row.has_key else at_address.get(address_key) or (known and [known])
        if there:
            targets = tuple(Target(one.key, one.address, one.address_key, one) for one in there)
        else:
            targets = (Target(row.key, storable(row.address), address_key, known),)
        meant.append(Meant(row, targets))
    return meant


def _known(statement: Statement, account_id: str, names: Collection[str]) -> Transaction[list[Known]]:
    rows = yield from ask(statement, account_id=account_id, names=json_text(list(names)))
    return [Known(*row) for row in rows]


def _standings(context: Context, account_id: str, targets: Sequence[Target]) -> Transaction[dict[str, Standing]]:
    """What will stand against them: by their key and new address, and what they bring along from the old one (R28a)."""
    thresholds = context.thresholds_of(account_id)
    new = {one.key: _person(one.key, one.address_key) for one in targets}
    old = {one.key: _person(one.key, one.before.address_key) for one in targets if one.before and one.is_moved}
    facts = yield from counting_facts(context.scopes, account_id, new.values())
    left = yield from counting_facts(context.scopes, account_id, old.values())
    arriving = {one.address_key: one.address for one in targets if one.before is None or one.is_moved}
    loosely = yield from said_loosely(account_id, arriving, context.scopes.peppers)
    standings = {}
    for key, person in new.items():
        said = [one.fact for one in (*facts[person.person], *loosely.get(str(person.address_key), ()))]
        before = {one.id: one.fact for one in left.get(person.person, ())}
        brought = [
            before[block.fact_id]
            for block in standing_of(before.values(), thresholds).blocks
            if block.kind is not FactKind.bounce
        ]
        standings[key] = standing_of([*said, *brought], thresholds)
    return standings


def _person(key: str, address_key: str) -> Person:
    return Person(person=person_of_key(key), key=key, address_key=address_key)
