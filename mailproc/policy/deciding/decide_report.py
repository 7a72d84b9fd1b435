"""Feedback reports: what each type does, when it is ours, and when its sender may act (R54-R58c)."""

from functools import partial
from typing import Any

from mailproc.mail.automatic.list_headers import list_id_of
from mailproc.mail.reports.feedback_report import FeedbackReport
from mailproc.policy.account import AccountPolicy
from mailproc.policy.deciding.act import also, by_verdict, held, send_of, send_seen, sent_at, take_off
from mailproc.policy.deciding.case import Case, Outcome, changed
from mailproc.policy.deciding.report_effect import EFFECTS, UNKNOWN_TYPE
from mailproc.policy.decision import Action, Also, Evidence
from mailproc.policy.standing.facts import Level
from mailproc.policy.standing.lists import list_named_by
from mailproc.policy.storable import short_text
from mailproc.policy.tokens.token import Token
from mailproc.policy.who.ownership import is_provoked_by_us, proof_that_report_is_ours
from mailproc.policy.who.subscriber import Identified, Trust, identify_reported, reported_tokens
from mailproc.policy.who.trust import Proof, cfbl_proof, report_proof, report_verdict, why_it_waits


def decide_report(case: Case) -> Outcome:
    """What a feedback report does."""
    report = case.finding.report
    if report is None:
        raise ValueError("a feedback report without its machine part")
    effect = EFFECTS.get(report.feedback_type, UNKNOWN_TYPE)
    known = report.feedback_type in EFFECTS
    name = short_text(report.feedback_type, 40) or "untyped"
    outcome = Outcome(
        action=Action.record,
        reason=f"{name} report by {short_text(case.account.sources.name_of(case.from_address), 80)}",
        also=effect.also,
        evidence=(Evidence(rule="feedback-type", phrase=f"Feedback-Type: {name}", where="report"),),
    )
    if not known:
        outcome = changed(outcome, reason=f"unknown feedback type: {outcome.reason}")
    token_found = identify_reported(report, case.account, case.route.token, _trust_without_token(case))
    ours = "token" if token_found.token else proof_that_report_is_ours(case.account, report)
    if ours is None:
        return changed(outcome, reason=f"{outcome.reason} about somebody else's mail", also=frozenset(), foreign=True)
    outcome = changed(
        outcome,
        evidence=(*outcome.evidence, Evidence(rule="ours", phrase=short_text(ours), where="report")),
        about_mail_of=sent_at(report.original, report.arrival_date, token_found.token),
        send=send_of(token_found.token),
    )
    if report.spam_trap:
        return also(changed(outcome, reason=f"{outcome.reason}: a spam trap, no person"), Also.alert)
    if effect.fact is None:
        return changed(outcome, subscribers=token_found.refs)
    return _act(case, report, token_found, outcome)


def _act(case: Case, report: FeedbackReport, identified: Identified, outcome: Outcome) -> Outcome:
    """Take off whom an acting report is about, where its sender may do that."""
    if not identified.refs:
        return also(held(outcome, f"{outcome.reason}, nobody named"), Also.alert)
    outcome = changed(outcome, action=Action.unsubscribe, **_reach(case.account, report, identified.token))
    proof = _proof(case, report, identified.token)
    verdict = report_verdict(proof, case.account)
    taken = take_off(case, identified, outcome, hinges=verdict.hinges)
    why = f"{outcome.reason}, {why_it_waits(proof)}"
    evidence = outcome.evidence + send_seen(outcome, identified.token)
    waiting = partial(held, outcome, why, subscribers=identified.refs, evidence=evidence)
    return by_verdict(case, verdict, taken, waiting)


def _trust_without_token(case: Case) -> Trust:
    return report_verdict(report_proof(case.authentication, case.account, case.from_address), case.account).trust


def _proof(case: Case, report: FeedbackReport, token: Token | None) -> Proof:
    if token is None:
        return report_proof(case.authentication, case.account, case.from_address)
    if is_provoked_by_us(report, case.account, case.route.token):
        return cfbl_proof(case.authentication, case.account, case.from_address)
    return Proof.token


def _reach(account: AccountPolicy, report: FeedbackReport, token: Token | None) -> dict[str, Any]:
    """Level and list of what a report asks for: `opt-out-list` is of the list where that is known (R56).

    By the token of a list, by List-Id of the reported mail, by the send that a token names; else it is of the account.
    """
    if report.feedback_type != "opt-out-list":
        return {"level": Level.account}
    list_id = _list_by_token(account, report, token)
    if list_id is None and report.original is not None:
        list_id = known_list(account, list_id_of(report.original))
    is_of_send = token is not None and token.send_number is not None
    return {"level": Level.list if list_id or is_of_send else Level.account, "list_id": list_id}


def _list_by_token(account: AccountPolicy, report: FeedbackReport, token: Token | None) -> str | None:
    """The list that a token names in the reported mail, where it is of the person who is meant: named as in other mail.

    Tokens for other purposes stand before it in most mails.
    """
    if token is None:
        return None
    theirs = (one for one in (token, *reported_tokens(report, account)) if one.key == token.key)
    return next(filter(None, (list_named_by(one, account.lists) for one in theirs)), None)


def known_list(account: AccountPolicy, list_id: str | None) -> str | None:
    """The account's list of that List-Id: the whole identifier or its first label (RFC 2919 §2); None when unknown."""
    if not list_id:
        return None
    names = {known.lower(): known for known in account.lists}
    return names.get(list_id.lower()) or names.get(list_id.lower().partition(".")[0])
