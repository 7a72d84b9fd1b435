"""DMARC: records, where they are looked for, and what alignment makes of the other verdicts."""

import pytest
from dns.rcode import SERVFAIL
from dns_server import DnsServer

from mailproc.authenticity.dmarc import NO_ANSWER, DmarcRecord, Published, find_dmarc, judge_dmarc, parse_dmarc
from mailproc.authenticity.resolver import DnsResolver
from mailproc.mail.arrival.authentication import MethodResult


@pytest.mark.parametrize(
    ("text", "policy", "subdomain_policy"),
    [
        ("v=DMARC1; p=reject", "reject", "reject"),
        ("v=DMARC1;p=REJECT;sp=none", "reject", "none"),
        ("v=DMARC1 ; p = quarantine ; pct=0", "quarantine", "quarantine"),
        ("v=DMARC1; p=reject; pct=10; rua=mailto:a@b.example", "reject", "reject"),
        ("v=DMARC1; p=reject; t=y", "quarantine", "quarantine"),
        ("v=DMARC1; p=none; t=y", "none", "none"),
        ("v=DMARC1; p=strange; rua=mailto:a@b.example", "none", "none"),
        ("v=DMARC1; rua=mailto:a@b.example", "none", "none"),
        ("v=DMARC1; p=reject; sp=strange; rua=mailto:a@b.example", "none", "none"),
        ("v=DMARC1; p=reject; p=none", "reject", "reject"),
    ],
)
def test_a_record_says_what_its_domain_asks_for(text: str, policy: str, subdomain_policy: str) -> None:
    record = parse_dmarc(text)
    assert record is not None
    assert (record.policy, record.subdomain_policy) == (policy, subdomain_policy)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "p=reject",
        "v=DMARC2; p=reject",
        "p=reject; v=DMARC1",
        "v=dmarc1; p=reject",
        "v=DMARC1",
        "v=DMARC1; p=strange",
        "v=spf1 -all",
    ],
)
def test_what_is_no_record_is_none(text: str) -> None:
    assert parse_dmarc(text) is None


def test_alignment_is_relaxed_unless_told_otherwise() -> None:
    assert parse_dmarc("v=DMARC1; p=none") == DmarcRecord(policy="none", subdomain_policy="none")
    strict = parse_dmarc("v=DMARC1; p=none; adkim=s; aspf=S")
    assert strict is not None
    assert (strict.strict_dkim, strict.strict_spf) == (True, True)


class TestFind:
    """The domain itself, then its organization."""

    async def test_the_domain_s_own_record_counts_first(self, dns: DnsServer, resolver: DnsResolver) -> None:
        dns.txt("_dmarc.mail.example.org", "v=DMARC1; p=none; sp=reject")
        dns.txt("_dmarc.example.org", "v=DMARC1; p=reject")
        assert (await find_dmarc(resolver, "mail.example.org")).policy == "none"

    async def test_then_its_organization_s_for_subdomains(self, dns: DnsServer, resolver: DnsResolver) -> None:
        dns.txt("_dmarc.example.co.uk", "v=DMARC1; p=reject; sp=quarantine")
        assert (await find_dmarc(resolver, "a.b.example.co.uk")).policy == "quarantine"
        assert (await find_dmarc(resolver, "example.co.uk")).policy == "reject"

    async def test_nobody_above_the_organization_is_asked(self, dns: DnsServer, resolver: DnsResolver) -> None:
        dns.txt("_dmarc.co.uk", "v=DMARC1; p=reject")
        assert await find_dmarc(resolver, "example.co.uk") == Published()
        assert ("_dmarc.co.uk", "TXT") not in dns.questions

    @pytest.mark.parametrize("records", [(), ("unrelated",), ("v=DMARC1; p=none", "v=DMARC1; p=reject")])
    async def test_none_and_several_are_no_record(
        self, dns: DnsServer, resolver: DnsResolver, records: tuple[str, ...]
    ) -> None:
        if records:
            dns.txt("_dmarc.example.org", *records)
        assert await find_dmarc(resolver, "example.org") == Published()

    @pytest.mark.parametrize("broken", ["_dmarc.mail.example.org", "_dmarc.example.org"])
    async def test_without_an_answer_it_is_open(self, dns: DnsServer, resolver: DnsResolver, broken: str) -> None:
        dns.broken[broken] = SERVFAIL
        assert await find_dmarc(resolver, "mail.example.org") == NO_ANSWER


RELAXED = Published(record=DmarcRecord(policy="reject", subdomain_policy="reject"), policy="reject")
STRICT = Published(
    record=DmarcRecord(policy="reject", subdomain_policy="reject", strict_dkim=True, strict_spf=True), policy="reject"
)


def verdict(result: str, domain: str) -> MethodResult:
    return MethodResult(result=result, domain=domain)


@pytest.mark.parametrize(
    ("published", "spf", "dkim", "result"),
    [
        (RELAXED, None, [verdict("pass", "example.org")], "pass"),
        (RELAXED, None, [verdict("pass", "mail.example.org")], "pass"),
        (RELAXED, None, [verdict("fail", "example.org"), verdict("pass", "example.org")], "pass"),
        (RELAXED, verdict("pass", "bounce.example.org"), [], "pass"),
        (RELAXED, verdict("temperror", "example.org"), [verdict("pass", "example.org")], "pass"),
        (STRICT, None, [verdict("pass", "example.org")], "pass"),
        (STRICT, None, [verdict("pass", "mail.example.org")], "fail"),
        (STRICT, verdict("pass", "bounce.example.org"), [], "fail"),
        (RELAXED, None, [], "fail"),
        (RELAXED, verdict("softfail", "example.org"), [verdict("fail", "example.org")], "fail"),
        (RELAXED, verdict("pass", "esp.example"), [verdict("pass", "esp.example")], "fail"),
        (RELAXED, verdict("pass", "org"), [verdict("pass", "org")], "fail"),
        (RELAXED, verdict("temperror", "esp.example"), [], "fail"),
        (RELAXED, verdict("temperror", "example.org"), [], "temperror"),
        (RELAXED, None, [verdict("temperror", "example.org"), verdict("fail", "example.org")], "temperror"),
        (Published(), verdict("pass", "example.org"), [], "none"),
        (NO_ANSWER, verdict("pass", "example.org"), [], "temperror"),
    ],
)
def test_what_is_aligned_decides(
    published: Published, spf: MethodResult | None, dkim: list[MethodResult], result: str
) -> None:
    assert judge_dmarc(["example.org"], published, spf, dkim).result == result


@pytest.mark.parametrize("domains", [[], ["example.org", "example.net"]])
def test_a_from_of_no_or_several_domains_proves_nothing(domains: list[str]) -> None:
    found = judge_dmarc(domains, RELAXED, verdict("pass", "example.org"), [verdict("pass", "example.org")])
    assert (found.result, found.domain) == ("permerror", None)
