"""Retries: pauses grow, stay within their bounds, and respect what the other side asked for."""

import math
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailproc.policy.hooks.retry import next_attempt_at

NOW = datetime(2026, 3, 3, 9, 12, tzinfo=UTC)
FIRST, LONGEST = timedelta(seconds=5), timedelta(hours=6)


def pause_after(attempts: int, retry_after: float | None = None, jitter: float = 0) -> float:
    at = next_attempt_at(attempts, NOW, first=FIRST, longest=LONGEST, retry_after_seconds=retry_after, jitter=jitter)
    return (at - NOW).total_seconds()


def test_pauses_grow_fourfold_up_to_the_longest() -> None:
    assert [pause_after(attempts) for attempts in range(1, 10)] == [5, 20, 80, 320, 1280, 5120, 20480, 21600, 21600]


def test_twenty_attempts_outlast_a_weekend_even_with_full_jitter() -> None:
    assert sum(pause_after(attempts, jitter=1) for attempts in range(1, 20)) > timedelta(hours=60).total_seconds()


def test_retry_after_makes_the_pause_longer_never_shorter() -> None:
    assert pause_after(1, retry_after=60) == 60
    assert pause_after(6, retry_after=60) == 5120


def test_jitter_never_comes_before_the_time_that_was_asked_for() -> None:
    assert pause_after(1, retry_after=60, jitter=1) == 61


def test_a_retry_after_of_years_is_cut_to_a_day() -> None:
    assert pause_after(1, retry_after=1e12) == pause_after(1, retry_after=math.inf) == 86_400


@pytest.mark.parametrize("senseless", [0.0, -5.0, -math.inf, math.nan])
def test_a_senseless_retry_after_is_ignored(senseless: float) -> None:
    assert pause_after(2, retry_after=senseless) == 20


def test_no_attempt_yet_counts_like_the_first() -> None:
    assert pause_after(0) == 5


@given(st.integers(0, 10**9), st.floats(0, 1), st.none() | st.floats())
def test_the_next_attempt_is_never_in_the_past_and_never_beyond_a_day(
    attempts: int, jitter: float, retry_after: float | None
) -> None:
    assert 4 <= pause_after(attempts, retry_after, jitter) <= 86_401
