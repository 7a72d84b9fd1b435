"""One person on the terminal and as JSON: the standing, what stands against mailing, and what has happened."""

from collections.abc import Mapping
from datetime import datetime

from mailproc.cli.terminal import harmless, out
from mailproc.policy.facts import Fact
from mailproc.policy.forgetting import forgotten_at
from mailproc.policy.scope import EVERYWHERE
from mailproc.policy.standing import Block, own_standing
from mailproc.policy.verdict import Classification, Verdict, verdict
from mailproc.settings import Settings
from mailproc.store.results import PersonStatus, ReviewItem

STANDING_COLOURS = {"unsubscribed": "bold red", "bounced": "yellow", "held": "magenta", "active": "green"}


def print_status(settings: Settings, one: PersonStatus, list_id: str | None) -> None:
    """Print a person of one account, some lines."""
    word = one.standing.status.value
    name = one.address or f"key {one.key}"
    where = "everywhere" if one.account_id == EVERYWHERE else f"account {one.account_id}"
    out.print(f"[{STANDING_COLOURS[word]}]{word.upper() if word != 'active' else word}[/]  {name}  ({where})")
    for block in one.standing.blocks:
        out.print(f"  {_told(block, one.account_id)}", markup=False)
    if (gone := forgotten_since(one)) is not None:
        out.print(f"  forgotten on {gone:%Y-%m-%d}; the address stays suppressed", markup=False)
    own = own_standing(one.standing, one.account_id).status.value
    if own != word:
        out.print(f"  the account's own record: {own}", markup=False)
    told = []
    for classification, found in _verdicts(settings, one, list_id).items():
        told.append(f"{classification} mail {'may be sent' if found.may_send else 'may not be sent'}")
    out.print(f"  {' · '.join(told)}{f' (list {list_id})' if list_id else ''}", markup=False)
    if one.lists:
        out.print(f"  on the lists {', '.join(one.lists)}", markup=False)
    for name, value in one.attributes.items():
        out.print(f"  {name}: {harmless(value)}", markup=False)
    for fact in one.facts:
        evidence = [f"{name} {value}" for name, value in fact.evidence.items() if name != "mail"]
        line = (
            f"  {fact.occurred_at:%Y-%m-%d %H:%M}  {fact.kind.value:10} {fact.channel.value:16} {', '.join(evidence)}"
        )
        out.print(line, markup=False)


def forgotten_since(one: PersonStatus) -> datetime | None:
    """When somebody with this address was forgotten last; None for never."""
    return max(filter(None, map(forgotten_at, one.facts)), default=None)


def _told(block: Block, account_id: str) -> str:
    where = f"list {block.list_id}" if block.list_id else block.level.value
    told = f"blocked at {where} level since {block.since:%Y-%m-%d %H:%M} UTC: {block.kind.value} by {block.channel}"
    if block.account_id in (account_id, EVERYWHERE):
        return told
    return f"{told}, recorded in account {block.account_id}"


def _verdicts(settings: Settings, one: PersonStatus, list_id: str | None) -> dict[Classification, Verdict]:
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
            classification.value: found.may_send for classification, found in _verdicts(settings, one, list_id).items()
        },
        "lists": list(one.lists),
        "attributes": dict(one.attributes),
        "reviews": [item.id for item in waiting if item.account_id == one.account_id],
        "blocks": [_block_as_json(block) for block in one.standing.blocks],
        "facts": [_fact_as_json(fact) for fact in one.facts],
    }


def _block_as_json(block: Block) -> Mapping[str, object]:
    return {
        "kind": block.kind.value,
        "level": block.level.value,
        "list": block.list_id,
        "since": block.since.isoformat(),
        "channel": block.channel,
        "fact": block.fact_id,
        "account": block.account_id,
    }


def _fact_as_json(fact: Fact) -> Mapping[str, object]:
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
