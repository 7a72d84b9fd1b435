"""Is all well? What must be equal is compared, what must belong together is looked for."""

from collections.abc import Callable, Iterable, Sequence

from sqlalchemy import and_, bindparam, exists, func, select, text

from mailproc.errors import StoreError, StoreUnavailable
from mailproc.policy.standing import BounceThresholds, Standing, standing_of
from mailproc.store.fact_rows import StoredFact
from mailproc.store.outbox_rows import OF_NOBODY
from mailproc.store.people import all_accounts
from mailproc.store.person_facts import all_facts_of, facts_of
from mailproc.store.persons import Names, find, names_of_persons, person_of_address, person_of_key
from mailproc.store.projection import NEVER_CHANGED, amounts_to, standings_of, told_standing
from mailproc.store.reader import Reader
from mailproc.store.schema import PENDING, decision, fact, mail, mail_content, outbox, standing
from mailproc.store.statement import Statement, Transaction, ask

AT_ONCE = 200
MAX_PROBLEMS = 100

_PERSONS_AFTER = Statement(
    lambda insert: (
        select(standing.c.person)
        .where(standing.c.account_id == bindparam("account_id"), standing.c.person > bindparam("after"))
        .order_by(standing.c.person)
        .limit(AT_ONCE)
    )
)
_KEYS_AFTER = Statement(
    lambda insert: (
        select(fact.c.key)
        .where(fact.c.account_id == bindparam("account_id"), fact.c.key > bindparam("after"))
        .distinct()
        .order_by(fact.c.key)
        .limit(AT_ONCE)
    )
)
_ADDRESSES_AFTER = Statement(
    lambda insert: (
        select(fact.c.address_key)
        .where(fact.c.account_id == bindparam("account_id"), fact.c.address_key > bindparam("after"))
        .distinct()
        .order_by(fact.c.address_key)
        .limit(AT_ONCE)
    )
)


async def check_store(
    reader: Reader, thresholds_of: Callable[[str], BounceThresholds], *, is_sqlite: bool
) -> list[str]:
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
        for account_id in await reader.run(all_accounts()):
            await _compare_people(reader, account_id, thresholds_of(account_id), problems)
    except (StoreError, ValueError, TypeError, OverflowError) as error:  # rows may hold anything
        if isinstance(error, StoreUnavailable) and not problems:
            raise
        problems.append(f"what is stored cannot be read: {error}")
    return list(dict.fromkeys(problems))[:MAX_PROBLEMS]


async def _compare_people(reader: Reader, account_id: str, thresholds: BounceThresholds, problems: list[str]) -> None:
    for statement, names_from in (
        (_PERSONS_AFTER, names_of_persons),
        (_KEYS_AFTER, _as_keys),
        (_ADDRESSES_AFTER, _as_addresses),
    ):
        after = ""
        while len(problems) < MAX_PROBLEMS:
            found = await reader.run(_after(statement, account_id, after))
            if not found:
                break
            problems.extend(await reader.run(_compared(account_id, names_from(found), thresholds)))
            after = found[-1]


def _after(statement: Statement, account_id: str, after: str) -> Transaction[list[str]]:
    return [name for (name,) in (yield from ask(statement, account_id=account_id, after=after))]


def _as_keys(keys: Sequence[str]) -> Names:
    return names_of_persons([person_of_key(key) for key in keys])


def _as_addresses(address_keys: Sequence[str]) -> Names:
    return names_of_persons([person_of_address(address_key) for address_key in address_keys])


def _compared(account_id: str, names: Names, thresholds: BounceThresholds) -> Transaction[list[str]]:
    """Whose standing is not what their facts amount to, neither those that recording reads nor all of them."""
    people = yield from find(account_id, names)
    facts = yield from facts_of(account_id, people.values())
    every = yield from all_facts_of(account_id, people.values())
    kept = yield from standings_of(account_id, people)
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
    return problems


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
