"""Alarms: what an operator must hear of without looking; the event that tells a hook (docs/reference/alarms.md)."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from mailproc.policy.hooks.event import SyncEvent, as_text, encodable, one_line

ALARM_EVENT = "alarm.raised"


class AlarmKind(StrEnum):
    """What is wrong."""

    breaker = "breaker"  # more requests that nothing proves than the limit allows
    overdue = "overdue"  # requests that wait for a person past their due date
    undelivered = "undelivered"  # a hook has not been told for a day
    waiting = "waiting"  # mail that DNS gave no answer about is still undecided after more than a day
    silent_source = "silent_source"  # a feedback source that used to report does not any more


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """One thing that is wrong in one account; `subject` tells several of one kind apart, `text` is a sentence.

    `count` is how often it was seen since it was raised; `last_at` when last.
    """

    account_id: str
    kind: AlarmKind
    subject: str
    text: str
    raised_at: datetime
    last_at: datetime
    count: int = 1


def alarm_event(alarm: Alarm, event_id: str) -> SyncEvent:
    """The event that tells a hook of a new alarm. Source: docs/reference/alarm.schema.json."""
    data = {
        "account": alarm.account_id,
        "kind": alarm.kind.value,
        "subject": encodable(one_line(alarm.subject)),
        "text": encodable(one_line(alarm.text)),
        "raised_at": as_text(alarm.raised_at),
    }
    return SyncEvent(id=event_id, type=ALARM_EVENT, timestamp=alarm.raised_at, data=data)
