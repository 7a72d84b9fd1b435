"""SPF by the sections of RFC 7208: records, mechanisms, macros, and the limits of what a record may ask."""

import pytest
from dns.rcode import SERVFAIL
from dns_server import DnsServer

from mailproc.authenticity.resolver import DnsResolver
from mailproc.authenticity.spf import check_spf
from mailproc.authenticity.spf_record import SpfSyntaxError, expand, parse_spf

PEER = "192.0.2.10"
PEER6 = "2001:db8::cb01"
SENDER = "strong-bad@email.example.com"


@pytest.fixture
async def spf(dns: DnsServer, resolver: DnsResolver):
    zone = dns.zone
    zone["mail.example.org", "A"] = [PEER]
    zone["mail.example.org", "AAAA"] = [PEER6]
    zone["example.org", "A"] = ["192.0.2.1"]
    zone["example.org", "MX"] = ["10 mail.example.org.", "20 other.example.org."]
    zone["other.example.org", "A"] = ["192.0.2.11"]
    zone["10.2.0.192.in-addr.arpa", "PTR"] = ["mail.example.org."]
    dns.txt("pass.example", "v=spf1 ip4:192.0.2.10 -all")
    dns.txt("fail.example", "v=spf1 -all")

    async def run(
        record: str | None = None, peer: str = PEER, sender: str | None = "pat@example.org", helo: str = "h.example"
    ) -> str:
        if record is not None:
            dns.txt("example.org", record)
        return (await check_spf(resolver, peer, sender, helo)).result

    return run


@pytest.mark.parametrize(
    ("record", "result"),
    [
        ("v=spf1 +all", "pass"),
        ("v=spf1 all", "pass"),
        ("v=spf1 -all", "fail"),
        ("v=spf1 ~all", "softfail"),
        ("v=spf1 ?all", "neutral"),
        ("v=spf1", "neutral"),
        ("V=SPF1 -ALL", "fail"),
        ("v=spf1  ip4:192.0.2.10  -all", "pass"),
        ("v=spf1 unknown=x -all", "fail"),
        ("v=spf10 -all", "none"),
        ("v=spf2 -all", "none"),
        ("unrelated text", "none"),
    ],
)
async def test_section_4_and_5_1_results_and_versions(spf, record: str, result: str) -> None:
    assert await spf(record) == result


@pytest.mark.parametrize(
    ("record", "result"),
    [
        ("v=spf1 ip4:192.0.2.0/24 -all", "pass"),
        ("v=spf1 ip4:192.0.2.11 -all", "fail"),
        ("v=spf1 ip4:0.0.0.0/0 -all", "pass"),
        ("v=spf1 ip6:2001:db8::/32 -all", "fail"),
        ("v=spf1 a -all", "fail"),
        ("v=spf1 a/24 -all", "pass"),
        ("v=spf1 a:mail.example.org -all", "pass"),
        ("v=spf1 a:other.example.org/28//64 -all", "pass"),
        ("v=spf1 a:none.example -all", "fail"),
        ("v=spf1 mx -all", "pass"),
        ("v=spf1 mx:example.org/32 -all", "pass"),
        ("v=spf1 mx:mail.example.org -all", "fail"),
        ("v=spf1 ptr -all", "pass"),
        ("v=spf1 ptr:example.org -all", "pass"),
        ("v=spf1 ptr:example.com -all", "fail"),
        ("v=spf1 exists:mail.example.org -all", "pass"),
        ("v=spf1 exists:none.example -all", "fail"),
        ("v=spf1 include:pass.example -all", "pass"),
        ("v=spf1 include:fail.example ~all", "softfail"),
        ("v=spf1 -include:pass.example +all", "fail"),
        ("v=spf1 include:norecord.example +all", "permerror"),
        ("v=spf1 redirect=pass.example", "pass"),
        ("v=spf1 redirect=fail.example", "fail"),
        ("v=spf1 redirect=norecord.example", "permerror"),
        ("v=spf1 ?all redirect=pass.example", "neutral"),
    ],
)
async def test_section_5_and_6_mechanisms_and_redirect(spf, record: str, result: str) -> None:
    assert await spf(record) == result


@pytest.mark.parametrize(
    ("record", "result"),
    [
        ("v=spf1 ip6:2001:db8::/32 -all", "pass"),
        ("v=spf1 ip4:192.0.2.0/24 -all", "fail"),
        ("v=spf1 a:mail.example.org -all", "pass"),
        ("v=spf1 a:mail.example.org/8//128 -all", "pass"),
        ("v=spf1 exists:mail.example.org -all", "pass"),
        ("v=spf1 exists:%{ir}.%{v}.example.org -all", "fail"),
    ],
)
async def test_addresses_of_six_words(spf, record: str, result: str) -> None:
    assert await spf(record, peer=PEER6) == result


async def test_an_address_that_was_mapped_is_the_one_it_stands_for(spf) -> None:
    assert await spf("v=spf1 ip4:192.0.2.10 -all", peer="::ffff:192.0.2.10") == "pass"


@pytest.mark.parametrize(
    "record",
    [
        "v=spf1 ip4:192.0.2 -all",
        "v=spf1 ip4:192.0.2.10/33 -all",
        "v=spf1 ip4:192.0.2.10/024 -all",
        "v=spf1 ip4 -all",
        "v=spf1 ip4:2001:db8::1 -all",
        "v=spf1 ip6:192.0.2.1 -all",
        "v=spf1 ip6:2001:db8::1%eth0 -all",
        "v=spf1 a/33 -all",
        "v=spf1 a/24//129 -all",
        "v=spf1 a: -all",
        "v=spf1 a.example.org -all",
        "v=spf1 include -all",
        "v=spf1 include:pass.example/24 -all",
        "v=spf1 exists -all",
        "v=spf1 all:x",
        "v=spf1 unknown -all",
        "v=spf1 redirect=a.example redirect=b.example",
        "v=spf1 redirect=",
        "v=spf1 exp=%{q}.example -all",
        "v=spf1 exists:%{i -all",
        "v=spf1 exists:%i.example.org -all",
        "v=spf1 exists:%{i0}.example.org -all",
        "v=spf1 exists:%{t}.example.org -all",
        "v=spf1 a:example.123 -all",
        "v=spf1 a:example. -all x",
        "v=spf1 +all nonsense",
        "v=spf1 " + "ip4:192.0.2.99 " * 200,
        "v=spf1 a:b\u00fccher.example -all",
    ],
)
async def test_section_4_6_any_wrong_term_is_a_permanent_error(spf, record: str) -> None:
    assert await spf(record) == "permerror"


async def test_section_4_5_two_records_are_a_permanent_error(dns: DnsServer, spf) -> None:
    dns.txt("example.org", "v=spf1 +all", "v=spf1 -all", "unrelated")
    assert await spf() == "permerror"


class TestLimits:
    """Section 4.6.4: ten terms that ask DNS, two names that do not exist, ten mail exchangers."""

    @pytest.mark.parametrize(("terms", "result"), [(10, "pass"), (11, "permerror")])
    async def test_terms_that_ask(self, spf, terms: int, result: str) -> None:
        assert await spf("v=spf1 " + "a:other.example.org " * (terms - 1) + "a:mail.example.org -all") == result

    @pytest.mark.parametrize(("terms", "result"), [(2, "pass"), (3, "permerror")])
    async def test_names_that_do_not_exist(self, spf, terms: int, result: str) -> None:
        names = "".join(f"a:none{number}.example " for number in range(terms))
        assert await spf(f"v=spf1 {names}+all") == result

    async def test_an_endless_chain(self, dns: DnsServer, spf) -> None:
        dns.txt("loop.example", "v=spf1 include:loop.example -all")
        assert await spf("v=spf1 redirect=loop.example") == "permerror"
        assert sum(dns.questions.values()) <= 3, "what is remembered is not asked again"

    @pytest.mark.parametrize(("hosts", "result"), [(10, "fail"), (11, "permerror")])
    async def test_mail_exchangers(self, dns: DnsServer, spf, hosts: int, result: str) -> None:
        dns.zone["big.example", "MX"] = [f"10 mx{number}.big.example." for number in range(hosts)]
        for number in range(hosts):
            dns.zone[f"mx{number}.big.example", "A"] = ["192.0.2.200"]
        assert await spf("v=spf1 mx:big.example -all") == result

    async def test_of_many_reverse_names_ten_count(self, dns: DnsServer, spf) -> None:
        dns.zone["10.2.0.192.in-addr.arpa", "PTR"] = [f"no{number}.example." for number in range(10)] + [
            "mail.example.org."
        ]
        assert await spf("v=spf1 ptr:nowhere.example -all") == "fail"
        assert sum(kind == "A" for _, kind in dns.questions) <= 10


@pytest.mark.parametrize(
    ("record", "broken", "result"),
    [
        ("v=spf1 a:broken.example -all", "broken.example", "temperror"),
        ("v=spf1 include:broken.example -all", "broken.example", "temperror"),
        ("v=spf1 ip4:192.0.2.10 a:broken.example -all", "broken.example", "pass"),
        ("v=spf1 ptr:example.org -all", "10.2.0.192.in-addr.arpa", "fail"),
        ("v=spf1 -all", "example.org", "temperror"),
    ],
)
async def test_what_gave_no_answer_matters_only_where_it_was_needed(
    dns: DnsServer, spf, record: str, broken: str, result: str
) -> None:
    dns.broken[broken] = SERVFAIL
    assert await spf(record) == result


@pytest.mark.parametrize(
    ("sender", "helo", "result"),
    [
        (None, "pass.example", "pass"),
        (None, "fail.example", "fail"),
        (None, "[192.0.2.10]", "none"),
        (None, "localhost", "none"),
        (None, "", "none"),
        ("pat", "pass.example", "none"),
        ("pat@[192.0.2.10]", "pass.example", "none"),
        ("pat@" + "a" * 64 + ".example", "pass.example", "none"),
        ("pat@norecord.example", "pass.example", "none"),
    ],
)
async def test_section_2_which_domain_is_asked_about(spf, sender: str | None, helo: str, result: str) -> None:
    assert await spf(sender=sender, helo=helo) == result


@pytest.mark.parametrize(
    ("macro", "expanded"),
    [
        ("%{s}", "strong-bad@email.example.com"),
        ("%{o}", "email.example.com"),
        ("%{d}", "email.example.com"),
        ("%{d4}", "email.example.com"),
        ("%{d3}", "email.example.com"),
        ("%{d2}", "example.com"),
        ("%{d1}", "com"),
        ("%{dr}", "com.example.email"),
        ("%{d2r}", "example.email"),
        ("%{l}", "strong-bad"),
        ("%{l-}", "strong.bad"),
        ("%{lr}", "strong-bad"),
        ("%{lr-}", "bad.strong"),
        ("%{l1r-}", "strong"),
        ("%{ir}.%{v}._spf.%{d2}", "3.2.0.192.in-addr._spf.example.com"),
        ("%{lr-}.lp._spf.%{d2}", "bad.strong.lp._spf.example.com"),
        ("%{ir}.%{v}.%{l1r-}.lp._spf.%{d2}", "3.2.0.192.in-addr.strong.lp._spf.example.com"),
        ("%{d2}.trusted-domains.example.net", "example.com.trusted-domains.example.net"),
        ("%{S}", "strong-bad%40email.example.com"),
        ("a%%b%_c%-d", "a%b c%20d"),
    ],
)
def test_section_7_4_the_examples_of_macros(macro: str, expanded: str) -> None:
    domain = "email.example.com"
    values = {
        "s": SENDER,
        "l": "strong-bad",
        "o": domain,
        "d": domain,
        "i": "192.0.2.3",
        "v": "in-addr",
        "h": "h",
        "p": "p",
    }
    assert expand(macro, values) == expanded


def test_section_7_3_a_name_that_grew_too_long_loses_labels_on_the_left() -> None:
    grown = expand("%{l}.example.org", {"l": ".".join(["label"] * 60)})
    assert len(grown) <= 253
    assert grown.endswith("label.example.org")


async def test_macros_are_filled_in_before_dns_is_asked(dns: DnsServer, spf) -> None:
    dns.zone["10.2.0.192.in-addr.pat.example.org", "A"] = ["127.0.0.2"]
    assert await spf("v=spf1 exists:%{ir}.%{v}.%{l}.%{o} -all") == "pass"


async def test_the_name_of_the_address_may_be_part_of_a_name(dns: DnsServer, spf) -> None:
    dns.zone["mail.example.org.example.net", "A"] = ["127.0.0.2"]
    assert await spf("v=spf1 exists:%{p}.example.net -all") == "pass"


async def test_a_hostile_local_part_asks_nothing_that_cannot_be_asked(spf) -> None:
    assert await spf("v=spf1 exists:%{l}.example.org -all", sender='"' + "a..b " * 500 + '"@example.org') == "fail"


@pytest.mark.parametrize("record", ["v=spf1 exists:" + "%{d}" * 400, "v=spf1 a:" + "a." * 600 + "example"])
def test_overlong_terms_are_refused(record: str) -> None:
    with pytest.raises(SpfSyntaxError):
        parse_spf(record)
