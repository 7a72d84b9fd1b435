"""Mail that nobody wrote to us: automatic answers, receipts, bulk mail, our own mail; its keywords never count."""

import re

from mailproc.mail.mail_kind import MailKind
from mailproc.policy.account import MailboxRole
from mailproc.policy.deciding.case import Case, Outcome, changed
from mailproc.policy.deciding.decide_reply import asks_by_subject, has_machine_s_subject, has_request
from mailproc.policy.decision import Action, Evidence
from mailproc.policy.storable import short_text

_REASONS = {
    MailKind.receipt: "read receipt",
    MailKind.calendar: "answer to an invitation",
    MailKind.aggregate_report: "aggregate report",
    MailKind.challenge: "challenge of a mail filter",
    MailKind.bulk: "bulk or list mail",
    MailKind.auto_reply: "automatic reply",
}
# Enrolment and administration of feedback loops comes by machine: never dropped.
_READ_AT_FEEDBACK = frozenset({MailKind.auto_reply, MailKind.challenge, MailKind.bulk})
# Weaker than a header: a person may write under such a subject, or such words.
_UNSURE_SIGNALS = frozenset({"subject", "text"})
_MAX_TEXT = 3000
_QUESTION = re.compile(r"\w[?？؟](?:\s|$)")  # none of a link's


def decide_automatic(case: Case) -> Outcome:
    """What mail of a machine does: it is kept. An address that is given up is a person's to look at."""
    finding = case.finding
    outcome = Outcome(action=Action.record, reason=_REASONS[finding.kind], evidence=(_evidence(case),))
    automatic = finding.auto_reply
    if case.role == MailboxRole.postmaster:
        return changed(outcome, action=Action.forward, reason="mail to postmaster")
    if case.role == MailboxRole.feedback and finding.kind in _READ_AT_FEEDBACK:
        return changed(outcome, action=Action.forward, reason=f"{outcome.reason} at the feedback address")
    if automatic is None:
        return outcome
    if case.role != MailboxRole.bounce:
        is_unsure = automatic.signal in _UNSURE_SIGNALS
        requested = _requested(case, is_unsure=is_unsure)
        if requested is not None:
            return changed(requested, evidence=(*requested.evidence, _evidence(case)))
        if is_unsure and not automatic.address_abandoned and _QUESTION.search(case.text[:_MAX_TEXT]):
            return changed(outcome, action=Action.forward, reason="seems automatic, but asks something")
    if automatic.address_abandoned:
        return changed(outcome, action=Action.review, reason="says that the address is given up")
    if finding.kind == MailKind.auto_reply and case.account.auto_replies == "forward":
        return changed(outcome, action=Action.forward)
    return outcome


def _requested(case: Case, *, is_unsure: bool) -> Outcome | None:
    """A review of the request in a mail that seems automatic, which then is no machine's; None without one.

    Words pass for a person's where only words made it automatic. Under a header of machines the subject must ask, too:
    clients mark what they send to unsubscribe their user, and out-of-office texts ask whoever writes to stop.
    """
    if is_unsure and (requested := has_request(case)) is not None:
        return changed(requested, kind=MailKind.reply)
    if (requested := has_machine_s_subject(case)) is not None:
        return changed(requested, kind=MailKind.unsubscribe_request)
    if asks_by_subject(case) and (requested := has_request(case)) is not None:
        return changed(requested, kind=MailKind.unsubscribe_request)
    return None


def decide_unreadable(case: Case) -> Outcome:
    """What a mail does of which nothing could be read: a person looks."""
    return Outcome(action=Action.review, reason="nothing of the mail could be read", evidence=(_evidence(case),))


def _evidence(case: Case) -> Evidence:
    finding = case.finding
    return Evidence(rule=finding.kind.value.replace("_", "-"), phrase=short_text(finding.evidence), where=finding.where)
