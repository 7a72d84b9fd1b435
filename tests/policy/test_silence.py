from datetime import UTC, datetime, timedelta

import pytest

from mailproc.policy.sources.silence import SilenceLimits, is_silent, silence_allowed

START = datetime(2026, 3, 2, 12, tzinfo=UTC)
LIMITS = SilenceLimits(days=7, gaps=5)


def days(*numbers: int) -> list[datetime]:
    return [START + timedelta(days=number) for number in numbers]


@pytest.mark.parametrize(
    ("reported", "now", "silent"),
    [
        ((0, 1, 2, 3), 9, False),
        ((0, 1, 2, 3), 10, False),
        ((0, 1, 2, 3), 11, True),
        ((0, 7, 14, 21), 55, False),  # a weekly source may be silent for five weeks
        ((0, 7, 14, 21), 57, True),
        ((0, 1, 2), 99, False),  # too few days to know
        ((), 99, False),
    ],
)
def test_a_source_is_silent_by_its_own_habits(reported: tuple[int, ...], now: int, silent: bool):
    assert is_silent(days(*reported), START + timedelta(days=now), LIMITS) is silent


def test_one_long_gap_does_not_change_what_is_usual():
    assert silence_allowed(days(0, 1, 2, 40, 41, 42), LIMITS) == timedelta(days=7)


def test_the_limits_are_settings():
    assert is_silent(days(0, 1, 2, 3), START + timedelta(days=6), SilenceLimits(days=2, gaps=2.5))
