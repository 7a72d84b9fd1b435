"""What vouched for an examined mail, and what that was worth: the cell of the trust matrix that it came to."""

from dataclasses import dataclass

from mailproc.mail.mail_kind import MailKind
from mailproc.policy.deciding.examination import Examination
from mailproc.policy.who.ownership import is_answer_to_ours, is_provoked_by_us
from mailproc.policy.who.subscriber import RefSource
from mailproc.policy.who.trust import (
    MEANING,
    Proof,
    Verdict,
    cfbl_proof,
    report_proof,
    report_verdict,
    request_proof,
    request_verdict,
)

_REQUESTS = frozenset({MailKind.reply, MailKind.complaint, MailKind.unsubscribe_request})


@dataclass(frozen=True, slots=True)
class Vouching:
    """One row of the matrix with the verdict in its column."""

    proof: Proof
    verdict: Verdict

    @property
    def sentence(self) -> str:
        """`signed by whom it names as its sender (dkim): acts`."""
        does = "acts" if self.verdict.acts else "waits for a person"
        return f"{MEANING[self.proof]} ({self.proof.value}): {does}"


def vouching_of(seen: Examination) -> Vouching | None:
    """What vouched for a report or a request; None for other mail, which nobody has to believe."""
    decision, account, told = seen.decision, seen.account, seen.decision.authentication
    has_token = any(ref.source == RefSource.token for ref in decision.subscribers)
    from_address = next(iter(seen.message.from_addresses), None)
    report = seen.finding.report
    if report is not None and decision.kind == MailKind.feedback_report:
        if not has_token:
            proof = report_proof(told, account, from_address)
        elif is_provoked_by_us(report, account, seen.route.token):
            proof = cfbl_proof(told, account, from_address)
        else:
            proof = Proof.token
        return None if decision.foreign else Vouching(proof, report_verdict(proof, account))
    if decision.kind not in _REQUESTS or not decision.subscribers:
        return None
    is_answer = is_answer_to_ours(account, seen.message)
    proof = Proof.token if has_token else request_proof(told, is_answer=is_answer)
    return Vouching(proof, request_verdict(proof))
