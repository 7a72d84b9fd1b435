"""DMARC: does what was proven belong to From, and what does that domain ask for otherwise (RFC 7489, 9989)?"""

from collections.abc import Sequence
from dataclasses import dataclass

from mailproc.authenticity.organization import is_aligned, organizational_domain
from mailproc.authenticity.resolver import NoAnswer, Resolver
from mailproc.mail.arrival.authentication import MethodResult

_POLICIES = ("none", "quarantine", "reject")
_MILDER = {"reject": "quarantine", "quarantine": "none", "none": "none"}


@dataclass(frozen=True, slots=True, kw_only=True)
class DmarcRecord:
    """What a domain publishes: its policy for a From of its own and for one below it, and how strict alignment is."""

    policy: str
    subdomain_policy: str
    strict_dkim: bool = False
    strict_spf: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """What was found for a From domain. No `record` and `answered`: it publishes none."""

    record: DmarcRecord | None = None
    policy: str | None = None
    answered: bool = True


NO_ANSWER = Published(answered=False)


def parse_dmarc(text: str) -> DmarcRecord | None:
    """Read a record; None when it is none. `pct` is ignored; `t=y` asks for the next milder policy (RFC 9989).

    An unusable policy beside an address for reports counts as `none` (RFC 7489 §6.6.3).
    """
    tags: dict[str, str] = {}
    for index, term in enumerate(text[:4000].split(";")):
        name, _, value = term.partition("=")
        if index == 0 and (name.strip(), value.strip()) != ("v", "DMARC1"):
            return None
        tags.setdefault(name.strip().lower(), value.strip())
    policy = tags.get("p", "").lower()
    subdomain_policy = tags.get("sp", policy).lower()
    if policy not in _POLICIES or subdomain_policy not in _POLICIES:
        if "rua" not in tags:
            return None
        policy = subdomain_policy = "none"
    if tags.get("t", "").lower() == "y":
        policy, subdomain_policy = _MILDER[policy], _MILDER[subdomain_policy]
    return DmarcRecord(
        policy=policy,
        subdomain_policy=subdomain_policy,
        strict_dkim=tags.get("adkim", "").lower() == "s",
        strict_spf=tags.get("aspf", "").lower() == "s",
    )


async def find_dmarc(resolver: Resolver, domain: str) -> Published:
    """What a From domain publishes, or else its organization for it. Raises nothing."""
    try:
        record = await _record_at(resolver, domain)
        if record is not None:
            return Published(record=record, policy=record.policy)
        organization = organizational_domain(domain)
        record = await _record_at(resolver, organization) if organization != domain else None
    except NoAnswer:
        return NO_ANSWER
    return Published(record=record, policy=record.subdomain_policy) if record else Published()


async def _record_at(resolver: Resolver, domain: str) -> DmarcRecord | None:
    """The one record of a domain; several count as none (RFC 7489 §6.6.3)."""
    found = [record for text in await resolver.lookup(f"_dmarc.{domain}", "TXT") if (record := parse_dmarc(text))]
    return found[0] if len(found) == 1 else None


def judge_dmarc(
    domains: Sequence[str], published: Published, spf: MethodResult | None, dkim: Sequence[MethodResult]
) -> MethodResult:
    """The verdict on From, with what SPF and DKIM came to. `domains` are all that From names."""
    if len(domains) != 1:
        reason = "From names several domains" if domains else "From names no domain"
        return MethodResult(result="permerror", reason=reason)
    [domain] = domains
    if not published.answered:
        return MethodResult(result="temperror", domain=domain, aligned=True, reason="DNS gave no answer")
    record = published.record
    if record is None:
        return MethodResult(result="none", domain=domain, aligned=True, reason="no policy is published")
    proofs = [one for one in dkim if is_aligned(one.domain, domain, strict=record.strict_dkim)]
    if spf is not None and is_aligned(spf.domain, domain, strict=record.strict_spf):
        proofs.append(spf)
    results = {one.result for one in proofs}
    result = next((one for one in ("pass", "temperror") if one in results), "fail")
    reason = {"temperror": "DNS gave no answer", "fail": "nothing that passed is aligned with From"}.get(result, "")
    return MethodResult(result=result, domain=domain, aligned=True, reason=reason)
