"""What a send may do to each of some people, by all facts about them: the exact answer, for those who are suspects."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from mailproc.policy.standing.facts import FactKind
from mailproc.policy.standing.send import SendTerms
from mailproc.policy.standing.standing import Block, Standing, standing_of
from mailproc.policy.standing.verdict import verdict_of_send
from mailproc.store.engine.operation import Context
from mailproc.store.engine.persons import Names, Person, find, person_of_address, person_of_key
from mailproc.store.engine.statement import Transaction
from mailproc.store.people.arrivals import said_loosely
from mailproc.store.people.fact_rows import StoredFact
from mailproc.store.people.person_rows import lists_joined
from mailproc.store.people.reach import counting_facts
from mailproc.store.people.standing_rows import told_standing
from mailproc.store.people.suspects import Recipient

_AT_ONCE = 500
_NO_KEY_YET = ""  # whoever is met by this send has some key, and all that was said of the address concerns them


@dataclass(frozen=True, slots=True, kw_only=True)
class _Meant:
    """One of those whom a recipient means; `before` is who they are under another address, which they leave."""

    person: Person
    before: Person | None = None


def judged(
    context: Context, terms: SendTerms, recipients: Mapping[int, Recipient]
) -> Transaction[dict[int, tuple[Block, ...]]]:
    """What stops a send to each of these recipients, by place; those to whom it may go are left out."""
    stopped: dict[int, tuple[Block, ...]] = {}
    places = iter(recipients.items())
    while some := dict(islice(places, _AT_ONCE)):
        stopped.update((yield from _judge(context, terms, some)))
    return stopped


def _judge(
    context: Context, terms: SendTerms, recipients: Mapping[int, Recipient]
) -> Transaction[dict[int, tuple[Block, ...]]]:
    meant = yield from _who_is_meant(terms.account_id, recipients.values())
    people = {one.person: one for group in meant.values() for who in group for one in (who.person, who.before) if one}
    facts = yield from counting_facts(context.scopes, terms.account_id, people.values())
    loosely = yield from _said_of_who_comes(context, terms.account_id, meant.values())
    # Who is on which list matters only where one of several was left.
    keys = {one.key for one in people.values() if one.key} if len(terms.list_ids) > 1 else set()
    joined = yield from lists_joined(terms.account_id, keys)
    stopped = {}
    for place, recipient in recipients.items():
        blocks: dict[str, Block] = {}
        for who in meant[recipient]:
            standing = _standing(context, terms, who, facts, loosely)
            found = verdict_of_send(
                standing,
                terms.classification,
                terms.list_ids,
                joined.get(who.person.key or "", ()),
                transactional_despite_opt_out=terms.transactional_despite_opt_out,
            )
            blocks.update({block.fact_id: block for block in found.stopped_by})
        if blocks:
            stopped[place] = tuple(sorted(blocks.values(), key=lambda block: (block.since, block.fact_id)))
    return stopped


def _said_of_who_comes(
    context: Context, account_id: str, meant: Iterable[Sequence[_Meant]]
) -> Transaction[dict[str, list[StoredFact]]]:
    """What was asked for in another form of an address that nobody has yet, by address."""
    people = [who.person for group in meant for who in group if who.person.address is None]
    arriving = {one.address_key: one.address_key for one in people if one.address_key is not None}
    return (yield from said_loosely(account_id, arriving, context.scopes.peppers))


def _standing(
    context: Context,
    terms: SendTerms,
    who: _Meant,
    facts: Mapping[str, Sequence[StoredFact]],
    loosely: Mapping[str, Sequence[StoredFact]],
) -> Standing:
    """As it is, or as it were once they had the address that the mail goes to: moving sheds no opt-out (R28a)."""
    thresholds = context.thresholds_of(terms.account_id)
    counting = [one.fact for one in facts[who.person.person]]
    if who.person.address is None:
        counting += [one.fact for one in loosely.get(who.person.address_key or "", ())]
    if who.before is not None:
        said = {one.id: one.fact for one in facts[who.before.person]}
        blocks = standing_of(said.values(), thresholds).blocks
        counting += [said[block.fact_id] for block in blocks if block.kind is not FactKind.bounce]
    return told_standing(standing_of(counting, thresholds))


def _who_is_meant(
    account_id: str, recipients: Collection[Recipient]
) -> Transaction[dict[Recipient, tuple[_Meant, ...]]]:
    """By key the subscriber with it, under the address that the mail goes to; else everyone who has the address.

    A key that nobody has is somebody new, and tells nothing of who has the address: they are meant as well.
    """
    names = Names(
        keys=frozenset(one.key for one in recipients if one.key is not None),
        address_keys=frozenset(one.address_key for one in recipients if one.address_key is not None),
    )
    found = yield from find(account_id, names)
    at_address: dict[str | None, list[_Meant]] = {}
    for person in found.values():
        if person.address is not None:
            at_address.setdefault(person.address_key, []).append(_Meant(person=person))
    meant: dict[Recipient, tuple[_Meant, ...]] = {}
    for one in recipients:
        there = tuple(at_address.get(one.address_key, ()))
        if one.key is None:
            meant[one] = there or (_nobody_yet(str(one.address_key)),)
        else:
            known = found[person_of_key(one.key)]
            meant[one] = (_under(known, one.address_key), *(there if known.address is None else ()))
    return meant


def _under(known: Person, address_key: str | None) -> _Meant:
    if address_key is None or address_key == known.address_key:
        return _Meant(person=known)
    moved = Person(person=f"{known.person} at {address_key}", key=known.key, address_key=address_key)
    return _Meant(person=moved, before=known if known.address_key is not None else None)


def _nobody_yet(address_key: str) -> _Meant:
    return _Meant(person=Person(person=person_of_address(address_key), key=_NO_KEY_YET, address_key=address_key))
