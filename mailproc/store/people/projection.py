"""From new facts to standings: compute what a person's facts now amount to, and tell the hooks when that changed.

Whoever else they reach is brought up to date in the same transaction: an address is locked once for all accounts.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from mailproc.policy.standing.facts import FactKind
from mailproc.policy.standing.forgetting import forgotten_at
from mailproc.policy.standing.pepper import NO_PEPPERS, is_forgotten_name
from mailproc.policy.standing.scope import EVERYWHERE, Scopes
from mailproc.policy.standing.standing import standing_of
from mailproc.store.engine.columns import micros_of
from mailproc.store.engine.operation import Context
from mailproc.store.engine.persons import Names, Person, find, find_and_lock, find_and_lock_all, person_of_key
from mailproc.store.engine.statement import Transaction, tell
from mailproc.store.outbox.outbox_rows import Event, write_events
from mailproc.store.people.accounts import who_knows
from mailproc.store.people.fact_rows import StoredFact, insert_facts, names_retracted
from mailproc.store.people.reach import Heard, counting_facts, heard_at, homes_of, reached_accounts
from mailproc.store.people.standing_rows import (
    NEVER_CHANGED,
    UPSERT_STANDING,
    Kept,
    amounts_to,
    standing_row,
    standings_of,
    told_standing,
)
from mailproc.store.results import StandingChange

Changes = list[tuple[int, StandingChange]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """New facts of one account with the mail or request that they came by; `origin` is given back with each change."""

    origin: int
    facts: tuple[StoredFact, ...]
    mail_id: str | None = None


def apply_facts(
    context: Context, account_id: str, said: Sequence[Said], also: Names | None = None
) -> Transaction[Changes]:
    """Write facts of one account and bring everyone's standing up to date whom they concern, or whom `also` names.

    Whom they reach in other accounts, too; the hooks of each account are told of its own people. Gives each change with
    the origin of the last fact that concerned this person, -1 for none.
    """
    names = (also or Names()) | (yield from names_said(account_id, said))
    people = yield from find_and_lock(account_id, names)
    yield from insert_facts([one for group in said for one in group.facts], context.now)
    changes: Changes = []
    is_news = account_id == EVERYWHERE or any(group.facts for group in said)
    addresses = names.address_keys | {one.address_key for one in people.values() if one.address_key is not None}
    heard: Heard | None = None
    if account_id != EVERYWHERE:  # once for all whom it concerns: its relatives hear each other, and it
        family = {account_id, *context.scopes.relatives_of(account_id)}
        heard = yield from heard_at(context.scopes, _homes(context.scopes, family), addresses)
        facts = yield from counting_facts(context.scopes, account_id, people.values(), heard=heard)
        changes = yield from write_standings(context, account_id, people, facts, _causes(said, people))
        is_news = is_news or any(facts.values())
    if is_news:
        changes += yield from _tell_the_reached(context, account_id, said, addresses, heard)
    return changes


def _homes(scopes: Scopes, accounts: Iterable[str]) -> frozenset[str]:
    return frozenset().union(*(homes_of(scopes, account_id) for account_id in accounts))


def names_said(account_id: str, said: Sequence[Said]) -> Transaction[Names]:
    """Everyone whom these facts name, or take something back of; and the form by which others may come to be meant.

    Whoever comes with an address locks its loose form, too: either the fact is seen, or who came.
    """
    facts = [one for group in said for one in group.facts]
    names = Names()
    for one in facts:
        names |= one.names
        if one.loose_key is not None:
            names |= Names(address_keys=frozenset({one.loose_key}))
    return names | (yield from names_retracted(account_id, facts))


def names_in(said_in: Mapping[str, Sequence[Said]]) -> Transaction[dict[str, Names]]:
    """The same for several accounts, by account."""
    names = {}
    for account_id in sorted(said_in):
        names[account_id] = yield from names_said(account_id, said_in[account_id])
    return names


def lock_everyone(said_in: Mapping[str, Sequence[Said]]) -> Transaction[None]:
    """Lock whom facts of several accounts concern, in one order over all of them: no two processes wait for each other.

    What is said in one account alone is locked when it is applied.
    """
    if len(said_in) > 1:
        yield from find_and_lock_all((yield from names_in(said_in)))


def _tell_the_reached(
    context: Context, account_id: str, said: Sequence[Said], address_keys: Collection[str], heard: Heard | None
) -> Transaction[Changes]:
    """Bring up to date who has these addresses in other accounts, where something is known of them."""
    others = yield from reached_accounts(context.scopes, account_id)
    # An account that forgot an address has nobody there to bring up to date, and must not learn it anew.
    known = yield from who_knows(others, address_keys, NO_PEPPERS)
    if heard is None:
        heard = yield from heard_at(context.scopes, _homes(context.scopes, known), address_keys)
    told = [replace(group, mail_id=None) for group in said]  # the mail is in another account's hands
    changes: Changes = []
    for other in sorted(known):
        people = yield from find(other, Names(address_keys=known[other], bare_address_keys=known[other]))
        facts = yield from counting_facts(context.scopes, other, people.values(), heard=heard)
        causes = _causes(told, people, other_account=True)
        changes += yield from write_standings(context, other, people, facts, causes)
    return changes


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """Why a standing changed, as hooks are told, and whose request it was."""

    origin: int
    told: dict[str, str]


NO_CAUSE = Cause(origin=-1, told={"reason": "address known anew"})


def _causes(said: Sequence[Said], people: Mapping[str, Person], *, other_account: bool = False) -> dict[str, Cause]:
    """For each person the last fact that names them; one of another account names by address alone."""
    at_address: dict[str, list[str]] = {}
    for person in people.values():
        if person.address_key is not None:
            at_address.setdefault(person.address_key, []).append(person.person)
    causes: dict[str, Cause] = {}
    for group in said:
        for one in group.facts:
            named = list(at_address.get(one.address_key, ())) if one.address_key is not None else []
            if one.fact.key is not None and not other_account:
                named.append(person_of_key(one.fact.key))
            cause = Cause(origin=group.origin, told=_told(one, group.mail_id))
            if one.fact.kind is FactKind.retraction:  # concerns whom the retracted fact names, too
                causes = {name: causes.get(name, cause) for name in people}
            causes.update(dict.fromkeys(named, cause))
    return causes


def _told(one: StoredFact, mail_id: str | None) -> dict[str, str]:
    told = {
        **one.fact.evidence,
        "fact": one.id,
        "kind": one.fact.kind.value,
        "level": one.fact.level.value,
        "channel": one.fact.channel.value,
    }
    if one.fact.list_id is not None:
        told["list"] = one.fact.list_id
    if mail_id is not None:
        told["mail_id"] = mail_id
    return told


def write_standings(
    context: Context,
    account_id: str,
    people: Mapping[str, Person],
    facts: Mapping[str, list[StoredFact]],
    causes: Mapping[str, Cause],
    *,
    kept: Mapping[str, Kept] | None = None,
) -> Transaction[Changes]:
    """Write what these facts amount to for these people, who are locked, and tell the hooks of the account.

    `kept` is what was there before, where somebody has read that already.
    """
    if kept is None:
        kept = yield from standings_of(account_id, people)
    rows, changes, events = [], [], []
    for name in sorted(people):
        before = kept.get(name, NEVER_CHANGED)
        person = named_by(people[name], facts[name])
        after = told_standing(standing_of((one.fact for one in facts[name]), context.thresholds_of(account_id)))
        changed = amounts_to(after) != amounts_to(before.standing)
        if not changed and (not before.version or (after == before.standing and person.address == before.address)):
            continue
        version = (before.version or _version_once_told(facts[name])) + changed
        rows.append(standing_row(account_id, person, after, version, micros_of(context.now)))
        if not changed:
            continue
        cause = causes.get(name, NO_CAUSE)
        change = StandingChange(
            account_id=account_id,
            person=name,
            key=person.key,
            address=person.address,
            before=before.standing,
            after=after,
            version=version,
        )
        changes.append((cause.origin, change))
        events.append(Event(change=change, cause=cause.told))
    yield from tell(UPSERT_STANDING, rows)
    yield from write_events(context, account_id, events)
    return changes


def _version_once_told(facts: Collection[StoredFact]) -> int:
    """What hooks may have been told as the version of somebody who was forgotten, at most; 0 of everyone else.

    They keep the highest, and would ignore whoever began anew: so it goes on with the seconds since 1970.
    """
    forgotten = filter(None, (forgotten_at(one.fact) for one in facts))
    return max((int(at.timestamp()) for at in forgotten), default=0)


def named_by(person: Person, facts: Collection[StoredFact]) -> Person:
    """The person with an address to tell: the present one, else the one that the newest fact gives."""
    if person.address is not None:
        return person
    named = [one for one in facts if one.fact.address is not None and not is_forgotten_name(one.fact.address)]
    if not named:
        return person
    newest = max(named, key=lambda one: (one.fact.occurred_at, one.id))
    return Person(person=person.person, key=person.key, address=newest.fact.address, address_key=person.address_key)
