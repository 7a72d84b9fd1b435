"""Who a signed link is for, as pages need them: standing, lists and attributes of one key, read in one go."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from mailproc.policy.pages.press import Presser, agreed_lists, is_press_of
from mailproc.policy.standing.standing import standing_of
from mailproc.store.engine.columns import MAX_TEXT, json_text, storable
from mailproc.store.engine.journal import Context, Journal, Operation, one_by_one
from mailproc.store.engine.persons import Names, find, names_of_keys, person_of_key
from mailproc.store.engine.reader import Reader
from mailproc.store.engine.statement import Transaction, ask
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
    found = []
    for account_id, key in payloads:
        found.append((yield from _holder(context, account_id, key)))
    return found


LOOK_UP: Operation[tuple[str, str], LinkHolder] = Operation(name="look up", rank=10, run=_look_up)


class LinkHolders:
    """The store's holders of links: `Store.link_holders` is one."""

    def __init__(self, journal: Journal, reader: Reader, context_of: Callable[[], Context]) -> None:
        self._journal = journal
        self._reader = reader
        self._context_of = context_of

    async def of(self, account_id: str, key: str) -> LinkHolder:
        """Who has this key; somebody of whom nothing is known when nobody has."""
        return await self._reader.run(_holder(self._context_of(), storable(account_id), storable(key)))

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


def _holder(context: Context, account_id: str, key: str) -> Transaction[LinkHolder]:
    people = yield from find(account_id, Names(keys=frozenset({key})))
    person = people[person_of_key(key)]
    facts = (yield from counting_facts(context.scopes, account_id, [person]))[person.person]
    lists = yield from lists_joined(account_id, [key])
    attributes = yield from attributes_of(account_id, [key])
    is_known = person.address is not None
    own = [one.fact for one in facts if one.fact.account_id == account_id]
    presser = Presser(
        account_id=account_id,
        key=key,
        is_known=is_known,
        standing=standing_of((one.fact for one in facts), context.thresholds_of(account_id)),
        member_of=tuple(lists.get(key, ())),
        agreed_to=frozenset() if is_known else agreed_lists(own),
        pressed=frozenset(one.id for one in facts if is_press_of(one.fact, account_id, key)),
        newest=max((one.fact.occurred_at for one in facts), default=None),
    )
    return LinkHolder(presser=presser, attributes=attributes.get(key, {}))
