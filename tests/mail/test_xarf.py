import base64
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from mailproc.mail.reading.message import read_message
from mailproc.mail.reports.feedback_report import FeedbackReport
from mailproc.mail.reports.xarf import parse_xarf

SAMPLE = base64.b64encode(b"From: news@sender.example\r\nSubject: March\r\n\r\nHello\r\n").decode()
V4 = {
    "xarf_version": "4.2.0",
    "report_id": "5b0f3a52-9d0e-4c64-9a54-6a1f2d3c4b5a",
    "timestamp": "2026-03-03T09:12:00Z",
    "reporter": {"org": "Isp Example", "contact": "xarf@isp.example", "domain": "isp.example"},
    "source_identifier": "192.0.2.25",
    "source_port": 25,
    "category": "messaging",
    "type": "spam",
    "evidence_source": "user_complaint",
    "smtp_from": "b-1@bounce.sender.example",
    "smtp_to": "pat@isp.example",
    "evidence": [{"content_type": "message/rfc822", "payload": SAMPLE}],
}
V3 = {
    "Version": "3",
    "ReporterInfo": {"ReporterOrg": "Isp Example", "ReporterOrgDomain": "isp.example"},
    "Report": {
        "ReportClass": "Activity",
        "ReportType": "Spam",
        "Date": "2026-03-03T10:12:00+01:00",
        "SourceIp": "192.0.2.25",
        "SourcePort": 41022,
        "SmtpMailFromAddress": "b-1@bounce.sender.example",
        "SmtpRcptToAddress": "pat@isp.example",
        "Samples": [{"ContentType": "message/rfc822", "Base64Encoded": True, "Payload": SAMPLE}],
    },
}


def parse(payload: Any, name: str = "xarf.json") -> FeedbackReport | None:
    text = payload if isinstance(payload, str) else json.dumps(payload)
    head = f"From: xarf@isp.example\r\nContent-Type: application/json; name={name}\r\n\r\n"
    return parse_xarf(read_message((head + text).encode()))


def found(payload: Any) -> FeedbackReport:
    report = parse(payload)
    assert report is not None
    return report


@pytest.mark.parametrize("payload", [V3, V4], ids=["v3", "v4"])
def test_both_versions_say_the_same(payload: dict[str, Any]) -> None:
    report = found(payload)
    assert (report.format, report.feedback_type) == ("xarf", "abuse")
    assert report.original_rcpt_tos == ("pat@isp.example",)
    assert report.original_mail_from == "b-1@bounce.sender.example"
    assert report.source_ip == "192.0.2.25"
    assert report.arrival_date == datetime(2026, 3, 3, 9, 12, tzinfo=UTC)
    assert report.user_agent == "Isp Example isp.example"
    assert report.original is not None
    assert report.original.from_addresses == ("news@sender.example",)
    assert not report.spam_trap


def test_the_looser_v3_is_read() -> None:
    report = found(
        {
            "Version": "3",
            "ReporterInfo": {},
            "Report": {
                "ReportClass": "Messaging",
                "ReportType": "Spam",
                "Source": {"IP": "192.0.2.9", "Port": 25},
                "Attachment": [{"ContentType": "message/rfc822", "Data": SAMPLE}],
                "AdditionalInfo": {"SMTPFrom": "b-1@bounce.sender.example"},
            },
        }
    )
    assert (report.feedback_type, report.source_ip, report.source_port) == ("abuse", "192.0.2.9", 25)
    assert report.original_mail_from == "b-1@bounce.sender.example"
    assert report.original is not None


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"category": "connection", "type": "login_attack"}, "login_attack"),
        ({"category": "content", "type": "phishing"}, "phishing"),
        ({"category": "connection", "type": "spam"}, "spam"),
        ({"type": "bulk_messaging"}, "abuse"),
        ({"type": ""}, "unknown"),
    ],
)
def test_only_unwanted_mail_is_a_complaint(changed: dict[str, str], expected: str) -> None:
    assert found({**V4, **changed}).feedback_type == expected


def test_a_trap_is_told() -> None:
    assert found({**V4, "evidence_source": "spamtrap"}).spam_trap


def test_plain_text_samples_are_read() -> None:
    sample = {"ContentType": "text/plain", "Base64Encoded": False, "Payload": "From: news@sender.example\r\n\r\nHello"}
    report = found({**V3, "Report": {**V3["Report"], "Samples": [sample]}})  # type: ignore[dict-item]
    assert report.original is not None


@pytest.mark.parametrize(
    "changed",
    [
        {"evidence": []},
        {"evidence": None},
        {"evidence": [{"content_type": "message/rfc822", "payload": "%"}]},
        {"evidence": ["x", 1]},
    ],
)
def test_a_report_without_readable_sample_is_a_report(changed: dict[str, Any]) -> None:
    assert found({**V4, **changed}).original is None


@pytest.mark.parametrize(
    "changed",
    [
        {"timestamp": "never"},
        {"source_port": -1},
        {"source_port": True},
        {"source_identifier": "nowhere"},
        {"smtp_to": ["x"]},
    ],
)
def test_malformed_values_are_none(changed: dict[str, Any]) -> None:
    report = found({**V4, **changed})
    assert None in (report.arrival_date, report.source_port, report.source_ip) or report.original_rcpt_tos == ()


@pytest.mark.parametrize(
    "payload",
    ["", "[]", "{", "null", "[" * 100_000, '{"a": ' * 5000, {"Version": "3"}, {"xarf_version": "2"}, {"Report": 1}],
)
def test_other_json_is_none(payload: Any) -> None:
    assert parse(payload) is None


def test_json_in_a_text_that_is_not_named_so_is_not_looked_at() -> None:
    mail = f"From: pat@example.org\r\n\r\n{json.dumps(V4)}".encode()
    assert parse_xarf(read_message(mail)) is None
