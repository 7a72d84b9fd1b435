"""Whose organization a domain is: the name right below a public suffix (RFC 7489 §3.2), and alignment by it."""

from collections.abc import Iterable
from dataclasses import replace
from functools import cache, lru_cache

from publicsuffixlist import PublicSuffixList

from mailproc.mail.arrival.authentication import Authentication, MethodResult
from mailproc.mail.reading.message import Headers, addresses_in
from mailproc.policy.address import split_address

_LONGEST = 253


@cache
def _suffixes() -> PublicSuffixList:
    """The list that the package carries; loading it takes some 30 ms."""
    return PublicSuffixList(accept_unknown=True)


@lru_cache(maxsize=8192)
def organizational_domain(domain: str) -> str:
    """The organization's domain of a lower-case A-label, `example.co.uk` of `mail.example.co.uk`.

    A public suffix itself, and what is no domain, is its own organization. Raises nothing.
    """
    if not domain or len(domain) > _LONGEST:
        return domain
    return _suffixes().privatesuffix(domain) or domain


def load_suffixes() -> None:
    """Read the list now, not on the first mail's account."""
    organizational_domain("example.org")


def from_domains(headers: Headers) -> tuple[str, ...]:
    """The domains of all addresses in all From fields, each once; RFC 5322 wants one.

    Read exactly as `Message.from_addresses`, which says who is meant: another reading could prove another sender.
    """
    addresses = addresses_in(", ".join(headers.all("from")))
    return tuple(dict.fromkeys(domain for address in addresses if (domain := split_address(address)[1])))


def is_aligned(domain: str | None, with_domain: str, *, strict: bool = False) -> bool:
    """Whether two domains belong to the same organization; `strict` wants them equal (RFC 7489 §3.1).

    A public suffix is aligned with itself only: it belongs to no single organization.
    """
    if not domain or "." not in domain:
        return False
    if strict or domain == with_domain:
        return domain == with_domain
    return not _is_public(domain) and organizational_domain(domain) == organizational_domain(with_domain)


def _is_public(domain: str) -> bool:
    return len(domain) <= _LONGEST and _suffixes().privatesuffix(domain) is None


def with_alignment(told: Authentication, domains: Iterable[str]) -> Authentication:
    """The same verdicts with what is aligned with From; nothing is where From names several domains, or none."""
    senders = tuple(domains)
    if len(senders) != 1:
        return told

    def marked(one: MethodResult) -> MethodResult:
        return replace(one, aligned=True) if is_aligned(one.domain, senders[0]) else one

    return replace(
        told,
        spf=marked(told.spf) if told.spf else None,
        dkim=tuple(map(marked, told.dkim)),
        dmarc=marked(told.dmarc) if told.dmarc else None,
    )
