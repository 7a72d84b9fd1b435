"""What is decided at once, and what has so many parts that it must not hold up the listener."""

import pytest

from mailproc.mail.reading.quickly_read import is_quickly_read

HEAD = b"From: pat@example.org\r\nSubject: x\r\nMIME-Version: 1.0\r\n"
MIXED = b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
MANY_PARTS = {
    "nested multiparts": b"".join(MIXED.replace(b"=b", b"=b%d" % one) + b"--b%d\r\n" % one for one in range(190)),
    "nested mails": b"Content-Type: message/rfc822\r\n\r\n" * 400,
    "nested mails, header names in odd case": b"cONTENT-tYPE : message/rfc822\r\n\r\n" * 300,
    "one boundary for all": (MIXED + b"--b\r\n") * 200,
    "side by side": MIXED + b"--b\r\n\r\n" * 1000,
    "side by side, bare line feeds": MIXED + b"--b\n\n" * 1000,
    "side by side, bare carriage returns": MIXED + b"--b\r\r" * 1000,
    "side by side in a digest": MIXED.replace(b"mixed", b"digest") + b"--b\r\n\r\nA: b\r\n\r\n" * 700,
}
A_PERSON = (
    HEAD + b'Content-Type: multipart/alternative; boundary="b"\r\n\r\n'
    b"--b\r\nContent-Type: text/plain\r\n\r\nPlease take me off.\r\n-- \r\nPat\r\n"
    b"--b\r\nContent-Type: text/html\r\n\r\n<p>Please take me off.</p>\r\n--b--\r\n"
)


@pytest.mark.parametrize("body", MANY_PARTS.values(), ids=MANY_PARTS.keys())
def test_a_small_mail_of_many_parts_is_not_quickly_read(body: bytes) -> None:
    content = HEAD + body
    assert len(content) <= 13_000
    assert not is_quickly_read(content[: 12 * 1024])


@pytest.mark.parametrize("content", [b"", HEAD + b"\r\nunsubscribe\r\n", A_PERSON, A_PERSON + b"> quoted\r\n" * 1000])
def test_what_a_person_writes_is_quickly_read(content: bytes) -> None:
    assert is_quickly_read(content)


def test_a_big_mail_is_not_quickly_read() -> None:
    assert is_quickly_read(b"x" * 12 * 1024)
    assert not is_quickly_read(b"x" * (12 * 1024 + 1))
