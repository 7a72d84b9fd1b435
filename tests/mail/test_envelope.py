import pytest

from mailproc.mail.arrival.envelope import digest_of

MAIL = b"From: pat@example.org\r\nSubject: hello\r\n\r\nReceived: today\r\n"


@pytest.mark.parametrize(
    "trace",
    [
        b"Received: from mx.example.net\r\n by mx.example.com\r\n",
        b"Return-Path: <pat@example.org>\r\nX-Received: a\r\nDelivered-To: b@example.org\r\n",
        b"AUTHENTICATION-RESULTS : mx.example.net;\r\n\tdkim=pass\r\n",
    ],
)
def test_trace_fields_on_top_are_no_part_of_a_mail_s_identity(trace: bytes):
    assert digest_of(trace + MAIL) == digest_of(MAIL)


@pytest.mark.parametrize("end", [b"\r\n", b"\n"])
def test_bodies_that_begin_like_trace_fields_tell_mails_apart(end: bytes):
    one = b"Received: a" + end + end + b"Received: please stop" + end
    other = b"Received: b" + end + end + b"X-Received: good morning" + end
    assert digest_of(one) != digest_of(other)


@pytest.mark.parametrize("content", [b"", b":", b"\r\n", b"Received", b"Received: a", b"Received: a\r\n"])
def test_a_mail_of_little_or_nothing_has_a_digest(content: bytes):
    assert digest_of(content).startswith("sha256:")
