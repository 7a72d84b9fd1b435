from datetime import UTC, datetime

import pytest

from mailproc.mail.reading.message import Part
from mailproc.mail.reports.arf import is_machine_part, read_machine_part, source_ip_of

FULL = """\
Feedback-Type: abuse
User-Agent: IspLoop/3.2
Version: 1
Original-Envelope-Id: ceaq0001
Original-Mail-From: <b-1@bounce.sender.example>
Original-Rcpt-To: <pat@isp.example>
Original-Rcpt-To: <sam@isp.example>
Arrival-Date: Tue, 3 Mar 2026 09:12:00 +0000
Reporting-MTA: dns; mx1.isp.example
Source-IP: 192.0.2.25
Source-Port: 41022
Incidents: 2
Authentication-Results: mx1.isp.example;
 dkim=pass header.d=sender.example
Reported-Domain: sender.example
Reported-URI: https://sender.example/offer
Reported-URI: mailto:news@sender.example
Subscription-Link: https://loop.example/1
"""


def test_every_field_of_the_rfc_finds_its_place() -> None:
    report = read_machine_part(FULL, ())
    assert report.feedback_type == "abuse"
    assert report.original_envelope_id == "ceaq0001"
    assert report.original_mail_from == "b-1@bounce.sender.example"
    assert report.original_rcpt_tos == ("pat@isp.example", "sam@isp.example")
    assert report.arrival_date == datetime(2026, 3, 3, 9, 12, tzinfo=UTC)
    assert report.reporting_mta == "mx1.isp.example"
    assert (report.source_ip, report.source_port, report.incidents) == ("192.0.2.25", 41022, 2)
    assert report.authentication_results == ("mx1.isp.example; dkim=pass header.d=sender.example",)
    assert report.reported_domains == ("sender.example",)
    assert report.reported_uris == ("https://sender.example/offer", "mailto:news@sender.example")
    assert report.extra == (("Subscription-Link", "https://loop.example/1"),)
    assert report.malformed == ()


@pytest.mark.parametrize(
    "kind",
    [
        "abuse",
        "fraud",
        "virus",
        "other",
        "not-spam",
        "auth-failure",
        "opt-out",
        "opt-out-list",
        "miscategorized",
        "dkim",
        "brand-new",
    ],
)
def test_every_type_is_read_and_lower_cased(kind: str) -> None:
    assert read_machine_part(f"Feedback-Type: {kind.upper()}\n", ()).feedback_type == kind


@pytest.mark.parametrize("text", ["", "Feedback-Type:\n", "Feedback-Type:  \nUser-Agent: x\n", "no fields at all"])
def test_a_report_without_type_is_unknown_and_says_so(text: str) -> None:
    report = read_machine_part(text, ())
    assert report.feedback_type == "unknown"
    assert "no feedback type" in report.malformed


def test_of_a_single_field_that_comes_twice_the_first_counts() -> None:
    report = read_machine_part("Feedback-Type: abuse\nFeedback-Type: not-spam\nVersion: 1\nVersion: 2\n", ())
    assert report.feedback_type == "abuse"
    assert report.version == "1"
    assert report.malformed == ("repeated field feedback-type", "repeated field version")


def test_fields_may_come_in_any_order_and_case_with_empty_lines_between() -> None:
    report = read_machine_part("\n\nsource-ip: 192.0.2.1\n\nUSER-AGENT: x\nfeedback-type: abuse\n\n\n", ())
    assert (report.feedback_type, report.source_ip, report.user_agent) == ("abuse", "192.0.2.1", "x")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("pat@isp.example", ("pat@isp.example",)),
        ("<pat@isp.example>", ("pat@isp.example",)),
        ("rfc822; pat@isp.example", ("pat@isp.example",)),
        ("undisclosed recipient <redacted@isp.example>", ("redacted@isp.example",)),
        ("redacted", ("redacted",)),
        ("redacted@", ("redacted@",)),
        ("4f2d1c9a0b7e6d5c4b3a29181706f5e4@isp.example", ("4f2d1c9a0b7e6d5c4b3a29181706f5e4@isp.example",)),
        ("a@isp.example, b@isp.example", ("a@isp.example", "b@isp.example")),
        ("", ()),
    ],
)
def test_recipients_are_bare_addresses_or_what_stands_for_them(value: str, expected: tuple[str, ...]) -> None:
    assert read_machine_part(f"Feedback-Type: abuse\nOriginal-Rcpt-To: {value}\n", ()).original_rcpt_tos == expected


def test_seven_recipients_keep_their_order() -> None:
    names = [f"pat{n}@isp.example" for n in (5, 3, 1, 2, 4, 7, 6)]
    text = "Feedback-Type: abuse\n" + "".join(f"Original-Rcpt-To: <{name}>\n" for name in names)
    assert read_machine_part(text, ()).original_rcpt_tos == tuple(names)


def test_the_draft_era_names_the_person_in_removal_recipient() -> None:
    report = read_machine_part("Feedback-Type: opt-out\nRemoval-Recipient: <pat@isp.example>\n", ())
    assert report.removal_recipients == ("pat@isp.example",)
    assert report.original_rcpt_tos == ()


@pytest.mark.parametrize(
    ("value", "expected"), [("<>", ""), ("<a@example.org>", "a@example.org"), ("x.x.x.x", "x.x.x.x")]
)
def test_the_null_reverse_path_is_told_from_none(value: str, expected: str) -> None:
    assert read_machine_part(f"Original-Mail-From: {value}\n", ()).original_mail_from == expected
    assert read_machine_part("Feedback-Type: abuse\n", ()).original_mail_from is None


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("[192.0.2.1]", "192.0.2.1"),
        ("192.0.2.1 (mail.example.org)", "192.0.2.1"),
        ("2001:DB8:0:0::1", "2001:db8::1"),
        ("[IPv6:2001:db8::1]", "2001:db8::1"),
        ("x.x.x.x", None),
        ("192.0.2.", None),
        ("", None),
    ],
)
def test_source_addresses_are_addresses_or_nothing(value: str, expected: str | None) -> None:
    assert source_ip_of(value) == expected


@pytest.mark.parametrize(
    ("field", "port", "incidents", "told"),
    [
        ("Source-Port: 65536", None, 1, True),
        ("Source-Port: 25", 25, 1, False),
        ("Incidents: many", None, 1, True),
        ("Incidents: 4294967296", None, 1, True),
        ("Incidents: ٣", None, 1, True),
        ("Incidents: 7", None, 7, False),
    ],
)
def test_numbers_are_numbers_in_their_range_or_told(field: str, port: int | None, incidents: int, told: bool) -> None:
    report = read_machine_part(f"Feedback-Type: abuse\n{field}\n", ())
    assert (report.source_port, report.incidents) == (port, incidents)
    assert bool(report.malformed) is told


@pytest.mark.parametrize("name", ["Arrival-Date", "Received-Date"])
@pytest.mark.parametrize("zone", ["+0100", "EST", "-0500 (EST)", "UT", "EDT", ""])
def test_dates_are_read_with_every_kind_of_zone(name: str, zone: str) -> None:
    report = read_machine_part(f"Feedback-Type: abuse\n{name}: Tue, 3 Mar 2026 09:12:00 {zone}\n", ())
    assert report.arrival_date is not None
    assert report.arrival_date.tzinfo is UTC
    assert report.malformed == ()


def test_a_date_that_is_none_is_told() -> None:
    assert read_machine_part("Feedback-Type: abuse\nArrival-Date: yesterday\n", ()).malformed == (
        "not a date in arrival-date",
    )


def test_an_authentication_failure_keeps_its_fields() -> None:
    report = read_machine_part("Feedback-Type: auth-failure\nAuth-Failure: DMARC\nIdentity-Alignment: none\n", ())
    assert report.auth_failure == "dmarc"
    assert report.extra == (("Identity-Alignment", "none"),)


@pytest.mark.parametrize(
    ("field", "trap"), [("Abuse-Type: spamtrap", True), ("Source: Spam-Trap", True), ("Abuse-Type: complaint", False)]
)
def test_reports_of_traps_are_told(field: str, trap: bool) -> None:
    assert read_machine_part(f"Feedback-Type: abuse\n{field}\n", ()).spam_trap is trap


def test_the_machine_part_is_known_by_its_type_and_in_a_declared_report_by_its_looks() -> None:
    assert is_machine_part(Part(content_type="message/feedback-report", text=""), declared=False)
    assert not is_machine_part(Part(content_type="message/feedback-report"), declared=True)
    text = Part(content_type="text/plain", text="Version: 1\nFeedback-Type: abuse\n")
    assert is_machine_part(text, declared=True)
    assert not is_machine_part(text, declared=False)
    assert not is_machine_part(Part(content_type="text/plain", text="about Feedback-Type: abuse"), declared=True)
