"""Mail of a person: is it a request, whose, and what else is in it (R44-R50)."""

from functools import partial

from mailproc.mail.automatic.unsubscribe_mail import is_unsubscribe_subject
from mailproc.mail.mail_kind import MailKind
from mailproc.policy.account import MailboxRole
from mailproc.policy.deciding.act import also, by_verdict, held, send_of, take_off
from mailproc.policy.deciding.case import Case, Outcome, changed
from mailproc.policy.deciding.named_address import find_named_address
from mailproc.policy.decision import Action, Also, Evidence, narrow
from mailproc.policy.rules.intent import Intent
from mailproc.policy.rules.match import Match
from mailproc.policy.rules.totality import named_list, totality_in
from mailproc.policy.standing.facts import Level
from mailproc.policy.storable import short_text
from mailproc.policy.tokens.token import Token
from mailproc.policy.who.ownership import is_answer_to_ours, referenced_domains
from mailproc.policy.who.subscriber import RefSource, SubscriberRef, Trust, answered_token, identify_sender
from mailproc.policy.who.trust import Proof, request_proof, request_verdict, why_it_waits

_TO_PEOPLE = Outcome(action=Action.forward, reason="reply asks for nothing that a rule knows")


def decide_reply(case: Case) -> Outcome:
    """What a person's mail does, by the mailbox that it came to."""
    if case.role == MailboxRole.postmaster:
        return Outcome(action=Action.forward, reason="mail to postmaster")
    if case.role == MailboxRole.bounce:
        return Outcome(action=Action.forward, reason="person writes to the bounce address")
    if case.new_text.unreadable is not None and case.role != MailboxRole.unsubscribe:
        return _read_by_a_person(_unreadable(case)) if case.role == MailboxRole.feedback else _unreadable(case)
    outcome, decisive = _wanted(case)
    if outcome.action == Action.forward and _is_hidden(case):
        outcome = Outcome(action=Action.review, reason="broken structure: what was written may be hidden in it")
    if case.role == MailboxRole.feedback:
        outcome = _as_complaint(outcome)
    if outcome.action != Action.unsubscribe:
        asked = _asked_for(case, outcome) if outcome.action == Action.review else outcome
        return _by_writer(case, asked)
    return _take_off(case, outcome, decisive)


def decide_unsubscribe_mail(case: Case) -> Outcome:
    """What a mail client's unsubscribe mail does: it takes its sender off, whatever it says.

    Not at the mailboxes that ask nobody to leave by writing there: a person looks, so that the request is not lost.
    """
    evidence = (Evidence(rule="unsubscribe-mail", phrase=case.finding.evidence, where=case.finding.where),)
    outcome = Outcome(action=Action.unsubscribe, reason="mail client's unsubscribe button", evidence=evidence)
    if case.role in (MailboxRole.postmaster, MailboxRole.bounce):
        waiting = held(_by_writer(case, outcome), f"{outcome.reason} to the address {case.role.value}")
        return also(waiting, Also.forward) if case.role == MailboxRole.postmaster else waiting
    return _take_off(case, outcome, None)


def has_request(case: Case) -> Outcome | None:
    """A review where a mail that seems automatic holds a clear request in its new text; else None."""
    intent = case.body_intent
    if intent.action != Action.unsubscribe or intent.decisive is None:
        return None
    outcome = _levelled(case, _outcome(case, intent, "body", "keyword in reply"))
    return _by_writer(case, held(outcome, "seems automatic, but asks to be taken off"))


def asks_by_subject(case: Case) -> bool:
    """Whether the subject is a request by itself, and answers none that was."""
    return not case.subject.answers and case.subject_intent.action == Action.unsubscribe


def has_machine_s_subject(case: Case) -> Outcome | None:
    """A review where a text seems automatic under the subject `unsubscribe`: an unknown client may have written it."""
    if not is_unsubscribe_subject(case.message.subject):
        return None
    evidence = (Evidence(rule="unsubscribe-subject", phrase=short_text(case.message.subject, 100), where="subject"),)
    reason = "seems automatic, but its subject asks to be taken off"
    return _by_writer(case, Outcome(action=Action.review, reason=reason, evidence=evidence))


def _is_hidden(case: Case) -> bool:
    """Whether a mail of several parts could only be read as one stretch of text."""
    content_type = case.message.headers.get("content-type") or ""
    return case.message.parser in ("headers", "raw") and "multipart/" in content_type[:100].lower()


def _read_by_a_person(outcome: Outcome) -> Outcome:
    """The same at abuse@, where what nobody can read here must reach a person."""
    return changed(outcome, action=Action.forward) if outcome.action == Action.review else also(outcome, Also.forward)


def _unreadable(case: Case) -> Outcome:
    """A body that cannot be read is a person's to read; a subject that asks by itself still counts."""
    subject = case.subject_intent
    reason = f"text cannot be read: {case.new_text.unreadable}"
    outcome = Outcome(kind=MailKind.unreadable, action=Action.review, reason=reason)
    if subject.action == Action.unsubscribe and not case.subject.answers:
        outcome, decisive = _wanted(case)
        return _take_off(case, outcome, decisive) if outcome.action == Action.unsubscribe else outcome
    return _by_writer(case, outcome)


def _wanted(case: Case) -> tuple[Outcome, Match | None]:
    """What the mail asks for, by its text, then by its subject, then by its mailbox."""
    body = case.body_intent
    if body.guard is not None:
        return _outcome(case, body, "body", body.reason), None
    if body.action == Action.unsubscribe:
        return _outcome(case, body, "body", body.reason or "keyword in reply"), body.decisive
    subject = case.subject_intent
    if subject.guard is not None:
        return _outcome(case, subject, "subject", subject.reason), None
    if subject.action == Action.unsubscribe:
        return _by_subject(case, subject, body)
    if case.role == MailboxRole.unsubscribe:
        return _by_mailbox(case, body), None
    if body.action is not None:
        return _outcome(case, body, "body", body.reason), None
    if subject.action is not None and not case.text.strip() and not case.subject.answers:
        return _outcome(case, subject, "subject", subject.reason), None
    return _TO_PEOPLE, None


def _by_subject(case: Case, subject: Intent, body: Intent) -> tuple[Outcome, Match | None]:
    """A subject that is a request by itself: it counts unless it is, or may be, that of the mail which is answered."""
    outcome = _outcome(case, subject, "subject", "keyword in subject")
    if body.substance:
        outcome = also(outcome, Also.forward)
    if case.role == MailboxRole.unsubscribe or _is_new_subject(case, body):
        return outcome, subject.decisive
    return held(outcome, "subject of the answered mail asks to be taken off, the text does not"), None


def _is_new_subject(case: Case, body: Intent) -> bool:
    """Whether the person wrote this subject (R44).

    Without a reply prefix it is new where nothing is answered, where our mail is answered, or where the text says
    nothing; an answer to somebody else may repeat a subject that somebody else wrote.
    """
    if case.subject.is_quotation and body.substance:
        return False
    is_that_of_quoted = case.subject.is_that_of_quoted(case.new_text.body)
    if case.subject.answers:
        return is_that_of_quoted is False and not body.substance
    if is_that_of_quoted is not None:
        return not is_that_of_quoted
    is_answer = any(referenced_domains(case.message))
    return not is_answer or not body.substance or is_answer_to_ours(case.account, case.message)


def _by_mailbox(case: Case, body: Intent) -> Outcome:
    """Any mail of a person to the unsubscribe address is a request, an empty one, too."""
    outcome = Outcome(
        action=Action.unsubscribe,
        reason="mail to the unsubscribe address",
        also=body.also,
        evidence=(Evidence(rule="mailbox", phrase="unsubscribe", where="envelope"),),
    )
    return also(outcome, Also.forward) if body.substance else outcome


def _as_complaint(outcome: Outcome) -> Outcome:
    """The same at abuse@ or a feedback mailbox: a person always reads it."""
    if outcome.action == Action.unsubscribe:
        return also(changed(outcome, kind=MailKind.complaint, reason="complaint of a person"), Also.forward)
    if outcome.action == Action.review:
        return also(changed(outcome, kind=MailKind.complaint), Also.forward)
    reason = "mail of a person to the feedback address"
    return changed(outcome, kind=MailKind.complaint, action=Action.forward, reason=reason)


def _take_off(case: Case, outcome: Outcome, decisive: Match | None) -> Outcome:
    """Take off who writes. Another address that the request names is a person's to look at.

    Who writes from one address proves nothing about another, also of the same domain: any two people of a mail provider
    have that in common. Only a token tells that it is the same person.
    """
    outcome = _levelled(case, outcome)
    token = _token(case)
    proof = _proof(case, token)
    verdict = request_verdict(proof)
    identified = identify_sender(case.message, case.mail.envelope, token, verdict.trust)
    if token is not None:
        outcome = changed(outcome, send=send_of(token))
    elif decisive is not None:
        named = find_named_address(case, decisive, outcome.evidence[0].where)
        if named is not None:
            ref = SubscriberRef(address=named, source=RefSource.body, trust=Trust.untrusted)
            waiting = changed(outcome, subscribers=(*identified.refs, ref))
            return held(waiting, "asks for another address than its own")
    taken = take_off(case, identified, outcome, hinges=verdict.hinges)
    why = f"{outcome.reason}, {why_it_waits(proof)}"
    return by_verdict(case, verdict, taken, partial(held, outcome, why, subscribers=identified.refs))


def _levelled(case: Case, outcome: Outcome) -> Outcome:
    """Account level, unless the account narrows replies and exactly one list is named (R45a)."""
    pinned = outcome.level is not None
    if case.account.reply_scope != "named-list" or pinned or outcome.kind == MailKind.complaint:
        return outcome  # without a level of its own it is one for the account
    is_total = any(totality_in(found, case.rules) for found in (case.subject_matches, case.body_matches))
    said = f"{case.subject.text}\n{case.text}"
    list_id = None if is_total else named_list(said, case.account.list_names())
    return changed(outcome, level=Level.list if list_id else Level.account, list_id=list_id)


def _asked_for(case: Case, outcome: Outcome) -> Outcome:
    """What waits, with the one list that it names; it has no level where it is about the account."""
    levelled = _levelled(case, outcome)
    return changed(levelled, level=narrow(levelled.level))


def _proof(case: Case, token: Token | None) -> Proof:
    if token is not None:
        return Proof.token
    return request_proof(case.authentication, is_answer=is_answer_to_ours(case.account, case.message))


def _token(case: Case) -> Token | None:
    return case.route.token or answered_token(case.message, case.account)


def _by_writer(case: Case, outcome: Outcome) -> Outcome:
    """The same, of who writes."""
    token = _token(case)
    verdict = request_verdict(_proof(case, token))
    writer = identify_sender(case.message, case.mail.envelope, token, verdict.trust)
    return changed(outcome, subscribers=writer.refs, send=send_of(token))


def _outcome(case: Case, intent: Intent, where: str, reason: str) -> Outcome:
    decisive = intent.decisive
    assert intent.action is not None
    assert decisive is not None
    ordered = (decisive, *(match for match in intent.matches if match is not decisive))
    outcome = Outcome(
        action=intent.action,
        reason=reason,
        also=intent.also,
        level=Level.account if intent.pinned else None,
        rule=decisive.rule.id,
        evidence=case.evidence_of(ordered, where),
    )
    return also(outcome, Also.forward) if intent.substance else also(outcome)
