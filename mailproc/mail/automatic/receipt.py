"""Read receipts (RFC 8098), calendar mail (RFC 5546), aggregate reports (RFC 8460, RFC 9990): recorded only."""

import re

from mailproc.mail.reading.message import Message, Part
from mailproc.mail.reading.report_fields import report_type_of

_RECEIPT_TYPES = frozenset({"message/disposition-notification", "message/global-disposition-notification"})
# What Outlook and others put before the subject of a receipt without structure.
RECEIPT_SUBJECT = re.compile(
    r"(?:read|not read|gelesen|ungelesen gelöscht|lu|leído|letto|lida|gelezen|läst|прочтено|開封済み|已读"
    r"|return receipt|read receipt|lesebestätigung|empfangsbestätigung)\s*(?:\([^)]{0,40}\)\s*)?[::-]",
    re.IGNORECASE,
)
_RECEIPT_BODY = re.compile(
    r"(?:was|were) (?:read|displayed|deleted without being read) on\b|this is a (?:return|read) receipt\b"
    r"|wurde (?:gelesen|am .{1,60} gelesen)|a été (?:lu|affiché)|se (?:ha leído|leyó) el\b|è stat[oa] lett[oa]",
    re.IGNORECASE,
)
_CALENDAR_METHODS = frozenset({"reply", "request", "cancel", "counter", "declinecounter", "add", "refresh"})
_METHOD_LINE = re.compile(r"^METHOD:([A-Z-]{1,20})\s*$", re.IGNORECASE | re.MULTILINE)
AGGREGATE_SUBJECT = re.compile(r"report domain:\s*\S{1,255}.{0,80}submitter:", re.IGNORECASE)
_AGGREGATE_FILE = re.compile(
    r"[^!\s]{1,255}![^!\s]{1,255}!\d{6,12}!\d{6,12}(?:![^.\s]{1,100})?\.(?:xml|json)?(?:\.?gz|\.?zip)?$"
)


def is_receipt(message: Message) -> str | None:
    """Evidence that the mail is a read receipt, a machine's or a client's in plain text; None when it is not.

    `deleted` is a disposition, too: it is no opt-out. Source: RFC 8098 §3.
    """
    for part in message.root.walk():
        if part.content_type in _RECEIPT_TYPES:
            return f"Content-Type: {part.content_type}"
    if report_type_of(message.root) == "disposition-notification":
        return "report-type=disposition-notification"
    subject = RECEIPT_SUBJECT.match(message.subject[:200])
    if subject and _RECEIPT_BODY.search(_first_text(message)[:1000]):
        return f"Subject: {subject[0].strip()}"
    return None


def is_calendar(message: Message) -> str | None:
    """Evidence that the mail is an invitation or an answer to one; None when it is not. Source: RFC 5546 §3."""
    for part in message.root.walk():
        if part.content_type == "text/calendar" or (part.content_type == "application/ics" and part.text):
            method = _calendar_method(part)
            if method in _CALENDAR_METHODS:
                return f"Content-Type: text/calendar; method={method}"
    return None


def _calendar_method(part: Part) -> str:
    declared = part.param("method")
    found = None if declared else _METHOD_LINE.search((part.text or "")[:5000])
    return (declared or (found[1] if found else "")).strip().lower()


def is_aggregate_report(message: Message) -> str | None:
    """Evidence that the mail is a TLS or DMARC aggregate report, None when it is not. Source: RFC 8460, RFC 9990."""
    root = message.root
    if report_type_of(root) == "tlsrpt":
        return "report-type=tlsrpt"
    for part in root.walk():
        if part.content_type.startswith("application/tlsrpt"):
            return f"Content-Type: {part.content_type}"
        # google.com!example.org!1700000000!1700086399.zip
        if part.filename and _AGGREGATE_FILE.match(part.filename.lower()[:600]):
            return f"file {part.filename[:100]}"
    if message.headers.get("tls-report-domain") is not None:
        return "TLS-Report-Domain"
    return "Subject: Report Domain" if AGGREGATE_SUBJECT.match(message.subject[:500]) else None


def _first_text(message: Message) -> str:
    return next((part.text for part in message.root.walk() if part.text and part.content_type == "text/plain"), "")
