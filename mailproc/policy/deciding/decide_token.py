"""Mail to signed unsubscribe addresses: whoever their tokens name leaves, whatever From, subject and text say."""

from collections.abc import Sequence

from mailproc.mail.mail_kind import MailKind
from mailproc.policy.deciding.act import also, send_of, sent_at, take_off
from mailproc.policy.deciding.case import Case, Outcome, changed, tokens_among
from mailproc.policy.deciding.report_effect import is_of_acting_type
from mailproc.policy.decision import OF_SEND, TOTALITY, Action, Also, Evidence
from mailproc.policy.rules.totality import Meant, totality_in
from mailproc.policy.standing.facts import Level
from mailproc.policy.standing.lists import list_named_by
from mailproc.policy.tokens.token import UNSUBSCRIBING, Purpose, Token
from mailproc.policy.who.subscriber import by_token

# Nobody presses an unsubscribe link by these: somebody answered our mail to a token address.
_NOT_BY_TOKEN = frozenset({MailKind.delivery_status, MailKind.receipt, MailKind.calendar})
_OF = {
    Purpose.unsubscribe_all: "",
    Purpose.unsubscribe_list: "",
    Purpose.unsubscribe_send: ", for the lists of its send",
}
_OF_EVERYTHING = ", and a person asks for more than it is for"
_OF_MORE = ", and a person may ask for more than it is for"
_ONE = "mail to a signed unsubscribe address"
_SEVERAL = "mail to several signed unsubscribe addresses"
_MOST = 100  # tokens in one envelope: RFC 5321 §4.5.3.1.8 wants a client to send no more recipients at once


def by_address_token(case: Case) -> Outcome | None:
    """What mail to signed unsubscribe addresses does, for everyone whom they name; None for all other mail."""
    token = case.route.token
    if token is None or token.purpose not in UNSUBSCRIBING or case.finding.kind in _NOT_BY_TOKEN:
        return None
    if case.finding.report is not None and not is_of_acting_type(case.finding.report):
        return None  # R58a: `not-spam` never takes anyone off
    tokens = [one for one in tokens_among(case.account, case.mail.envelope.rcpt_tos) if one.purpose in UNSUBSCRIBING]
    is_narrow = any(one.purpose != Purpose.unsubscribe_all for one in tokens)
    wish, seen = (_wish_for_more(case) if is_narrow else None) or (None, None)
    everything = seen if wish is Meant.surely else None
    asked = _widest(tokens, everything)
    outcome = _together([_taken_off(case, one, everything) for one in asked[:_MOST]])
    if seen is not None and everything is None:
        unsure = changed(outcome, reason=f"{outcome.reason}{_OF_MORE}", evidence=(*outcome.evidence, seen))
        outcome = also(unsure, Also.review)
    if len(asked) <= _MOST:
        return outcome
    more = f"{outcome.reason}; {len(asked) - _MOST} more than are acted on at once"
    return also(changed(outcome, reason=more), Also.review)


def _widest(tokens: Sequence[Token], everything: Evidence | None) -> list[Token]:
    """Each that asks for something else, in their order: who is to leave the account needs to leave no list (R15)."""
    leaving = {one.key: one for one in reversed(tokens) if everything or one.purpose == Purpose.unsubscribe_all}
    distinct: dict[tuple[str, Purpose, int], Token] = {}
    for one in tokens:
        widest = leaving.get(one.key, one)
        distinct.setdefault((widest.key, widest.purpose, widest.message), widest)
    return list(distinct.values())


def _taken_off(case: Case, token: Token, everything: Evidence | None) -> Outcome:
    if token.purpose == Purpose.unsubscribe_all:
        everything = None
    seen = Evidence(rule="token-address", phrase=f"{token.purpose.name} for {token.key}", where="envelope")
    outcome = Outcome(
        kind=MailKind.unsubscribe_request,
        action=Action.unsubscribe,
        reason=f"{_ONE}{_OF_EVERYTHING if everything else _OF[token.purpose]}",
        level=Level.account if everything or token.purpose == Purpose.unsubscribe_all else Level.list,
        list_id=None if everything else list_named_by(token, case.account.lists),
        evidence=(seen, everything) if everything else (seen,),
        about_mail_of=sent_at(None, None, token),
        send=send_of(token),
    )
    return take_off(case, by_token(token, case.message.from_addresses), outcome)


def _together(outcomes: Sequence[Outcome]) -> Outcome:
    """All of them as one; its level is the widest, and its list or send the one that all are about.

    Of what waits it is list level wherever one asks for lists: whoever answers must say how far (R15).
    """
    first = outcomes[0]
    if len(outcomes) == 1:
        return first
    levels = {one.level for one in outcomes}
    lists = {one.list_id for one in outcomes}
    evidence = dict.fromkeys(seen for one in outcomes for seen in one.evidence)
    sends = [seen for seen in evidence if seen.rule == OF_SEND]
    is_one_send = levels == {Level.list} and lists == {None} and len(sends) == 1
    return changed(
        first,
        reason=first.reason.replace(_ONE, _SEVERAL) if len({one.reason for one in outcomes}) == 1 else _SEVERAL,
        level=next((level for level in (Level.account, Level.list) if level in levels), None),
        list_id=first.list_id if len(lists) == 1 else None,
        subscribers=tuple(dict.fromkeys(ref for one in outcomes for ref in one.subscribers)),
        evidence=tuple(seen for seen in evidence if is_one_send or seen not in sends),
        facts=tuple(fact for one in outcomes for fact in one.facts),
        about_mail_of=first.about_mail_of if len({one.about_mail_of for one in outcomes}) == 1 else None,
        send=first.send if len({one.send for one in outcomes}) == 1 else None,
    )


def _wish_for_more(case: Case) -> tuple[Meant, Evidence] | None:
    """The word by which a person asks for more than the address is for, or may; what they quote is not theirs."""
    if case.finding.kind is not MailKind.reply:
        return None
    said = [("body", case.body_matches)] + ([("subject", case.subject_matches)] if _is_own_subject(case) else [])
    wishes = [(one, where) for where, found in said if (one := totality_in(found, case.rules))]
    for meant in (Meant.surely, Meant.perhaps):
        for wish, where in wishes:
            if wish.meant is meant:
                return meant, Evidence(rule=TOTALITY, phrase=wish.word, where=where)
    return None


def _is_own_subject(case: Case) -> bool:
    """Whether the person wrote the subject; not where it is that of an answered mail, or quoted."""
    subject = case.subject
    return not (subject.answers or subject.is_quotation or subject.is_that_of_quoted(case.new_text.body))
