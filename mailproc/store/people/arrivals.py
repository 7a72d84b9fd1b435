"""Who comes with an address by which somebody asked in another form: what was asked then is said of them, too.

The other half of `candidates.py`: a request by an address that nobody has waits for whoever comes with it in a looser
form. It only suppresses, never leaves the domain, and an address that somebody has in its very form is nobody else's.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from sqlalchemy import bindparam, exists, select

from mailproc.policy.address_key import loose_form
from mailproc.policy.standing.facts import Level
from mailproc.policy.standing.pepper import Peppers
from mailproc.policy.standing.standing import standing_of
from mailproc.store.engine.columns import json_text
from mailproc.store.engine.people_tables import fact, subscriber
from mailproc.store.engine.persons import Person, person_of_address
from mailproc.store.engine.statement import Statement, Transaction, ask, each_of, one_of
from mailproc.store.people.fact_rows import StoredFact, said_loosely_of
from mailproc.store.people.person_facts import all_facts_of, facts_of

_MOST_OF_A_FORM = 100  # requests of one form and level, the newest: older ones ask for nothing else

_forms = each_of("forms").subquery("asked_forms")
_TAKEN = Statement(
    lambda insert: (
        select(subscriber.c.address_key)
        .where(subscriber.c.account_id == bindparam("account_id"), one_of(subscriber.c.address_key, "address_keys"))
        .distinct()
    )
)
_ANY_OTHER_FORM = Statement(
    lambda insert: (
        select(fact.c.loose_key)
        .where(fact.c.account_id == bindparam("account_id"), fact.c.loose_key > bindparam("after"))
        .limit(1)
    )
)
_ASKED_IN_OTHER_FORMS = Statement(
    lambda insert: select(_forms.c.value).where(
        exists().where(fact.c.account_id == bindparam("account_id"), fact.c.loose_key == _forms.c.value)
    )
)
_OTHER_FORMS = Statement(
    lambda insert: (
        select(fact.c.address_key)
        .where(
            fact.c.account_id == bindparam("account_id"),
            fact.c.loose_key == bindparam("form"),
            fact.c.level == bindparam("level"),
        )
        .order_by(fact.c.began_at.desc())
        .limit(_MOST_OF_A_FORM)
    )
)


def taken_addresses(account_id: str, address_keys: Collection[str]) -> Transaction[set[str]]:
    """Those of these addresses that a subscriber has, in this very form."""
    if not address_keys:
        return set()
    rows = yield from ask(_TAKEN, account_id=account_id, address_keys=json_text(sorted(address_keys)))
    return {address_key for (address_key,) in rows}


def is_anything_asked_in_other_forms(account_id: str) -> Transaction[bool]:
    """Whether anybody ever asked for something by an address that has a looser form: many accounts know of none."""
    return bool((yield from ask(_ANY_OTHER_FORM, account_id=account_id, after="")))


def forms_asked_by(account_id: str, forms: Collection[str]) -> Transaction[set[str]]:
    """Those of these loose forms in another form of which somebody asked for something, by an address alone."""
    if not forms:
        return set()
    rows = yield from ask(_ASKED_IN_OTHER_FORMS, account_id=account_id, forms=json_text(sorted(forms)))
    return {form for (form,) in rows}


def said_loosely(
    account_id: str, arriving: Mapping[str, str], peppers: Peppers, *, until: datetime | None = None
) -> Transaction[dict[str, list[StoredFact]]]:
    """What is to be said of those who come with these addresses, by address key; nobody's facts are left out.

    `arriving` gives each address as written. Of an address that somebody has already all was said when it came. What
    comes out is as in `candidates.py`: the request itself, at its time, so that a newer consent ends it.
    """
    names = yield from _other_names(account_id, {loose_form(address_key) for address_key in arriving})
    names = {form: others - arriving.keys() for form, others in names.items()}
    others = set().union(*names.values())
    if not others:
        return {}
    taken = yield from taken_addresses(account_id, {*others, *arriving})
    nobodys = [Person(person=person_of_address(one), address_key=one) for one in sorted(others - taken)]
    facts = yield from (facts_of if until is None else all_facts_of)(account_id, nobodys, peppers)
    said: dict[str, list[StoredFact]] = {}
    for address_key, address in arriving.items():
        if address_key not in taken:
            of_others = [facts.get(person_of_address(one), []) for one in sorted(names[loose_form(address_key)])]
            requests = _newest(one for found in of_others for one in _requests(found, until))
            if requests:
                said[address_key] = [said_loosely_of(one, address) for one in requests]
    return said


def _other_names(account_id: str, forms: Collection[str]) -> Transaction[dict[str, set[str]]]:
    """The addresses by which something may have been asked in each of these forms: itself, and those with tags."""
    names = {form: {form} for form in forms}
    for form in sorted((yield from forms_asked_by(account_id, forms))):
        for level in (Level.account, Level.list):
            rows = yield from ask(_OTHER_FORMS, account_id=account_id, form=form, level=level.value)
            names[form].update(address_key for (address_key,) in rows)
    return names


def _requests(facts: Collection[StoredFact], until: datetime | None) -> list[StoredFact]:
    """The requests that stand against an address that nobody has."""
    counting = [one for one in facts if until is None or one.fact.occurred_at <= until]
    standing = {block.fact_id for block in standing_of(one.fact for one in counting).blocks}
    return [one for one in counting if one.id in standing and one.is_request]


def _newest(requests: Iterable[StoredFact]) -> list[StoredFact]:
    """Of each kind, level and list the one that began last: it outlasts the others."""
    newest: dict[tuple[str, str, str | None], StoredFact] = {}
    for one in sorted(requests, key=lambda one: (one.began_at, one.id)):
        newest[one.fact.kind, one.fact.level, one.fact.list_id] = one
    return list(newest.values())
