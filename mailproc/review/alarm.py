"""Reviews near or past their due date: told in the log when their number changes, and every hour."""

from datetime import datetime, timedelta

import structlog

from mailproc.metrics import Metrics
from mailproc.store.results import Counts

AGAIN_AFTER = timedelta(hours=1)


class ReviewAlarm:
    """Sets the gauges of reviews, and writes an error line while some are past their due date, a warning when near."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics
        self._log = structlog.get_logger()
        self._told = (0, 0)
        self._told_at: datetime | None = None

    def heed(self, counts: Counts, now: datetime) -> None:
        """Look at how many wait."""
        self._metrics.reviews.set(counts.reviews_open)
        self._metrics.reviews_overdue.set(counts.reviews_overdue)
        self._metrics.reviews_due_soon.set(counts.reviews_due_soon)
        late = (counts.reviews_overdue, counts.reviews_due_soon)
        is_news = late != self._told or self._told_at is None or now - self._told_at >= AGAIN_AFTER
        if any(late) and is_news:
            tell = self._log.error if counts.reviews_overdue else self._log.warning
            tell(
                "reviews_due",
                overdue=counts.reviews_overdue,
                due_soon=counts.reviews_due_soon,
                look="mailproc review list --overdue",
            )
            self._told_at = now
        self._told = late
