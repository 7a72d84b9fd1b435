"""Who a signed link is for, as pages need them: standing, lists and attributes of one key, read in one go."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

from mailproc.policy.pages.press import Presser, agreed_lists, is_press_of
from mailproc.policy.standing.facts import FactKind
from mailproc.policy.standing.standing import standing_of
from mailproc.store.engine.columns import MAX_TEXT, json_text, storable
from mailproc.store.engine.journal import Journal
from mailproc.store.engine.operation import Context, Operation, one_by_one
from mailproc.store.engine.persons import Names, Person, find, names_of_keys, person_of_key
from mailproc.store.engine.reader import Reader
from mailproc.store.engine.statement import Transaction, ask
from mailproc.store.people.fact_rows import StoredFact
from mailproc.store.people.person_rows import attributes_of, lists_joined, put_attributes
from mailproc.store.people.reach import counting_facts
from mailproc.store.people.subscriptions import KNOWN


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkHolder:
    """Whom a link is for, with what the account keeps of them beside it."""

    presser: Presser
    attributes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """New values of some attributes of one subscriber."""

    account_id: str
    key: str
    values: Mapping[str, str]


def _correct(context: Context, one: Correction) -> Transaction[bool]:
    if not (yield from ask(KNOWN, account_id=one.account_id, keys=json_text([one.key]))):
        return False
    yield from put_attributes(one.account_id, {one.key: one.values})
    return True


def _correct_all(context: Context, payloads: Sequence[Correction]) -> Transaction[list[bool]]:
    return (yield from one_by_one(_correct, context, payloads))


def _names(payloads: Sequence[Correction]) -> Transaction[dict[str, Names]]:
    return names_of_keys((one.account_id, one.key) for one in payloads)
    yield  # it is a transaction that asks nothing


CORRECT: Operation[Correction, bool] = Operation(name="correct attributes", rank=36, run=_correct_all, names=_names)


def _look_up(context: Context, payloads: Sequence[tuple[str, str]]) -> Transaction[list[LinkHolder]]:
    keys_in: dict[str, set[str]] = {}
    for account_id, key in payloads:
        keys_in.setdefault(account_id, set()).add(key)
    found = {}
    for account_id, keys in keys_in.items():
        found[account_id] = yield from _holders(context, account_id, keys)
    return [found[account_id][key] for account_id, key in payloads]


LOOK_UP: Operation[tuple[str, str], LinkHolder] = Operation(name="look up", rank=10, run=_look_up)


class LinkHolders:
    """The store's holders of links: `Store.link_holders` is one."""

    def __init__(self, journal: Journal, reader: Reader, context_of: Callable[[], Context]) -> None:
        self._journal = journal
        self._reader = reader
        self._context_of = context_of

    async def of(self, account_id: str, key: str) -> LinkHolder:
        """Who has this key; somebody of whom nothing is known when nobody has."""
        named = storable(key)
        return (await self._reader.run(_holders(self._context_of(), storable(account_id), {named})))[named]

    async def of_click(self, account_id: str, key: str) -> LinkHolder:
        """The same for floods of clicks: read on the journal's connection, for all of a moment together.

        Costs a fraction of a reader's time, and waits with everybody else for what is being written.
        """
        return await self._journal.submit(LOOK_UP, (storable(account_id), storable(key)))

    async def correct(self, account_id: str, key: str, values: Mapping[str, str]) -> bool:
        """Write attributes of a subscriber, others stay; False, and nothing is kept, when nobody has this key."""
        kept = {storable(name): storable(value, MAX_TEXT) for name, value in values.items()}
        one = Correction(account_id=storable(account_id), key=storable(key), values=kept)
        return await self._journal.submit(CORRECT, one)


def _holders(context: Context, account_id: str, keys: Collection[str]) -> Transaction[dict[str, LinkHolder]]:
    """Who has each of these keys, in as many statements as for one."""
    people = yield from find(account_id, Names(keys=frozenset(keys)))
    persons = {key: people[person_of_key(key)] for key in keys}
    facts = yield from counting_facts(context.scopes, account_id, persons.values())
    lists = yield from lists_joined(account_id, keys)
    attributes = yield from attributes_of(account_id, keys)
    holders = {}
    for key, person in persons.items():
        presser = _presser(context, account_id, person, facts[person.person], lists.get(key, ()))
        holders[key] = LinkHolder(presser=presser, attributes=attributes.get(key, {}))
    return holders


def _presser(
    context: Context, account_id: str, person: Person, facts: Sequence[StoredFact], lists: Sequence[str]
) -> Presser:
    key, is_known = str(person.key), person.address is not None
    said = [one.fact for one in facts]
    own = [one for one in said if one.account_id == account_id]
    # One that names no address, or another, says nothing yet of the address that they have now (R28a).
    of_now = [one.fact for one in facts if one.address_key == person.address_key or "@" not in (person.address or "")]
    return Presser(
        account_id=account_id,
        key=key,
        is_known=is_known,
        standing=standing_of(said, context.thresholds_of(account_id)),
        member_of=tuple(lists),
        agreed_to=frozenset() if is_known else agreed_lists(own),
        pressed=frozenset(one.id for one in of_now if is_press_of(one, account_id, key, FactKind.opt_out)),
        has_returned=any(is_press_of(one, account_id, key, FactKind.consent) for one in said),
        newest=max((one.occurred_at for one in said), default=None),
    )
