"""What is kept of a person who is forgotten: that nobody may mail the address, and since when; not who it was."""

from collections.abc import Iterable
from datetime import datetime

from mailproc.policy.standing.facts import ENTERPRISE, Fact, FactKind, Level
from mailproc.policy.standing.scope import Scopes
from mailproc.policy.standing.standing import Standing

FORGOTTEN = "forgotten"  # in the evidence of what is kept: when the person was forgotten


def facts_to_keep(
    standing: Standing, said: Iterable[Fact], name: str, *, by: str, reason: str, at: datetime
) -> list[Fact]:
    """One fact for each thing that stands against mailing, about `name`, which stands for the address.

    `said` are the facts that the standing was computed from, all of one account. Each keeps its kind, level, list, time
    and channel, and says who forgot whom, when and why; nothing else is kept. Of several of one kind, level, list and
    enterprise it is the newest, which outlasts the others. Empty for somebody whom nothing stands against.
    """
    by_id = {fact.id: fact for fact in said}
    newest = {}
    for block in standing.blocks:
        fact = by_id[block.fact_id]
        newest[(block.kind, block.level, block.list_id, fact.evidence.get(ENTERPRISE))] = fact
    return [
        Fact(
            kind=kind,
            account_id=fact.account_id,
            address=name,
            level=level,
            list_id=list_id,
            occurred_at=fact.occurred_at,
            channel=fact.channel,
            evidence=_evidence(fact, by=by, reason=reason, at=at),
        )
        for (kind, level, list_id, _), fact in newest.items()
    ]


def counted_together(facts: Iterable[Fact], scopes: Scopes) -> list[list[Fact]]:
    """The facts of one account, as they count together: of global ones those of each enterprise with those for all.

    What an operator says of one enterprise neither adds to what was said of another, nor lifts it.
    """
    facts = list(facts)
    reaches = {
        # A retraction belongs to whatever it takes back, and takes nothing else back.
        fact.id: None if fact.level is not Level.global_ or fact.kind is FactKind.retraction else scopes.reach_of(fact)
        for fact in facts
    }
    enterprises = sorted({reach for reach in reaches.values() if reach is not None})
    return [[fact for fact in facts if reaches[fact.id] in (None, one)] for one in (None, *enterprises)]


def forgotten_at(fact: Fact) -> datetime | None:
    """When the person was forgotten of whom this is left; None for a fact about somebody."""
    return datetime.fromisoformat(fact.evidence[FORGOTTEN]) if FORGOTTEN in fact.evidence else None


def _evidence(fact: Fact, *, by: str, reason: str, at: datetime) -> dict[str, str]:
    told = {FORGOTTEN: at.isoformat(timespec="seconds"), "by": by, "reason": reason}
    if fact.kind is FactKind.bounce:
        told["class"] = "hard"  # it made the address dead: whether by itself or as the last of many is not kept
    if ENTERPRISE in fact.evidence:
        told[ENTERPRISE] = fact.evidence[ENTERPRISE]
    return told
