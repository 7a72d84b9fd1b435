"""Due dates: ten business days by default, two days for one-click."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailproc.policy.hooks.due import add_business_days, due_at
from mailproc.policy.standing.facts import Channel

MOMENTS = st.datetimes(min_value=datetime(2000, 1, 1), max_value=datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis wants it naive


@pytest.mark.parametrize(
    ("received", "due"),
    [
        ("2026-03-02T09:00:00Z", "2026-03-16T09:00:00Z"),  # Monday
        ("2026-03-04T23:59:59Z", "2026-03-18T23:59:59Z"),  # Wednesday
        ("2026-03-06T09:00:00Z", "2026-03-20T09:00:00Z"),  # Friday
        ("2026-03-07T09:00:00Z", "2026-03-20T09:00:00Z"),  # Saturday
        ("2026-03-08T09:00:00Z", "2026-03-20T09:00:00Z"),  # Sunday
    ],
)
def test_a_reply_is_due_after_ten_weekdays(received: str, due: str) -> None:
    assert due_at(datetime.fromisoformat(received), Channel.reply) == datetime.fromisoformat(due)


def test_one_click_is_due_after_two_days_of_any_kind() -> None:
    friday = datetime(2026, 3, 6, 9, tzinfo=UTC)
    assert due_at(friday, Channel.one_click) == friday + timedelta(days=2)


def test_the_number_of_days_is_a_setting() -> None:
    friday = datetime(2026, 3, 6, 9, tzinfo=UTC)
    assert due_at(friday, Channel.phone, business_days=1) == datetime(2026, 3, 9, 9, tzinfo=UTC)


def test_no_days_later_is_the_same_moment_even_on_a_weekend() -> None:
    saturday = datetime(2026, 3, 7, 9, tzinfo=UTC)
    assert add_business_days(saturday, 0) == saturday


@given(MOMENTS, st.integers(1, 400))
def test_counting_weekdays_one_by_one_gives_the_same_date(start: datetime, days: int) -> None:
    expected, left = start, days
    while left:
        expected += timedelta(days=1)
        left -= expected.weekday() < 5
    assert add_business_days(start, days) == expected
