"""What a feedback report says, whatever its format."""

from dataclasses import dataclass
from datetime import datetime

from mailproc.mail.reading.message import Message


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedbackReport:
    """The machine part of a feedback report; the RFC's fields in snake_case.

    `format` is arf, xarf, jmrp or ses. `feedback_type` is lower-case (`abuse` for jmrp; for xarf what it amounts to).
    `original_rcpt_tos` keeps the report's order and values and may be empty or redacted. `incidents` is 1 when
    absent. `original` is the reported mail as far as it came along (perhaps headers only). `extra` keeps the
    unregistered fields in their order. `malformed` tells of duplicate single fields and the like.
    """

    format: str
    feedback_type: str
    user_agent: str | None = None
    version: str | None = None
    original_envelope_id: str | None = None
    original_mail_from: str | None = None
    arrival_date: datetime | None = None
    reporting_mta: str | None = None
    source_ip: str | None = None
    source_port: int | None = None
    incidents: int = 1
    authentication_results: tuple[str, ...] = ()
    original_rcpt_tos: tuple[str, ...] = ()
    removal_recipients: tuple[str, ...] = ()
    reported_domains: tuple[str, ...] = ()
    reported_uris: tuple[str, ...] = ()
    auth_failure: str | None = None
    spam_trap: bool = False
    extra: tuple[tuple[str, str], ...] = ()
    original: Message | None = None
    malformed: tuple[str, ...] = ()
