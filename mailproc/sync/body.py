"""An event as bytes: the body that a webhook signs, and the line that files and programs get."""

import orjson

from mailproc.policy.hooks.event import SyncEvent, event_as_json


def event_body(event: SyncEvent) -> bytes:
    """`{"type", "timestamp", "data"}` (Standard Webhooks); the same bytes for the same event, always."""
    return orjson.dumps(event_as_json(event))


def event_line(event: SyncEvent) -> bytes:
    """`{"id", "type", "timestamp", "data"}` and a line feed: for those who see no headers."""
    return orjson.dumps({"id": event.id, **event_as_json(event)}, option=orjson.OPT_APPEND_NEWLINE)
