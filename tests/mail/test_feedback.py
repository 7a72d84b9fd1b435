import base64
import json

import pytest

from mailproc.mail.reading.message import read_message
from mailproc.mail.reports.feedback import FeedbackReport, parse_feedback_report

FIELDS = b"Feedback-Type: abuse\r\nUser-Agent: IspLoop/3.2\r\nVersion: 1\r\n"
REPORTED = (
    b"Return-Path: <b-1@bounce.sender.example>\r\n"
    b"From: Acme <news@sender.example>\r\nTo: pat@isp.example\r\n"
    b"Subject: March\r\nMessage-ID: <1@sender.example>\r\n"
)


def report(*parts: bytes, report_type: bytes = b"; report-type=feedback-report", head: bytes = b"") -> bytes:
    body = b"".join(b"--b1\r\n" + part + b"\r\n" for part in parts)
    return (
        b"From: <fbl@isp.example>\r\nTo: <abuse@sender.example>\r\nSubject: FW: March\r\n"
        + head
        + b"Content-Type: multipart/report"
        + report_type
        + b"; boundary=b1\r\n\r\n"
        + body
        + b"--b1--\r\n"
    )


HUMAN = b"Content-Type: text/plain\r\n\r\nA user marked a message as junk.\r\n"
MACHINE = b"Content-Type: message/feedback-report\r\n\r\n" + FIELDS
ORIGINAL = b"Content-Type: message/rfc822\r\n\r\n" + REPORTED + b"\r\nHello\r\n"


def parse(content: bytes) -> FeedbackReport | None:
    return parse_feedback_report(read_message(content))


def found(content: bytes) -> FeedbackReport:
    result = parse(content)
    assert result is not None
    return result


def test_an_arf_report_is_read_with_the_mail_it_is_about() -> None:
    result = found(report(HUMAN, MACHINE, ORIGINAL))
    assert result.format == "arf"
    assert result.feedback_type == "abuse"
    assert result.user_agent == "IspLoop/3.2"
    assert result.original is not None
    assert result.original.headers.get("message-id") == "<1@sender.example>"
    assert result.malformed == ()


@pytest.mark.parametrize(
    "parameter",
    [b'; report-type="feedback-report"', b"; Report-Type=Feedback-Report", b"", b"; report-type=other"],
)
def test_the_machine_part_proves_a_report_whatever_the_container_says(parameter: bytes) -> None:
    if parameter == b"; report-type=other":
        assert found(report(HUMAN, MACHINE, ORIGINAL, report_type=parameter)).feedback_type == "abuse"
    else:
        assert found(report(HUMAN, MACHINE, ORIGINAL, report_type=parameter)).original is not None


@pytest.mark.parametrize(
    "kind", [b"text/rfc822-headers", b"text/rfc822-header", b"text/rfc822", b"message/rfc822-headers"]
)
def test_the_reported_mail_may_be_its_headers_under_any_name(kind: bytes) -> None:
    result = found(report(HUMAN, MACHINE, b"Content-Type: " + kind + b"\r\n\r\n" + REPORTED))
    assert result.original is not None
    assert result.original.from_addresses == ("news@sender.example",)


def test_headers_as_plain_text_are_recognised() -> None:
    result = found(report(HUMAN, MACHINE, b"Content-Type: text/plain; name=headers.txt\r\n\r\n" + REPORTED))
    assert result.original is not None


def test_a_single_feedback_id_is_a_reported_mail() -> None:
    part = (
        b"Content-Type: text/rfc822-headers\r\n\r\n"
        b"CFBL-Feedback-ID: 1:42:ceaqaaabd5y7wbglaaaaabtz\r\n gjiubozftnjofvvgcwganmm2\r\n"
    )
    result = found(report(HUMAN, MACHINE, part))
    assert result.original is not None
    assert "".join((result.original.headers.get("cfbl-feedback-id") or "").split()).endswith(
        "abtzgjiubozftnjofvvgcwganmm2"
    )


@pytest.mark.parametrize("body", [b"REDACTED", b"", b"\r\n"])
def test_a_redacted_mail_is_none(body: bytes) -> None:
    assert found(report(HUMAN, MACHINE, b"Content-Type: message/rfc822\r\n\r\n" + body)).original is None


def test_the_third_part_may_be_missing() -> None:
    assert found(report(HUMAN, MACHINE)).original is None


def test_the_closing_boundary_may_be_missing() -> None:
    result = found(report(HUMAN, MACHINE, ORIGINAL).replace(b"--b1--\r\n", b""))
    assert result.feedback_type == "abuse"
    assert result.original is not None


def test_an_encoded_machine_part_and_an_encoded_mail_are_decoded() -> None:
    machine = (
        b"Content-Type: message/feedback-report\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        + base64.encodebytes(FIELDS)
    )
    mail = b"Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\n" + base64.encodebytes(
        REPORTED + b"\r\nx"
    )
    result = found(report(HUMAN, machine, mail))
    assert result.feedback_type == "abuse"
    assert result.original is not None


def test_a_machine_part_under_a_wrong_name_is_believed_in_a_declared_report() -> None:
    assert found(report(HUMAN, b"Content-Type: text/plain\r\n\r\n" + FIELDS, ORIGINAL)).feedback_type == "abuse"


def test_a_person_who_quotes_report_fields_writes_no_report() -> None:
    assert parse(b"From: pat@example.org\r\nSubject: what is this?\r\n\r\n" + FIELDS) is None
    assert parse(report(HUMAN, b"Content-Type: text/plain\r\n\r\n" + FIELDS, report_type=b"")) is None


def test_a_declared_report_without_machine_part_is_of_unknown_type() -> None:
    result = found(report(HUMAN, ORIGINAL))
    assert result.feedback_type == "unknown"
    assert result.malformed == ("no machine part",)
    assert result.original is not None


def test_a_report_that_somebody_forwarded_is_found() -> None:
    inner = report(HUMAN, MACHINE, ORIGINAL)
    outer = (
        b"From: admin@sender.example\r\nSubject: Fwd: report\r\n"
        b"Content-Type: multipart/mixed; boundary=o\r\n"
        b"\r\n--o\r\n\r\nsee below\r\n--o\r\nContent-Type: message/rfc822\r\n\r\n"
    )
    result = found(outer + inner + b"\r\n--o--\r\n")
    assert result.original is not None
    assert result.original.subject == "March"


def test_a_report_deeper_than_five_mails_is_not_looked_for() -> None:
    content = report(HUMAN, MACHINE, ORIGINAL)
    for _ in range(7):
        content = b"From: a@example.org\r\nContent-Type: message/rfc822\r\n\r\n" + content
    assert parse(content) is None


def test_a_bounce_of_a_report_is_a_bounce() -> None:
    status = (
        b"Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; x.example\r\n\r\n"
        b"Final-Recipient: rfc822; a@example.org\r\nAction: failed\r\nStatus: 5.1.1\r\n"
    )
    returned = b"Content-Type: message/rfc822\r\n\r\n" + report(HUMAN, MACHINE, ORIGINAL).replace(b"b1", b"b2")
    assert parse(report(HUMAN, status, returned, report_type=b"; report-type=delivery-status")) is None


@pytest.mark.parametrize("sender", [b"staff@hotmail.com", b"<staff@hotmail.com>", b"Staff <STAFF@hotmail.com>"])
def test_legacy_jmrp_is_read(sender: bytes) -> None:
    content = (
        b"From: " + sender + b"\r\nSubject:  complaint about message from 192.0.2.25\r\n"
        b"Content-Type: multipart/mixed; boundary=B\r\n\r\n"
        b"--B\r\nContent-Type: message/rfc822\r\nContent-Disposition: inline\r\n\r\n"
        b"X-HmXmrOriginalRecipient: <pat@hotmail.example>\r\n" + REPORTED + b"\r\nHello\r\n--B--\r\n"
    )
    result = found(content)
    assert (result.format, result.feedback_type, result.source_ip) == ("jmrp", "abuse", "192.0.2.25")
    assert result.original is not None
    assert result.original.headers.get("X-HmXmrOriginalRecipient") == "<pat@hotmail.example>"


def test_jmrp_that_was_redirected_as_it_is_is_read() -> None:
    result = found(b"X-HmXmrOriginalRecipient: pat@hotmail.example\r\n" + REPORTED + b"\r\nHello\r\n")
    assert result.format == "jmrp"
    assert result.original is not None
    assert result.original.subject == "March"


@pytest.mark.parametrize(
    "content",
    [
        b"From: staff@hotmail.com\r\nSubject: your account\r\n\r\nhello\r\n",
        b"From: pat@example.org\r\nSubject: complaint about message from 192.0.2.25\r\n\r\nI complain.\r\n",
        b"From: pat@example.org\r\nContent-Type: message/rfc822\r\n\r\n" + REPORTED + b"\r\nHello\r\n",
        b"From: pat@example.org\r\nSubject: re\r\n\r\nX-HmXmrOriginalRecipient: pat@hotmail.example\r\n",
    ],
)
def test_other_mail_is_no_jmrp(content: bytes) -> None:
    assert parse(content) is None


def test_xarf_in_the_wrapping_of_arf_is_read_as_xarf() -> None:
    payload = json.dumps(
        {"xarf_version": "4.2.0", "category": "messaging", "type": "spam", "smtp_to": "pat@isp.example"}
    )
    machine = b"Content-Type: message/feedback-report\r\n\r\nFeedback-Type: xarf\r\nUser-Agent: x/1\r\nVersion: 1\r\n"
    part = (
        b"Content-Type: application/json; name=xarf.json\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        + base64.encodebytes(payload.encode())
    )
    result = found(report(HUMAN, machine, part))
    assert (result.format, result.feedback_type) == ("xarf", "abuse")
    assert result.original_rcpt_tos == ("pat@isp.example",)


def test_a_xarf_report_whose_json_is_lost_is_kept_as_what_it_says() -> None:
    machine = b"Content-Type: message/feedback-report\r\n\r\nFeedback-Type: xarf\r\nUser-Agent: x/1\r\nVersion: 1\r\n"
    assert found(report(HUMAN, machine)).feedback_type == "xarf"


@pytest.mark.parametrize(
    "content",
    [b"", b"hello", b"From: pat@example.org\r\n\r\nplease stop\r\n", b"Content-Type: multipart/report\r\n\r\n"],
)
def test_ordinary_mail_is_no_report(content: bytes) -> None:
    assert parse(content) is None
