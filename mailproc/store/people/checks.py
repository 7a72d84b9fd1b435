"""Is all well? What must be equal is compared, what must belong together is looked for."""

from collections.abc import Collection, Iterable

from sqlalchemy import and_, exists, func, select, text

from mailproc.errors import StoreError, StoreUnavailable
from mailproc.policy.standing.list_number import is_numbered
from mailproc.policy.standing.standing import BounceThresholds, Standing, standing_of
from mailproc.store.engine.operation import Context
from mailproc.store.engine.people_tables import mailing_list, standing
from mailproc.store.engine.persons import Person, find
from mailproc.store.engine.reader import Reader
from mailproc.store.engine.schema import PENDING, decision, mail, mail_content, outbox
from mailproc.store.engine.statement import Transaction
from mailproc.store.outbox.outbox_rows import OF_NOBODY
from mailproc.store.people.accounts import senders
from mailproc.store.people.crowded_facts import crowded_addresses, crowded_keys
from mailproc.store.people.fact_rows import StoredFact
from mailproc.store.people.reach import counting_facts
from mailproc.store.people.standing_rows import NEVER_CHANGED, amounts_to, standings_of, told_standing
from mailproc.store.people.walk import Leg, Source, is_nobody, legs_of, next_names

MAX_PROBLEMS = 100


async def check_store(reader: Reader, context: Context, *, is_sqlite: bool) -> list[str]:
    """A sentence for each thing that is wrong, at most 100; empty when all is well. Changes nothing.

    What cannot be read is a sentence, too. Raises StoreUnavailable when the database does not answer.
    """
    problems: list[str] = []
    try:
        if is_sqlite:
            answers = await reader.rows(text("PRAGMA integrity_check"))
            problems.extend(f"the file is damaged: {answer}" for (answer,) in answers if answer != "ok")
        problems.extend(await _mails_without_their_rows(reader))
        problems.extend(await _events_out_of_order(reader))
        problems.extend(await _lists_called_by_numbers(reader))
        for account_id in await reader.run(senders()):
            await _compare_people(reader, context, account_id, problems)
    except (StoreError, ValueError, TypeError, OverflowError) as error:  # rows may hold anything
        if isinstance(error, StoreUnavailable) and not problems:
            raise
        problems.append(f"what is stored cannot be read: {error}")
    return list(dict.fromkeys(problems))[:MAX_PROBLEMS]


async def _compare_people(reader: Reader, context: Context, account_id: str, problems: list[str]) -> None:
    for leg in legs_of(context.scopes, account_id):
        after: str | None = ""
        while after is not None and len(problems) < MAX_PROBLEMS:
            told, after = await reader.run(_compared(context, leg, after))
            problems.extend(told)


def _compared(context: Context, leg: Leg, after: str) -> Transaction[tuple[list[str], str | None]]:
    """Whose standing is not what their facts amount to, neither those that recording reads nor all of them."""
    account_id, thresholds = leg.account_id, context.thresholds_of(leg.account_id)
    names, last = yield from next_names(leg, after)
    people = yield from find(account_id, names)
    kept = yield from standings_of(account_id, people)
    if leg.source is not Source.standings:  # who has a standing is compared where those are walked, once
        people = {name: person for name, person in people.items() if name not in kept}
    every = yield from counting_facts(context.scopes, account_id, people.values(), whole=True)
    people = {name: person for name, person in people.items() if name in kept or not is_nobody(person, every[name])}
    flooded = yield from _flooded(account_id, people.values())
    facts = {**every, **(yield from counting_facts(context.scopes, account_id, flooded))} if flooded else every
    problems = []
    for person in sorted(people):
        is_kept = kept.get(person, NEVER_CHANGED).standing
        said, all_said = (_standing_of(one[person], thresholds) for one in (facts, every))
        if is_kept.status != all_said.status:
            problems.append(
                f"account {account_id}: {person} is kept as {is_kept.status}, but the facts say {all_said.status}"
            )
        elif is_kept != said or amounts_to(said) != amounts_to(all_said):
            problems.append(f"account {account_id}: {person} is kept with other blocks than the facts say")
    return problems, last


def _flooded(account_id: str, people: Collection[Person]) -> Transaction[list[Person]]:
    """Those of whom recording reads only what can matter: of all others it reads every fact."""
    keys = yield from crowded_keys(account_id, {one.key for one in people if one.key is not None})
    addresses = {one.address_key for one in people if one.address_key is not None}
    addresses = yield from crowded_addresses(account_id, addresses)
    return [one for one in people if one.key in keys or one.address_key in addresses]


def _standing_of(facts: Iterable[StoredFact], thresholds: BounceThresholds) -> Standing:
    return told_standing(standing_of((one.fact for one in facts), thresholds))


async def _mails_without_their_rows(reader: Reader) -> list[str]:
    has_decision = exists().where(decision.c.account_id == mail.c.account_id, decision.c.mail_id == mail.c.id)
    has_content = exists().where(mail_content.c.account_id == mail.c.account_id, mail_content.c.mail_id == mail.c.id)
    has_mail = exists().where(mail.c.account_id == decision.c.account_id, mail.c.id == decision.c.mail_id)
    looked_for = (
        ("mail {} is decided without a decision", select(mail.c.id).where(mail.c.state == "decided", ~has_decision)),
        (
            "mail {} waits to be decided, but its content is gone",
            select(mail.c.id).where(mail.c.state != "decided", ~has_content),
        ),
        (
            "mail {} has a decision, but waits to be decided",
            select(mail.c.id).where(mail.c.state != "decided", has_decision),
        ),
        ("there is a decision on mail {}, which is not there", select(decision.c.mail_id).where(~has_mail)),
    )
    problems = []
    for sentence, query in looked_for:
        problems.extend([sentence.format(mail_id) for (mail_id,) in await reader.rows(query.limit(MAX_PROBLEMS))])
    return problems


async def _lists_called_by_numbers(reader: Reader) -> list[str]:
    """Lists that were made before such ids were refused: what is said of them is as if said of another list."""
    query = select(mailing_list.c.account_id, mailing_list.c.id).where(mailing_list.c.removed_at.is_(None))
    return [
        f"account {account_id}: list {list_id} is called as a list is of which only a token's number is known: make one"
        f" by another id, move its members, then `mailproc lists remove {list_id}`"
        for account_id, list_id in await reader.rows(query.where(mailing_list.c.id.startswith("number-")))
        if is_numbered(list_id)
    ]


async def _events_out_of_order(reader: Reader) -> list[str]:
    is_kept = and_(standing.c.account_id == outbox.c.account_id, standing.c.person == outbox.c.person)
    ahead = select(outbox.c.id).where(
        *(~outbox.c.person.startswith(prefix) for prefix in OF_NOBODY),
        ~exists().where(is_kept, standing.c.version >= outbox.c.version),
    )
    crowd = (
        select(outbox.c.account_id, outbox.c.hook, outbox.c.person)
        .where(outbox.c.state == PENDING, outbox.c.lease_until.is_(None))
        .group_by(outbox.c.account_id, outbox.c.hook, outbox.c.person)
        .having(func.count() > 1)
    )
    problems = [
        f"event {event_id} tells of a version that no standing has"
        for (event_id,) in await reader.rows(ahead.limit(MAX_PROBLEMS))
    ]
    problems.extend(
        f"account {account_id}: several events for {person} wait for hook {hook}, the newest alone should"
        for account_id, hook, person in await reader.rows(crowd.limit(MAX_PROBLEMS))
    )
    return problems
