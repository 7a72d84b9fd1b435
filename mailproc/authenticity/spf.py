"""SPF: may this address send mail of this domain (RFC 7208)? At most ten terms that ask DNS, at most two in vain."""

from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from mailproc.authenticity.resolver import NoAnswer, Resolver, reverse_name
from mailproc.authenticity.spf_record import Directive, SpfRecord, SpfSyntaxError, expand, has_macro, is_spf, parse_spf
from mailproc.mail.arrival.authentication import MethodResult
from mailproc.policy.address import split_address

_MOST_LOOKUPS = 10
_MOST_VOID = 2
_MOST_NAMES = 10  # of MX or PTR
_LONGEST_LOCAL_PART = 64

IpAddress = IPv4Address | IPv6Address


class _PermanentError(Exception):
    """The record asks for too much, or leads nowhere: permerror."""


async def check_spf(resolver: Resolver, peer: str, mail_from: str | None, helo: str | None) -> MethodResult:
    """Whether `peer` may send mail of `mail_from`, or with the null sender of the host that it greets as.

    `domain` of the result is whom it is about. Raises ValueError when `peer` is no IP address.
    """
    address = ip_address(peer.partition("%")[0])
    ip = getattr(address, "ipv4_mapped", None) or address
    greeting = (helo or "").strip().rstrip(".").lower()
    local, domain = split_address(mail_from) if mail_from else ("postmaster", greeting)
    if not _is_host(domain):
        return MethodResult(result="none", domain=domain[:253] or None, reason="the sender has no domain")
    sender = f"{local[:_LONGEST_LOCAL_PART] or 'postmaster'}@{domain}"
    check = _Check(resolver=resolver, ip=ip, sender=sender, helo=greeting[:253] or "unknown")
    try:
        result = await check.host(domain)
        return MethodResult(result=result, domain=domain)
    except NoAnswer:
        return MethodResult(result="temperror", domain=domain, reason="DNS gave no answer")
    except (_PermanentError, SpfSyntaxError) as error:
        return MethodResult(result="permerror", domain=domain, reason=str(error)[:200])


def _is_host(domain: str) -> bool:
    """Several labels, none too long, and no address literal (RFC 7208 §4.3)."""
    labels = domain.split(".")
    return len(labels) > 1 and len(domain) <= 253 and all(0 < len(one) < 64 for one in labels) and domain[0] != "["


@dataclass(slots=True, kw_only=True)
class _Check:
    """One evaluation with what it has used up."""

    resolver: Resolver
    ip: IpAddress
    sender: str
    helo: str
    lookups: int = 0
    void: int = 0
    validated: dict[str, str] = field(default_factory=dict)

    async def host(self, domain: str) -> str:
        """The result for one domain: `check_host()` of RFC 7208 §4."""
        records = [one for one in await self.resolver.lookup(domain, "TXT") if is_spf(one)]
        if len(records) != 1:
            if records:
                raise _PermanentError(f"{domain} has {len(records)} records")
            return "none"
        record = parse_spf(records[0])
        for directive in record.directives:
            if await self._matches(directive, domain):
                return directive.result
        return await self._redirected(record, domain)

    async def _redirected(self, record: SpfRecord, domain: str) -> str:
        if record.redirect is None:
            return "neutral"
        self._count()
        target = await self._expanded(record.redirect, domain)
        result = await self.host(target) if _is_host(target) else "none"
        if result == "none":
            raise _PermanentError(f"redirects to {target[:100]}, which has no record")
        return result

    async def _matches(self, directive: Directive, domain: str) -> bool:
        mechanism = directive.mechanism
        if mechanism == "all":
            return True
        if directive.network is not None:
            return self.ip.version == directive.network.version and self.ip in directive.network
        self._count()
        target = await self._expanded(directive.target, domain) if directive.target else domain
        if mechanism == "include":
            return await self._included(target)
        if not _is_host(target):
            return False
        if mechanism == "exists":
            return bool(await self._asked(target, "A"))
        if mechanism == "ptr":
            name = await self._validated_name(target)
            return name == target or name.endswith("." + target)
        return await self._is_among(directive, target)

    async def _included(self, target: str) -> bool:
        result = await self.host(target) if _is_host(target) else "none"
        if result == "none":
            raise _PermanentError(f"includes {target[:100]}, which has no record")
        return result == "pass"

    async def _is_among(self, directive: Directive, target: str) -> bool:
        """Whether the address is one of the target's, or of its mail exchangers', as far as the prefix reaches."""
        hosts: tuple[str, ...] = (target,)
        if directive.mechanism == "mx":
            hosts = await self._asked(target, "MX")
            if len(hosts) > _MOST_NAMES:
                raise _PermanentError(f"{target} has more than {_MOST_NAMES} mail exchangers")
        kind, bits = ("A", directive.bits4) if self.ip.version == 4 else ("AAAA", directive.bits6)
        for host in hosts:
            if any(self.ip in ip_network(f"{one}/{bits}", strict=False) for one in await self._asked(host, kind)):
                return True
        return False

    async def _validated_name(self, target: str) -> str:
        """A name of the address that leads back to it, `target` or one below it first; `unknown` for none (§5.5)."""
        if target not in self.validated:
            self.validated[target] = "unknown"
            kind = "A" if self.ip.version == 4 else "AAAA"
            names = (await self._quietly(reverse_name(str(self.ip)), "PTR"))[:_MOST_NAMES]
            found = [name for name in names if str(self.ip) in await self._quietly(name, kind)]
            within = [name for name in found if name == target or name.endswith("." + target)]
            self.validated[target] = next(iter(within + found), "unknown")
        return self.validated[target]

    async def _quietly(self, name: str, kind: str) -> tuple[str, ...]:
        """Errors in reverse names are no errors of the record (RFC 7208 §5.5)."""
        try:
            return await self.resolver.lookup(name, kind)
        except NoAnswer:
            return ()

    async def _asked(self, name: str, kind: str) -> tuple[str, ...]:
        found = await self.resolver.lookup(name, kind)
        if not found:
            self.void += 1
            if self.void > _MOST_VOID:
                raise _PermanentError("too many names that do not exist")
        return found

    def _count(self) -> None:
        self.lookups += 1
        if self.lookups > _MOST_LOOKUPS:
            raise _PermanentError("asks DNS too often")

    async def _expanded(self, text: str, domain: str) -> str:
        if "%" not in text:
            return text.rstrip(".").lower()
        local, _, sender_domain = self.sender.rpartition("@")
        dotted = str(self.ip) if self.ip.version == 4 else ".".join(self.ip.exploded.replace(":", ""))
        values = {
            "s": self.sender,
            "l": local,
            "o": sender_domain,
            "d": domain,
            "i": dotted,
            "h": self.helo,
            "v": "in-addr" if self.ip.version == 4 else "ip6",
            "p": await self._validated_name(domain) if has_macro(text, "p") else "",
        }
        return expand(text, values).lower()
