"""One person as plain values: the standing, what stands against mailing, and what has happened."""

from collections.abc import Mapping
from datetime import datetime

from mailproc.policy.standing.facts import Fact
from mailproc.policy.standing.forgetting import forgotten_at
from mailproc.policy.standing.standing import Block, own_standing
from mailproc.policy.standing.verdict import Classification, Verdict, verdict
from mailproc.settings.settings import Settings
from mailproc.store.results import PersonStatus, ReviewItem


def forgotten_since(one: PersonStatus) -> datetime | None:
    """When somebody with this address was forgotten last; None for never."""
    return max(filter(None, map(forgotten_at, one.facts)), default=None)


def verdicts_on(settings: Settings, one: PersonStatus, list_id: str | None) -> dict[Classification, Verdict]:
    """Whether mail of each kind may go to a person, of this list or of none."""
    lenient = next((a.transactional_despite_opt_out for a in settings.account if a.id == one.account_id), True)
    return {
        classification: verdict(one.standing, classification, list_id, transactional_despite_opt_out=lenient)
        for classification in Classification
    }


def status_as_json(
    settings: Settings, one: PersonStatus, waiting: list[ReviewItem], list_id: str | None
) -> dict[str, object]:
    """A person of one account as plain values."""
    return {
        "account": one.account_id,
        "address": one.address,
        "key": one.key,
        "status": one.standing.status.value,
        "own_status": own_standing(one.standing, one.account_id).status.value,
        "version": one.version,
        "forgotten_at": gone.isoformat() if (gone := forgotten_since(one)) else None,
        "may_send": {
            classification.value: found.may_send
            for classification, found in verdicts_on(settings, one, list_id).items()
        },
        "lists": list(one.lists),
        "attributes": dict(one.attributes),
        "reviews": [item.id for item in waiting if item.account_id == one.account_id],
        "blocks": [block_as_json(block) for block in one.standing.blocks],
        "facts": [fact_as_json(fact) for fact in one.facts],
    }


def block_as_json(block: Block) -> Mapping[str, object]:
    """What stands against mailing."""
    return {
        "kind": block.kind.value,
        "level": block.level.value,
        "list": block.list_id,
        "since": block.since.isoformat(),
        "channel": block.channel,
        "fact": block.fact_id,
        "account": block.account_id,
    }


def fact_as_json(fact: Fact) -> Mapping[str, object]:
    """What happened; names are those of whoever was asked about."""
    return {
        "id": fact.id,
        "account": fact.account_id,
        "kind": fact.kind.value,
        "level": fact.level.value,
        "list": fact.list_id,
        "occurred_at": fact.occurred_at.isoformat(),
        "channel": fact.channel.value,
        "evidence": dict(fact.evidence),
        "retracts": fact.retracts,
    }
