"""The event a hook is told: a person's whole standing, with stable id and version (docs/reference/events.md)."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from mailproc.policy.hooks.probe import is_probe
from mailproc.policy.standing.facts import FactKind, Level
from mailproc.policy.standing.standing import Block, Standing, crm_status


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncEvent:
    """One change of standing, on its way to one hook.

    `id` stays the same over all retries. `type` is `subscriber.` and the status; `data` is JSON-able and holds the
    whole standing, with a `version` that grows by one with every change. Alarms are events, too: `alarm.raised`.
    """

    id: str
    type: str
    timestamp: datetime
    data: Mapping[str, Any]


class OutboxState(StrEnum):
    """What has become of an event."""

    pending = "pending"  # waits for its time, or is being delivered under a lease
    delivered = "delivered"
    superseded = "superseded"  # a newer event of this person took its place
    dead = "dead"  # cannot be delivered: `outbox retry` brings it back
    dropped = "dropped"  # given up by an operator
    held = "held"  # a forwarded mail beyond its writer's share of an hour: `outbox retry` lets it go


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxEntry:
    """An event for one hook, with its delivery history; `lease` is the claim's fencing token, None when unclaimed."""

    id: int
    account_id: str
    hook: str
    person: str
    version: int
    event: SyncEvent
    state: OutboxState
    attempts: int
    next_at: datetime
    lease: int | None = None
    last_error: str | None = None
    created_at: datetime | None = None
    settled_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """The hook has it."""

    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TransientFailure:
    """Try again, not before `retry_after_seconds` when the other side named it."""

    detail: str
    retry_after_seconds: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PermanentFailure:
    """Trying again is pointless: a dead letter."""

    detail: str


Delivery = Delivered | TransientFailure | PermanentFailure


# What a cause may tell a hook, in this order. The words of a mail are not among it: they stay with the mail.
_CAUSE_KEYS = ("mail_id", "mail", "fact", "kind", "level", "list", "channel", "rule", "reason", "by")
_CAUSE_VALUE_CHARS = 200
_BLOCKS_BYTES = 8_000


def standing_event(
    *,
    event_id: str,
    account_id: str,
    address: str | None,
    key: str | None,
    standing: Standing,
    version: int,
    cause: Mapping[str, str],
    at: datetime,
) -> SyncEvent:
    """Make the event that tells a hook a person's whole standing; `at` is when it changed.

    Of blocks of the same kind, level and list the oldest stands for all. Of `cause` the known keys are passed on.
    Stays under 20 kB with names of up to 1 kB each: list blocks beyond that are counted in `blocks_left_out`; the
    status and everything above list level is always told. Raises nothing. Source: docs/reference/event.schema.json.
    """
    blocks, left_out = _told_blocks(standing.blocks)
    data: dict[str, Any] = {
        "account": account_id,
        "person": {"address": encodable(address), "key": encodable(key)},
        "version": version,
        "occurred_at": as_text(at),
        "standing": {
            "status": standing.status.value,
            "email_opt_out": crm_status(standing) == "unsubscribed",
            "blocks": blocks,
            "blocks_left_out": left_out,
        },
        "cause": {name: one_line(cause[name]) for name in _CAUSE_KEYS if cause.get(name)},
    }
    if is_probe(address):
        data["probe"] = True
    return SyncEvent(id=event_id, type=f"subscriber.{standing.status.value}", timestamp=at, data=data)


def event_as_json(event: SyncEvent) -> dict[str, Any]:
    """The event as plain values, `{type, timestamp, data}` in this order (Standard Webhooks); the id travels beside."""
    return {"type": event.type, "timestamp": as_text(event.timestamp), "data": event.data}


def event_from_json(event_id: str, body: Mapping[str, Any]) -> SyncEvent:
    """Read back what `event_as_json` wrote. Raises KeyError or ValueError on anything else."""
    return SyncEvent(
        id=event_id, type=body["type"], timestamp=datetime.fromisoformat(body["timestamp"]), data=body["data"]
    )


def _told_blocks(blocks: Iterable[Block]) -> tuple[list[dict[str, str | None]], int]:
    """Blocks as JSON, oldest first, one per kind, level and list; and how many list blocks found no room."""
    oldest: dict[tuple[FactKind, Level, str | None], Block] = {}
    for block in blocks:
        oldest.setdefault((block.kind, block.level, block.list_id), block)
    told = []
    left_out = room_taken = 0
    for block in oldest.values():
        said = _block_as_json(block)
        if block.level is Level.list:  # those above are eight at most
            room_taken += _size_bytes(said)
            if room_taken > _BLOCKS_BYTES:
                left_out += 1
                continue
        told.append(said)
    return told, left_out


def _block_as_json(block: Block) -> dict[str, str | None]:
    return {
        "kind": block.kind.value,
        "level": block.level.value,
        "list": encodable(block.list_id),
        "since": as_text(block.since),
        "channel": block.channel,
        "fact": block.fact_id,
    }


def _size_bytes(said: Mapping[str, str | None]) -> int:
    return len(json.dumps(said))


def as_text(at: datetime) -> str:
    """RFC 3339 in UTC with `Z`; microseconds only where there are any."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def encodable(name: str | None) -> str | None:
    """A name that every JSON writer takes: lone surrogates, which no UTF-8 can hold, become `?`."""
    if name is None or name.isascii():
        return name
    return name.encode("utf-8", "replace").decode()


def one_line(value: str) -> str:
    """At most 200 printable characters."""
    short = value[:_CAUSE_VALUE_CHARS]
    return short if short.isprintable() else "".join(char if char.isprintable() else " " for char in short)
