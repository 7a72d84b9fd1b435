"""Cleaning up after the self-test: everything about a probe goes, as if it had never been."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, delete, select, union_all

from mailproc.errors import Refused
from mailproc.identity import sortable_id
from mailproc.policy.hooks.probe import is_probe
from mailproc.store.engine.columns import address_key_of, envelope_from, storable, time_of
from mailproc.store.engine.journal import Journal
from mailproc.store.engine.operation import Context, Operation, one_by_one
from mailproc.store.engine.people_tables import fact, standing, subscriber
from mailproc.store.engine.persons import Names, find_and_lock, person_of_address, person_of_key
from mailproc.store.engine.reader import Reader
from mailproc.store.engine.schema import decision, mail, mail_content, outbox, review, review_name, shadow_decision
from mailproc.store.engine.statement import Statement, Transaction, ask, tell
from mailproc.store.outbox.outbox_rows import MAIL_PREFIX

_BEFORE, _AFTER = timedelta(minutes=1), timedelta(hours=1)  # clocks differ; a mail may be slow


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """A probe in one account; its mail came within an hour of `since` (aware UTC), if any did."""

    account_id: str
    key: str
    address: str
    since: datetime


def _where(table: Any, condition: Callable[[], ColumnElement[bool]]) -> Statement:
    return Statement(lambda insert: delete(table).where(table.c.account_id == bindparam("account"), condition()))


_OF_PERSON = (
    _where(fact, lambda: fact.c.key == bindparam("key")),
    _where(fact, lambda: fact.c.address_key == bindparam("address_key")),
    _where(standing, lambda: standing.c.person == bindparam("of_key")),
    _where(standing, lambda: standing.c.person == bindparam("of_address")),
    _where(review_name, lambda: review_name.c.name == bindparam("of_key")),
    _where(review_name, lambda: review_name.c.name == bindparam("of_address")),
    _where(outbox, lambda: outbox.c.person == bindparam("of_key")),
    _where(outbox, lambda: outbox.c.person == bindparam("of_address")),
    _where(subscriber, lambda: subscriber.c.key == bindparam("key")),
)
_OF_MAIL = (
    _where(review, lambda: review.c.id == bindparam("mail_id")),
    _where(shadow_decision, lambda: shadow_decision.c.mail_id == bindparam("mail_id")),
    _where(decision, lambda: decision.c.mail_id == bindparam("mail_id")),
    _where(mail_content, lambda: mail_content.c.mail_id == bindparam("mail_id")),
    _where(mail, lambda: mail.c.id == bindparam("mail_id")),
    _where(outbox, lambda: outbox.c.person == bindparam("forward")),
)

_MAILS = Statement(
    lambda insert: select(mail.c.id, mail.c.envelope).where(
        mail.c.account_id == bindparam("account_id"),
        mail.c.id >= bindparam("first"),
        mail.c.id < bindparam("end"),
        mail.c.envelope.like(bindparam("pattern")),
    )
)


def _like_a_probe(name: ColumnElement[str], prefix: str = "") -> ColumnElement[bool]:
    """A stretch of an index in which every probe is, with few others, in whichever order a database sorts `-`."""
    return and_(name >= f"{prefix}probe", name <= f"{prefix}probez")


_LEFT = Statement(
    lambda insert: union_all(
        select(subscriber.c.address_key, subscriber.c.created_at).where(
            subscriber.c.account_id == bindparam("account_id"), _like_a_probe(subscriber.c.address_key)
        ),
        select(fact.c.address_key, fact.c.occurred_at).where(
            fact.c.account_id == bindparam("account_id"), _like_a_probe(fact.c.address_key)
        ),
        select(review_name.c.name, review.c.created_at).where(
            review_name.c.account_id == bindparam("account_id"),
            _like_a_probe(review_name.c.name, person_of_address("")),
            review.c.account_id == review_name.c.account_id,
            review.c.id == review_name.c.review_id,
        ),
    )
)


def _left(account_id: str) -> Transaction[list[Probe]]:
    """Every probe that something is known of, with when it was first."""
    first: dict[str, int] = {}
    for name, at in (yield from ask(_LEFT, account_id=storable(account_id))):
        address = name.removeprefix(person_of_address(""))
        if is_probe(address):
            first[address] = min(first.get(address, at), at)
    return [
        Probe(account_id=account_id, key=address.partition("@")[0], address=address, since=time_of(at))
        for address, at in sorted(first.items())
    ]


def _mails_of(probe: Probe) -> Transaction[list[str]]:
    rows = yield from ask(
        _MAILS,
        account_id=storable(probe.account_id),
        first=sortable_id(probe.since - _BEFORE, 0),
        end=sortable_id(probe.since + _AFTER, 0),
        pattern=f"%{probe.address}%",
    )
    return [mail_id for mail_id, envelope in rows if envelope_from(envelope).mail_from == probe.address]


def _purge(context: Context, probe: Probe) -> Transaction[None]:
    address_key = address_key_of(probe.address)
    names = Names(
        keys=frozenset({probe.key}),
        address_keys=frozenset({address_key}),
        bare_address_keys=frozenset({address_key}),
    )
    yield from find_and_lock(probe.account_id, names)
    row = {
        "account": storable(probe.account_id),
        "key": probe.key,
        "address_key": address_key,
        "of_key": person_of_key(probe.key),
        "of_address": person_of_address(address_key),
    }
    for statement in _OF_PERSON:
        yield from tell(statement, [row])
    mails = yield from _mails_of(probe)
    rows = [{**row, "mail_id": mail_id, "forward": f"{MAIL_PREFIX}{mail_id}"} for mail_id in mails]
    for statement in _OF_MAIL:
        yield from tell(statement, rows)


def _run(context: Context, payloads: Sequence[Probe]) -> Transaction[list[None]]:
    return (yield from one_by_one(_purge, context, payloads))


PURGE: Operation[Probe, None] = Operation(name="purge probe", rank=83, run=_run, alone=True)


class Probes:
    """The store's probes: `Store.probes` is one."""

    def __init__(self, journal: Journal, reader: Reader) -> None:
        self._journal = journal
        self._reader = reader

    async def purge(self, probe: Probe) -> None:
        """Delete everything about a probe and its mail; one that is just being decided leaves nothing either.

        Raises Refused for somebody who is none.
        """
        if not is_probe(probe.address):
            raise Refused(f"{probe.address} is no probe: people are forgotten with `mailproc forget`")
        await self._journal.submit(PURGE, probe)

    async def purge_left(self, account_id: str, before: datetime) -> int:
        """Delete what earlier probes left that began before that time, and were broken off; gives how many."""
        left = [one for one in await self._reader.run(_left(account_id)) if one.since < before]
        for one in left:
            await self.purge(one)
        return len(left)
