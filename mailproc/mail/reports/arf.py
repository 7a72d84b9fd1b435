"""The machine part of a feedback report (RFC 5965 §3.1, 6430, 6591, 6692), and what generators make of it."""

import ipaddress
import re
from collections.abc import Sequence

from mailproc.mail.reading.message import Headers, Part, addresses_in
from mailproc.mail.reading.report_fields import after_type, bare_address, date_of, field_blocks, original_of
from mailproc.mail.reports.feedback_report import FeedbackReport

_TYPES = frozenset({"message/feedback-report", "message/feedback_report", "text/feedback-report"})
# What the machine part is called where a gateway or a script does not know its name.
_OTHER_TYPES = frozenset({"text/plain", "application/octet-stream", "text/rfc822-headers", "message/report"})
_FIRST_LINE = re.compile(r"\s*(?:[!-9;-~]{1,60}:[^\n]{0,500}\n){0,12}?feedback-type[ \t]*:", re.IGNORECASE)

_SINGLE = frozenset(
    {
        "feedback-type",
        "user-agent",
        "version",
        "original-envelope-id",
        "original-mail-from",
        "arrival-date",
        "received-date",
        "reporting-mta",
        "source-ip",
        "source-port",
        "incidents",
        "auth-failure",
    }
)
_REPEATED = frozenset(
    {"authentication-results", "original-rcpt-to", "removal-recipient", "reported-domain", "reported-uri"}
)
_INCIDENTS_MAX = 2**32 - 1


def is_machine_part(part: Part, *, declared: bool) -> bool:
    """Whether this leaf holds the fields of a report; `declared`: the mail says that it is one (report-type), so that a
    machine part under a wrong name is believed.
    """
    if part.content_type in _TYPES:
        return part.text is not None
    return (
        declared and part.content_type in _OTHER_TYPES and part.text is not None and bool(_FIRST_LINE.match(part.text))
    )


def read_machine_part(text: str, following: Sequence[Part]) -> FeedbackReport:
    """Read the fields of a report; `following` are the leaves behind it, among them the reported mail.

    Of a single field that comes twice the first counts, and `malformed` tells so. Raises nothing. Source: RFC 5965
    §3.1.
    """
    # Some put empty lines between the fields.
    fields = Headers(tuple(field for block in field_blocks(text) for field in block.fields))
    malformed = _malformed(fields)
    feedback_type = _first(fields, "feedback-type")
    return FeedbackReport(
        format="arf",
        feedback_type=feedback_type.split()[0].lower().rstrip(";") if feedback_type else "unknown",
        user_agent=_first(fields, "user-agent"),
        version=_first(fields, "version"),
        original_envelope_id=_first(fields, "original-envelope-id"),
        original_mail_from=_reverse_path(_first(fields, "original-mail-from")),
        arrival_date=date_of(_first(fields, "arrival-date") or _first(fields, "received-date") or ""),
        reporting_mta=_typed(_first(fields, "reporting-mta")),
        source_ip=source_ip_of(_first(fields, "source-ip") or ""),
        source_port=_number(_first(fields, "source-port"), 65535),
        incidents=_number(_first(fields, "incidents"), _INCIDENTS_MAX) or 1,
        authentication_results=_all(fields, "authentication-results"),
        original_rcpt_tos=_addresses(fields, "original-rcpt-to"),
        removal_recipients=_addresses(fields, "removal-recipient"),
        reported_domains=_all(fields, "reported-domain"),
        reported_uris=_all(fields, "reported-uri"),
        auth_failure=(_first(fields, "auth-failure") or "").lower() or None,
        spam_trap=_is_spam_trap(fields),
        extra=tuple(field for field in fields.fields if field[0].lower() not in _SINGLE | _REPEATED),
        original=original_of(tuple(following)),
        malformed=malformed,
    )


def _malformed(fields: Headers) -> tuple[str, ...]:
    repeated = [f"repeated field {name}" for name in sorted(_SINGLE) if len(fields.all(name)) > 1]
    if not (fields.get("feedback-type") or "").strip():
        repeated.append("no feedback type")
    bad_numbers = [
        f"not a number in {name}"
        for name, most in (("source-port", 65535), ("incidents", _INCIDENTS_MAX))
        if _first(fields, name) is not None and _number(_first(fields, name), most) is None
    ]
    dated = _first(fields, "arrival-date") or _first(fields, "received-date")
    return (*repeated, *bad_numbers, *(("not a date in arrival-date",) if dated and date_of(dated) is None else ()))


def _first(fields: Headers, name: str) -> str | None:
    """The first value of a field; None when it is absent or empty."""
    return (fields.get(name) or "").strip() or None


def _all(fields: Headers, name: str) -> tuple[str, ...]:
    return tuple(value.strip() for value in fields.all(name) if value.strip())


def _typed(value: str | None) -> str | None:
    """`mx.example.org` of `dns; mx.example.org`."""
    return None if value is None else after_type(value) or None


def _reverse_path(value: str | None) -> str | None:
    """The bare address of a reverse-path; empty for the null path `<>`; as it stands where it is no address."""
    if value is None:
        return None
    return "" if value == "<>" else bare_address(value) or value


def _addresses(fields: Headers, name: str) -> tuple[str, ...]:
    """Bare addresses in the report's order; a value that is no address (redacted) is kept as it stands."""
    found: list[str] = []
    for value in _all(fields, name):
        found.extend(addresses_in(after_type(value)) or (value,))
    return tuple(found)


def _number(value: str | None, most: int) -> int | None:
    text = (value or "").partition("(")[0].strip()
    if not text.isascii() or not text.isdigit() or len(text) > 10:
        return None
    return int(text) if int(text) <= most else None


def source_ip_of(value: str) -> str | None:
    """The address of a Source-IP field, also as `[192.0.2.1]` or `IPv6:2001:db8::1`; None for `x.x.x.x`."""
    text = value.partition("(")[0].strip(" []<>,;")
    text = text[5:] if text[:5].lower() == "ipv6:" else text
    try:
        return str(ipaddress.ip_address(text.strip()))
    except ValueError:
        return None


def _is_spam_trap(fields: Headers) -> bool:
    """Reports of trap operators say so: a trap has no subscriber behind it."""
    said = " ".join(
        (fields.get("abuse-type") or "", fields.get("report-type") or "", fields.get("source") or "")
    ).lower()
    return "spamtrap" in said.replace(" ", "").replace("-", "")
