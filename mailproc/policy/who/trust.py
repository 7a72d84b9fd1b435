"""Whose word acts: one table from what proves a mail to what becomes of it (docs/reference/trust.md)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache

from mailproc.mail.arrival.authentication import Authentication, MethodResult
from mailproc.policy.account import AccountPolicy, FeedbackTrust
from mailproc.policy.address import is_within
from mailproc.policy.who.subscriber import Trust


class Proof(StrEnum):
    """What speaks for a mail: the rows of the table."""

    token = "token"  # noqa: S105 - a word, no secret; a token of ours verifies
    cfbl = "cfbl"  # a token of ours, in a report that our CFBL-Address provoked; nobody looked who sent it
    cfbl_unanswered = "cfbl_unanswered"  # the same; looked, and DNS gave no answer
    cfbl_unsigned = "cfbl_unsigned"  # the same; looked, and the reporter's domain did not sign it
    dkim = "dkim"  # a signature aligned with From (of a report: and of an enabled source)
    spf = "spf"  # the envelope's domain may send from there, and is aligned with From (of a report: an enabled source)
    answer = "answer"  # nothing vouches for From, but it names a Message-ID in our domain: a hint, no proof
    not_checked = "not_checked"  # nobody looked
    nothing = "nothing"  # looked, and found nothing that counts
    unanswered = "unanswered"  # looked, and DNS gave no answer: it may prove anything
    forged = "forged"  # DMARC fails, and the domain asks for such mail to be refused


class Claim(StrEnum):
    """What a mail wants: the columns of the table. A person's request, or a report under an account's trust."""

    request = "request"
    report_enrolled = "report_enrolled"
    report_mailbox = "report_mailbox"
    report_token = "report_token"  # noqa: S105 - a word, no secret


@dataclass(frozen=True, slots=True)
class Verdict:
    """How well a naming is proven, and whether it acts by itself; if not, it waits for a person.

    `hinges` tells that looking up who sent the mail, now or later, could turn `acts`.
    """

    trust: Trust
    acts: bool
    hinges: bool = False


_TOKEN = Verdict(Trust.token, True)
_AUTHENTICATED = Verdict(Trust.authenticated, True)
_MAILBOX = Verdict(Trust.mailbox, True)
_UNAUTHENTICATED = Verdict(Trust.unauthenticated, True)
_WAITS = Verdict(Trust.untrusted, False)
_WAITS_AUTHENTICATED = Verdict(Trust.authenticated, False)


def _row(*cells: Verdict | None) -> Mapping[Claim, Verdict]:
    return {claim: verdict for claim, verdict in zip(Claim, cells, strict=True) if verdict is not None}


# A person's own request acts without proof: an opt-out must be easy, and a forged one is small and can be undone.
# RFC 9477: a report that our CFBL-Address provoked counts only when the reporter's domain signed it.
# None: that cannot come about.
MATRIX: Mapping[Proof, Mapping[Claim, Verdict]] = {
    #                            request           enrolled        mailbox         token
    Proof.token:           _row(_TOKEN,           _TOKEN,         _TOKEN,         _TOKEN),
    Proof.cfbl:            _row(None,             _TOKEN,         _TOKEN,         _TOKEN),
    Proof.cfbl_unanswered: _row(None,             _WAITS,         _WAITS,         _WAITS),
    Proof.cfbl_unsigned:   _row(None,             _WAITS,         _WAITS,         _WAITS),
    Proof.dkim:            _row(_AUTHENTICATED,   _AUTHENTICATED, _AUTHENTICATED, _WAITS_AUTHENTICATED),
    Proof.spf:             _row(_AUTHENTICATED,   _AUTHENTICATED, _AUTHENTICATED, _WAITS_AUTHENTICATED),
    Proof.answer:          _row(_UNAUTHENTICATED, None,           None,           None),
    Proof.not_checked:     _row(_UNAUTHENTICATED, _WAITS,         _MAILBOX,       _WAITS),
    Proof.nothing:         _row(_UNAUTHENTICATED, _WAITS,         _MAILBOX,       _WAITS),
    Proof.unanswered:      _row(_WAITS,           _WAITS,         _WAITS,         _WAITS),
    Proof.forged:          _row(_WAITS,           _WAITS,         _WAITS,         _WAITS),
}  # fmt: skip
# What an answer from DNS may turn these into.
_SENDER = (Proof.dkim, Proof.spf, Proof.nothing, Proof.forged)
_REPORTER = (Proof.token, Proof.cfbl_unsigned)
_OPEN: Mapping[Proof, tuple[Proof, ...]] = {
    Proof.not_checked: _SENDER,
    Proof.unanswered: _SENDER,
    Proof.cfbl: _REPORTER,
    Proof.cfbl_unanswered: _REPORTER,
}
# Why a mail with this proof waits; all others, because their word does not act by itself.
_WHY = {
    Proof.forged: "but the sender is forged",
    Proof.unanswered: "but DNS gave no answer about the sender",
    Proof.cfbl_unanswered: "but DNS gave no answer about the reporter",
    Proof.cfbl_unsigned: "but the reporter did not sign it (RFC 9477)",
}
# What each proof is, in words for people.
MEANING: Mapping[Proof, str] = {
    Proof.token: "a token of ours says who it is",
    Proof.cfbl: "a token of ours says who it is, in a report that our CFBL-Address asked for",
    Proof.cfbl_unanswered: "our CFBL-Address asked for it, and DNS did not say whether the reporter signed it",
    Proof.cfbl_unsigned: "our CFBL-Address asked for it, and the reporter did not sign it",
    Proof.dkim: "signed by whom it names as its sender",
    Proof.spf: "sent from where its sender's mail may come from",
    Proof.answer: "it answers a mail of ours",
    Proof.not_checked: "nobody looked who sent it",
    Proof.nothing: "nothing shows who sent it",
    Proof.unanswered: "DNS gave no answer who sent it",
    Proof.forged: "forged: its domain asks to refuse such mail",
}
_CLAIMS = {
    FeedbackTrust.enrolled: Claim.report_enrolled,
    FeedbackTrust.mailbox: Claim.report_mailbox,
    FeedbackTrust.token: Claim.report_token,
}


def report_verdict(proof: Proof, account: AccountPolicy) -> Verdict:
    """What a feedback report about our own mail may do in this account."""
    return _verdict(proof, _CLAIMS[account.feedback_trust])


def request_verdict(proof: Proof) -> Verdict:
    """What a person's request may do."""
    return _verdict(proof, Claim.request)


def why_it_waits(proof: Proof) -> str:
    """The end of the sentence that says why a mail with this proof does not act."""
    return _WHY.get(proof, "whose word does not act by itself")


@cache
def _verdict(proof: Proof, claim: Claim) -> Verdict:
    verdict = MATRIX[proof][claim]
    hinges = any(MATRIX[other][claim].acts != verdict.acts for other in _OPEN.get(proof, ()))
    return replace(verdict, hinges=True) if hinges else verdict


def report_proof(authentication: Authentication, account: AccountPolicy, from_address: str | None) -> Proof:
    """What speaks for a feedback report without token: an enabled source's DKIM, else its SPF."""
    if authentication.source == "not_checked":
        return Proof.not_checked
    if _is_forged(authentication):
        return Proof.forged
    enabled = account.sources.auth_domains_of(account.trusted_sources, from_address)
    dkim = [one for one in authentication.dkim if one.aligned and is_within(one.domain or "", enabled)]
    if any(map(_passes, dkim)):
        return Proof.dkim
    spf = authentication.spf if authentication.spf and is_within(authentication.spf.domain or "", enabled) else None
    if _may_be_forged(authentication) or any(_lacks_answer(authentication, one) for one in (spf, *dkim)):
        return Proof.unanswered
    return Proof.spf if _passes(spf) else Proof.nothing


def cfbl_proof(authentication: Authentication, account: AccountPolicy, from_address: str | None) -> Proof:
    """What speaks for a report that our CFBL-Address provoked and in which a token of ours verifies.

    The reporter's own From domain must have signed it (RFC 9477 §3.4), or it comes from an enabled source.
    """
    if authentication.source == "not_checked" or (authentication.source == "header" and not authentication.dkim):
        return Proof.cfbl
    aligned = [one for one in authentication.dkim if one.aligned]
    if any(map(_passes, aligned)) or report_proof(authentication, account, from_address) == Proof.spf:
        return Proof.token
    return Proof.cfbl_unanswered if any(_lacks_answer(authentication, one) for one in aligned) else Proof.cfbl_unsigned


def request_proof(authentication: Authentication, *, is_answer: bool = False) -> Proof:
    """What speaks for From of a person's mail: DMARC or aligned DKIM, else aligned SPF.

    `is_answer` tells that the mail answers one of ours.
    """
    proof = _sender_proof(authentication)
    return Proof.answer if is_answer and proof not in (Proof.dkim, Proof.spf) else proof


def _sender_proof(authentication: Authentication) -> Proof:
    if authentication.source == "not_checked":
        return Proof.not_checked
    if _is_forged(authentication):
        return Proof.forged
    if _passes(authentication.dmarc) or any(_passes(one) and one.aligned for one in authentication.dkim):
        return Proof.dkim
    if _passes(authentication.spf) and authentication.spf is not None and authentication.spf.aligned:
        return Proof.spf
    return Proof.unanswered if _may_be_forged(authentication) else Proof.nothing


def _passes(result: MethodResult | None) -> bool:
    return result is not None and result.result == "pass"


def _lacks_answer(authentication: Authentication, result: MethodResult | None) -> bool:
    """Whether DNS gave us no answer. What a border server could not find out is never looked up again: it is closed."""
    return authentication.source == "verified" and result is not None and result.result == "temperror"


def _may_be_forged(authentication: Authentication) -> bool:
    """Whether DMARC is open, and its end may be that the domain asks for refusal."""
    return _lacks_answer(authentication, authentication.dmarc) and authentication.dmarc_policy in (None, "reject")


def _is_forged(authentication: Authentication) -> bool:
    dmarc = authentication.dmarc
    return dmarc is not None and dmarc.result == "fail" and authentication.dmarc_policy == "reject"
