"""Bounces and complaints that Amazon SES tells by mail through SNS: JSON in a text, `AWS Notification Message`."""

import json
from collections.abc import Mapping
from typing import Any

from mailproc.mail.reading.message import Message, message_of_headers
from mailproc.mail.reading.report_fields import after_type, iso_date_of
from mailproc.mail.reports.bounce import BounceClass, DeliveryStatus, RecipientStatus
from mailproc.mail.reports.bounce_class import Verdict, classify_failure
from mailproc.mail.reports.feedback_report import FeedbackReport

_SENDER_DOMAIN = ".amazonaws.com"
_JSON_CHARS_MAX = 256 * 1024
_BRACKETS_MAX = 3000
_RECIPIENTS_MAX = 100
_HEADERS_MAX = 100


def parse_ses_bounce(message: Message) -> DeliveryStatus | None:
    """Read a bounce or delivery notification of SES; None when the mail is none. Raises nothing."""
    found = _notification(message)
    kind = found.get("notificationType") or found.get("eventType")
    if kind not in {"Bounce", "Delivery", "DeliveryDelay"}:
        return None
    bounce = _object(found, "bounce") or _object(found, "deliveryDelay")
    named = [*_list(bounce, "bouncedRecipients"), *_list(bounce, "delayedRecipients")][:_RECIPIENTS_MAX]
    delayed = kind == "DeliveryDelay"
    return DeliveryStatus(
        format="amazon ses",
        recipients=tuple(_recipient(one, bounce, delayed=delayed) for one in named if isinstance(one, dict)),
        reporting_mta=after_type(_text(bounce, "reportingMTA")) or None,
        original=_original(_object(found, "mail")),
    )


def parse_ses_complaint(message: Message) -> FeedbackReport | None:
    """Read a complaint notification of SES; None when the mail is none. Raises nothing."""
    found = _notification(message)
    complaint = _object(found, "complaint")
    if not complaint:
        return None
    named = [one for one in _list(complaint, "complainedRecipients")[:_RECIPIENTS_MAX] if isinstance(one, dict)]
    return FeedbackReport(
        format="ses",
        feedback_type=(_text(complaint, "complaintFeedbackType") or "abuse").lower(),
        user_agent=_text(complaint, "userAgent") or None,
        original_mail_from=_text(_object(found, "mail"), "source") or None,
        arrival_date=iso_date_of(_text(complaint, "arrivalDate") or _text(_object(found, "mail"), "timestamp")),
        original_rcpt_tos=tuple(_text(one, "emailAddress") for one in named if _text(one, "emailAddress")),
        original=_original(_object(found, "mail")),
    )


def _notification(message: Message) -> dict[str, Any]:
    """The notification, out of SNS's own envelope where it is in one; empty when there is none."""
    if not any(address.lower().endswith(_SENDER_DOMAIN) for address in message.from_addresses):
        return {}
    text = message.root.text or ""
    # A relay has broken lines of more than 990 characters with `!` and a space.
    found = _first_object(text.replace("!\n ", ""))
    inner = found.get("Message")
    return _first_object(inner) if isinstance(inner, str) else found


def _first_object(text: str) -> dict[str, Any]:
    start = text.find("{")
    if start < 0 or len(text) > _JSON_CHARS_MAX or text.count("{") + text.count("[") > _BRACKETS_MAX:
        return {}
    try:
        value, _ = json.JSONDecoder(strict=False).raw_decode(text, start)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _recipient(one: Mapping[str, Any], bounce: Mapping[str, Any], *, delayed: bool) -> RecipientStatus:
    diagnostic = after_type(_text(one, "diagnosticCode"))
    verdict = _by_type(bounce) or classify_failure(status=_text(one, "status"), diagnostic=diagnostic, delayed=delayed)
    return RecipientStatus(
        address=_text(one, "emailAddress").strip("<>") or None,
        bounce_class=verdict.bounce_class,
        reason=verdict.reason,
        action=_text(one, "action") or None,
        status=_text(one, "status") or verdict.status,
        diagnostic=diagnostic or None,
    )


# SES has judged these itself and does not tell the code.
_BY_TYPE = {
    ("Permanent", "NoEmail"): (BounceClass.hard, "user unknown"),
    ("Permanent", "Suppressed"): (BounceClass.hard, "suppressed by provider"),
    ("Permanent", "OnAccountSuppressionList"): (BounceClass.hard, "suppressed by provider"),
    ("Transient", "MailboxFull"): (BounceClass.soft, "mailbox full"),
    ("Transient", "MessageTooLarge"): (BounceClass.policy, "message too big"),
    ("Transient", "ContentRejected"): (BounceClass.policy, "content rejected"),
    ("Transient", "AttachmentRejected"): (BounceClass.policy, "content rejected"),
}


def _by_type(bounce: Mapping[str, Any]) -> Verdict | None:
    known = _BY_TYPE.get((_text(bounce, "bounceType"), _text(bounce, "bounceSubType")))
    return None if known is None else Verdict(bounce_class=known[0], reason=known[1], status=None, text_only=False)


def _original(mail: Mapping[str, Any]) -> Message | None:
    """The header of the mail that it is about, as far as the notification has it."""
    named = [one for one in _list(mail, "headers")[:_HEADERS_MAX] if isinstance(one, dict) and _text(one, "name")]
    lines = [f"{_line(one, 'name')}: {_line(one, 'value')}" for one in named]
    if _text(mail, "source"):
        lines.insert(0, f"Return-Path: <{_line(mail, 'source')}>")
    return message_of_headers("\n".join(lines) + "\n") if lines else None


def _line(found: Mapping[str, Any], key: str) -> str:
    return " ".join(_text(found, key).split())


def _object(found: Mapping[str, Any], key: str) -> dict[str, Any]:
    value = found.get(key)
    return value if isinstance(value, dict) else {}


def _list(found: Mapping[str, Any], key: str) -> list[Any]:
    value = found.get(key)
    return value if isinstance(value, list) else []


def _text(found: Mapping[str, Any], key: str) -> str:
    value = found.get(key)
    return value.strip() if isinstance(value, str) else ""
