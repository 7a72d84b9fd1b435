"""What is said about a mail once it is in."""

import pytest

from mailproc.smtp import replies
from mailproc.smtp.transaction import Transaction, count_received


def judged(content, *, relay=False, max_size_bytes=100, hard_limit_bytes=None, max_received=3):
    transaction = Transaction(None)
    transaction.rcpt_tos.append("reply@reply.example.com")
    transaction.judge(
        content,
        max_size_bytes=max_size_bytes,
        hard_limit_bytes=hard_limit_bytes or (max_size_bytes * 8 if relay else max_size_bytes),
        max_received=max_received,
        relay=relay,
    )
    return transaction.refusal, transaction.envelope(peer=None, helo=None, tls=False).parked


LOOP = b"Received: x\r\n" * 4 + b"\r\n"


def test_a_mail_of_exactly_the_limit_is_taken():
    assert judged(b"x" * 100) == (None, None)


def test_one_byte_more_is_refused():
    assert judged(b"x" * 101) == (replies.TOO_BIG, None)


def test_a_relay_s_large_mail_is_parked_up_to_eight_limits():
    assert judged(b"x" * 101, relay=True) == (None, "too big")
    assert judged(b"x" * 801, relay=True)[0] == replies.TOO_BIG


def test_a_looping_mail_is_refused_and_a_relay_s_is_parked():
    assert judged(LOOP)[0] == replies.MAIL_LOOP
    assert judged(LOOP, relay=True) == (None, "mail loop")


def test_several_excuses_are_all_told():
    assert judged(LOOP + b"x" * 100, relay=True) == (None, "mail loop; too big")


@pytest.mark.parametrize(
    ("content", "count"),
    [
        (b"", 0),
        (b"Received: a", 1),
        (b"received: a\r\nRECEIVED: b\r\n\tReceived: folded\r\nX-Received: c\r\n\r\nReceived: body\r\n", 2),
        (b"Received: a\nReceived: b\n", 2),
        (b"Subject: Received: a\r\n", 0),
    ],
)
def test_received_fields_are_counted_in_the_header_alone(content, count):
    assert count_received(content) == count


def test_a_header_bomb_is_searched_only_so_far():
    assert count_received(b"Received: a\r\n" * 1_000_000) < 25_000
