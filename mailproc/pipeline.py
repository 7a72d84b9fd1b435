"""Deciding: from one mail, its authentication, an account and the rules to a decision. Open this file first.

Pure: no clock, disk, network, randomness or log. The listener, `replay`, `explain` and the tests all call this.
"""

from mailproc.mail.arrival.authentication import NOT_CHECKED, Authentication
from mailproc.mail.arrival.envelope import InboundMail, digest_of
from mailproc.mail.kind import kind_of
from mailproc.mail.mail_kind import MailKind
from mailproc.mail.reading.message import read_message
from mailproc.policy.account import AccountPolicy
from mailproc.policy.deciding.act import also
from mailproc.policy.deciding.case import Case, Outcome, route_of, tokens_among
from mailproc.policy.deciding.decide import decide_case
from mailproc.policy.deciding.door import door_of, door_of_mailbox
from mailproc.policy.deciding.examination import Examination
from mailproc.policy.decision import Action, Decision, FeedbackSummary
from mailproc.policy.rules.match import Match
from mailproc.policy.rules.rules import LIKENESS, RuleSet, counted_matches
from mailproc.policy.standing.facts import Level
from mailproc.policy.storable import short_text
from mailproc.policy.tokens.token import LEAVING_LISTS
from mailproc.policy.who.subscriber import SubscriberRef, Trust

_TRUST_ORDER = {trust: place for place, trust in enumerate(Trust)}
_MAX_DEFECTS = 50


def decide_mail(mail: InboundMail, authentication: Authentication, account: AccountPolicy, rules: RuleSet) -> Decision:
    """What is to be done about a mail, and why. Raises nothing that is not a bug."""
    case = _case(mail, authentication, account, rules)
    return _decision(case, decide_case(case))


def examine_mail(
    mail: InboundMail, authentication: Authentication, account: AccountPolicy, rules: RuleSet
) -> Examination:
    """The same with everything that was seen on the way."""
    case = _case(mail, authentication, account, rules)
    decision = _decision(case, decide_case(case))
    body = _matches(case, "body")
    subject = _matches(case, "subject")
    return Examination(
        mail=mail,
        account=account,
        route=case.route,
        message=case.message,
        finding=case.finding,
        decision=decision,
        new_text=case.new_text if case.was_read else None,
        subject=case.subject.text,
        body_matches=body,
        subject_matches=subject,
        uncounted=_uncounted(case, "body") | _uncounted(case, "subject"),
    )


def failed_decision(mail: InboundMail, account: AccountPolicy, rules_digest: str, reason: str) -> Decision:
    """The decision about a mail that could not be decided: a person looks at it.

    Where its address is for lists, that person says how far it reaches (R15).
    """
    tokens = tokens_among(account, mail.envelope.rcpt_tos)
    return Decision(
        kind=MailKind.unreadable,
        action=Action.review,
        level=Level.list if any(one.purpose in LEAVING_LISTS for one in tokens) else None,
        reason=short_text(reason),
        ruleset=rules_digest,
        policy=account.digest,
        mail=digest_of(mail.content),
        authentication=NOT_CHECKED,
        door=door_of_mailbox(route_of(account, mail.envelope.rcpt_tos).role),
    )


def _case(mail: InboundMail, authentication: Authentication, account: AccountPolicy, rules: RuleSet) -> Case:
    message = read_message(mail.content)
    return Case(
        mail=mail,
        message=message,
        finding=kind_of(message, mail.envelope),
        account=account,
        rules=rules,
        authentication=authentication,
        route=route_of(account, mail.envelope.rcpt_tos),
        digest=digest_of(mail.content),
    )


def _decision(case: Case, outcome: Outcome) -> Decision:
    outcome = also(outcome)
    return Decision(
        kind=outcome.kind or case.finding.kind,
        action=outcome.action,
        also=tuple(sorted(outcome.also)),
        level=outcome.level,
        list_id=outcome.list_id,
        reason=outcome.reason,
        rule=outcome.rule,
        ruleset=case.rules.digest,
        policy=case.account.digest,
        mail=case.digest,
        subscribers=_in_order_of_trust(outcome.subscribers),
        evidence=outcome.evidence,
        new_text=case.shown_text if case.was_read else None,
        feedback=_feedback(case),
        bounces=outcome.bounces,
        facts=outcome.facts,
        foreign=outcome.foreign,
        defects=tuple(map(short_text, case.message.defects[:_MAX_DEFECTS])),
        parser=case.message.parser,
        authentication=case.authentication,
        hinges=outcome.hinges,
        door=door_of(case, outcome),
    )


def _in_order_of_trust(refs: tuple[SubscriberRef, ...]) -> tuple[SubscriberRef, ...]:
    return refs if len(refs) < 2 else tuple(sorted(refs, key=lambda ref: _TRUST_ORDER[ref.trust]))


def _feedback(case: Case) -> FeedbackSummary | None:
    report = case.finding.report
    if report is None:
        return None
    return FeedbackSummary(
        type=short_text(report.feedback_type),
        source=short_text(case.account.sources.source_of(case.from_address), 253),
        original_rcpt_to=tuple(short_text(address, 320) for address in report.original_rcpt_tos),
        source_ip=short_text(report.source_ip) if report.source_ip else None,
        user_agent=short_text(report.user_agent) if report.user_agent else None,
    )


def _matches(case: Case, where: str) -> tuple[Match, ...]:
    """What was found while deciding, by rules and by likeness; nothing is looked for only to be shown."""
    matches, intent = f"{where}_matches", f"{where}_intent"
    if matches not in case.__dict__:
        return ()
    found: tuple[Match, ...] = getattr(case, matches).matches
    if intent not in case.__dict__:
        return found
    return (*found, *(match for match in getattr(case, intent).matches if match.rule.id == LIKENESS))


def _uncounted(case: Case, where: str) -> frozenset[tuple[str, str, tuple[int, int]]]:
    name = f"{where}_matches"
    if name not in case.__dict__:
        return frozenset()
    found = getattr(case, name)
    left = set(found.matches) - set(counted_matches(found))
    return frozenset((match.rule.id, where, match.span) for match in left)
