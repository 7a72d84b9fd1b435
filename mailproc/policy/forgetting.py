"""What is kept of a person who is forgotten: that nobody may mail the address, and since when; not who it was."""

from collections.abc import Iterable
from datetime import datetime

from mailproc.policy.facts import Fact, FactKind
from mailproc.policy.scope import ENTERPRISE
from mailproc.policy.standing import Standing

FORGOTTEN = "forgotten"  # in the evidence of what is kept: when the person was forgotten


def facts_to_keep(
    standing: Standing, said: Iterable[Fact], name: str, *, by: str, reason: str, at: datetime
) -> list[Fact]:
    """One fact for each thing that stands against mailing, about `name`, which stands for the address.

    `said` are the facts that the standing was computed from, all of one account. Each keeps its kind, level, list, time
    and channel, and says who forgot whom, when and why; nothing else is kept. Of several of one kind, level and list it
    is the newest, which outlasts the others. Empty for somebody whom nothing stands against.
    """
    by_id = {fact.id: fact for fact in said}
    newest = {(block.kind, block.level, block.list_id): by_id[block.fact_id] for block in standing.blocks}
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
        for (kind, level, list_id), fact in newest.items()
    ]


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
