"""Who is on which list, and what else an account keeps of its subscribers."""

from collections.abc import AsyncIterator, Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import and_, bindparam, select

from mailproc.store.columns import json_text, micros_of, storable
from mailproc.store.journal import Context, Journal, Operation, one_by_one
from mailproc.store.people_tables import subscriber, subscription
from mailproc.store.person_rows import attributes_of, join, leave, lists_joined
from mailproc.store.reader import Reader
from mailproc.store.results import Subscriber
from mailproc.store.statement import Statement, Transaction, ask, one_of

AT_ONCE = 500

_KNOWN = Statement(
    lambda insert: select(subscriber.c.key).where(
        subscriber.c.account_id == bindparam("account_id"), one_of(subscriber.c.key, "keys")
    )
)
_AFTER = Statement(
    lambda insert: (
        select(subscriber.c.key, subscriber.c.address)
        .where(subscriber.c.account_id == bindparam("account_id"), subscriber.c.key > bindparam("after"))
        .order_by(subscriber.c.key)
        .limit(AT_ONCE)
    )
)
_MEMBERS_AFTER = Statement(
    lambda insert: (
        select(subscriber.c.key, subscriber.c.address)
        .select_from(subscription)
        .join(
            subscriber,
            and_(
                subscriber.c.account_id == subscription.c.account_id, subscriber.c.key == subscription.c.subscriber_key
            ),
        )
        .where(
            subscription.c.account_id == bindparam("account_id"),
            subscription.c.list_id == bindparam("list_id"),
            subscription.c.subscriber_key > bindparam("after"),
        )
        .order_by(subscription.c.subscriber_key)
        .limit(AT_ONCE)
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership:
    """Subscribers of an account, and a list that they join or leave."""

    account_id: str
    list_id: str
    keys: tuple[str, ...]


def _join(context: Context, one: Membership) -> Transaction[list[str]]:
    rows = yield from ask(_KNOWN, account_id=one.account_id, keys=json_text(one.keys))
    known = sorted(key for (key,) in rows)
    on = yield from lists_joined(one.account_id, known)
    new = [key for key in known if one.list_id not in on.get(key, ())]
    yield from join(one.account_id, [(key, one.list_id) for key in new], micros_of(context.now))
    return new


def _leave(context: Context, one: Membership) -> Transaction[list[str]]:
    return (yield from leave(one.account_id, one.list_id, one.keys))


def _join_all(context: Context, payloads: Sequence[Membership]) -> Transaction[list[list[str]]]:
    return (yield from one_by_one(_join, context, payloads))


def _leave_all(context: Context, payloads: Sequence[Membership]) -> Transaction[list[list[str]]]:
    return (yield from one_by_one(_leave, context, payloads))


JOIN: Operation[Membership, list[str]] = Operation(name="join list", rank=33, run=_join_all)
LEAVE: Operation[Membership, list[str]] = Operation(name="leave list", rank=34, run=_leave_all)


class Subscriptions:
    """The store's subscriptions: `Store.subscriptions` is one."""

    def __init__(self, journal: Journal, reader: Reader) -> None:
        self._journal = journal
        self._reader = reader

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

    async def all(self, account_id: str, list_id: str | None = None) -> AsyncIterator[list[Subscriber]]:
        """Every subscriber of an account, or of one of its lists, in order of key; some hundred at a time."""
        after = ""
        while True:
            some = await self._reader.run(_some(storable(account_id), list_id, after))
            if not some:
                return
            yield some
            after = some[-1].key


def _membership(account_id: str, list_id: str, keys: Sequence[str]) -> Membership:
    return Membership(
        account_id=storable(account_id), list_id=storable(list_id), keys=tuple(storable(key) for key in keys)
    )


def _some(account_id: str, list_id: str | None, after: str) -> Transaction[list[Subscriber]]:
    if list_id is None:
        rows = yield from ask(_AFTER, account_id=account_id, after=after)
    else:
        rows = yield from ask(_MEMBERS_AFTER, account_id=account_id, list_id=storable(list_id), after=after)
    return [Subscriber(account_id=account_id, key=key, address=address) for key, address in rows]
