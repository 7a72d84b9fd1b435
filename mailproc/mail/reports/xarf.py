"""XARF v3 and v4: abuse reports as JSON, in the wrapping of ARF or as an attachment."""

import base64
import binascii
import json
from typing import Any

from mailproc.mail.reading.message import MACHINE_PART_BYTES_MAX, Message, read_message
from mailproc.mail.reading.report_fields import iso_date_of
from mailproc.mail.reports.arf import source_ip_of
from mailproc.mail.reports.feedback_report import FeedbackReport

_JSON_TYPES = frozenset({"application/json", "application/xarf+json", "text/json"})
_SAMPLES_MAX = 50
_NESTING_CHARS_MAX = 500
# What counts as a complaint about mail; everything else keeps its own name and never acts.
_SPAM_TYPES = frozenset({"spam", "bulk_messaging", "bulk-messaging", "unsolicited"})
_MAIL_CLASSES = frozenset({"messaging", "activity", ""})


def parse_xarf(message: Message) -> FeedbackReport | None:
    """Read a XARF report, version 3 or 4; None when the mail carries none.

    `feedback_type` is `abuse` for spam and bulk mail, otherwise XARF's own type (`login_attack`, `phishing`, …).
    `spam_trap` is True when the evidence comes from a trap. Raises nothing. Source: XARF 3 and 4.
    """
    for part in message.root.walk():
        named = (part.filename or "").lower().endswith("xarf.json")
        if part.text is not None and (named or part.content_type in _JSON_TYPES):
            report = _read(_loads(part.text))
            if report is not None:
                return report
    return None


def _loads(text: str) -> dict[str, Any]:
    """The JSON object in a text; empty when there is none. Nesting is bounded before the parser recurses into it."""
    if len(text) > MACHINE_PART_BYTES_MAX or text.count("{") + text.count("[") > _NESTING_CHARS_MAX:
        return {}
    try:
        value = json.loads(text)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _read(found: dict[str, Any]) -> FeedbackReport | None:
    if _text(found, "xarf_version").startswith("4"):
        return _read_v4(found)
    report = found.get("Report")
    if isinstance(report, dict) and (_text(found, "Version").startswith("3") or "ReporterInfo" in found):
        return _read_v3(found, report)
    return None


def _read_v4(found: dict[str, Any]) -> FeedbackReport:
    category, kind = _text(found, "category").lower(), _text(found, "type").lower()
    evidence = found.get("evidence")
    samples = [
        (_text(one, "content_type"), _text(one, "payload"), True)
        for one in (evidence if isinstance(evidence, list) else [])[:_SAMPLES_MAX]
        if isinstance(one, dict)
    ]
    return FeedbackReport(
        format="xarf",
        feedback_type="abuse" if category in {"messaging", ""} and kind in _SPAM_TYPES else kind or "unknown",
        user_agent=_user_agent(found.get("reporter"), "org", "domain"),
        version=_text(found, "xarf_version"),
        original_mail_from=_text(found, "smtp_from") or None,
        arrival_date=iso_date_of(_text(found, "timestamp")),
        source_ip=source_ip_of(_text(found, "source_identifier")),
        source_port=_port(found.get("source_port")),
        original_rcpt_tos=_one(_text(found, "smtp_to")),
        spam_trap=_is_trap(_text(found, "evidence_source")),
        extra=_named(found, "report_id", "category", "type", "evidence_source", "message_id", "subject"),
        original=_sample(samples),
    )


def _read_v3(found: dict[str, Any], report: dict[str, Any]) -> FeedbackReport:
    """Strict v3 and its looser sister with `Source` and `Attachment`."""
    more, source = _object(report, "AdditionalInfo"), _object(report, "Source")
    samples = [
        (
            _text(one, "ContentType"),
            _text(one, "Payload") or _text(one, "Data"),
            one.get("Base64Encoded", True) is not False,
        )
        for one in [*_list(report, "Samples"), *_list(report, "Attachment"), *_list(report, "Attachments")][
            :_SAMPLES_MAX
        ]
        if isinstance(one, dict)
    ]
    kind, report_class = _text(report, "ReportType").lower(), _text(report, "ReportClass").lower()
    rcpt_to = _text(report, "SmtpRcptToAddress") or _text(more, "SMTPTo") or _text(more, "SMTPRcptTo")
    return FeedbackReport(
        format="xarf",
        feedback_type="abuse" if kind in _SPAM_TYPES and report_class in _MAIL_CLASSES else kind or "unknown",
        user_agent=_user_agent(found.get("ReporterInfo"), "ReporterOrg", "ReporterOrgDomain"),
        version=_text(found, "Version"),
        original_mail_from=_text(report, "SmtpMailFromAddress") or _text(more, "SMTPFrom") or None,
        arrival_date=iso_date_of(_text(report, "Date")),
        source_ip=source_ip_of(_text(report, "SourceIp") or _text(source, "IP")),
        source_port=_port(report.get("SourcePort", source.get("Port"))),
        original_rcpt_tos=_one(rcpt_to),
        spam_trap=_is_trap(_text(more, "DetectionMethod")) or _is_trap(_text(report, "DetectionMethod")),
        extra=_named(report, "ReportID", "ReportClass", "ReportType", "ReportSubType"),
        original=_sample(samples),
    )


def _text(found: dict[str, Any], key: str) -> str:
    value = found.get(key)
    return value.strip() if isinstance(value, str) else str(value) if isinstance(value, int | float) else ""


def _object(found: dict[str, Any], key: str) -> dict[str, Any]:
    value = found.get(key)
    return value if isinstance(value, dict) else {}


def _list(found: dict[str, Any], key: str) -> list[Any]:
    value = found.get(key)
    return value if isinstance(value, list) else []


def _one(value: str) -> tuple[str, ...]:
    return (value.strip("<>"),) if value else ()


def _named(found: dict[str, Any], *keys: str) -> tuple[tuple[str, str], ...]:
    return tuple((key, _text(found, key)) for key in keys if _text(found, key))


def _user_agent(reporter: object, *keys: str) -> str | None:
    return " ".join(_text(reporter, key) for key in keys).strip() or None if isinstance(reporter, dict) else None


def _port(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 65535 else None


def _is_trap(value: str) -> bool:
    return "trap" in value.lower()


def _sample(samples: list[tuple[str, str, bool]]) -> Message | None:
    """The first sample that is a mail or its header."""
    for content_type, payload, encoded in samples:
        if content_type.lower().startswith(("message/rfc822", "text/rfc822-headers", "text/plain")) and payload:
            try:
                data = base64.b64decode(payload) if encoded else payload.encode("utf-8", "replace")
            except (binascii.Error, ValueError):
                continue
            message = read_message(data)
            if message.headers.fields:
                return message
    return None
