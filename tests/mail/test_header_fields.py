import pytest

from mailproc.mail.reading.header_fields import decode_header, end_of_header, fields_of, split_parameters, start_of_body


def test_fields_keep_order_and_spelling_and_are_unfolded() -> None:
    block = b"Received: by a.example\r\n\tfor <b@example.org>;\r\n today\r\nSUBJECT: x\r\nreceived: again\r\n"
    assert fields_of(block) == (
        ("Received", "by a.example\tfor <b@example.org>; today"),
        ("SUBJECT", "x"),
        ("received", "again"),
    )


def test_space_before_the_colon_is_allowed_as_rfc_822_had_it() -> None:
    assert fields_of(b"Subject : x\n") == (("Subject", "x"),)


def test_a_value_that_begins_on_the_next_line_is_found() -> None:
    assert fields_of(b"Subject:\n hello\n") == (("Subject", "hello"),)


@pytest.mark.parametrize("raw", ["Zürich".encode(), "Zürich".encode("latin-1")])
def test_raw_eight_bit_values_become_text(raw: bytes) -> None:
    assert fields_of(b"Subject: " + raw + b"\n") == (("Subject", "Zürich"),)


def test_lines_that_are_no_fields_are_left_out() -> None:
    assert fields_of(b"From x@example.org today\nSubject: x\nnonsense\nTo: y\n") == (("Subject", "x"), ("To", "y"))


def test_at_most_two_thousand_lines_are_read() -> None:
    assert len(fields_of(b"A: b\n" * 5000)) == 2000


def test_the_header_ends_at_the_empty_line() -> None:
    content = b"A: b\r\n\r\nC: d\r\n"
    assert content[: end_of_header(content)] == b"A: b\r\n"
    assert content[start_of_body(content, end_of_header(content)) :] == b"C: d\r\n"


def test_the_header_ends_at_a_line_that_is_no_field() -> None:
    content = b"A: b\nhello there\nC: d\n"
    assert start_of_body(content, end_of_header(content)) == len(b"A: b\n")


def test_a_boundary_line_with_a_colon_is_no_field() -> None:
    assert end_of_header(b"A: b\n--part:1\nC: d\n") == len(b"A: b\n")


def test_text_without_header_has_none() -> None:
    assert end_of_header(b"hello there\n") == 0


@pytest.mark.parametrize(
    ("value", "decoded"),
    [
        ("plain", "plain"),
        ("=?utf-8?q?Z=C3=BCrich?=", "Zürich"),
        ("=?UTF-8?B?WsO8cmljaA==?=", "Zürich"),
        ("=?iso-8859-1?Q?Z=FCrich?= is nice", "Zürich is nice"),
        ("=?utf-8?q?a_b?= =?utf-8?q?c?=", "a bc"),
        ("=?utf-8?q?a?= and =?utf-8?q?b?=", "a and b"),
        ("=?utf-8*en?q?a?=", "a"),
        ("=?utf-8?b?w?= and more", "=?utf-8?b?w?= and more"),
        ("Re:  two   spaces", "Re: two spaces"),
        ("=?gb2312?b?zcu2qQ==?=", "退订"),
    ],
)
def test_encoded_words_are_decoded(value: str, decoded: str) -> None:
    assert decode_header(value) == decoded


def test_a_character_split_over_two_words_is_whole_again() -> None:
    assert decode_header("=?utf-8?q?Z=C3?= =?utf-8?q?=BCrich?=") == "Zürich"


def test_words_of_different_charsets_are_not_joined() -> None:
    assert decode_header("=?utf-8?q?=C3=BC?= =?iso-8859-1?q?=FC?=") == "üü"


def test_a_broken_word_stays_as_written() -> None:
    assert decode_header("=?utf-8?x?abc?= ok") == "=?utf-8?x?abc?= ok"


def test_an_unknown_charset_is_read_as_western_text() -> None:
    assert decode_header("=?unicode_escape?q?=5Cud800?=") == "\\ud800"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("text/plain", ("text/plain", {})),
        ('Text/HTML; Charset="UTF-8"', ("text/html", {"charset": "UTF-8"})),
        ("multipart/report; report-type=delivery-status;\tboundary=b", None),
        ("text/plain; charset=utf-8;", ("text/plain", {"charset": "utf-8"})),
        ("text/plain;; charset = utf-8", ("text/plain", {"charset": "utf-8"})),
        ('attachment; filename="a \\"b\\".txt"', ("attachment", {"filename": 'a "b".txt'})),
        ("attachment; filename*=utf-8''Z%C3%BCrich.txt", ("attachment", {"filename": "Zürich.txt"})),
        ("attachment; filename*0=a; filename*1=b.txt", ("attachment", {"filename": "ab.txt"})),
        ("attachment; filename*1=b.txt; filename*0*=utf-8''%C3%BC", ("attachment", {"filename": "üb.txt"})),
        ('attachment; filename="=?utf-8?q?=C3=BC?="', ("attachment", {"filename": "ü"})),
        ("attachment; filename=one; filename=two", ("attachment", {"filename": "one"})),
        ('attachment; filename="open', ("attachment", {"filename": "open"})),
        ("", ("", {})),
    ],
)
def test_parameters_are_split_off(value: str, expected: tuple[str, dict[str, str]] | None) -> None:
    if expected is None:
        expected = ("multipart/report", {"report-type": "delivery-status", "boundary": "b"})
    assert split_parameters(value) == expected
