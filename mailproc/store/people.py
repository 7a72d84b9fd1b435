"""Reading about people: by address or by key, with their facts and what the hooks were told."""

from sqlalchemy import bindparam, func, select, union

from mailproc.store.columns import address_key_of, storable
from mailproc.store.outbox_rows import ENTRY_COLUMNS, entry_from
from mailproc.store.person_facts import facts_of
from mailproc.store.persons import Names, Person, find, person_of_key
from mailproc.store.projection import NEVER_CHANGED, named_by, standings_of
from mailproc.store.results import PersonStatus
from mailproc.store.schema import fact, outbox, subscriber
from mailproc.store.statement import Statement, Transaction, ask

MAX_EVENTS = 20

_NEXT_ACCOUNT = Statement(
    lambda insert: union(
        select(func.min(fact.c.account_id)).where(fact.c.account_id > bindparam("after")),
        select(func.min(subscriber.c.account_id)).where(subscriber.c.account_id > bindparam("after")),
    )
)
_NAMES_IN_FACTS = Statement(
    lambda insert: union(
        select(fact.c.key, fact.c.address_key).where(
            fact.c.account_id == bindparam("account_id"), fact.c.key == bindparam("key")
        ),
        select(fact.c.key, fact.c.address_key).where(
            fact.c.account_id == bindparam("account_id"), fact.c.address_key == bindparam("address_key")
        ),
    )
)
_EVENTS = Statement(
    lambda insert: (
        select(*(outbox.c[name] for name in ENTRY_COLUMNS))
        .where(outbox.c.account_id == bindparam("account_id"), outbox.c.person == bindparam("person"))
        .order_by(outbox.c.id.desc())
        .limit(MAX_EVENTS)
    )
)


def all_accounts() -> Transaction[list[str]]:
    """Every account that something is known of, in order: one look into the index for each."""
    accounts: list[str] = []
    while True:
        rows = yield from ask(_NEXT_ACCOUNT, after=accounts[-1] if accounts else "")
        following = [account_id for (account_id,) in rows if account_id is not None]
        if not following:
            return accounts
        accounts.append(min(following))


def persons_named(text: str, account_id: str | None) -> Transaction[list[PersonStatus]]:
    """Everyone whom this key or address means, by account and person; empty for nobody."""
    accounts = [account_id] if account_id is not None else (yield from all_accounts())
    found: list[PersonStatus] = []
    for account in accounts:
        found.extend((yield from _persons_in(account, text)))
    return found


def _persons_in(account_id: str, text: str) -> Transaction[list[PersonStatus]]:
    key, address_key = storable(text.strip()), address_key_of(text)
    in_facts = {
        tuple(row) for row in (yield from ask(_NAMES_IN_FACTS, account_id=account_id, key=key, address_key=address_key))
    }
    keys_in_facts = {named for named, _ in in_facts if named is not None}
    bare = {address_key} if (None, address_key) in in_facts else set()
    names = Names(
        keys=frozenset({key, *keys_in_facts}), address_keys=frozenset({address_key}), bare_address_keys=frozenset(bare)
    )
    people = yield from find(account_id, names)
    if key not in keys_in_facts and people[person_of_key(key)].address is None:
        del people[person_of_key(key)]  # the text names no key that anyone has heard of
    return (yield from _statuses(account_id, people))


def _statuses(account_id: str, people: dict[str, Person]) -> Transaction[list[PersonStatus]]:
    facts = yield from facts_of(account_id, people.values())
    kept = yield from standings_of(account_id, people)
    statuses = []
    for name in sorted(people):
        events = yield from ask(_EVENTS, account_id=account_id, person=name)
        person = named_by(people[name], facts[name])
        said = sorted(facts[name], key=lambda one: (one.fact.occurred_at, one.id))
        standing = kept.get(name, NEVER_CHANGED)
        statuses.append(
            PersonStatus(
                account_id=account_id,
                person=name,
                key=person.key,
                address=person.address,
                standing=standing.standing,
                version=standing.version,
                changed_at=standing.changed_at,
                facts=tuple(one.fact for one in said),
                events=tuple(entry_from(row) for row in events),
            )
        )
    return statuses
