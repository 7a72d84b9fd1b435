"""Which lists a fact means that does not name them: those of its send, or the one of its number.

Who decides a mail knows neither; a page looks them up as well. So both doors leave the same facts.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from sqlalchemy import bindparam, select

from mailproc.policy.standing.facts import MEANT, Fact, Level
from mailproc.policy.standing.list_number import is_numbered, is_same_list
from mailproc.policy.standing.lists import left_of_send, told_of_number, told_of_send
from mailproc.store.engine.columns import from_json
from mailproc.store.engine.people_tables import send
from mailproc.store.engine.statement import Statement, Transaction, ask
from mailproc.store.people.fact_rows import StoredFact, stored_fact
from mailproc.store.people.lists import IDS_EVER
from mailproc.store.people.person_rows import lists_joined
from mailproc.store.people.projection import Said

_NUMBER = re.compile(r"[1-9][0-9]{0,14}", re.ASCII)
_OF_SEND = Statement(
    lambda insert: (
        select(send.c.lists)
        .where(send.c.account_id == bindparam("account_id"), send.c.number == bindparam("number"))
        .order_by(send.c.created_at)
    )
)


def name_lists(account_id: str, said: Sequence[Said]) -> Transaction[Sequence[Said]]:
    """The same facts, one for each list that is meant; of a send that went to none, or is not known, for the account.

    A number that no list has stays as it is: it is never widened (R15). Their evidence tells what was found (`MEANT`).
    """
    vague = [one.fact for group in said for one in group.facts if _is_vague(one.fact)]
    if not vague:
        return said
    joined = yield from lists_joined(account_id, {one.key for one in vague if one.key is not None})
    sent_to = yield from _lists_of_sends(account_id, {one.evidence["send"] for one in vague if one.is_of_send})
    ever = [list_id for (list_id,) in (yield from ask(IDS_EVER, account=account_id))]

    def named(one: StoredFact) -> tuple[StoredFact, ...]:
        if not _is_vague(one.fact):
            return (one,)
        member_of = joined.get(one.fact.key or "", [])
        if one.fact.is_of_send:
            number = one.fact.evidence["send"]
            lists = left_of_send(sent_to.get(number, ()), member_of)
            told = told_of_send(number, sent_to.get(number), lists)
            return tuple(_said_of(one, list_id, told) for list_id in lists or (None,))
        name = str(one.fact.list_id)
        list_id = _known_as(name, [*member_of, *sorted(ever)])
        return (_said_of(one, list_id, told_of_number(name, list_id)),)

    return [replace(group, facts=_each_once(clear for one in group.facts for clear in named(one))) for group in said]


def _each_once(facts: Iterable[StoredFact]) -> tuple[StoredFact, ...]:
    """Facts that turn out to be one are that one; what each was found to mean is told of all of them."""
    once: dict[str, StoredFact] = {}
    for one in facts:
        said = once.setdefault(one.id, one)
        if said is not one and said.fact.evidence.get(MEANT) != one.fact.evidence.get(MEANT):
            told = "; ".join(each.fact.evidence[MEANT] for each in (said, one) if MEANT in each.fact.evidence)
            evidence = {**said.fact.evidence, MEANT: told}
            once[one.id] = stored_fact(replace(said.fact, evidence=evidence), said.fact.occurred_at)
    return tuple(once.values())


def _is_vague(one: Fact) -> bool:
    return one.is_of_send or (one.list_id is not None and is_numbered(one.list_id))


def _lists_of_sends(account_id: str, numbers: Collection[str]) -> Transaction[Mapping[str, Sequence[str]]]:
    """The lists of all sends of each number that is recorded: two hardly ever share one, and then those of both."""
    lists: dict[str, Sequence[str]] = {}
    for number in filter(_NUMBER.fullmatch, numbers):
        rows = yield from ask(_OF_SEND, account_id=account_id, number=int(number))
        if rows:
            lists[number] = sorted({list_id for (went_to,) in rows for list_id in from_json(went_to)})
    return lists


def _known_as(name: str, known: Sequence[str]) -> str:
    return next((list_id for list_id in known if not is_numbered(list_id) and is_same_list(list_id, name)), name)


def _said_of(one: StoredFact, list_id: str | None, told: str) -> StoredFact:
    level = Level.account if list_id is None else Level.list
    evidence = {**one.fact.evidence, MEANT: told}
    return stored_fact(replace(one.fact, level=level, list_id=list_id, evidence=evidence), one.fact.occurred_at)
