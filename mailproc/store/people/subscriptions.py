"""Who is on which list, and what else an account keeps of its subscribers."""

from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, bindparam, select, union

from mailproc.policy.standing.list_number import by_number, is_same_list
from mailproc.policy.standing.standing import Standing, standing_of
from mailproc.store.engine.columns import json_text, micros_of, storable
from mailproc.store.engine.journal import Journal
from mailproc.store.engine.operation import Context, Operation, one_by_one
from mailproc.store.engine.people_tables import attribute, subscriber, subscription
from mailproc.store.engine.persons import Names, Person, names_of_keys, person_of_key
from mailproc.store.engine.reader import MOST_PAGE_BYTES, Reader, length_told
from mailproc.store.engine.statement import Insert, Statement, Transaction, ask, one_of
from mailproc.store.people.person_rows import attributes_of, join, leave, lists_joined
from mailproc.store.people.reach import counting_facts
from mailproc.store.people.standing_rows import told_standing
from mailproc.store.people.suspects import Recipients, suspects_among
from mailproc.store.results import Found, Place

AT_ONCE = 1000
_FEW = 100  # each may have 200 kB of attributes

KNOWN = Statement(
    lambda insert: select(subscriber.c.key).where(
        subscriber.c.account_id == bindparam("account_id"), one_of(subscriber.c.key, "keys")
    )
)
_AFTER = Statement(
    lambda insert: (
        select(subscriber.c.key, subscriber.c.address, subscriber.c.address_key)
        .where(subscriber.c.account_id == bindparam("account_id"), subscriber.c.key > bindparam("after"))
        .order_by(subscriber.c.key)
        .limit(bindparam("limit"))
    )
)


def _members(of_list: str) -> Select[Any]:
    """The first keys behind `after` on a list: of two lists together no page needs more of either."""
    found = (
        select(subscription.c.subscriber_key)
        .where(
            subscription.c.account_id == bindparam("account_id"),
            subscription.c.list_id == bindparam(of_list),
            subscription.c.subscriber_key > bindparam("after"),
        )
        .order_by(subscription.c.subscriber_key)
        .limit(bindparam("limit"))
        .subquery()
    )
    return select(found.c.subscriber_key)


def _members_after(_: Insert) -> Any:
    on_it = union(_members("list_id"), _members("by_number")).subquery()
    return (
        select(subscriber.c.key, subscriber.c.address, subscriber.c.address_key)
        .select_from(on_it.join(subscriber, subscriber.c.key == on_it.c.subscriber_key))
        .where(subscriber.c.account_id == bindparam("account_id"))
        .order_by(subscriber.c.key)
        .limit(bindparam("limit"))
    )


_MEMBERS_AFTER = Statement(_members_after)


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A subscriber as an account has them: what stands against mailing, lists in order, attributes by name."""

    key: str
    address: str
    standing: Standing
    lists: tuple[str, ...]
    attributes: Mapping[str, str]


_ACTIVE = Standing()


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership:
    """Subscribers of an account, and a list that they join or leave."""

    account_id: str
    list_id: str
    keys: tuple[str, ...]


def join_known(context: Context, one: Membership) -> Transaction[list[str]]:
    """Put those of them whom the account knows on the list; gives the keys of those who were not on it."""
    rows = yield from ask(KNOWN, account_id=one.account_id, keys=json_text(one.keys))
    known = sorted(key for (key,) in rows)
    on = yield from lists_joined(one.account_id, known)
    new = [key for key in known if not any(is_same_list(list_id, one.list_id) for list_id in on.get(key, ()))]
    yield from join(one.account_id, [(one.list_id, key) for key in new], micros_of(context.now))
    return new


def _leave(context: Context, one: Membership) -> Transaction[list[str]]:
    left: set[str] = set()
    for name in sorted({one.list_id, by_number(one.list_id)}):  # both are one list
        left.update((yield from leave(one.account_id, name, one.keys)))
    return sorted(left)


def _join_all(context: Context, payloads: Sequence[Membership]) -> Transaction[list[list[str]]]:
    return (yield from one_by_one(join_known, context, payloads))


def _leave_all(context: Context, payloads: Sequence[Membership]) -> Transaction[list[list[str]]]:
    return (yield from one_by_one(_leave, context, payloads))


def _names(payloads: Sequence[Membership]) -> Transaction[dict[str, Names]]:
    return names_of_keys((one.account_id, key) for one in payloads for key in one.keys)
    yield  # it is a transaction that asks nothing


JOIN: Operation[Membership, list[str]] = Operation(name="join list", rank=33, run=_join_all, names=_names)
LEAVE: Operation[Membership, list[str]] = Operation(name="leave list", rank=34, run=_leave_all, names=_names)


class Subscriptions:
    """The store's subscriptions: `Store.subscriptions` is one."""

    def __init__(self, journal: Journal, reader: Reader, context_of: Callable[[], Context]) -> None:
        self._journal = journal
        self._reader = reader
        self._context_of = context_of

    async def join(self, account_id: str, list_id: str, keys: Sequence[str]) -> list[str]:
        """Put known subscribers on a list; gives the keys of those who were not on it.

        It is no consent: what stands against mailing them still stands.
        """
        return await self._journal.submit(JOIN, _membership(account_id, list_id, keys), mails=max(1, len(keys)))

    async def leave(self, account_id: str, list_id: str, keys: Sequence[str]) -> list[str]:
        """Take subscribers off a list; gives the keys of those who were on it.

        It is no opt-out: an import or `join` may put them on it again (R7).
        """
        return await self._journal.submit(LEAVE, _membership(account_id, list_id, keys), mails=max(1, len(keys)))

    async def lists_of(self, account_id: str, keys: Collection[str]) -> dict[str, list[str]]:
        """The lists that each of these subscribers is on, by key; those on none are left out."""
        return await self._reader.run(lists_joined(storable(account_id), keys))

    async def attributes_of(self, account_id: str, keys: Collection[str]) -> dict[str, dict[str, str]]:
        """Name and value of each subscriber's attributes, by key; those without any are left out."""
        return await self._reader.run(attributes_of(storable(account_id), keys))

    async def page(self, account_id: str, list_id: str, after: str, limit: int) -> Found[Profile]:
        """Who is on a list, in order of key behind `after`: so many, or until a page of them is long."""
        found: list[tuple[Profile, Place]] = []
        size = 0
        async for some in self.all(account_id, list_id, after, at_once=min(limit + 1, _FEW)):
            for one in some:
                if len(found) == limit or size > MOST_PAGE_BYTES:
                    return Found(items=found, more=True)
                found.append((one, (one.key,)))
                size += sum(map(length_told, one.attributes.values()))
        return Found(items=found, more=False)

    async def all(
        self, account_id: str, list_id: str | None = None, after: str = "", *, at_once: int = AT_ONCE
    ) -> AsyncIterator[list[Profile]]:
        """Every subscriber of an account, or of one of its lists, in order of key; so many at a time.

        `after` is a key to go on behind.
        """
        while True:
            some = await self._reader.run(_some(self._context_of(), storable(account_id), list_id, after, at_once))
            if not some:
                return
            yield some
            after = some[-1].key

    async def attribute_names(self, account_id: str) -> list[str]:
        """The names of all attributes that any subscriber of an account has, in order; reads them all."""
        query = select(attribute.c.name).where(attribute.c.account_id == storable(account_id)).distinct()
        return sorted(name for (name,) in await self._reader.rows(query))


def _membership(account_id: str, list_id: str, keys: Sequence[str]) -> Membership:
    return Membership(
        account_id=storable(account_id), list_id=storable(list_id), keys=tuple(storable(key) for key in keys)
    )


def _some(
    context: Context, account_id: str, list_id: str | None, after: str, at_once: int
) -> Transaction[list[Profile]]:
    if list_id is None:
        rows = yield from ask(_AFTER, account_id=account_id, after=after, limit=at_once)
    else:
        names = {"list_id": storable(list_id), "by_number": by_number(storable(list_id))}
        rows = yield from ask(_MEMBERS_AFTER, account_id=account_id, after=after, limit=at_once, **names)
    people = [
        Person(person=person_of_key(key), key=key, address=address, address_key=address_key)
        for key, address, address_key in rows
    ]
    keys = [key for key, _, _ in rows]
    standings = yield from _standings_of(context, account_id, people)
    lists = yield from lists_joined(account_id, keys)
    attributes = yield from attributes_of(account_id, keys)
    return [
        Profile(
            key=key,
            address=address,
            standing=standings.get(person_of_key(key), _ACTIVE),
            lists=tuple(lists.get(key, ())),
            attributes=attributes.get(key, {}),
        )
        for key, address, _ in rows
    ]


def _standings_of(context: Context, account_id: str, people: Sequence[Person]) -> Transaction[dict[str, Standing]]:
    """What stands against those against whom anything may; the others are left out."""
    asked = Recipients(keys=[str(one.key) for one in people], address_keys=[str(one.address_key) for one in people])
    suspects = yield from suspects_among(context.scopes, account_id, asked)
    facts = yield from counting_facts(context.scopes, account_id, [people[place] for place in suspects])
    thresholds = context.thresholds_of(account_id)
    return {name: told_standing(standing_of((one.fact for one in said), thresholds)) for name, said in facts.items()}
