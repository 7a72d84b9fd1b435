"""An alarm's event has the shape of its schema."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from mailproc.policy.hooks.alarm import Alarm, AlarmKind, alarm_event
from mailproc.policy.hooks.event import event_as_json

SCHEMA = json.loads((Path(__file__).parents[2] / "docs/reference/alarm.schema.json").read_text())
VALIDATOR = Draft202012Validator(SCHEMA)
AT = datetime(2026, 3, 3, 9, 12, tzinfo=UTC)


def told(kind: AlarmKind = AlarmKind.breaker, subject: str = "network 203.0.113.0/24", text: str = "too many") -> Any:
    alarm = Alarm(account_id="acme", kind=kind, subject=subject, text=text, raised_at=AT, last_at=AT)
    return event_as_json(alarm_event(alarm, "evt_1"))


@pytest.mark.parametrize("kind", AlarmKind)
def test_every_kind_of_alarm_fits_the_schema(kind: AlarmKind):
    VALIDATOR.validate(told(kind))


@pytest.mark.parametrize("wild", ["x" * 5000, "line\r\nbreak\x00", "\ud800 lone", "ünï"])
def test_whatever_a_subject_holds_the_event_fits(wild: str):
    event = told(subject=wild, text=wild)
    VALIDATOR.validate(event)
    json.dumps(event, ensure_ascii=False).encode()


def test_the_schema_is_strict():
    event = told()
    assert isinstance(event, dict)
    assert not VALIDATOR.is_valid({**event, "data": {**event["data"], "more": 1}})
    assert not VALIDATOR.is_valid({**event, "type": "subscriber.active"})
