"""Organizational domains by the public suffix list, and alignment with From."""

import pytest

from mailproc.authenticity.organization import from_domains, is_aligned, organizational_domain, with_alignment
from mailproc.mail.arrival.authentication import Authentication, MethodResult
from mailproc.mail.reading.message import read_headers, read_message
from mailproc.policy.address import split_address


@pytest.mark.parametrize(
    ("domain", "organization"),
    [
        ("example.org", "example.org"),
        ("a.b.example.org", "example.org"),
        ("mail.example.co.uk", "example.co.uk"),
        ("example.co.uk", "example.co.uk"),
        ("pat.github.io", "pat.github.io"),
        ("co.uk", "co.uk"),
        ("org", "org"),
        ("www.xn--bcher-kva.example", "xn--bcher-kva.example"),
        ("", ""),
        ("..", ".."),
        ("a" * 300 + ".example", "a" * 300 + ".example"),
    ],
)
def test_the_organization_is_the_name_below_a_public_suffix(domain: str, organization: str) -> None:
    assert organizational_domain(domain) == organization


@pytest.mark.parametrize(
    ("domain", "sender"),
    [
        ("example.org", "example.org"),
        ("mail.example.org", "example.org"),
        ("a.example.org", "b.example.org"),
        ("github.io", "github.io"),
    ],
)
def test_domains_of_one_organization_are_aligned(domain: str, sender: str) -> None:
    assert is_aligned(domain, sender)


@pytest.mark.parametrize(
    ("domain", "sender"),
    [
        ("example.org", "example.net"),
        ("one.co.uk", "two.co.uk"),
        ("co.uk", "two.co.uk"),
        ("pat.github.io", "ann.github.io"),
        ("github.io", "pat.github.io"),
        ("pat.github.io", "github.io"),
        ("org", "example.org"),
        ("", "example.org"),
        (None, "example.org"),
        ("notexample.org", "example.org"),
        ("localhost", "localhost"),
    ],
)
def test_strangers_and_public_suffixes_are_not(domain: str | None, sender: str) -> None:
    assert not is_aligned(domain, sender)


def test_strict_alignment_wants_the_same_domain() -> None:
    assert is_aligned("example.org", "example.org", strict=True)
    assert not is_aligned("mail.example.org", "example.org", strict=True)


@pytest.mark.parametrize(
    ("header", "domains"),
    [
        (b"From: Pat <pat@Example.ORG>\r\n", ("example.org",)),
        (b"From: pat@example.org, ann@example.org\r\n", ("example.org",)),
        (b"From: pat@example.org, ann@example.net\r\n", ("example.org", "example.net")),
        (b"From: pat@example.org\r\nFrom: ann@example.net\r\n", ("example.org", "example.net")),
        (b"From: undisclosed\r\n", ()),
        (b"To: pat@example.org\r\n", ()),
    ],
)
def test_all_domains_of_from_are_found(header: bytes, domains: tuple[str, ...]) -> None:
    assert from_domains(read_headers(header + b"\r\n")) == domains


@pytest.mark.parametrize(
    "header",
    [
        b"From: victim@bank.example <a@evil.example>\r\n",
        b'From: "victim@bank.example" <a@evil.example>\r\n',
        b"From: a@evil.example (\r\nFrom: ) victim@bank.example\r\n",
        b"From: Group: victim@bank.example, a@evil.example;\r\n",
        b"From : victim@bank.example\r\nFrom: a@evil.example\r\n",
        b"From: @evil.example:victim@bank.example\r\n",
        b"From: victim@bank.example;a@evil.example\r\n",
        b"From: =?utf-8?q?victim=40bank.example=2C?= a@evil.example\r\n",
        b"From: a@evil.example\r\n" * 30 + b"From: victim@bank.example\r\n",
    ],
)
def test_who_is_proven_is_who_is_meant(header: bytes) -> None:
    content = header + b"Subject: x\r\n\r\nunsubscribe\r\n"
    meant = dict.fromkeys(split_address(address)[1] for address in read_message(content).from_addresses)
    assert from_domains(read_headers(content)) == tuple(meant)


TOLD = Authentication(
    source="header",
    spf=MethodResult(result="pass", domain="bounce.example.org"),
    dkim=(MethodResult(result="pass", domain="example.org"), MethodResult(result="pass", domain="esp.example")),
    dmarc=MethodResult(result="pass", domain="example.org"),
)


def test_what_belongs_to_the_organization_of_from_is_marked() -> None:
    found = with_alignment(TOLD, ("news.example.org",))
    assert found.spf
    assert found.dmarc
    assert (found.spf.aligned, [one.aligned for one in found.dkim], found.dmarc.aligned) == (True, [True, False], True)


@pytest.mark.parametrize("domains", [(), ("example.org", "example.net")])
def test_without_one_domain_of_from_nothing_is_aligned(domains: tuple[str, ...]) -> None:
    assert with_alignment(TOLD, domains) == TOLD
