"""Cleaning up after the self-test: everything about a probe goes, as if it had never been."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, bindparam, delete

from mailproc.errors import Refused
from mailproc.policy.probe import is_probe
from mailproc.store.engine.columns import address_key_of, storable
from mailproc.store.engine.journal import Context, Journal, Operation, one_by_one
from mailproc.store.engine.people_tables import fact, standing, subscriber
from mailproc.store.engine.persons import Names, find_and_lock, person_of_address, person_of_key
from mailproc.store.engine.schema import decision, mail, mail_content, outbox, review, review_name, shadow_decision
from mailproc.store.engine.statement import Statement, Transaction, tell
from mailproc.store.outbox.outbox_rows import MAIL_PREFIX


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """A probe in one account, and its mail; None while the listener took none."""

    account_id: str
    key: str
    address: str
    mail_id: str | None = None


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
        "mail_id": probe.mail_id,
        "forward": f"{MAIL_PREFIX}{probe.mail_id}",
    }
    for statement in (*_OF_PERSON, *(_OF_MAIL if probe.mail_id is not None else ())):
        yield from tell(statement, [row])


def _run(context: Context, payloads: Sequence[Probe]) -> Transaction[list[None]]:
    return (yield from one_by_one(_purge, context, payloads))


PURGE: Operation[Probe, None] = Operation(name="purge probe", rank=83, run=_run, bulky=True)


class Probes:
    """The store's probes: `Store.probes` is one."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    async def purge(self, probe: Probe) -> None:
        """Delete everything about a probe and its mail. Raises Refused for somebody who is none."""
        if not is_probe(probe.address):
            raise Refused(f"{probe.address} is no probe: people are forgotten with `mailproc forget`")
        await self._journal.submit(PURGE, probe)
