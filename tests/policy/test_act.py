from datetime import UTC, datetime

import pytest

from mailproc.mail.reading.message import read_message
from mailproc.policy.deciding.act import also, held, sent_at
from mailproc.policy.deciding.case import Outcome
from mailproc.policy.decision import Action, Also
from mailproc.policy.standing.facts import Level
from mailproc.policy.tokens.token import Purpose, Token

ARRIVAL = datetime(2026, 1, 1, tzinfo=UTC)
TOKEN = Token(purpose=Purpose.bounce, subscriber=1, message=1, day=1, kid=1)


def original(date: str) -> bytes:
    return f"Date: {date}\r\n\r\n".encode()


def test_the_mail_s_date_outranks_the_rest():
    when = sent_at(read_message(original("Mon, 2 Mar 2026 08:00:00 +0200")), ARRIVAL, TOKEN)
    assert when == datetime(2026, 3, 2, 6, 0, tzinfo=UTC)


@pytest.mark.parametrize("date", ["", "yesterday", "Mon, 99 Mar 2026 08:00:00", "x" * 5000, "2 Mar 99999 08:00:00"])
def test_a_broken_date_is_none(date: str):
    assert sent_at(read_message(original(date)), ARRIVAL, None) == ARRIVAL
    assert sent_at(read_message(original(date)), None, None) is None


def test_a_date_without_zone_is_utc():
    assert sent_at(read_message(original("Mon, 2 Mar 2026 08:00:00 -0000")), None, None) == datetime(
        2026, 3, 2, 8, 0, tzinfo=UTC
    )


def test_the_token_s_day_counts_to_its_end():
    assert sent_at(None, None, TOKEN) == datetime(1970, 1, 2, 23, 59, 59, tzinfo=UTC)


def test_what_is_held_has_no_effect():
    outcome = held(Outcome(action=Action.unsubscribe, reason="x", level=Level.account), "waits")
    assert (outcome.action, outcome.reason, outcome.level, outcome.facts) == (Action.review, "waits", None, ())


def test_what_asks_for_a_list_goes_on_asking_for_it_while_it_waits():
    asks = Outcome(action=Action.unsubscribe, reason="x", level=Level.list, list_id="weekly")
    outcome = held(asks, "waits")
    assert (outcome.action, outcome.level, outcome.list_id, outcome.facts) == (
        Action.review, Level.list, "weekly", (),
    )  # fmt: skip


@pytest.mark.parametrize(("action", "left"), [(Action.forward, set()), (Action.unsubscribe, {Also.forward})])
def test_what_the_action_says_already_is_not_said_again(action: Action, left: set[Also]):
    assert also(Outcome(action=action, reason="x"), Also.forward).also == left
