"""What a genuine feedback report proves of its source, and the entry that would make its reports act (R57a)."""

import re
from dataclasses import dataclass, replace
from enum import StrEnum

from mailproc.mail.arrival.authentication import Authentication, MethodResult
from mailproc.mail.reading.message import Headers
from mailproc.mail.reports.feedback_report import FeedbackReport
from mailproc.policy.account import AccountPolicy
from mailproc.policy.address import ascii_domain, is_within, split_address
from mailproc.policy.sources.sources import FeedbackSource, RecipientHint, ReportFormat
from mailproc.policy.who.ownership import proof_that_report_is_ours
from mailproc.policy.who.redaction import is_redacted
from mailproc.policy.who.subscriber import Trust as SubscriberTrust
from mailproc.policy.who.subscriber import identify_reported

_SIGNING_DOMAIN = re.compile(r"(?:^|;)\s*d\s*=\s*([^;\s]{1,253})")
_NOT_IN_ID = re.compile(r"[^a-z0-9]+")


class Step(StrEnum):
    """What is to be done so that this source's reports act."""

    nothing = "nothing"  # it is trusted, and its entry fits
    trust = "trust"  # a known source whose entry fits: name it in trusted_sources
    amend = "amend"  # a known source that something else vouches for: change its entry, and name it in trusted_sources
    add = "add"  # nobody knows this sender: add an entry, and name it in trusted_sources


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """What one report tells about its source.

    `signed_by` and `sent_by` are domains with the verdict on them, `unchecked` where nobody looked. `ours` says what
    shows that it is about the account's mail, None when nothing does. `named` are people as reported, `token` whether a
    token of ours tells who it is.
    """

    from_address: str | None
    known: FeedbackSource | None
    signed_by: tuple[MethodResult, ...]
    sent_by: MethodResult | None
    ours: str | None
    named: tuple[str, ...]
    token: bool
    format: str
    feedback_type: str
    step: Step
    proposed: FeedbackSource | None


def read_sample(
    report: FeedbackReport, headers: Headers, from_address: str | None, told: Authentication, account: AccountPolicy
) -> Sample:
    """Look at a report as `feedback arm` does; proposes nothing where From is no address. Raises nothing."""
    identified = identify_reported(report, account, None, SubscriberTrust.untrusted)
    ours = "token" if identified.token else proof_that_report_is_ours(account, report)
    known = account.sources.find(from_address)
    signed_by = _signed_by(headers, told)
    step, proposed = _next_step(report, from_address, known, signed_by, told.spf, account)
    return Sample(
        from_address=from_address,
        known=known,
        signed_by=signed_by,
        sent_by=told.spf,
        ours=ours,
        named=report.original_rcpt_tos or tuple(ref.address or "" for ref in identified.refs if ref.address),
        token=identified.token is not None,
        format=report.format,
        feedback_type=report.feedback_type,
        step=step,
        proposed=proposed,
    )


def entry_text(source: FeedbackSource) -> str:
    """An entry for the file of feedback sources, as TOML."""
    senders, domains = (", ".join(f'"{one}"' for one in some) for some in (source.senders, source.auth_domains))
    lines = [
        "[[source]]",
        f'id = "{source.id}"',
        f'name = "{source.name}"',
        f"from = [{senders}]",
        f"auth_domains = [{domains}]",
        f'format = "{source.format}"',
        f'recipient = "{source.recipient}"',
        f"verified = {str(source.verified).lower()}",
    ]
    return "\n".join(lines) + "\n"


def _signed_by(headers: Headers, told: Authentication) -> tuple[MethodResult, ...]:
    """Verdicts where there are any; else what the signatures claim."""
    if told.dkim:
        return told.dkim
    claimed = [
        ascii_domain(domain)
        for value in headers.all("DKIM-Signature")[:10]
        for domain in _SIGNING_DOMAIN.findall(value[:4000])
    ]
    return tuple(MethodResult(result="unchecked", domain=domain) for domain in dict.fromkeys(claimed))


def _next_step(
    report: FeedbackReport,
    from_address: str | None,
    known: FeedbackSource | None,
    signed_by: tuple[MethodResult, ...],
    sent_by: MethodResult | None,
    account: AccountPolicy,
) -> tuple[Step, FeedbackSource | None]:
    proving = _proving(from_address, signed_by, sent_by)
    if known is not None and any(is_within(domain, known.auth_domains) for domain in proving):
        trusted = account.sources.is_enabled(known.id, account.trusted_sources)
        return (Step.nothing if trusted else Step.trust), None
    local, domain = split_address(from_address or "")
    if not domain:
        return Step.add, None
    if known is not None:
        domains = tuple(dict.fromkeys((*known.auth_domains, *proving)))
        return Step.amend, replace(known, auth_domains=domains)
    verified = any(one.result == "pass" for one in signed_by) or (sent_by is not None and sent_by.result == "pass")
    source = FeedbackSource(
        id=_NOT_IN_ID.sub("-", domain.lower()).strip("-")[:63],
        name=domain,
        senders=(f"{local.lower()}@{domain}",),
        auth_domains=tuple(proving),
        format=_format_of(report),
        recipient=_recipient_of(report),
        verified=verified,
    )
    return Step.add, source


def _proving(from_address: str | None, signed_by: tuple[MethodResult, ...], sent_by: MethodResult | None) -> list[str]:
    """The domains that can vouch for the source: passing ones of From's, else any that pass, else what claims to be."""
    domain = split_address(from_address or "")[1]
    passing = [one for one in (*signed_by, *((sent_by,) if sent_by else ())) if one.result == "pass" and one.domain]
    aligned = [one.domain for one in passing if one.aligned or _related(one.domain or "", domain)]
    claimed = [one.domain for one in signed_by if one.result == "unchecked" and _related(one.domain or "", domain)]
    found = aligned or [one.domain for one in passing] or claimed
    return list(dict.fromkeys(one for one in found if one))


def _related(one: str, other: str) -> bool:
    return "." in one and "." in other and (is_within(one, (other,)) or is_within(other, (one,)))


def _format_of(report: FeedbackReport) -> ReportFormat:
    return ReportFormat(report.format) if report.format in set(ReportFormat) else ReportFormat.arf


def _recipient_of(report: FeedbackReport) -> RecipientHint:
    named = report.original_rcpt_tos + report.removal_recipients
    if not named:
        return RecipientHint.header if report.format == "jmrp" else RecipientHint.redacted
    if any(not is_redacted(one) for one in named):
        return RecipientHint.plain
    hashed = re.fullmatch(r"[0-9a-f]{32,64}|[a-z0-9+/]{27}=", split_address(named[0])[0], re.IGNORECASE)
    return RecipientHint.hashed if hashed else RecipientHint.redacted
