"""Forgetting a person in one account: a keyed hash with what stands against mailing takes the place of all rows.

Facts are otherwise never changed; this is the one exception, and it leaves who did it, when and why.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import bindparam, delete, func, or_, select, text, update

from mailproc.policy.hooks.event import OutboxState
from mailproc.policy.standing.facts import Fact, FactKind
from mailproc.policy.standing.forgetting import counted_together, facts_to_keep
from mailproc.policy.standing.pepper import NO_PEPPERS, pepper_id_of
from mailproc.policy.standing.scope import EVERYWHERE
from mailproc.policy.standing.standing import standing_of, still_said
from mailproc.store.engine.columns import json_text
from mailproc.store.engine.operation import Context, Operation, one_by_one
from mailproc.store.engine.people_tables import attribute, fact, import_run, standing, subscriber, subscription
from mailproc.store.engine.persons import Names, Person, find_and_lock, person_of_address, person_of_key
from mailproc.store.engine.program_tables import api_request
from mailproc.store.engine.schema import outbox, review_name
from mailproc.store.engine.statement import Statement, Transaction, ask, one_of
from mailproc.store.erasure.traces import Named
from mailproc.store.people.accounts import who_knows
from mailproc.store.people.fact_rows import StoredFact, insert_facts, stored_fact
from mailproc.store.people.pepper_rows import put_pepper
from mailproc.store.people.person_facts import all_facts_of
from mailproc.store.people.projection import apply_facts
from mailproc.store.people.reach import NO_KEY_OF_OURS

# What is deleted is written over, not only marked as free (SQLite; elsewhere the database's own vacuum does it).
SECURE = Statement(lambda insert: text("PRAGMA secure_delete = ON"), only="sqlite")

_IS_OPEN = or_(*(outbox.c.state == state.value for state in (OutboxState.pending, OutboxState.dead, OutboxState.held)))
_IS_THEIRS = or_(one_of(outbox.c.person, "people"), one_of(outbox.c.writer, "addresses"))
_UNTOLD = Statement(
    lambda insert: select(func.count()).where(outbox.c.account_id == bindparam("account"), _IS_THEIRS, _IS_OPEN)
)
_EVENTS = Statement(lambda insert: delete(outbox).where(outbox.c.account_id == bindparam("account"), _IS_THEIRS))
_FACTS = Statement(
    lambda insert: (
        delete(fact)
        .where(
            fact.c.account_id == bindparam("account"),
            or_(one_of(fact.c.key, "keys"), one_of(fact.c.address_key, "addresses")),
        )
        .returning(fact.c.id)
    )
)
_RETRACTIONS = Statement(
    lambda insert: (
        delete(fact)
        .where(fact.c.account_id == bindparam("account"), one_of(fact.c.retracts, "ids"))
        .returning(fact.c.id)
    )
)
_ROWS = (
    Statement(
        lambda insert: delete(standing).where(
            standing.c.account_id == bindparam("account"), one_of(standing.c.person, "people")
        )
    ),
    Statement(
        lambda insert: delete(review_name).where(
            review_name.c.account_id == bindparam("account"), one_of(review_name.c.name, "people")
        )
    ),
    Statement(
        lambda insert: delete(subscription).where(
            subscription.c.account_id == bindparam("account"), one_of(subscription.c.subscriber_key, "keys")
        )
    ),
    Statement(  # answers that programs got within the day: whom they tell of, nobody looks up
        lambda insert: update(api_request).where(api_request.c.account_id == bindparam("account")).values(answer=None)
    ),
    Statement(  # how far the import of a file came is a person's place; an import begun anew changes nothing twice
        lambda insert: (
            update(import_run)
            .where(import_run.c.account_id == bindparam("account"), one_of(func.substr(import_run.c.cursor, 3), "keys"))
            .values(cursor="")
        )
    ),
    Statement(
        lambda insert: delete(attribute).where(
            attribute.c.account_id == bindparam("account"), one_of(attribute.c.subscriber_key, "keys")
        )
    ),
    Statement(
        lambda insert: delete(subscriber).where(
            subscriber.c.account_id == bindparam("account"), one_of(subscriber.c.key, "keys")
        )
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Forgetting:
    """Whom to forget in one account, who says so, and why. `refresh` are other accounts that the person reaches."""

    named: Named
    by: str
    reason: str
    refresh: tuple[str, ...] = ()


def _forget(context: Context, asked: Forgetting) -> Transaction[bool]:
    """Forget a person, all or nothing; False where nothing was changed.

    That is while something in the outbox is on its way, and where somebody came or moved since the names were read.
    """
    named, account_id = asked.named, asked.named.account_id
    names = Names(
        keys=named.keys | named.moved,
        address_keys=named.address_keys | named.passed_on,
        bare_address_keys=named.address_keys,
    )
    yield from ask(SECURE)
    people = yield from find_and_lock(account_id, names)
    whose = {"account": account_id, "people": json_text(named.persons), "addresses": json_text([*named.address_keys])}
    [(untold,)] = yield from ask(_UNTOLD, **whose)
    if untold or _has_changed(named, people.values()):
        return False
    kept = yield from _kept(context, asked, list(people.values()))
    carried = yield from _carried(context, named)
    hashes = context.scopes.peppers.addresses_by_name(named.address_keys)
    gone = json_text(
        [*named.address_keys, *hashes]
    )  # hashed anew with the present pepper, which is all rotation there is
    rows = yield from ask(_FACTS, account=account_id, keys=json_text([*named.keys]), addresses=gone)
    while rows:
        rows = yield from ask(_RETRACTIONS, account=account_id, ids=json_text([fact_id for (fact_id,) in rows]))
    for statement in _ROWS:
        yield from ask(statement, keys=json_text([*named.keys]), **whose)
    yield from ask(_EVENTS, **whose)
    yield from insert_facts([*kept, *carried], context.now)
    yield from _refresh(context, asked)
    return True


def _has_changed(named: Named, people: Iterable[Person]) -> bool:
    """Whether somebody else has one of the addresses by now, or one of the keys another address."""
    return any(
        (one.key in named.keys) != (one.address_key in named.address_keys)
        for one in people
        if one.key is not None and one.address_key is not None
    )


def _kept(context: Context, asked: Forgetting, people: Sequence[Person]) -> Transaction[list[StoredFact]]:
    """What stands in this account against any of the names, said of the hash of each address."""
    named, peppers = asked.named, context.scopes.peppers
    theirs = [one for one in people if one.key in named.keys]
    # All that was said about an address holds for whoever has it next, under whatever key.
    theirs += [
        Person(person=person_of_address(at), key=NO_KEY_OF_OURS, address_key=at) for at in sorted(named.address_keys)
    ]
    said = yield from all_facts_of(named.account_id, theirs, peppers)
    thresholds = context.thresholds_of(named.account_id)
    kept: dict[str, StoredFact] = {}
    for person in theirs:
        for facts in counted_together((one.fact for one in said[person.person]), context.scopes):
            now = standing_of(facts, thresholds)
            for address_key in sorted(named.address_keys):
                name = peppers.name_of(address_key)
                for one in facts_to_keep(now, facts, name, by=asked.by, reason=asked.reason, at=context.now):
                    kept[one.id] = _stored(one)
    if kept:
        yield from put_pepper(context, pepper_id_of(next(iter(kept.values())).address_key or ""))
    return list(kept.values())


def _stored(said: Fact) -> StoredFact:
    """A fact about a hash, which is no address and must not be made one."""
    return StoredFact(fact=said, id=said.id, address_key=said.address)


def _carried(context: Context, named: Named) -> Transaction[list[StoredFact]]:
    """What still counts for others, said anew without the name that goes.

    Of keys that had one of these addresses, of their key alone; of addresses that others have by now and that these
    keys had, of the address alone.
    """
    people = [Person(person=person_of_key(key), key=key) for key in sorted(named.moved | named.keys)]
    said = yield from all_facts_of(named.account_id, people, context.scopes.peppers)
    carried = []
    for person in people:
        addresses = {one.id: one.address_key for one in said[person.person]}
        for fact_id, one in still_said(stored.fact for stored in said[person.person]).items():
            address_key = addresses[fact_id]
            stays = address_key is not None and address_key not in named.address_keys
            if one.kind is FactKind.retraction or address_key is None or stays == (person.key in named.moved):
                continue
            without = replace(one, key=None) if stays else replace(one, address=None)
            evidence = named.mentions.without(one.evidence)
            carried.append(stored_fact(replace(without, evidence=evidence), context.now))
    return carried


def _refresh(context: Context, asked: Forgetting) -> Transaction[None]:
    """Bring up to date who is left: whoever had or has one of the addresses, and people whom this account reaches."""
    named = asked.named
    if (named.moved or named.passed_on) and named.account_id != EVERYWHERE:
        # Who had such an address when it was looked up may have left it since: then it is nobody's again.
        left = Names(keys=named.moved, address_keys=named.passed_on, bare_address_keys=named.passed_on)
        yield from apply_facts(context, named.account_id, [], left)
    # An account that forgot an address itself has nobody there to bring up to date, and must not learn it anew.
    known = yield from who_knows(asked.refresh, named.address_keys | named.passed_on, NO_PEPPERS)
    for other in sorted(known):
        yield from apply_facts(context, other, [], Names(address_keys=known[other], bare_address_keys=known[other]))


def _run(context: Context, payloads: Sequence[Forgetting]) -> Transaction[list[bool]]:
    return (yield from one_by_one(_forget, context, payloads))


FORGET: Operation[Forgetting, bool] = Operation(name="forget", rank=59, run=_run, alone=True)
