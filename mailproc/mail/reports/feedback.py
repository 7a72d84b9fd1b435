"""Feedback reports: ARF (RFC 5965, 6430, 6591, 6692), draft-era types, XARF v3 and v4, legacy JMRP."""

import re

from mailproc.mail.reading.message import Message, Part
from mailproc.mail.reading.report_fields import original_of, report_type_of
from mailproc.mail.reports.arf import is_machine_part, read_machine_part, source_ip_of
from mailproc.mail.reports.feedback_report import FeedbackReport
from mailproc.mail.reports.ses_notification import parse_ses_complaint
from mailproc.mail.reports.xarf import parse_xarf

__all__ = ["FeedbackReport", "parse_feedback_report"]

NESTED_MAX = 5
_FOR_PEOPLE = frozenset({"text/plain", "text/html"})
_JMRP_HEADER = "x-hmxmroriginalrecipient"
_JMRP_SUBJECT = re.compile(r"complaint about message from +(\S{1,45})", re.IGNORECASE)


def parse_feedback_report(message: Message) -> FeedbackReport | None:
    """Read a feedback report: ARF, XARF, legacy JMRP or a complaint told by SES; None when the mail is none.

    Missing or malformed fields are None or empty and are told in `malformed`; without a readable type `feedback_type`
    is `unknown`. A report enclosed in another mail (forwarded, by a ticket system) is found up to 5 deep, but not in
    what a bounce or receipt returns. Raises nothing. Source: RFC 5965 §3.1-3.3, RFC 6590-6692; XARF 3 and 4.
    """
    return _find_report(message, 0)


def _find_report(message: Message, depth: int) -> FeedbackReport | None:
    if _is_single_text(message.root):
        return _parse_jmrp(message) or parse_ses_complaint(message)
    report = _find_arf(message.root)
    if report is None or report.feedback_type == "xarf":
        report = parse_xarf(message) or report
    report = report or _parse_jmrp(message) or _without_machine_part(message) or parse_ses_complaint(message)
    if report is not None or depth >= NESTED_MAX or _reports_something_else(message.root):
        return report
    for part in message.root.walk():
        found = _find_report(part.message, depth + 1) if part.message is not None else None
        if found is not None:
            return found
    return None


def _is_single_text(root: Part) -> bool:
    """Whether a mail is one text for people, which has neither a machine part nor an enclosed mail to look for."""
    return root.content_type in _FOR_PEOPLE and not root.parts and root.filename is None and report_type_of(root) == ""


def _find_arf(root: Part) -> FeedbackReport | None:
    """The first machine part; what follows it beside or below is looked through for the reported mail."""
    leaves = [part for part in root.walk() if not part.parts]
    for index, part in enumerate(leaves):
        if is_machine_part(part, declared=report_type_of(root) == "feedback-report"):
            return read_machine_part(part.text or "", leaves[index + 1 :])
    return None


def _reports_something_else(root: Part) -> bool:
    """A bounce of a feedback report is a bounce."""
    return report_type_of(root) not in {"", "feedback-report"}


def _parse_jmrp(message: Message) -> FeedbackReport | None:
    """Microsoft's complaints until 2026: the reported mail, alone in a multipart/mixed or redirected as it is, with
    `X-HmXmrOriginalRecipient: pat@example.com` on top of its header.
    """
    leaves = [part for part in message.root.walk() if not part.parts]
    enclosed = [part.message for part in leaves if part.message is not None]
    marked = message.headers.get(_JMRP_HEADER) is not None
    if not marked and len(enclosed) != 1:
        return None
    subject = _JMRP_SUBJECT.search(message.subject)
    from_staff = any(address.lower() == "staff@hotmail.com" for address in message.from_addresses)
    original: Message | None = None
    if marked:
        original = message
    elif len(enclosed) == 1 and (enclosed[0].headers.get(_JMRP_HEADER) is not None or (from_staff and subject)):
        original = enclosed[0]
    if original is None:
        return None
    return FeedbackReport(
        format="jmrp",
        feedback_type="abuse",
        source_ip=source_ip_of(subject[1]) if subject else None,
        original=original,
    )


def _without_machine_part(message: Message) -> FeedbackReport | None:
    """A mail that declares itself a feedback report and has lost the part that says what about."""
    if report_type_of(message.root) != "feedback-report":
        return None
    return FeedbackReport(
        format="arf",
        feedback_type="unknown",
        original=original_of(message.root.parts[1:]),
        malformed=("no machine part",),
    )
