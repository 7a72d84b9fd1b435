"""What a diagnosis needs to know: who is known as what, the mails behind facts, and how often which step answered."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, select

from mailproc.identity import sortable_id
from mailproc.policy.address import is_address
from mailproc.policy.standing.facts import Fact
from mailproc.policy.standing.scope import EVERYWHERE
from mailproc.policy.standing.standing import BounceThresholds, standing_of
from mailproc.store.engine.columns import address_key_of, json_text, micros_of, storable, time_of
from mailproc.store.engine.journal import Journal
from mailproc.store.engine.operation import Context, Operation
from mailproc.store.engine.people_tables import subscriber, subscription, why_answer
from mailproc.store.engine.persons import Person, person_of_address
from mailproc.store.engine.reader import Reader
from mailproc.store.engine.schema import decision, mail
from mailproc.store.engine.statement import Insert, Statement, Transaction, ask, one_of, tell
from mailproc.store.people.arrivals import said_loosely
from mailproc.store.people.person_rows import lists_joined
from mailproc.store.people.reach import NO_KEY_OF_OURS, counting_facts
from mailproc.store.people.standing_rows import told_standing
from mailproc.store.people.status import persons_named
from mailproc.store.results import PersonStatus, RecordedDecision
from mailproc.store.road.reports import DECISION_COLUMNS, decision_from

_SUBSCRIBERS = Statement(
    lambda insert: select(subscriber.c.key).where(
        subscriber.c.account_id == bindparam("account_id"), one_of(subscriber.c.key, "keys")
    )
)
_ANY_MEMBER = Statement(
    lambda insert: select(subscription.c.list_id).where(subscription.c.account_id == bindparam("account_id")).limit(1)
)
_MAIL = Statement(
    lambda insert: select(mail.c.id).where(
        mail.c.account_id == bindparam("account_id"),
        mail.c.id >= bindparam("first"),
        mail.c.id < bindparam("after"),
        mail.c.digest == bindparam("digest"),
    )
)
_DECISION = Statement(
    lambda insert: (
        select(*DECISION_COLUMNS)
        .where(decision.c.account_id == bindparam("account_id"), decision.c.mail_id == bindparam("mail_id"))
        .order_by(decision.c.n.desc())
        .limit(1)
    )
)


def _count_up(insert: Insert) -> Any:
    statement = insert(why_answer)
    return statement.on_conflict_do_update(
        index_elements=["account_id", "step"],
        set_={"count": why_answer.c.count + 1, "last_at": statement.excluded.last_at},
    )


_COUNT_UP = Statement(_count_up)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Somebody in one account. `member_of` is None where the account keeps no members, or nobody can tell."""

    status: PersonStatus
    is_subscriber: bool
    member_of: frozenset[str] | None
    thresholds: BounceThresholds


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """The mail that a fact came by, as far as it is still known; `decision` is the last one on it."""

    mail_id: str
    decision: RecordedDecision | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """How often one step has answered in one account, `*` for people whom nobody knows, and when it did last."""

    account_id: str
    step: str
    count: int
    last_at: datetime


class Diagnosis:
    """The store's part of `why`: `Store.diagnosis` is one."""

    def __init__(self, journal: Journal, reader: Reader, context_of: Callable[[], Context]) -> None:
        self._journal = journal
        self._reader = reader
        self._context_of = context_of

    async def of(self, text: str, account_id: str | None = None, *, at: datetime | None = None) -> list[Found]:
        """Everyone whom a subscriber key or an address means, with every fact that counts; empty for nobody.

        Without an account in all of them; what is known everywhere alone is told of `*`, and only where nobody else is.
        """
        found = await self._reader.run(_found(self._context_of(), text, account_id, at))
        return [one for one in found if one.status.account_id != EVERYWHERE] or found

    async def sources(self, facts: Iterable[Fact]) -> dict[str, Source]:
        """The mails behind facts, by the id of the fact; without those that no mail brought, or that are gone."""
        return await self._reader.run(_sources(tuple(facts)))

    async def count(self, answered: Sequence[tuple[str, str]]) -> None:
        """Count answers by account and by the word for what answered."""
        await self._journal.submit(COUNT, answered)

    async def counts(self) -> list[Counted]:
        """How often what has answered, by account and word."""
        columns = (why_answer.c.account_id, why_answer.c.step, why_answer.c.count, why_answer.c.last_at)
        rows = await self._reader.rows(select(*columns).order_by(why_answer.c.account_id, why_answer.c.step))
        return [Counted(account_id=row[0], step=row[1], count=row[2], last_at=time_of(row[3])) for row in rows]


def _found(context: Context, text: str, account_id: str | None, at: datetime | None) -> Transaction[list[Found]]:
    people = yield from persons_named(context, text, account_id, at, whole=True)
    accounts = {one.account_id for one in people} if account_id is None else {account_id}
    found = []
    for account in sorted(accounts):
        mine = [one for one in people if one.account_id == account]
        keys = [one.key for one in mine if one.key is not None]
        known = {key for (key,) in (yield from ask(_SUBSCRIBERS, account_id=account, keys=json_text(keys)))}
        if not any(one.key in known and _has(one, text) for one in mine):
            mine = [one for one in mine if one.key is not None] + (yield from _newcomer(context, account, text, at))
        joined = yield from lists_joined(account, known)
        is_told = at is None and bool(joined or (yield from ask(_ANY_MEMBER, account_id=account)))
        for one in mine:
            lists = frozenset(joined.get(one.key or "", ()))
            found.append(
                Found(
                    status=one,
                    is_subscriber=one.key in known,
                    member_of=lists if is_told else None,
                    thresholds=context.thresholds_of(account),
                )
            )
    return found


def _has(one: PersonStatus, text: str) -> bool:
    return one.address is not None and address_key_of(one.address) == address_key_of(text)


def _newcomer(context: Context, account_id: str, text: str, at: datetime | None) -> Transaction[list[PersonStatus]]:
    """An address that no subscriber has, as whoever comes anew with it: all that was said of it counts, as in a check.

    Nobody where nothing was, or where the text is no address.
    """
    address = text.strip()
    if not is_address(address):
        return []
    key = address_key_of(address)
    person = Person(person=person_of_address(key), key=NO_KEY_OF_OURS, address=address, address_key=key)
    facts = (yield from counting_facts(context.scopes, account_id, [person], until=at, whole=True))[person.person]
    loosely = yield from said_loosely(account_id, {key: storable(address)}, context.scopes.peppers, until=at)
    facts = facts + loosely.get(key, [])
    said = tuple(one.fact for one in sorted(facts, key=lambda one: (one.fact.occurred_at, one.id)))
    standing = told_standing(standing_of(said, context.thresholds_of(account_id)))
    status = PersonStatus(
        account_id=account_id,
        person=person.person,
        key=None,
        address=address,
        standing=standing,
        version=0,
        changed_at=None,
        facts=said,
    )
    return [status] if said else []


def _sources(facts: Sequence[Fact]) -> Transaction[dict[str, Source]]:
    sources = {}
    for said in facts:
        digest = said.evidence.get("mail")
        if digest is None:
            continue
        # A fact happened when its mail came, and a mail's id begins with that millisecond.
        first, after = sortable_id(said.occurred_at, 0), sortable_id(said.occurred_at + timedelta(milliseconds=1), 0)
        mails = yield from ask(_MAIL, account_id=said.account_id, first=first, after=after, digest=digest)
        for (mail_id,) in mails[:1]:
            decided = yield from ask(_DECISION, account_id=said.account_id, mail_id=mail_id)
            sources[said.id] = Source(mail_id=mail_id, decision=decision_from(decided[0]) if decided else None)
    return sources


def _count(context: Context, payloads: Sequence[Sequence[tuple[str, str]]]) -> Transaction[list[None]]:
    answered = sorted((storable(account_id), step) for answers in payloads for account_id, step in answers)
    rows = [
        {"account_id": account_id, "step": step, "count": 1, "last_at": micros_of(context.now)}
        for account_id, step in answered
    ]
    yield from tell(_COUNT_UP, rows)
    return [None] * len(payloads)


COUNT: Operation[Sequence[tuple[str, str]], None] = Operation(name="count answers", rank=92, run=_count)
