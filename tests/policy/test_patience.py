"""How long a mail waits for an answer, and when it is asked for again."""

from datetime import UTC, datetime, timedelta

import pytest
from posted import decided, reply_mail

from mailproc.policy.deciding.patience import PATIENCE, given_up, next_try

CAME = datetime(2026, 3, 3, 10, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("age", "pause"),
    [
        (timedelta(seconds=5), timedelta(seconds=15)),
        (timedelta(seconds=40), timedelta(seconds=20)),
        (timedelta(minutes=10), timedelta(minutes=5)),
        (timedelta(hours=1), timedelta(minutes=30)),
        (timedelta(hours=20), timedelta(minutes=30)),
        (timedelta(hours=23, minutes=50), timedelta(minutes=10)),
        (timedelta(hours=23, minutes=59, seconds=59), timedelta(seconds=15)),
        (-timedelta(hours=1), timedelta(seconds=15)),
    ],
)
def test_the_pauses_grow_with_age_up_to_half_an_hour(age: timedelta, pause: timedelta):
    now = CAME + age
    again = next_try(CAME, now)
    assert again is not None
    assert again - now == pause


@pytest.mark.parametrize("age", [PATIENCE, PATIENCE + timedelta(days=3)])
def test_after_a_day_nobody_waits_any_more(age: timedelta):
    assert next_try(CAME, CAME + age) is None


def test_a_mail_is_tried_some_sixty_times_at_most():
    now, tries = CAME, 0
    while (again := next_try(CAME, now)) is not None:
        now, tries = again, tries + 1
    assert 50 < tries < 70


def test_what_waited_in_vain_says_so_and_is_open_no_more():
    decision = given_up(decided(reply_mail("unsubscribe")))
    assert (decision.hinges, decision.reason) == (False, "keyword in reply for 24 hours")
