"""The order of deciding: what outranks what, from a parked envelope to a person's reply (docs/flow.md)."""

from collections.abc import Callable

from mailproc.mail.automatic.list_headers import list_unsubscribe_uris
from mailproc.mail.mail_kind import MailKind
from mailproc.policy.account import MailboxRole
from mailproc.policy.address import split_address
from mailproc.policy.deciding.act import also
from mailproc.policy.deciding.case import Case, Outcome
from mailproc.policy.deciding.decide_automatic import decide_automatic, decide_unreadable
from mailproc.policy.deciding.decide_bounce import decide_bounce
from mailproc.policy.deciding.decide_reply import decide_reply, decide_unsubscribe_mail
from mailproc.policy.deciding.decide_report import decide_report
from mailproc.policy.deciding.decide_token import by_address_token
from mailproc.policy.deciding.forward import BOUNCE_TAG, FORWARDED_HEADER, is_forwarded_by_us, without_loops
from mailproc.policy.decision import Action, Also, Evidence
from mailproc.policy.storable import short_text
from mailproc.policy.tokens.token import find_tokens
from mailproc.policy.who.ownership import is_our_address

_BY_KIND: dict[MailKind, Callable[[Case], Outcome]] = {
    MailKind.feedback_report: decide_report,
    MailKind.delivery_status: decide_bounce,
    MailKind.unsubscribe_request: decide_unsubscribe_mail,
    MailKind.reply: decide_reply,
    MailKind.unreadable: decide_unreadable,
    MailKind.receipt: decide_automatic,
    MailKind.calendar: decide_automatic,
    MailKind.aggregate_report: decide_automatic,
    MailKind.challenge: decide_automatic,
    MailKind.auto_reply: decide_automatic,
    MailKind.bulk: decide_automatic,
}
_MACHINE_REPORTS = frozenset({MailKind.feedback_report, MailKind.delivery_status})


def decide_case(case: Case) -> Outcome:
    """What becomes of a mail; nothing that would loop is forwarded."""
    return without_loops(case, _first_that_applies(case))


def _first_that_applies(case: Case) -> Outcome:
    for decide in (_parked, by_address_token, _about_our_forward, _own_mail):
        outcome = decide(case)
        if outcome is not None:
            return outcome
    outcome = _BY_KIND[case.finding.kind](case)
    if case.role == MailboxRole.postmaster and case.finding.kind in _MACHINE_REPORTS:
        return also(outcome, Also.forward)
    return outcome


def _parked(case: Case) -> Outcome | None:
    """Mail that was taken in only so that nothing bounces, or for a token that does not verify."""
    parked = case.mail.envelope.parked or case.route.parked
    if parked is None:
        return None
    evidence = Evidence(rule="parked", phrase=short_text(parked), where="envelope")
    return Outcome(action=Action.review, reason=f"parked: {short_text(parked, 100)}", evidence=(evidence,))


def _about_our_forward(case: Case) -> Outcome | None:
    """What comes to the envelope sender of the mail that we forward: only bounces, and about nobody whom we mail."""
    for rcpt_to in case.mail.envelope.rcpt_tos:
        if "+" not in rcpt_to:
            continue
        name, _, tag = split_address(rcpt_to)[0].lower().partition("+")
        if tag == BOUNCE_TAG and name in case.account.mailboxes.get(MailboxRole.bounce, ()):
            evidence = Evidence(rule="forward-bounce", phrase=short_text(rcpt_to), where="envelope")
            reason = "answer to a mail that we forwarded"
            return Outcome(action=Action.record, reason=reason, evidence=(evidence,))
    return None


def _own_mail(case: Case) -> Outcome | None:
    """Our own mail that came back: nothing answers it and its words are ours."""
    if case.finding.kind in _MACHINE_REPORTS:
        return None
    seen = _own_trace(case)
    if seen is None:
        return None
    evidence = Evidence(rule="own-mail", phrase=short_text(seen), where="header")
    reason = "our own mail coming back"
    return Outcome(kind=MailKind.own_mail, action=Action.record, reason=reason, evidence=(evidence,))


def _own_trace(case: Case) -> str | None:
    """The header that shows a mail to be ours; None for anybody else's.

    People of the sending company write from its domain, too: From alone says it only for our own mailboxes, and for a
    mail that carries our own List-Unsubscribe.
    """
    headers, account = case.message.headers, case.account
    if is_forwarded_by_us(headers):
        return FORWARDED_HEADER
    for value in headers.all("Message-ID")[:3]:
        if any(find_tokens(value[:2000], account.token_keys)):
            return f"Message-ID: {value}"
    sender = case.from_address
    if sender is None:
        return None
    local, domain = split_address(sender)
    name = local.lower().partition("+")[0]
    if domain in account.domains and any(name in names for names in account.mailboxes.values()):
        return f"From: {sender}"
    uris = list_unsubscribe_uris(case.message)
    if uris and is_our_address(account, sender) and any(_is_ours(case, uri) for uri in uris):
        return f"From: {sender}, with our List-Unsubscribe"
    return None


def _is_ours(case: Case, uri: str) -> bool:
    """Whether a List-Unsubscribe URI leads to us: a mailbox of the account, or a token of ours."""
    mailbox = uri.partition(":")[2].partition("?")[0]
    return is_our_address(case.account, mailbox) or any(find_tokens(uri[:2000], case.account.token_keys))
