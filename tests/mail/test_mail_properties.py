"""Whatever arrives is answered: any bytes, and mails whose structure is broken on purpose."""

import base64

from hypothesis import given, settings
from hypothesis import strategies as st

from mailproc.mail.arrival.envelope import Envelope
from mailproc.mail.kind import kind_of
from mailproc.mail.reading.addresses import addresses_in
from mailproc.mail.reading.header_fields import decode_header, split_parameters
from mailproc.mail.reading.message import Message, Part, read_headers, read_message

ENVELOPES = st.sampled_from(
    [
        Envelope(mail_from=None, rcpt_tos=("bounce@sender.example",)),
        Envelope(mail_from="pat@example.org", rcpt_tos=("reply@sender.example",)),
    ]
)
NAMES = st.sampled_from(
    [
        b"From",
        b"To",
        b"Subject",
        b"Content-Type",
        b"Content-Transfer-Encoding",
        b"Content-Disposition",
        b"Return-Path",
        b"Feedback-Type",
        b"Original-Rcpt-To",
        b"Final-Recipient",
        b"Action",
        b"Status",
        b"Diagnostic-Code",
        b"X-Failed-Recipients",
        b"List-Unsubscribe",
        b"Authentication-Results",
        b"X-HmXmrOriginalRecipient",
        b"\xff",
        b"A B",
    ]
)
VALUES = st.sampled_from(
    [
        b"MAILER-DAEMON@mx.example.net",
        b"rfc822; pat@example.org",
        b"multipart/mixed; boundary=b",
        b'multipart/report; report-type=feedback-report; boundary="b"',
        b"multipart/report; report-type=delivery-status;\n boundary=b",
        b"message/rfc822",
        b"message/feedback-report",
        b"message/delivery-status",
        b"message/partial; id=x",
        b"message/external-body",
        b"text/rfc822-headers",
        b"application/json; name=xarf.json",
        b"text/html; charset=utf-7",
        b"text/plain; charset=punycode",
        b"text/calendar; method=REPLY",
        b"base64",
        b"quoted-printable",
        b"x-uuencode",
        b"attachment; filename*0*=utf-8''%ff; filename*1=x",
        b"=?utf-8?b?/////w==?=",
        b"abuse",
        b"failed",
        b"5.1.1",
        b"smtp; 550 5.1.1 \xff",
        b"Undelivered Mail Returned to Sender",
        b'<<<((@,;:"',
        b"",
        b"\x00",
    ]
)
LINES = st.one_of(
    st.builds(lambda name, value: name + b": " + value, NAMES, VALUES),
    st.sampled_from(
        [
            b"",
            b"--b",
            b"--b--",
            b"-- ",
            b"hello <pat@example.org>: user unknown",
            b" folded",
            b'{"xarf_version": "4.0.0", "evidence": [{}]}',
            base64.b64encode(b"Subject: x\n\ny"),
        ]
    ),
    st.binary(max_size=40),
)
GARBAGE = st.builds(
    lambda lines, end: end.join(lines), st.lists(LINES, max_size=40), st.sampled_from([b"\n", b"\r\n", b"\r"])
)


def check(message: Message, depth: int = 0) -> None:
    """What is promised of every message: decoded text without lone surrogates, bounded, and a tree that ends."""
    assert message.parser in {"single", "flanker", "stdlib", "headers", "raw"}
    assert depth <= 6
    message.subject.encode("utf-8")
    for part in message.root.walk():
        check_part(part, depth)


def check_part(part: Part, depth: int) -> None:
    assert not (part.parts and part.text is not None)
    assert part.content_type == part.content_type.lower() != ""
    if part.text is not None:
        part.text.encode("utf-8")
        assert "\r" not in part.text
    if part.message is not None:
        check(part.message, depth + 1)


@given(content=st.binary(max_size=2000), envelope=ENVELOPES)
def test_any_bytes_are_a_message_of_some_kind(content: bytes, envelope: Envelope) -> None:
    message = read_message(content)
    check(message)
    kind_of(message, envelope)


@settings(max_examples=400)
@given(content=GARBAGE, envelope=ENVELOPES)
def test_garbage_with_the_structure_of_mail_is_a_message_of_some_kind(content: bytes, envelope: Envelope) -> None:
    message = read_message(content)
    check(message)
    kind_of(message, envelope)
    assert read_headers(content).fields == message.headers.fields or message.defects


@given(content=GARBAGE)
def test_reading_is_a_function_of_the_bytes(content: bytes) -> None:
    assert read_message(content) == read_message(content)


@given(text=st.text(alphabet=st.characters(blacklist_categories=("Cs",)), max_size=300))
def test_text_sent_as_utf_8_arrives_as_it_was(text: str) -> None:
    body = text.replace("\r\n", "\n").replace("\r", "\n")
    head = b"Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64\n\n"
    assert read_message(head + base64.encodebytes(body.encode())).root.text == body


@given(value=st.text(max_size=200))
def test_any_header_value_can_be_decoded_and_searched(value: str) -> None:
    decode_header(value).encode("utf-8", "surrogatepass")
    split_parameters(value)
    assert all("@" in address for address in addresses_in(value))
