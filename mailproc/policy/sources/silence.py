"""Has a feedback source fallen silent? Judged by its own habits, never by a table of what is usual elsewhere."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median

DAYS_TO_KNOW = 4  # on which it reported; before that nobody can say what is usual


@dataclass(frozen=True, slots=True, kw_only=True)
class SilenceLimits:
    """How long a source may say nothing: so many days, and so many times its usual gap between days with reports."""

    days: int = 7
    gaps: float = 5.0


def silence_allowed(days: Sequence[datetime], limits: SilenceLimits) -> timedelta | None:
    """How long a source may be silent that reported on these days (oldest first); None: too few to know."""
    if len(days) < DAYS_TO_KNOW:
        return None
    gaps = [(later - earlier).total_seconds() for earlier, later in pairwise(days)]
    return max(timedelta(days=limits.days), timedelta(seconds=limits.gaps * median(gaps)))


def is_silent(days: Sequence[datetime], now: datetime, limits: SilenceLimits) -> bool:
    """Whether a source that reported on these days (oldest first) has been silent for too long."""
    allowed = silence_allowed(days, limits)
    return allowed is not None and now - days[-1] > allowed
