"""Which kind of mail this is, found in the order of design: the first that answers wins."""

from collections.abc import Callable
from dataclasses import dataclass

from mailproc.mail.arrival.envelope import Envelope
from mailproc.mail.automatic.auto_reply import AutoReply, find_auto_reply, find_challenge
from mailproc.mail.automatic.list_headers import bulk_evidence
from mailproc.mail.automatic.machine_signs import has_machine_signs
from mailproc.mail.automatic.receipt import is_aggregate_report, is_calendar, is_receipt
from mailproc.mail.automatic.unsubscribe_mail import find_unsubscribe_mail
from mailproc.mail.mail_kind import MailKind
from mailproc.mail.reading.message import Message
from mailproc.mail.reports.bounce_signs import Sender, sender_of
from mailproc.mail.reports.delivery_status import DeliveryStatus, parse_delivery_status
from mailproc.mail.reports.feedback import FeedbackReport, parse_feedback_report


@dataclass(frozen=True, slots=True, kw_only=True)
class KindFinding:
    """The kind, and what proves it.

    `evidence` is what was seen, empty for a reply; `where` is header, body, report or structure. `report`,
    `delivery_status` and `auto_reply` are set for their kinds.
    """

    kind: MailKind
    evidence: str = ""
    where: str = "structure"
    report: FeedbackReport | None = None
    delivery_status: DeliveryStatus | None = None
    auto_reply: AutoReply | None = None


def kind_of(message: Message, envelope: Envelope) -> KindFinding:
    """Tell the kind of a mail, in the order of docs/flow.md: the first that answers wins.

    `own_mail` and `complaint` need the account and are told later; a token address has been looked for before. A mail
    without header fields and without text is `unreadable`, everything that nobody claims a `reply`. Raises nothing.
    """
    return finding_of(message, envelope) if has_machine_signs(message, envelope) else _REPLY


def finding_of(message: Message, envelope: Envelope) -> KindFinding:
    """The same by asking one finder after the other, whether there are signs or not."""
    report = parse_feedback_report(message)
    if report is not None:
        evidence = f"Feedback-Type: {report.feedback_type}"
        return KindFinding(kind=MailKind.feedback_report, evidence=evidence, where="report", report=report)
    status = parse_delivery_status(message, envelope)
    if status is not None and not _is_challenge_in_a_bounce_s_words(message, envelope, status):
        return KindFinding(
            kind=MailKind.delivery_status, evidence=status.format, where="report", delivery_status=status
        )
    for kind, where, find in _FINDERS:
        evidence_found = find(message)
        if evidence_found is not None:
            return KindFinding(kind=kind, evidence=evidence_found, where=where)
    if _is_unreadable(message):
        return KindFinding(kind=MailKind.unreadable, evidence="; ".join(message.defects))
    automatic = find_auto_reply(message, envelope)
    if automatic is not None:
        kind = MailKind.challenge if automatic.is_challenge else MailKind.auto_reply
        return KindFinding(kind=kind, evidence=automatic.evidence, where=automatic.signal, auto_reply=automatic)
    bulk = bulk_evidence(message)
    if bulk is not None:
        return KindFinding(kind=MailKind.bulk, evidence=bulk, where="header")
    return _REPLY


_REPLY = KindFinding(kind=MailKind.reply)


def _is_challenge_in_a_bounce_s_words(message: Message, envelope: Envelope, status: DeliveryStatus) -> bool:
    """`This message was created automatically by mail delivery software (TMDA)`: a filter sent it, no daemon."""
    if status.format == "rfc3464" or sender_of(message, envelope) is Sender.daemon:
        return False
    return find_challenge(message) is not None


_NOISE_SAMPLE_CHARS = 4000

# The order matters: Apple marks its unsubscribe mail `auto-replied`, so it is looked for before automatic mail.
_FINDERS: tuple[tuple[MailKind, str, Callable[[Message], str | None]], ...] = (
    (MailKind.receipt, "report", is_receipt),
    (MailKind.calendar, "structure", is_calendar),
    (MailKind.aggregate_report, "report", is_aggregate_report),
    (MailKind.unsubscribe_request, "body", find_unsubscribe_mail),
    (MailKind.challenge, "header", find_challenge),
)


def _is_unreadable(message: Message) -> bool:
    """Nothing in it that a person or a program could read: no subject, no sender, no words, nothing enclosed."""
    if message.subject or message.from_addresses:
        return False
    return not any(_is_text(part.text or "") or part.message is not None for part in message.root.walk())


def _is_text(text: str) -> bool:
    """Whether there are words: noise of an unknown encoding is mostly control characters and what has no meaning."""
    sample = text[:_NOISE_SAMPLE_CHARS].strip()
    readable = sum(char.isalnum() or char.isspace() for char in sample if char.isascii() or ord(char) > 0xFF)
    return bool(sample) and readable * 2 > len(sample)
