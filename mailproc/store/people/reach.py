"""What reaches an account's people from elsewhere: opt-outs of its enterprise, and the operator's for everyone.

Read whenever a standing is computed, and never copied: a fact is written once, where it was said. What was said in
another account reaches as far as it stands there: consent given there ends it for all whom it reached, consent given
here ends it here, and consent given in a third account changes nothing (docs/decisions/0014-reach.md).
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from mailproc.policy.standing.facts import FactKind, Level
from mailproc.policy.standing.scope import EVERYWHERE, Scopes
from mailproc.policy.standing.standing import Block, is_operators_global, standing_of
from mailproc.store.engine.persons import Names, Person, find, person_of_address
from mailproc.store.engine.statement import Transaction
from mailproc.store.people.accounts import is_anything_global, senders, who_knows
from mailproc.store.people.fact_rows import StoredFact
from mailproc.store.people.person_facts import all_facts_of, facts_of

_REACHING = frozenset({FactKind.opt_out, FactKind.complaint})
# By home: each address of which something is known there, with what is said about it.
Heard = Mapping[str, Sequence[tuple[str, list[StoredFact]]]]
NO_KEY_OF_OURS = ""  # whoever comes anew has some key, and all that was said about the address concerns them


def counting_facts(
    scopes: Scopes,
    account_id: str,
    people: Collection[Person],
    *,
    whole: bool = False,
    until: datetime | None = None,
    heard: Heard | None = None,
) -> Transaction[dict[str, list[StoredFact]]]:
    """The facts that a standing is computed from, by person: their own, and what reaches them; empty lists for none.

    Nothing reaches an address of which this account knows nothing itself. `whole` reads every fact of a flood; `until`
    leaves out what happened later, for answers about the past. `heard` is what was read elsewhere before in this
    transaction, about all their addresses.
    """
    read = facts_of if until is None and not whole else all_facts_of
    facts = yield from read(account_id, people, scopes.peppers)
    if until is not None:
        facts = {name: _until(until, own) for name, own in facts.items()}
    addresses = {
        person.address_key
        for person in people
        if person.address_key is not None and (person.key is not None or facts[person.person])
    }
    reach = yield from reaching_facts(scopes, account_id, addresses, until=until, heard=heard)
    if not reach:
        return facts
    return {
        person.person: facts[person.person]
        + (reach.get(person.address_key or "", []) if person.address_key in addresses else [])
        for person in people
    }


def reaching_facts(
    scopes: Scopes,
    account_id: str,
    address_keys: Collection[str],
    *,
    until: datetime | None = None,
    heard: Heard | None = None,
) -> Transaction[dict[str, list[StoredFact]]]:
    """What stands elsewhere against these addresses and counts here, by address; those without any are left out.

    With the operator's global consents: what was carried to a new address under a key ends by them, too. `heard` is
    what was read before in this transaction.
    """
    homes = homes_of(scopes, account_id)
    if heard is None:
        heard = yield from heard_at(scopes, homes, address_keys, until=until)
    reach: dict[str, dict[str, StoredFact]] = {}
    for home in sorted(homes & heard.keys()):
        for address_key, said in heard[home]:
            if address_key in address_keys:
                found = _global_reach(scopes, account_id, said) if home == EVERYWHERE else said
                reach.setdefault(address_key, {}).update({one.id: one for one in found})
    return {address_key: list(found.values()) for address_key, found in reach.items() if found}


def homes_of(scopes: Scopes, account_id: str) -> frozenset[str]:
    """Where it may be said what reaches the people of an account."""
    return frozenset({*scopes.relatives_of(account_id), EVERYWHERE} - {account_id})


def heard_at(
    scopes: Scopes, homes: Collection[str], address_keys: Collection[str], *, until: datetime | None = None
) -> Transaction[Heard]:
    """What is said in these homes about these addresses; homes that know none of them are left out.

    It holds until facts or subscribers are written there. Of `*` it is everything: who is reached differs by account.
    """
    if EVERYWHERE in homes and not (yield from is_anything_global()):
        homes = set(homes) - {EVERYWHERE}
    known = yield from who_knows(homes, address_keys, scopes.peppers)
    heard: dict[str, list[tuple[str, list[StoredFact]]]] = {}
    for home in sorted(known):
        people = yield from _people_at(home, known[home])
        facts = yield from (facts_of if until is None else all_facts_of)(home, people, scopes.peppers)
        heard[home] = []
        for person in people:
            said = _until(until, facts[person.person])
            found = said if home == EVERYWHERE else _standing(said, Level.account)
            heard[home].append((str(person.address_key), found))
    return heard


def _global_reach(scopes: Scopes, account_id: str, said: Collection[StoredFact]) -> list[StoredFact]:
    counting = [one for one in said if _counts_globally(scopes, account_id, one)]
    return _standing(counting, Level.global_) + [one for one in counting if one.fact.kind is FactKind.consent]


def _counts_globally(scopes: Scopes, account_id: str, one: StoredFact) -> bool:
    """Whether a global fact says anything to an account; of retractions the standing itself knows who may."""
    return one.fact.kind is FactKind.retraction or (
        is_operators_global(one.fact) and scopes.is_reached(account_id, one.fact)
    )


def is_reaching(block: Block, level: Level = Level.account) -> bool:
    """Whether what stands against somebody in one account counts in others."""
    return block.kind in _REACHING and block.level is level


def reached_accounts(scopes: Scopes, account_id: str) -> Transaction[list[str]]:
    """The other accounts whose people's standing may change with what is said in this one, in order."""
    if account_id != EVERYWHERE:
        return list(scopes.relatives_of(account_id))
    return sorted({*scopes.accounts, *(yield from senders())})


def _people_at(home: str, address_keys: Collection[str]) -> Transaction[list[Person]]:
    """Who has these addresses in an account; where nobody has, somebody who came anew."""
    found = yield from find(home, Names(address_keys=frozenset(address_keys)))
    people = [person for person in found.values() if person.address_key in address_keys]
    vacant = sorted(set(address_keys) - {person.address_key for person in people})
    return people + [
        Person(person=person_of_address(address_key), key=NO_KEY_OF_OURS, address_key=address_key)
        for address_key in vacant
    ]


def _standing(said: Collection[StoredFact], level: Level) -> list[StoredFact]:
    blocks = standing_of(one.fact for one in said).blocks
    standing = {block.fact_id for block in blocks if is_reaching(block, level)}
    return [one for one in said if one.id in standing]


def _until(until: datetime | None, facts: list[StoredFact]) -> list[StoredFact]:
    return facts if until is None else [one for one in facts if one.fact.occurred_at <= until]
