import pytest

from mailproc.mail.reading.message import Part
from mailproc.mail.reports.delivery_report import embedded_report, is_report_part, recipient_address


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("rfc822; pat@example.org", "pat@example.org"),
        ("RFC822;<pat@example.org>", "pat@example.org"),
        ("rfc822;;pat@example.org", "pat@example.org"),
        ("pat@example.org", "pat@example.org"),
        ("rfc822; pat+2Bnews@example.org", "pat+news@example.org"),
        ("rfc822; pat+DE@example.org", "pat+DE@example.org"),
        ("utf-8; \\x{1F600}@example.org", "😀@example.org"),
        ("utf-8; a\\x{D800}@example.org", "a\\x{D800}@example.org"),
        ("rfc822; pat", "pat"),
        ("x400; /CN=pat/", "/CN=pat/"),
        ("", None),
        (None, None),
    ],
)
def test_typed_addresses_become_bare(value: str | None, expected: str | None) -> None:
    assert recipient_address(value) == expected


FIELDS = "Reporting-MTA: dns; x\n\nFinal-Recipient: rfc822; a@example.org\n"


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        ("message/delivery-status", "", True),
        ("message/global-delivery-status", "", True),
        ("text/plain", FIELDS, True),
        ("text/plain", "hello\n" + FIELDS, False),
        ("text/html", FIELDS, False),
        ("message/delivery-status", None, False),
        ("message/disposition-notification", FIELDS, False),
    ],
)
def test_the_machine_part_is_known_by_type_or_looks(kind: str, text: str | None, expected: bool) -> None:
    assert is_report_part(Part(content_type=kind, text=text)) is expected


def test_fields_inside_a_text_begin_at_their_first_line() -> None:
    assert embedded_report("sorry\n\n" + FIELDS) == FIELDS
    assert embedded_report("Reporting-MTA: dns; x\n") is None
    assert embedded_report("no fields") is None
