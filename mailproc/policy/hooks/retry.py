"""When to try again: growing pauses with jitter, and never before the other side asked for it."""

import math
from datetime import datetime, timedelta

# 5 s, 20 s, 80 s, … up to 6 h: twenty attempts reach over three days, so that a hook may be away for a weekend.
_GROWTH = 4
_JITTER = 0.2
# Whoever names a later time has made a mistake, and an opt-out must not wait for a mistake.
_LONGEST_RETRY_AFTER = timedelta(days=1)


def next_attempt_at(
    attempts: int,
    now: datetime,
    *,
    first: timedelta,
    longest: timedelta,
    retry_after_seconds: float | None,
    jitter: float,
) -> datetime:
    """Tell when to try again after `attempts` failures (1 or more).

    The pause grows fourfold from `first` to `longest`; `jitter` (0 to 1, drawn by the caller) takes up to a fifth off.
    `retry_after_seconds` makes it longer, never shorter, up to a day; what is negative or no number is ignored.
    """
    exponent = min(max(attempts, 1) - 1, 32)
    pause = min(first.total_seconds() * _GROWTH**exponent, longest.total_seconds()) * (1 - _JITTER * jitter)
    asked = retry_after_seconds
    if asked is not None and not math.isnan(asked) and asked > 0:
        # Jitter on top: all that was told the same second shall not come back in the same second.
        asked = min(asked, _LONGEST_RETRY_AFTER.total_seconds()) + _JITTER * jitter * first.total_seconds()
        pause = max(pause, asked)
    return now + timedelta(seconds=pause)
