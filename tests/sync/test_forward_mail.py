"""A forwarded mail: readable on top, the original whole below, and nothing in it that could loop or be injected."""

import base64
import email
from dataclasses import replace
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import default
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailproc.mail.arrival.envelope import Envelope, InboundMail
from mailproc.mail.kind import kind_of
from mailproc.mail.reading.header_fields import decode_header
from mailproc.mail.reading.message import read_headers, read_message
from mailproc.policy.storable import short_text
from mailproc.sync.forward_mail import Forward, compose_forward
from mailproc.sync.written_head import one_line

NOW = datetime(2026, 3, 3, 9, 12, tzinfo=UTC)
PRAISE = (
    b"From: Pat Example <pat@example.org>\r\nTo: reply@reply.acme.example\r\nSubject: Re: March news\r\n"
    b"Message-ID: <m1@example.org>\r\n\r\nLovely pictures!\r\n"
)
HOSTILE_TEXT = st.lists(
    st.one_of(
        st.text(max_size=80),
        st.sampled_from(["\r\n", "\r\n\r\n", "\0", "=?", "?=", "\r\nBcc: x@example.net", "\ud800", "\x85", "<", "("]),
    )
).map("".join)
DECISION = {"kind": "reply", "action": "forward", "reason": "reply asks for nothing", "new_text": "Lovely pictures!"}


ALWAYS = [
    "From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "X-Auto-Response-Suppress",
    "X-Mailproc-Forwarded", "MIME-Version", "Content-Type",
]  # fmt: skip


def nested(text: str, times: int = 1) -> bytes:
    """Text in an encoded word, in an encoded word, and so on."""
    for _ in range(times):
        text = f"=?utf-8?b?{base64.b64encode(text.encode('utf-8', 'surrogatepass')).decode()}?="
    return text.encode("utf-8", "surrogatepass")


def a_forward(content: bytes = PRAISE, **more: Any) -> Forward:
    envelope = Envelope(mail_from="pat@example.org", rcpt_tos=("reply@reply.acme.example",))
    mail = InboundMail(id="01abc", account_id="acme", envelope=envelope, content=content, received_at=NOW)
    values = {"forward_to": "team@acme.example", "sender": "reply@reply.acme.example", "at": NOW, "decision": DECISION}
    return Forward(mail=mail, **{**values, **more})


def composed(content: bytes = PRAISE, *, eight_bit: bool = True, **more: Any) -> EmailMessage:
    raw = compose_forward(a_forward(content, **more), eight_bit=eight_bit)
    assert all(len(line) <= 998 and b"\r" not in line and b"\n" not in line for line in raw.split(b"\r\n"))
    read = email.message_from_bytes(raw, policy=default)
    assert isinstance(read, EmailMessage)
    assert read.defects == []
    return read


def original_in(content: bytes, *, eight_bit: bool = True) -> tuple[str, bytes]:
    """Type of the attached part, and its bytes."""
    raw = compose_forward(a_forward(content), eight_bit=eight_bit)
    part = list(email.message_from_bytes(raw, policy=default).iter_attachments())[-1]  # type: ignore[attr-defined]
    if part.get_content_type() == "message/rfc822":
        boundary = raw.partition(b'boundary="')[2].partition(b'"')[0]
        last = raw.split(b"--" + boundary + b"\r\n")[-1]
        return "message/rfc822", last.partition(b"\r\n\r\n")[2].removesuffix(b"\r\n--" + boundary + b"--\r\n")
    return part.get_content_type(), part.get_payload(decode=True)


def test_the_header_says_who_wrote_and_answers_go_to_them() -> None:
    mail = composed()
    assert mail["From"] == '"Pat Example via acme" <reply@reply.acme.example>'.replace('"', "")
    assert mail["To"] == "team@acme.example"
    assert mail["Reply-To"] == "Pat Example <pat@example.org>"
    assert mail["Subject"] == "Fwd: Re: March news"
    assert mail["References"] == "<m1@example.org>"


def test_the_header_keeps_machines_from_answering_and_us_from_taking_it_back() -> None:
    mail = composed()
    assert mail["Auto-Submitted"] == "auto-forwarded"
    assert mail["X-Mailproc-Forwarded"] == "acme 01abc"
    assert mail["Message-ID"] == "<forward.01abc@reply.acme.example>"
    assert composed(at=NOW)["Message-ID"] == mail["Message-ID"]


def test_the_summary_says_who_when_what_and_why_with_the_new_text() -> None:
    body = composed().get_body()
    assert body is not None
    text = body.get_content()
    for words in (
        "Pat Example <pat@example.org>",
        "2026-03-03 09:12 UTC",
        "reply asks for nothing",
        "goes to pat@example.org.",
        "  Lovely pictures!",
    ):
        assert words in text
    assert "held back" not in text


def test_the_last_of_an_hour_says_that_more_is_held_back() -> None:
    body = composed(last_of_hour=True).get_body()
    assert body is not None
    assert "outbox list --state held" in body.get_content()


def test_the_original_is_attached_whole() -> None:
    assert original_in(PRAISE) == ("message/rfc822", PRAISE)


def test_an_8_bit_original_goes_as_it_is_or_as_a_file_where_the_server_takes_seven_bits() -> None:
    content = PRAISE + "Grüße\r\n".encode()
    assert original_in(content) == ("message/rfc822", content)
    assert original_in(content, eight_bit=False) == ("application/octet-stream", content)


@pytest.mark.parametrize(
    "content",
    [
        PRAISE + b"x" * 999 + b"\r\n",
        PRAISE + b"a\0b\r\n",
        PRAISE + b"bare\rcr and bare\nlf\r\n",
        "Subject: Grüße\r\n\r\nraw UTF-8 in the header\r\n".encode(),
        b"",
        b"\r\n",
        b"no header at all",
    ],
)
def test_an_original_that_smtp_cannot_carry_is_attached_byte_for_byte(content: bytes) -> None:
    kind, attached = original_in(content)
    assert attached == content
    if kind == "message/rfc822":
        assert content.isascii()


def test_an_original_that_a_pipe_brought_in_gets_the_line_ends_of_the_wire() -> None:
    assert original_in(PRAISE.replace(b"\r\n", b"\n")) == ("message/rfc822", PRAISE)


@pytest.mark.parametrize(
    "header",
    [
        b"From: =?utf-8?q?a=0D=0ABcc:_x@example.net?= <pat@example.org>\r\nSubject: x",
        b"From: pat@example.org\r\nSubject: =?utf-8?q?x=0D=0ABcc:_x@example.net?=",
        b"From: pat@example.org\r\nSubject: x\r\n y\r\nMessage-ID: <a@b>\x0bBcc: x@example.net",
        b'From: "a\\"b, <c>" <pat@example.org>\r\nSubject: x',
        b"From: <@@>, a b c <>\r\nSubject: \xff\xfe",
        b"From: pat@example.org, sam@example.net\r\nSubject: " + b"x" * 900,
        "From: Zoë <zoë@exämple.org>\r\nSubject: Grüße".encode(),
        b"From: pat@example.org\r\nSubject: " + nested("x\r\nBcc: x@example.net\r\n\r\nbody", 2),
        b"From: " + nested("x\r\nBcc: x@example.net\r\n\r\nbody", 2) + b" <pat@example.org>\r\nSubject: x",
        b"From: pat@example.org\r\nMessage-ID: <=?utf-8?q?a=0D=0ABcc:x@example.net?=>\r\nSubject: x",
        b"From: pat@example.org\r\nMessage-ID: <=?utf-8?q?a=0D=0A=0D=0Abody?=>\r\nSubject: x",
        b"From: pat@example..org\r\nSubject: x",
        b"From: pat@example.org.\r\nSubject: x",
        b"From: =?utf-7?q?+2AA-?=@example.org, p\xed\xa0\x80t@example.org\r\nSubject: =?utf-16?b?2AA=?=",
        b"From: " + b"(" * 2000 + b" <pat@example.org>\r\nSubject: x",
    ],
)
def test_a_hostile_header_injects_nothing(header: bytes) -> None:
    mail = composed(header + b"\r\n\r\ntext\r\n")
    assert [name for name in mail if name not in {"Reply-To", "References"}] == ALWAYS
    assert mail["To"] == "team@acme.example"
    assert len(mail.get_all("From", [])) == 1
    assert mail["Subject"].startswith("Fwd:")


@given(
    texts=st.lists(st.tuples(HOSTILE_TEXT, st.integers(0, 3)), min_size=4, max_size=4),
    address=st.one_of(HOSTILE_TEXT, st.text(max_size=60).map(lambda text: f"{text}@example.org")),
    eight_bit=st.booleans(),
)
def test_no_head_adds_a_field_ends_the_header_or_keeps_the_mail_from_being_written(
    texts: list[tuple[str, int]], address: str, eight_bit: bool
) -> None:
    subject, name, sender, message_id = (nested(text, times) for text, times in texts)
    content = b"From: %b <%b>\r\nSubject: %b\r\nMessage-ID: <%b>\r\n\r\nx\r\n" % (name, sender, subject, message_id)
    envelope = Envelope(mail_from=address, rcpt_tos=("reply@reply.acme.example",))
    mail = InboundMail(id="01abc", account_id="acme", envelope=envelope, content=content, received_at=NOW)
    decision = {"subscribers": [{"address": address}], "new_text": subject.decode("utf-8", "surrogateescape")}
    forward = replace(a_forward(), mail=mail, decision=decision)
    raw = compose_forward(forward, eight_bit=eight_bit)
    read = email.message_from_bytes(raw, policy=default)
    assert [key for key in read if key not in {"Reply-To", "References"}] == ALWAYS
    assert len(read.keys()) == len(set(read.keys()))
    header = raw.partition(b"\r\n\r\n")[0]
    assert header.isascii()
    assert header.endswith(b'"')  # of the boundary, the last thing that is written
    meant = read_headers(content).get("Subject") or ""
    said = decode_header(read_headers(raw).get("Subject") or "")
    assert said == one_line(f"Fwd: {one_line(short_text(decode_header(meant), 200))}")


@pytest.mark.parametrize("address", ["pat@example..org", "zoë@example.org", "pat@[example", "p\ud800t@example.org"])
def test_an_address_that_no_header_can_hold_is_not_answered(address: str) -> None:
    mail = a_forward(f"From: <{address}>\r\n\r\nx\r\n".encode("utf-8", "surrogatepass")).mail
    unwritable = replace(mail, envelope=Envelope(mail_from=address, rcpt_tos=("reply@reply.acme.example",)))
    raw = compose_forward(replace(a_forward(), mail=unwritable), eight_bit=True)
    assert b"\r\nReply-To:" not in raw


def test_an_address_hidden_in_an_encoded_name_is_not_answered() -> None:
    mail = composed(b"From: =?utf-8?q?Sam_<sam=40example.net>?= <pat@example.org>\r\n\r\nx\r\n")
    assert [one.addr_spec for one in mail["Reply-To"].addresses] == ["pat@example.org"]


def test_a_mail_that_names_nobody_who_can_be_answered_has_no_reply_to() -> None:
    forward = a_forward(b"From: nobody\r\nSubject: x\r\n\r\nx\r\n")
    nobody = Forward(
        mail=InboundMail(
            id="1",
            account_id="acme",
            envelope=Envelope(mail_from=None, rcpt_tos=("reply@reply.acme.example",)),
            content=forward.mail.content,
            received_at=NOW,
        ),
        decision={},
        forward_to="team@acme.example",
        sender="reply@reply.acme.example",
        at=NOW,
    )
    read = email.message_from_bytes(compose_forward(nobody, eight_bit=True), policy=default)
    assert read["Reply-To"] is None


def test_what_we_forward_is_never_taken_for_a_persons_mail_when_it_comes_back() -> None:
    raw = compose_forward(a_forward(), eight_bit=True)
    found = kind_of(read_message(raw), Envelope(mail_from=None, rcpt_tos=("reply@reply.acme.example",)))
    assert found.kind == "auto_reply"
