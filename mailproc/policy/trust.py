"""Whose word acts: one table from what proves a mail to what becomes of it; settings choose the column."""

from dataclasses import dataclass
from enum import StrEnum

from mailproc.mail.authentication import Authentication
from mailproc.policy.account import AccountPolicy, FeedbackTrust
from mailproc.policy.address import is_within, split_address
from mailproc.policy.subscriber import Trust


class Proof(StrEnum):
    """What speaks for a mail, strongest first."""

    token = "token"  # noqa: S105 - a word, no secret; a token of ours verifies
    dkim = "dkim"  # a signature aligned with an enabled source, or with From
    spf = "spf"  # the envelope's domain is allowed to send from there, and is aligned
    not_checked = "not_checked"  # nobody looked
    nothing = "nothing"  # looked, and found nothing that counts
    forged = "forged"  # DMARC fails, and the domain asks for such mail to be refused


@dataclass(frozen=True, slots=True)
class Verdict:
    """How well a naming is proven, and whether it acts by itself; if not, it waits for a person."""

    trust: Trust
    acts: bool


_TOKEN = Verdict(Trust.token, True)
_AUTHENTICATED = Verdict(Trust.authenticated, True)
_MAILBOX = Verdict(Trust.mailbox, True)
_WAITS = Verdict(Trust.untrusted, False)
_WAITS_AUTHENTICATED = Verdict(Trust.authenticated, False)
_UNAUTHENTICATED = Verdict(Trust.unauthenticated, True)

# Feedback reports about our own mail, by the account's `feedback_trust`.
_REPORTS: dict[Proof, dict[FeedbackTrust, Verdict]] = {
    #                    enrolled              mailbox              token
    Proof.token: dict(zip(FeedbackTrust, (_TOKEN, _TOKEN, _TOKEN), strict=True)),
    Proof.dkim: dict(zip(FeedbackTrust, (_AUTHENTICATED, _AUTHENTICATED, _WAITS_AUTHENTICATED), strict=True)),
    Proof.spf: dict(zip(FeedbackTrust, (_AUTHENTICATED, _AUTHENTICATED, _WAITS_AUTHENTICATED), strict=True)),
    Proof.not_checked: dict(zip(FeedbackTrust, (_WAITS, _MAILBOX, _WAITS), strict=True)),
    Proof.nothing: dict(zip(FeedbackTrust, (_WAITS, _MAILBOX, _WAITS), strict=True)),
    Proof.forged: dict(zip(FeedbackTrust, (_WAITS, _WAITS, _WAITS), strict=True)),
}
# A person's own request: an opt-out must be easy, and a forged one is small and can be undone.
_REQUESTS: dict[Proof, Verdict] = {
    Proof.token: _TOKEN,
    Proof.dkim: _AUTHENTICATED,
    Proof.spf: _AUTHENTICATED,
    Proof.not_checked: _UNAUTHENTICATED,
    Proof.nothing: _UNAUTHENTICATED,
    Proof.forged: _WAITS,
}


def report_verdict(proof: Proof, account: AccountPolicy) -> Verdict:
    """What a feedback report with this proof may do in this account."""
    return _REPORTS[proof][account.feedback_trust]


def request_verdict(proof: Proof) -> Verdict:
    """What a person's request with this proof may do."""
    return _REQUESTS[proof]


def report_proof(authentication: Authentication, account: AccountPolicy, from_address: str | None) -> Proof:
    """What speaks for a feedback report without token: an enabled source's DKIM, else its SPF."""
    if authentication.source == "not_checked":
        return Proof.not_checked
    enabled = account.sources.auth_domains_of(account.trusted_sources, from_address)
    sender = split_address(from_address)[1] if from_address else ""
    if _is_forged(authentication):
        return Proof.forged
    signed = [one.domain for one in authentication.dkim if one.result == "pass" and one.domain]
    if any(is_within(domain, enabled) and _aligned(domain, sender) for domain in signed):
        return Proof.dkim
    spf = authentication.spf
    if spf is not None and spf.result == "pass" and spf.domain and is_within(spf.domain, enabled):
        return Proof.spf
    return Proof.nothing


def request_proof(authentication: Authentication, from_address: str | None) -> Proof:
    """What speaks for From of a person's mail: DMARC or aligned DKIM, else aligned SPF."""
    if authentication.source == "not_checked":
        return Proof.not_checked
    if _is_forged(authentication):
        return Proof.forged
    sender = split_address(from_address)[1] if from_address else ""
    if authentication.dmarc is not None and authentication.dmarc.result == "pass":
        return Proof.dkim
    if any(one.result == "pass" and one.domain and _aligned(one.domain, sender) for one in authentication.dkim):
        return Proof.dkim
    spf = authentication.spf
    if spf is not None and spf.result == "pass" and spf.domain and _aligned(spf.domain, sender):
        return Proof.spf
    return Proof.nothing


def _is_forged(authentication: Authentication) -> bool:
    dmarc = authentication.dmarc
    return dmarc is not None and dmarc.result == "fail" and authentication.dmarc_policy == "reject"


def _aligned(domain: str, sender: str) -> bool:
    """Relaxed alignment as far as it can be told without a list of public suffixes: one is the other or below it."""
    return "." in domain and "." in sender and (is_within(sender, (domain,)) or is_within(domain, (sender,)))
