"""Deciding does a bounded amount of work, whatever the mail is made of: counted in function calls, not in seconds."""

import sys
from collections.abc import Callable
from datetime import UTC, datetime
from types import FrameType

import pytest

from benchmarks.hostile import SHAPES, Shape
from mailproc.mail.arrival.authentication import NOT_CHECKED
from mailproc.mail.arrival.envelope import Envelope, InboundMail
from mailproc.mail.reading.quickly_read import is_quickly_read
from mailproc.pipeline import decide_mail
from mailproc.policy.account import AccountPolicy, MailboxRole
from mailproc.rule_sets.files import load_rules

RULES = load_rules(None)
ACME = AccountPolicy(
    id="acme",
    domains=("reply.acme.example",),
    sends_from=("news.acme.example",),
    mailboxes={MailboxRole.reply: ("reply",), MailboxRole.bounce: ("bounce",)},
    token_keys={1: bytes(32)},
    footers=("You get this mail because you signed up at acme.example.",),
)
REPLY = Envelope(mail_from="pat@example.org", rcpt_tos=("reply@reply.acme.example",))
# By the bytes of a mail. The second is 17 times as large and may cost twice as much: most of it is passed over.
MOST_CALLS = {60_000: 500_000, 1_000_000: 1_100_000}


def calls_of(work: Callable[[], object]) -> int:
    """How many functions are called, ours and those of C."""
    count = 0

    def seen(frame: FrameType, event: str, argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(seen)
    try:
        work()
    finally:
        sys.setprofile(None)
    return count


def calls_to_decide(content: bytes) -> int:
    now = datetime(2026, 3, 3, tzinfo=UTC)
    mail = InboundMail(id="1", account_id="acme", envelope=REPLY, content=content, received_at=now)
    return calls_of(lambda: decide_mail(mail, NOT_CHECKED, ACME, RULES))


@pytest.mark.parametrize("size", MOST_CALLS)
@pytest.mark.parametrize("make", SHAPES.values(), ids=SHAPES.keys())
def test_a_mail_made_to_be_slow_costs_a_bounded_number_of_calls(make: Shape, size: int):
    assert calls_to_decide(make(size)) <= MOST_CALLS[size]


NESTING = {
    "multiparts": b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n",
    "multiparts of one boundary": b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n",
    "mails": b"Content-Type: message/rfc822\r\n\r\n",
    "parts side by side": b"--b\r\n\r\n",
}


@pytest.mark.parametrize("part", NESTING.values(), ids=NESTING.keys())
def test_what_is_decided_while_the_listener_waits_has_few_parts(part: bytes):
    mails = [many_parts(part, count) for count in range(400)]
    worst = [content for content in mails if is_quickly_read(content)][-1]
    calls_to_decide(worst)  # what is made once for all mail is made
    assert calls_to_decide(worst) <= 15_000


def many_parts(part: bytes, count: int) -> bytes:
    head = b"From: pat@example.org\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
    return head + b"".join(part % ((one,) * part.count(b"%d")) for one in range(count)) + b"\r\nunsubscribe\r\n"


def test_a_mail_of_a_person_costs_a_thousand():
    content = SHAPES["quoted lines"](2_000).replace(b"> stop", b"please unsubscribe me.\r\n\r\n> stop", 1)
    assert calls_to_decide(content) <= 2_000
