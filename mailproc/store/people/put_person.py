"""One subscriber written by a program, as far as they are still as that program saw them."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mailproc.store.engine.columns import MAX_TEXT, json_text, micros_of, storable
from mailproc.store.engine.journal import Journal
from mailproc.store.engine.operation import Context, Operation, one_by_one
from mailproc.store.engine.persons import Names, find_and_lock
from mailproc.store.engine.statement import Transaction
from mailproc.store.people.person_rows import put_attributes
from mailproc.store.people.status import persons_named
from mailproc.store.people.subscribers import names_of_rows, put_rows, subscriber_row
from mailproc.store.results import PersonStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedPerson:
    """A subscriber as a program wants them. Attributes that are not named stay as they are.

    `seen` are the revisions of which one must still hold, None for any; `must_be_new`: nobody may have the key yet;
    `must_be_there`: somebody must (RFC 9110 §13.1).
    """

    account_id: str
    key: str
    address: str
    attributes: Mapping[str, str]
    seen: frozenset[str] | None = None
    must_be_new: bool = False
    must_be_there: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PutPerson:
    """What became of it: not `applied` where they are not as the program saw them. `person` as they are now."""

    applied: bool
    created: bool
    person: PersonStatus | None


def revision_of(one: PersonStatus) -> str:
    """A word that changes when anything of a person does: address, attributes, lists or standing."""
    said = json_text([one.address, sorted(one.attributes.items()), sorted(one.lists), one.version])
    return hashlib.sha256(said.encode()).hexdigest()[:32]


def _subscriber(context: Context, wanted: WantedPerson) -> Transaction[PersonStatus | None]:
    found = yield from persons_named(context, wanted.key, storable(wanted.account_id))
    return next((one for one in found if one.key == storable(wanted.key) and one.address is not None), None)


def _is_as_wanted(wanted: WantedPerson, before: PersonStatus | None) -> bool:
    if before is None:
        return wanted.seen is None and not wanted.must_be_there
    return not wanted.must_be_new and (wanted.seen is None or revision_of(before) in wanted.seen)


def _put(context: Context, wanted: WantedPerson) -> Transaction[PutPerson]:
    account_id, key = storable(wanted.account_id), storable(wanted.key)
    row = subscriber_row(account_id, key, wanted.address, micros_of(context.now))
    yield from find_and_lock(account_id, names_of_rows([row]))
    before = yield from _subscriber(context, wanted)
    if not _is_as_wanted(wanted, before):
        return PutPerson(applied=False, created=False, person=before)
    yield from put_rows(context, account_id, [row])
    attributes = {storable(name): storable(value, MAX_TEXT) for name, value in wanted.attributes.items()}
    yield from put_attributes(account_id, {key: attributes})
    return PutPerson(applied=True, created=before is None, person=(yield from _subscriber(context, wanted)))


def _put_all(context: Context, payloads: Sequence[WantedPerson]) -> Transaction[list[PutPerson]]:
    return (yield from one_by_one(_put, context, payloads))


def _names(payloads: Sequence[WantedPerson]) -> Transaction[dict[str, Names]]:
    by_account: dict[str, Names] = {}
    for one in payloads:
        account_id = storable(one.account_id)
        row = subscriber_row(account_id, one.key, one.address, 0)
        by_account[account_id] = by_account.get(account_id, Names()) | names_of_rows([row])
    return by_account
    yield  # it is a transaction that asks nothing


PUT_PERSON: Operation[WantedPerson, PutPerson] = Operation(name="put person", rank=29, run=_put_all, names=_names)


class PersonWriter:
    """Writes one subscriber: `Store.one_person` is one."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    async def put(self, wanted: WantedPerson) -> PutPerson:
        """Make somebody known, or their address and attributes new, unless they are not as they were seen."""
        return await self._journal.submit(PUT_PERSON, wanted)
