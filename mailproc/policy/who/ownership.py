"""Is it ours? A report or bounce acts only when the mail it is about was sent by this account (R57, R28d)."""

import ipaddress
import re
from collections.abc import Iterator
from functools import lru_cache

from mailproc.mail.reading.message import Message, addresses_in
from mailproc.mail.reports.feedback_report import FeedbackReport
from mailproc.policy.account import AccountPolicy
from mailproc.policy.address import ascii_domain, is_within, split_address
from mailproc.policy.tokens.token import Purpose, Token, find_tokens

_Network = ipaddress.IPv4Network | ipaddress.IPv6Network
_MAX_VALUE = 2000
_SIGNING_DOMAIN = re.compile(r"(?:^|;)\s*d\s*=\s*([^;\s]{1,253})")
_MESSAGE_ID = re.compile(r"<[^<>@\s]{1,500}@([^<>\s]{1,253})>")
_REFERENCE_FIELDS = ("In-Reply-To", "References")


@lru_cache(maxsize=1024)
def _sending_identity(sends_from: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[_Network, ...]]:
    """Domains and networks out of the mixed list."""
    domains: list[str] = []
    networks: list[_Network] = []
    for entry in sends_from:
        try:
            networks.append(ipaddress.ip_network(entry, strict=False))
        except ValueError:
            domains.append(ascii_domain(entry))
    return tuple(domains), tuple(networks)


def sending_domains(account: AccountPolicy) -> tuple[str, ...]:
    """The domains that the account sends from, in the order of its settings."""
    return _sending_identity(account.sends_from)[0]


def is_our_domain(account: AccountPolicy, domain: str) -> bool:
    """Whether a domain is one that the account sends from or takes mail for, or below one."""
    return is_within(ascii_domain(domain), (*_sending_identity(account.sends_from)[0], *account.domains))


def is_our_address(account: AccountPolicy, address: str) -> bool:
    """Whether an address is in a domain of the account."""
    return is_our_domain(account, split_address(address)[1])


def is_our_ip(account: AccountPolicy, ip: str) -> bool:
    """Whether an IP address is in a network that the account sends from; what is no IP address is not."""
    try:
        address = ipaddress.ip_address(ip.strip().strip("[]"))
    except ValueError:
        return False
    return any(address in network for network in _sending_identity(account.sends_from)[1])


def proof_that_mail_is_ours(account: AccountPolicy, original: Message) -> str | None:
    """The header of a returned or reported mail that shows it to be ours, `Return-Path: bounce.example`; else None."""
    return next(_proofs(account, original), None)


def _proofs(account: AccountPolicy, original: Message) -> Iterator[str]:
    headers = original.headers
    candidates = [("From", domain) for domain in map(_domain_of, original.from_addresses)]
    candidates += [("Return-Path", _domain_of(one)) for one in addresses_in(headers.get("Return-Path") or "")]
    for value in headers.all("Message-ID")[:3]:
        candidates += [("Message-ID", domain) for domain in _MESSAGE_ID.findall(value[:_MAX_VALUE])]
    for value in headers.all("DKIM-Signature")[:5]:
        candidates += [("DKIM-Signature", domain) for domain in _SIGNING_DOMAIN.findall(value[:_MAX_VALUE])]
    return (f"{name}: {domain}" for name, domain in candidates if is_our_domain(account, domain))


def proof_that_bounced_mail_is_ours(account: AccountPolicy, original: Message) -> str | None:
    """The same for a returned mail, without Return-Path: a forger who uses our bounce address has that right, too."""
    proofs = _proofs(account, original)
    return next((proof for proof in proofs if not proof.startswith("Return-Path")), None)


def proof_that_report_is_ours(account: AccountPolicy, report: FeedbackReport) -> str | None:
    """What in a feedback report shows that the reported mail is ours; None when nothing does."""
    if account.everything_is_ours:
        return "built-in default account"
    proof = proof_that_mail_is_ours(account, report.original) if report.original else None
    if proof is not None:
        return proof
    if report.original_mail_from and is_our_address(account, report.original_mail_from):
        return f"Original-Mail-From: {_domain_of(report.original_mail_from)}"
    for domain in report.reported_domains:
        if is_our_domain(account, domain):
            return f"Reported-Domain: {domain}"
    if report.source_ip and is_our_ip(account, report.source_ip):
        return f"Source-IP: {report.source_ip}"
    return None


def is_provoked_by_us(report: FeedbackReport, account: AccountPolicy, address_token: Token | None) -> bool:
    """Whether our mail asked for a report, by CFBL-Address or with a CFBL-Feedback-ID of ours (RFC 9477).

    `address_token` is the verified token in the address that the report came to. Redacted copies may hold only one.
    """
    if address_token is not None and address_token.purpose == Purpose.feedback:
        return True
    if report.original is None:
        return False
    headers = report.original.headers
    for value in headers.all("CFBL-Feedback-ID")[:3]:
        # White space in it, folded or not, means nothing (RFC 9477 §4.2).
        if any(find_tokens("".join(value[:_MAX_VALUE].split()), account.token_keys)):
            return True
    addresses = [one for value in headers.all("CFBL-Address")[:5] for one in addresses_in(value.partition(";")[0])]
    return any(is_our_address(account, address) for address in addresses)


def is_answer_to_ours(account: AccountPolicy, message: Message) -> bool:
    """Whether In-Reply-To or References name a Message-ID in a domain of the account."""
    return any(is_our_domain(account, domain) for domain in referenced_domains(message))


def referenced_domains(message: Message) -> Iterator[str]:
    """Domains of the Message-IDs that a mail answers."""
    for name in _REFERENCE_FIELDS:
        for value in message.headers.all(name)[:5]:
            yield from _MESSAGE_ID.findall(value[: _MAX_VALUE * 5])


def _domain_of(address: str) -> str:
    return split_address(address)[1]
