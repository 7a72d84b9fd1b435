"""Bounces: delivery status notifications (RFC 3464, 6533) and the forms without structure."""

from collections.abc import Sequence
from dataclasses import replace

from mailproc.mail.arrival.envelope import Envelope
from mailproc.mail.reading.message import Message, Part
from mailproc.mail.reports.bounce import BounceClass, DeliveryStatus, RecipientStatus
from mailproc.mail.reports.bounce_signs import Sender, is_bounce_subject, sender_of
from mailproc.mail.reports.delivery_report import is_report_part, read_report
from mailproc.mail.reports.plain_bounce import read_plain_bounce
from mailproc.mail.reports.ses_notification import parse_ses_bounce

__all__ = ["BounceClass", "DeliveryStatus", "RecipientStatus", "parse_delivery_status"]

NESTED_MAX = 3
REPORTS_MAX = 20
RECIPIENTS_MAX = 200  # before which another report of the same mail is read
# A delivery report that says neither about whom nor why.
_UNTOLD = DeliveryStatus(
    format="rfc3464",
    recipients=(RecipientStatus(address=None, bounce_class=BounceClass.soft, reason="undetermined", text_only=True),),
)


def parse_delivery_status(message: Message, envelope: Envelope) -> DeliveryStatus | None:
    """Read a bounce, structured or not; None when the mail is none.

    A person's mail that quotes, encloses or talks about a bounce is none: without structure it takes a machine's sender
    or the null reverse-path, and a wording of bounces. Raises nothing. Source: RFC 3464, RFC 6533.
    """
    return _find(message, envelope, 0)


def _find(message: Message, envelope: Envelope, depth: int) -> DeliveryStatus | None:
    parts = [part for part in message.root.walk() if is_report_part(part)][:REPORTS_MAX]
    if parts and not _is_shown_by_a_person(message, envelope):
        return _all_told(message, parts) or read_plain_bounce(message, envelope) or _UNTOLD
    # A list server or a disclaimer has put the bounce into a mail of its own.
    enclosed = next((part.message for part in message.root.walk() if part.message is not None), None)
    if (
        enclosed is not None
        and depth < NESTED_MAX
        and Sender.other
        not in {
            sender_of(message, envelope),
            sender_of(enclosed, None),
        }
    ):
        wrapped = _find(enclosed, envelope, depth + 1)
        if wrapped is not None:
            return wrapped
    return parse_ses_bounce(message) or read_plain_bounce(message, envelope)


def _all_told(message: Message, parts: Sequence[Part]) -> DeliveryStatus | None:
    """What the reports of one mail say together, for some servers write one a recipient; None when all are empty."""
    told: list[DeliveryStatus] = []
    recipients: tuple[RecipientStatus, ...] = ()
    for part in parts:
        status = read_report(message, part) if len(recipients) < RECIPIENTS_MAX else None
        if status is not None:
            told.append(status)
            recipients += status.recipients
    return replace(told[0], recipients=recipients) if told else None


def _is_shown_by_a_person(message: Message, envelope: Envelope) -> bool:
    """Whether a delivery report is enclosed in the mail of somebody who writes about it."""
    is_report = message.root.content_type == "multipart/report" or message.root.content_type.startswith("message/")
    if is_report or sender_of(message, envelope) is not Sender.other:
        return False
    first = next((part for part in message.root.walk() if part.text is not None), None)
    is_told_first = first is not None and not is_report_part(first) and bool((first.text or "").strip())
    return is_told_first and not is_bounce_subject(message.subject)
