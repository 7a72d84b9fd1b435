"""What a token may see: all that its own account was told, and of what reaches it from elsewhere only that it stands.

An operator's commands show everything; a program has one account, and what others heard of whom is theirs.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import Any

from mailproc.errands.diagnosis import Diagnosed
from mailproc.policy.hooks.event import OutboxEntry
from mailproc.policy.standing.remedy import Change, Remedy
from mailproc.policy.standing.standing import Block
from mailproc.settings.settings import Settings
from mailproc.shapes.person import block_as_json, status_as_json
from mailproc.shapes.records import entry_as_json
from mailproc.shapes.why import why_as_json
from mailproc.store.results import PersonStatus, ReviewItem

_OF_OTHERS = frozenset({"kind", "level", "since"})


def blocks_told(account_id: str, blocks: Iterable[Block]) -> list[dict[str, Any]]:
    """What stands against mailing; of others' blocks kind, level and time."""
    return [_block(account_id, block_as_json(one)) for one in blocks]


def person_told(
    settings: Settings, one: PersonStatus, waiting: list[ReviewItem], list_id: str | None
) -> dict[str, Any]:
    """A person whom the account knows, with what happened to them there."""
    own = replace(one, facts=tuple(fact for fact in one.facts if fact.account_id == one.account_id))
    told = status_as_json(settings, own, waiting, list_id)
    return {**told, "blocks": blocks_told(one.account_id, one.standing.blocks)}


def why_told(settings: Settings, found: Diagnosed, by: str) -> dict[str, Any]:
    """A diagnosis; what only others can take back has no command here."""
    account_id = found.why.send.account_id
    told = dict(why_as_json(settings, found, by))
    for step in _dicts(told["steps"]):
        for name in ("stopped_by", "passed"):
            step[name] = [_block(account_id, one) for one in step[name]]
    for change, said in zip(found.why.changes, _dicts(told["changes"]), strict=True):
        if not _is_own(account_id, change):
            said["command"] = None
    return told


def fact_ids_in(entry: OutboxEntry) -> set[str]:
    """The facts that an event names."""
    data = entry.event.data
    named = [data.get("cause", {}), *data.get("standing", {}).get("blocks", ())]
    return {str(one["fact"]) for one in named if "fact" in one}


def event_told(entry: OutboxEntry, own: Collection[str]) -> dict[str, Any]:
    """An event with its history; `own` are the facts of the account among those that it names."""
    told: dict[str, Any] = dict(entry_as_json(entry))
    if fact_ids_in(entry) <= set(own):
        return told
    data = dict(entry.event.data)
    if data["cause"].get("fact", "") not in own:
        data["cause"] = {}
    blocks = [one if one["fact"] in own else _without(one) for one in data["standing"]["blocks"]]
    data["standing"] = {**data["standing"], "blocks": blocks}
    told["event"] = {**told["event"], "data": data}
    return told


def _block(account_id: str, told: Mapping[str, Any]) -> dict[str, Any]:
    return dict(told) if told["account"] == account_id else _without(told)


def _without(told: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value if name in _OF_OTHERS else None for name, value in told.items()}


def _is_own(account_id: str, change: Change) -> bool:
    return change.remedy is not Remedy.take_back or all(one.account_id == account_id for one in change.facts)


def _dicts(told: Any) -> list[dict[str, Any]]:
    assert isinstance(told, list)
    return told
