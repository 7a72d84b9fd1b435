"""A header that is written: exactly the wanted fields, whatever stands in the text."""

import email
from email.policy import default

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mailproc.mail.reading.header_fields import decode_header
from mailproc.mail.reading.message import read_headers
from mailproc.sync.written_head import header_of, mailbox_words, one_line, text_words, written_address

HOSTILE_PIECES = [
    "\r\n", "\r\n\r\n", "\0", "=?", "?=", "=?utf-8?q?=0D=0ABcc:_x?=", "<a@b>", '"', "\ud800", "\x85", "\u2028",
    "Bcc: x@example.net", "😀",
]  # fmt: skip
HOSTILE_TEXT = st.lists(st.one_of(st.text(max_size=80), st.sampled_from(HOSTILE_PIECES))).map("".join)


@given(subject=HOSTILE_TEXT, name=HOSTILE_TEXT)
@example(subject="x" * 5000, name="ü" * 1000)
@example(subject="=?utf-8?q?a=0D=0ABcc:_x@example.net?=", name="=?utf-8?q?a=0D=0ABcc:_x@example.net?=")
def test_exactly_the_wanted_fields_come_out_and_say_what_was_put_in(subject: str, name: str) -> None:
    fields = [("Subject", text_words(f"s{subject}")), ("Reply-To", mailbox_words(f"n{name}", "pat@example.org"))]
    raw = header_of([*fields, ("MIME-Version", ("1.0",))])
    lines = raw.split(b"\r\n")
    assert raw.isascii()
    assert all(0 < len(line.strip()) <= len(line) <= 78 and not {*line} & {0, 10, 13} for line in lines)
    read = read_headers(raw + b"\r\n\r\n")
    assert [key for key, _ in read.fields] == ["Subject", "Reply-To", "MIME-Version"]
    assert decode_header(read.get("Subject") or "") == one_line(f"s{subject}")
    words, _, address = (read.get("Reply-To") or "").rpartition(" ")
    assert (decode_header(words), address) == (one_line(f"n{name}"), "<pat@example.org>")


@given(subject=HOSTILE_TEXT, name=HOSTILE_TEXT)
def test_a_reader_that_decodes_once_more_when_it_writes_finds_no_other_field(subject: str, name: str) -> None:
    fields = [("Subject", text_words(f"s{subject}")), ("Reply-To", mailbox_words(f"n{name}", "pat@example.org"))]
    read = email.message_from_bytes(header_of(fields) + b"\r\n\r\n", policy=default)
    assert read.keys() == ["Subject", "Reply-To"]
    assert [one.addr_spec for one in read["Reply-To"].addresses] == ["pat@example.org"]
    assert not {*str(read["Subject"]), *str(read["Reply-To"])} & set("\0\r\n")


def test_short_ascii_stays_readable_and_the_rest_is_encoded() -> None:
    assert text_words("Re: March news, 50% off!") == ("Re: March news, 50% off!",)
    assert text_words("Grüße") == ("=?utf-8?b?R3LDvMOfZQ==?=",)
    assert mailbox_words("Pat Example", "pat@example.org") == ("Pat Example", "<pat@example.org>")
    assert mailbox_words("Example, Pat", "pat@example.org")[0].startswith("=?utf-8?b?")
    assert mailbox_words("", "pat@example.org") == ("pat@example.org",)


def test_a_word_never_ends_its_line() -> None:
    assert header_of([("To", ("a@b.example\r\nBcc: x@example.net",))]) == b"To: a@b.exampleBcc: x@example.net"


@pytest.mark.parametrize(
    ("address", "written"),
    [
        ("pat@example.org", "pat@example.org"),
        ("O'Pat+x.y@Example.ORG", "O'Pat+x.y@example.org"),
        ("pat@example.org.", "pat@example.org"),
        ("pat@exämple.org", "pat@xn--exmple-cua.org"),
    ],
)
def test_an_address_is_written_with_its_domain_as_a_label(address: str, written: str) -> None:
    assert written_address(address) == written


@pytest.mark.parametrize(
    "address",
    [
        "", "@", "pat", "pat@", "@example.org", "pat@example..org", "pat@.example.org", ".pat@example.org",
        "zoë@example.org", "pat\ud800@example.org", "pat@ex\ud800ample.org", "a b@example.org", "a\r\nb@example.org",
        "=?utf-8?q?x?=@example.org", "p" * 65 + "@example.org", "pat@" + "a" * 64 + ".org",
        "pat@" + "a." * 127 + "org", "pat@[192.0.2.1]", "a@b@example.org", "pat@\0.org",
    ],
)  # fmt: skip
def test_what_ascii_cannot_write_is_no_address(address: str) -> None:
    assert written_address(address) is None


@given(st.text(max_size=400))
def test_no_address_raises(address: str) -> None:
    assert (written_address(f"{address}@example.org") or "x").isascii()
