from datetime import UTC, datetime

import pytest

from mailproc.mail.reading.message import Message, Part, message_of_headers
from mailproc.mail.reading.report_fields import (
    after_type,
    bare_address,
    date_of,
    field_blocks,
    iso_date_of,
    original_of,
)


def test_empty_lines_separate_blocks() -> None:
    blocks = field_blocks("A: 1\nB: 2\n\n \nC: 3\n folded\n\nno field\n")
    assert [block.fields for block in blocks] == [(("A", "1"), ("B", "2")), (("C", "3 folded"),)]


def test_the_number_of_blocks_is_bounded() -> None:
    assert len(field_blocks("A: 1\n\n" * 5000)) == 1000


def test_the_fields_of_all_blocks_together_are_bounded():
    blocks = field_blocks(("a: 1\n" * 300 + "\n") * 40)
    assert [len(block.fields) for block in blocks] == [300] * 6 + [200]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("dns; mx.example.org", "mx.example.org"),
        ("dns;mx.example.org", "mx.example.org"),
        ("rfc822; pat@example.org", "pat@example.org"),
        ("smtp; 550 5.1.1 <pat@example.org>; no such user", "550 5.1.1 <pat@example.org>; no such user"),
        ("mx.example.org", "mx.example.org"),
        ("550 said a; b", "550 said a; b"),
        ("", ""),
    ],
)
def test_the_type_is_taken_off(value: str, expected: str) -> None:
    assert after_type(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [("rfc822;<pat@example.org>", "pat@example.org"), ("a@x.example, b@x.example", None), ("pat", None)],
)
def test_one_address_or_none(value: str, expected: str | None) -> None:
    assert bare_address(value) == expected


def test_dates_are_aware_utc() -> None:
    assert date_of("Tue, 3 Mar 2026 10:12:00 +0100") == datetime(2026, 3, 3, 9, 12, tzinfo=UTC)
    assert iso_date_of("2026-03-03T10:12:00+01:00") == datetime(2026, 3, 3, 9, 12, tzinfo=UTC)
    assert iso_date_of("2026-03-03T09:12:00") == datetime(2026, 3, 3, 9, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "value",
    [
        "",
        "soon",
        "Tue, 99 Mar 2026 10:00:00 +0000",
        "Tue, 3 Mar 99999 10:00:00 +0000",
        "Tue, 3 Mar 2026 10:00:00 +999999",
    ],
)
def test_what_is_no_date_is_none(value: str) -> None:
    assert date_of(value) is None
    assert iso_date_of(value) is None


def message(text: str) -> Message:
    return message_of_headers(text)


def test_the_first_enclosed_mail_is_the_original() -> None:
    parts = (
        Part(content_type="text/plain", text="From: a@example.org\nSubject: x\n"),
        Part(content_type="message/rfc822", message=message("Subject: one\n")),
        Part(content_type="message/rfc822", message=message("Subject: two\n")),
    )
    found = original_of(parts)
    assert found is not None
    assert found.subject == "one"


@pytest.mark.parametrize(
    ("text", "is_one"),
    [("From: a@example.org\nSubject: x\n", True), ("Dear: friend\nhello", False), ("REDACTED", False), ("", False)],
)
def test_text_is_an_original_when_it_looks_like_a_header(text: str, is_one: bool) -> None:
    assert (original_of((Part(content_type="text/plain", text=text),)) is not None) is is_one


def test_without_parts_there_is_no_original() -> None:
    assert original_of(()) is None
