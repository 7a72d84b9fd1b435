"""Where a person is found: everything that an erasure takes away, and what it has to wait for."""

import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, or_, select, true

from mailproc.errors import StoreError, StoreUnavailable
from mailproc.identity import sortable_id
from mailproc.policy.hooks.event import OutboxState
from mailproc.policy.standing.mention import Mentions
from mailproc.store.engine.columns import from_json, micros_of
from mailproc.store.engine.people_tables import fact, subscriber, subscription
from mailproc.store.engine.persons import person_of_address, person_of_key
from mailproc.store.engine.reader import Reader
from mailproc.store.engine.schema import ACCEPTED, WAITING, decision, mail, mail_content, outbox, review

AT_ONCE = 200
OPEN_STATES = (OutboxState.pending.value, OutboxState.dead.value, OutboxState.held.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A person of an account by every name: keys, addresses in the form that is compared, and as they were written.

    `moved` are keys that had an address of theirs before and have another now: other people. `passed_on` are addresses
    that these keys had before, and others have by now.
    """

    account_id: str
    keys: frozenset[str] = frozenset()
    address_keys: frozenset[str] = frozenset()
    written: frozenset[str] = frozenset()
    moved: frozenset[str] = frozenset()
    passed_on: frozenset[str] = frozenset()

    @property
    def mentions(self) -> Mentions:
        """What finds them in words."""
        return Mentions(self.address_keys | self.written, self.keys)

    @property
    def persons(self) -> list[str]:
        """Their names in standings, events and reviews."""
        return [*map(person_of_key, sorted(self.keys)), *map(person_of_address, sorted(self.address_keys))]


@dataclass(frozen=True, slots=True, kw_only=True)
class MailTrace:
    """A mail that names the person; `alone`: nobody else, so that nothing of it need stay."""

    mail_id: str
    state: str
    alone: bool
    review: str | None  # open or resolved; None: there is none


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenEntry:
    """Something in the outbox that nobody has got yet."""

    id: int
    hook: str
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Traces:
    """Everything that one account holds of a person. `untold` is what hooks and people have not got yet."""

    named: Named
    subscribers: int
    subscriptions: int
    facts: int
    events: int
    untold: tuple[OpenEntry, ...] = ()
    mails: tuple[MailTrace, ...] = field(default=())

    @property
    def account_id(self) -> str:
        """Which account."""
        return self.named.account_id

    @property
    def is_empty(self) -> bool:
        """Whether the account holds nothing of the person."""
        return not (self.subscribers or self.facts or self.events or self.mails)

    @property
    def undecided(self) -> list[str]:
        """Mails that are not decided yet: they may ask for something."""
        return [one.mail_id for one in self.mails if one.state != "decided"]

    @property
    def waiting_for_others(self) -> list[str]:
        """Open reviews that concern others, too: they need the mail as it is."""
        return [one.mail_id for one in self.mails if one.review == "open" and not one.alone]


async def names_at(reader: Reader, account_id: str, keys: frozenset[str], address_keys: frozenset[str]) -> Named:
    """Every name that the account has for whoever is named so: keys by address, addresses by key."""
    named = await _names_once(reader, account_id, keys, address_keys)
    while not named.keys <= keys:  # a key that was found by an address may have had others
        keys = named.keys
        named = await _names_once(reader, account_id, keys, address_keys)
    return named


async def _names_once(reader: Reader, account_id: str, keys: frozenset[str], address_keys: frozenset[str]) -> Named:
    rows = await reader.rows(
        select(subscriber.c.key, subscriber.c.address, subscriber.c.address_key).where(
            subscriber.c.account_id == account_id,
            or_(subscriber.c.key.in_(keys), subscriber.c.address_key.in_(address_keys)),
        )
    )
    keys |= {key for key, _, _ in rows}
    present = {at for _, _, at in rows}
    said = await reader.rows(
        select(fact.c.key, fact.c.address, fact.c.address_key)
        .where(fact.c.account_id == account_id, or_(fact.c.key.in_(keys), fact.c.address_key.in_(address_keys)))
        .distinct()
    )
    former = {at for key, _, at in said if key in keys and at is not None} - present
    taken = await _taken(reader, account_id, former, keys)
    others = {key for key, _, _ in said if key is not None and key not in keys}
    moved = others & {key for key, _ in await _addresses_of(reader, account_id, others)}
    keys, address_keys = keys | (others - moved), (address_keys | present | former) - taken
    written = {address for _, address, at in [*rows, *said] if at in address_keys and address is not None}
    return Named(
        account_id=account_id,
        keys=frozenset(keys),
        address_keys=frozenset(address_keys),
        written=frozenset(written),
        moved=frozenset(moved),
        passed_on=frozenset(taken),
    )


async def _taken(reader: Reader, account_id: str, address_keys: set[str], keys: frozenset[str]) -> set[str]:
    """Those of these addresses that somebody else has by now."""
    query = select(subscriber.c.address_key).where(
        subscriber.c.account_id == account_id,
        subscriber.c.address_key.in_(address_keys),
        subscriber.c.key.not_in(keys),
    )
    return {at for (at,) in await reader.rows(query)}


async def _addresses_of(reader: Reader, account_id: str, keys: set[str]) -> list[tuple[str, str]]:
    query = select(subscriber.c.key, subscriber.c.address_key).where(
        subscriber.c.account_id == account_id, subscriber.c.key.in_(keys)
    )
    return [(key, at) for key, at in await reader.rows(query)]


async def sharing(reader: Reader, named: Named, keys: frozenset[str]) -> list[str]:
    """Who else has an address of somebody that was named by key alone: their keys."""
    query = select(subscriber.c.key).where(
        subscriber.c.account_id == named.account_id,
        subscriber.c.address_key.in_(named.address_keys),
        subscriber.c.key.not_in(keys),
    )
    return sorted({key for (key,) in await reader.rows(query)})


async def count_rows(reader: Reader, named: Named) -> Traces:
    """What the tables of people and the outbox hold; mails are searched apart, which takes longer."""
    at, keys, addresses = named.account_id, named.keys, named.address_keys
    [(subscribers,)] = await reader.rows(
        select(func.count()).where(subscriber.c.account_id == at, subscriber.c.key.in_(keys))
    )
    [(subscriptions,)] = await reader.rows(
        select(func.count()).where(subscription.c.account_id == at, subscription.c.subscriber_key.in_(keys))
    )
    about = or_(fact.c.key.in_(keys), fact.c.address_key.in_(addresses))
    [(facts,)] = await reader.rows(select(func.count()).where(fact.c.account_id == at, about))
    whose = or_(outbox.c.person.in_(named.persons), outbox.c.writer.in_(addresses))
    [(events,)] = await reader.rows(select(func.count()).where(outbox.c.account_id == at, whose))
    untold = await reader.rows(
        select(outbox.c.id, outbox.c.hook, outbox.c.state)
        .where(outbox.c.account_id == at, whose, outbox.c.state.in_(OPEN_STATES))
        .order_by(outbox.c.id)
    )
    return Traces(
        named=named,
        subscribers=subscribers,
        subscriptions=subscriptions,
        facts=facts,
        events=events,
        untold=tuple(OpenEntry(id=entry_id, hook=hook, state=state) for entry_id, hook, state in untold),
    )


async def mails_naming(
    reader: Reader, named: Named, since: datetime | None = None
) -> AsyncIterator[tuple[int, list[MailTrace]]]:
    """All mail of the account, or what came in since then, in parts: how many were looked at, and who names the person.

    Envelope, decision and, where it is still there, the mail itself, which is what takes time.
    """
    mentions, after = named.mentions, ""
    is_asked_for = true() if since is None else _came_since(named.account_id, since)
    while True:
        rows = await reader.rows(
            select(mail.c.id, mail.c.envelope, mail.c.state, review.c.state)
            .outerjoin(review, and_(review.c.account_id == mail.c.account_id, review.c.id == mail.c.id))
            .where(mail.c.account_id == named.account_id, mail.c.id > after, is_asked_for)
            .order_by(mail.c.id)
            .limit(AT_ONCE)
        )
        if not rows:
            return
        ids = [mail_id for mail_id, *_ in rows]
        decided = await _decisions(reader, named.account_id, ids)
        kept = await _with_content(reader, named.account_id, ids)
        found = []
        for mail_id, envelope, state, reviewed in rows:
            said = decided.get(mail_id, [])
            is_named = any(mentions.in_value(from_json(text)) for text in (envelope, *said))
            if is_named or (mail_id in kept and await _names(reader, mentions, named.account_id, mail_id)):
                alone = _is_alone(mentions, said, envelope)
                found.append(MailTrace(mail_id=mail_id, state=state, alone=alone, review=reviewed))
        yield len(rows), found
        after = ids[-1]


def _came_since(account_id: str, since: datetime) -> ColumnElement[bool]:
    """Mail received since then, and saved mail, which has its old date: not decided yet, or decided since."""
    is_new = decision.c.decided_at >= micros_of(since)
    decided = select(decision.c.mail_id).where(decision.c.account_id == account_id, is_new)
    return or_(mail.c.id >= sortable_id(since, 0), mail.c.state.in_((ACCEPTED, WAITING)), mail.c.id.in_(decided))


async def _decisions(reader: Reader, account_id: str, mail_ids: Sequence[str]) -> dict[str, list[str]]:
    rows = await reader.rows(
        select(decision.c.mail_id, decision.c.decision)
        .where(decision.c.account_id == account_id, decision.c.mail_id.in_(mail_ids))
        .order_by(decision.c.mail_id, decision.c.n)
    )
    by_mail: dict[str, list[str]] = {}
    for mail_id, text in rows:
        by_mail.setdefault(mail_id, []).append(text)
    return by_mail


async def _with_content(reader: Reader, account_id: str, mail_ids: Sequence[str]) -> set[str]:
    query = select(mail_content.c.mail_id).where(
        mail_content.c.account_id == account_id, mail_content.c.mail_id.in_(mail_ids), mail_content.c.seq == 0
    )
    return {mail_id for (mail_id,) in await reader.rows(query)}


async def _names(reader: Reader, mentions: Mentions, account_id: str, mail_id: str) -> bool:
    """Whether a mail names the person; one that cannot be read any more names nobody. Raises StoreUnavailable."""
    try:
        return mentions.in_mail(await reader.content_of(account_id, mail_id))
    except StoreUnavailable:
        raise  # nobody knows what it names: the erasure is not done
    except StoreError:
        return False


def _is_alone(mentions: Mentions, decided: Sequence[str], envelope: str) -> bool:
    """Whether a mail concerns nobody else: all whom its decisions name are this person; or it was written by them."""
    people = [one for text in decided for one in from_json(text).get("subscribers", ())]
    if people:
        return all(mentions.in_value(one) for one in people)
    return mentions.in_text(json.loads(envelope).get("mail_from") or "")
