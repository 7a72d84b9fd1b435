"""Reviews near or past due are heard of: in metrics always, in the log when that is news."""

from datetime import UTC, datetime, timedelta

from structlog.testing import capture_logs

from mailproc.metrics import Metrics
from mailproc.review.alarm import ReviewAlarm
from mailproc.store.results import Counts

NOW = datetime(2026, 3, 3, 9, tzinfo=UTC)


def a_count(overdue: int = 0, soon: int = 0) -> Counts:
    return Counts(
        undecided=0,
        waiting=0,
        waiting_since=None,
        outbox={},
        reviews_open=9,
        reviews_overdue=overdue,
        reviews_due_soon=soon,
    )


def heard(*steps: tuple[timedelta, Counts]) -> list[str]:
    with capture_logs() as lines:
        alarm = ReviewAlarm(Metrics())
        for after, counts in steps:
            alarm.heed(counts, NOW + after)
    return [line["log_level"] for line in lines]


def test_what_is_past_due_is_an_error_and_what_is_near_a_warning() -> None:
    assert heard((timedelta(), a_count(overdue=2, soon=1))) == ["error"]
    assert heard((timedelta(), a_count(soon=1))) == ["warning"]


def test_nothing_is_said_while_nothing_is_near() -> None:
    assert heard((timedelta(), a_count()), (timedelta(hours=9), a_count())) == []


def test_the_same_is_said_again_after_an_hour_and_not_before() -> None:
    late = a_count(overdue=2)
    assert heard((timedelta(), late), (timedelta(seconds=5), late)) == ["error"]
    assert heard((timedelta(), late), (timedelta(hours=1), late)) == ["error", "error"]


def test_another_number_is_news() -> None:
    steps = [(timedelta(seconds=5 * n), a_count(overdue=n)) for n in (1, 2, 0, 1)]
    assert heard(*steps) == ["error", "error", "error"]


def test_the_gauges_follow() -> None:
    metrics = Metrics()
    ReviewAlarm(metrics).heed(a_count(overdue=2, soon=1), NOW)
    text = metrics.exposition().decode()
    for line in ("mailproc_reviews_open 9.0", "mailproc_reviews_overdue 2.0", "mailproc_reviews_due_soon 1.0"):
        assert line in text
