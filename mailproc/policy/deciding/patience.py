"""How long a mail waits for an answer about its sender, and when it is asked for again."""

from dataclasses import replace
from datetime import datetime, timedelta

from mailproc.policy.decision import Decision

PATIENCE = timedelta(hours=24)  # after it came in
_SHORTEST, _LONGEST = timedelta(seconds=15), timedelta(minutes=30)


def next_try(received_at: datetime, now: datetime) -> datetime | None:
    """When to ask again: the pauses grow with the mail's age; None when it has waited long enough."""
    age = now - received_at
    if age >= PATIENCE:
        return None
    pause = min(max(age / 2, _SHORTEST), _LONGEST)
    return min(now + pause, received_at + PATIENCE) if age + _SHORTEST < PATIENCE else now + _SHORTEST


def given_up(decision: Decision) -> Decision:
    """The decision on a mail that waited in vain: what it is without an answer, and for how long nobody gave one."""
    return replace(decision, hinges=False, reason=f"{decision.reason} for {PATIENCE // timedelta(hours=1)} hours")
