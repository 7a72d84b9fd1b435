"""The order of deciding: what outranks what, from a parked envelope to a person's reply (docs/flow.md)."""

from collections.abc import Callable, Iterable

from mailproc.mail.list_headers import list_unsubscribe_uris
from mailproc.mail.mail_kind import MailKind
from mailproc.policy.account import MailboxRole
from mailproc.policy.address import split_address
from mailproc.policy.deciding.act import also, sent_at, take_off
from mailproc.policy.deciding.case import Case, Outcome
from mailproc.policy.deciding.decide_automatic import decide_automatic, decide_unreadable
from mailproc.policy.deciding.decide_bounce import decide_bounce
from mailproc.policy.deciding.decide_reply import decide_reply, decide_unsubscribe_mail
from mailproc.policy.deciding.decide_report import decide_report, is_of_acting_type
from mailproc.policy.deciding.forward import BOUNCE_TAG, FORWARDED_HEADER, is_forwarded_by_us, without_loops
from mailproc.policy.decision import Action, Also, Evidence
from mailproc.policy.rules.intent import word_of_totality
from mailproc.policy.standing.facts import Channel, FactKind, Level
from mailproc.policy.standing.list_number import numbered
from mailproc.policy.standing.lists import list_of_number
from mailproc.policy.storable import short_text
from mailproc.policy.tokens.token import UNSUBSCRIBING, Purpose, Token, find_tokens
from mailproc.policy.who.ownership import is_our_address
from mailproc.policy.who.subscriber import by_token

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
# Nobody presses an unsubscribe link by these: somebody answered our mail to a token address.
_NOT_BY_TOKEN = frozenset({MailKind.delivery_status, MailKind.receipt, MailKind.calendar})
_OF = {
    Purpose.unsubscribe_all: "",
    Purpose.unsubscribe_list: "",
    Purpose.unsubscribe_send: ", for the lists of its send",
}
_OF_EVERYTHING = ", and a person asks for more than it is for"
_MACHINE_REPORTS = frozenset({MailKind.feedback_report, MailKind.delivery_status})


def decide_case(case: Case) -> Outcome:
    """What becomes of a mail; nothing that would loop is forwarded."""
    return without_loops(case, _first_that_applies(case))


def _first_that_applies(case: Case) -> Outcome:
    for decide in (_parked, _by_address_token, _about_our_forward, _own_mail):
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


def _by_address_token(case: Case) -> Outcome | None:
    """A mail to a signed unsubscribe address: its subscriber leaves, whatever From, subject and text say."""
    token = case.route.token
    if token is None or token.purpose not in UNSUBSCRIBING or case.finding.kind in _NOT_BY_TOKEN:
        return None
    if case.finding.report is not None and not is_of_acting_type(case.finding.report):
        return None  # R58a: `not-spam` never takes anyone off
    seen = Evidence(rule="token-address", phrase=f"{token.purpose.name} for {token.key}", where="envelope")
    everything = None if token.purpose == Purpose.unsubscribe_all else _wish_for_everything(case)
    outcome = Outcome(
        kind=MailKind.unsubscribe_request,
        action=Action.unsubscribe,
        reason=f"mail to a signed unsubscribe address{_OF_EVERYTHING if everything else _OF[token.purpose]}",
        level=Level.account if everything or token.purpose == Purpose.unsubscribe_all else Level.list,
        list_id=None if everything else _list_of(token, case.account.lists),
        evidence=(seen, everything) if everything else (seen,),
    )
    return take_off(
        case,
        by_token(token, case.message.from_addresses),
        kind=FactKind.opt_out,
        channel=Channel.unsubscribe_mail,
        outcome=outcome,
        about_mail_of=sent_at(None, None, token),
    )


def _wish_for_everything(case: Case) -> Evidence | None:
    """The word by which a person asks for more than the address is for; what they quote is not theirs (R15, R45a)."""
    if case.finding.kind is not MailKind.reply:
        return None
    for where, text in (("body", case.text), ("subject", _own_subject(case))):
        word = word_of_totality(text, case.rules)
        if word is not None:
            return Evidence(rule="totality", phrase=word, where=where)
    return None


def _own_subject(case: Case) -> str:
    """The subject where the person wrote it; empty where it is that of an answered mail, or quoted."""
    subject = case.subject
    is_quoted = subject.answers or subject.is_quotation or subject.is_that_of_quoted(case.new_text.body)
    return "" if is_quoted else subject.text


def _list_of(token: Token, lists: Iterable[str]) -> str | None:
    """The list that a token names, by its number where the account has none such: never widened to all (R15).

    None where it names no list, or those of a send, which are looked up when it is recorded.
    """
    if token.purpose != Purpose.unsubscribe_list:
        return None
    return list_of_number(token.message, lists) or numbered(token.message)


def _about_our_forward(case: Case) -> Outcome | None:
    """What comes to the envelope sender of the mail that we forward: only bounces, and about nobody whom we mail."""
    for rcpt_to in case.mail.envelope.rcpt_tos:
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
