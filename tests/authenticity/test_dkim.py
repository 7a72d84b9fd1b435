"""DKIM signatures: what is believed, what is not, and why; on mails that are really signed."""

import base64
import hashlib
import random
import re
import time
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import dkim
import pytest
from dns.rcode import SERVFAIL
from dns_server import DnsServer
from signed_mail import ED25519_RECORD, MAIL, rsa_record, signed

from mailproc.authenticity.body_hash import body_hash
from mailproc.authenticity.dkim_check import check_dkim, unchecked_dkim
from mailproc.authenticity.dkim_signature import read_signatures
from mailproc.authenticity.resolver import DnsResolver
from mailproc.mail.arrival.authentication import MethodResult

NOW = datetime.now(UTC)
KEY = "s1._domainkey.example.org"
NUMBERED = (str(number) for number in count())  # signatures and keys differ from process to process


async def at_once(function, *arguments):
    return function(*arguments)


@pytest.fixture
async def check(dns: DnsServer, resolver: DnsResolver):
    dns.txt(KEY, rsa_record())
    dns.txt("ed._domainkey.example.org", ED25519_RECORD)

    async def run(content: bytes, now: datetime = NOW) -> list[MethodResult]:
        return await check_dkim(resolver, read_signatures(content, now), content, at_once)

    return run


def said(results: list[MethodResult]) -> list[tuple[str, str | None, str]]:
    return [(one.result, one.domain, one.reason) for one in results]


@pytest.mark.parametrize(
    "canonicalize",
    [(header, body) for header in (b"simple", b"relaxed") for body in (b"simple", b"relaxed")],
)
async def test_a_signature_verifies_under_every_canonicalization(check, canonicalize) -> None:
    assert said(await check(signed(canonicalize=canonicalize))) == [("pass", "example.org", "")]


async def test_ed25519_verifies(check) -> None:
    assert said(await check(signed(selector="ed", ed25519=True))) == [("pass", "example.org", "")]


async def test_the_example_of_rfc_8463_verifies(dns: DnsServer, check) -> None:
    dns.txt(
        "brisbane._domainkey.football.example.com",
        "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=",
    )
    dns.txt(
        "test._domainkey.football.example.com",
        "v=DKIM1; k=rsa; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDkHlOQoBTzWRiGs5V6NpP3idY6Wk08a5qhdR6wy5bdOKb2jLQi"
        "Y/J16JYi0Qvx/byYzCNb3W91y3FutACDfzwQ/BC/e/8uBsCR+yz1Lxj+PL6lHvqMKrM3rG4hstT5QjvHO9PzoxZyVYLzBfO2EeC3Ip3G+2kr"
        "yOTIKT+l/K4w3QIDAQAB",
    )
    assert said(await check(RFC_8463)) == [("pass", "football.example.com", "")] * 2


RFC_8463 = b"""\
DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed;
 d=football.example.com; i=@football.example.com;
 q=dns/txt; s=brisbane; t=1528637909; h=from : to :
 subject : date : message-id : from : subject : date;
 bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;
 b=/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11Bus
 Fa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw==
DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed;
 d=football.example.com; i=@football.example.com;
 q=dns/txt; s=test; t=1528637909; h=from : to : subject :
 date : message-id : from : subject : date;
 bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;
 b=F45dVWDfMbQDGHJFlXUNB2HKfbCeLRyhDXgFpEL8GwpsRe0IeIixNTe3
 DhCVlUrSjV4BwcVcOF6+FF3Zo9Rpo1tFOeS9mPYQTnGdaSGsgeefOsk2Jz
 dA+L10TeYt9BgDfQNZtKdN1WO//KgIqXP7OdEFE4LjFYNcUxZQ4FADY+8=
From: Joe SixPack <joe@football.example.com>
To: Suzie Q <suzie@shopping.example.net>
Subject: Is dinner ready?
Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)
Message-ID: <20030712040037.46341.5F8J@football.example.com>

Hi.

We lost the game.  Are you hungry yet?

Joe.
""".replace(b"\n", b"\r\n")


async def test_all_signatures_are_checked_from_the_top(dns: DnsServer, check) -> None:
    dns.txt("esp._domainkey.esp.example", rsa_record())
    content = signed(signed(signed(MAIL), "esp.example", "esp"), "none.example", "x")
    assert said(await check(content)) == [
        ("permerror", "none.example", "there is no key"),
        ("pass", "esp.example", ""),
        ("pass", "example.org", ""),
    ]


async def test_beyond_ten_signatures_nobody_looks(dns: DnsServer, check) -> None:
    content = MAIL
    for _ in range(14):
        content = signed(content)
    assert len(await check(content)) == 10


async def test_a_mail_without_signature_has_no_verdict(check) -> None:
    assert await check(MAIL) == []


@pytest.mark.parametrize(
    ("content", "result", "reason"),
    [
        (signed().replace(b"unsubscribe", b"unsubscribe me"), "fail", "the text was changed"),
        (signed().replace(b"pat@example.org", b"ann@example.org"), "fail", "the signature does not fit"),
        (b"From: ann@example.net\r\n" + signed(), "fail", "the signature does not fit"),
        (signed(length=True) + b"and much more text\r\n", "fail", "l= leaves text unsigned"),
        (signed(length=True), "fail", "l= leaves text unsigned"),
        (signed(algorithm="rsa-sha1"), "fail", "rsa-sha1 is not believed"),
        (signed(selector="ed"), "fail", "its key is of another kind"),
        (signed(ed25519=True), "fail", "its key is of another kind"),
        (re.sub(rb"h=from", rb"h=x-from", signed()), "fail", "From is not signed"),
        (signed(selector="other"), "permerror", "there is no key"),
        (signed().replace(b"v=1;", b"v=2;"), "permerror", "its version is unknown"),
        (signed().replace(b"v=1;", b"v=1; v=1;"), "permerror", "its field cannot be read"),
        (signed().replace(b"i=@example.org", b"i=@example.net"), "permerror", "i= is not within d="),
        (signed().replace(b" s=s1;", b""), "permerror", "s= is missing"),
        (signed().replace(b"s=s1;", b"s=s 1;"), "permerror", "d= or s= is no name"),
        (signed().replace(b"relaxed/relaxed", b"relaxed/loose"), "permerror", "c= is unknown"),
        (signed().replace(b"h=from", b"h=" + b"x:" * 150 + b"from"), "permerror", "h= is too long"),
        (b"DKIM-Signature: v=1; a=x" + b"y" * 7000 + b"\r\n" + MAIL, "permerror", "its field is too long"),
        (b"DKIM-Signature: v=1;" + b" " * 500 + b"a=x\r\n" + MAIL, "permerror", "its field is too long"),
        (b"DKIM-Signature: nonsense\r\n" + MAIL, "permerror", "its field cannot be read"),
    ],
    ids=NUMBERED,
)
async def test_what_is_not_believed_says_why(check, content: bytes, result: str, reason: str) -> None:
    [found] = await check(content)
    assert (found.result, found.reason) == (result, reason)


async def test_a_signature_counts_until_it_expires(check) -> None:
    until = int(time.time()) + 3600
    content = signed()
    unsigned_tag = content.replace(b"q=dns/txt;", f"q=dns/txt; x={until};".encode())
    # Not signed with it, so that it cannot pass; expired it is not even computed.
    assert (await check(unsigned_tag))[0].reason == "the signature does not fit"
    assert (await check(unsigned_tag, NOW + timedelta(hours=2)))[0].reason == "it has expired"


@pytest.mark.parametrize(
    ("record", "result", "reason"),
    [
        ("v=DKIM1; k=rsa; p=", "fail", "its key was revoked"),
        (rsa_record(more="t=y; "), "neutral", "its domain only tests"),
        (rsa_record(more="h=sha1; "), "fail", "its key is for other hashes"),
        (rsa_record(more="s=tlsrpt; "), "fail", "its key is not for mail"),
        (rsa_record(more="h=sha1:sha256; s=email; t=s; "), "pass", ""),
        ("v=DKIM1; k=rsa; p=AAAA", "permerror", "its key or signature cannot be used"),
        ("v=DKIM1; k=dsa; p=AAAA", "permerror", "its key or signature cannot be used"),
        ("v=DKIM2; p=AAAA", "permerror", "its key or signature cannot be used"),
        ("p=%%%", "permerror", "its key or signature cannot be used"),
        ("v=spf1 -all", "permerror", "there is no key"),
    ],
    ids=NUMBERED,
)
async def test_the_key_s_own_record_may_say_no(dns: DnsServer, check, record: str, result: str, reason: str) -> None:
    dns.txt(KEY, record)
    [found] = await check(signed())
    assert (found.result, found.reason) == (result, reason)


async def test_a_key_that_is_not_for_subdomains(dns: DnsServer, check) -> None:
    dns.txt(KEY, rsa_record(more="t=s; "))
    [found] = await check(signed(identity="pat@mail.example.org"))
    assert (found.result, found.reason) == ("fail", "its key is not for subdomains")


async def test_a_short_key_is_not_believed(dns: DnsServer, check) -> None:
    dns.txt(KEY, SHORT_KEY)
    [found] = await check(signed())
    assert (found.result, found.reason) == ("fail", "a key of 768 bits is not believed")


def _public_key(modulus: int, exponent: int) -> str:
    def tlv(tag: int, value: bytes) -> bytes:
        length = bytes([len(value)]) if len(value) < 128 else b"\x82" + len(value).to_bytes(2, "big")
        return bytes([tag]) + length + value

    def integer(number: int) -> bytes:
        return tlv(2, number.to_bytes(number.bit_length() // 8 + 1, "big"))

    key = tlv(0x30, integer(modulus) + integer(exponent))
    algorithm = tlv(0x30, tlv(6, bytes.fromhex("2a864886f70d010101")) + tlv(5, b""))
    return "v=DKIM1; p=" + base64.b64encode(tlv(0x30, algorithm + tlv(3, b"\x00" + key))).decode()


SHORT_KEY = _public_key(2**767 + 1, 65_537)


@pytest.mark.parametrize(
    ("modulus", "exponent"),
    [(2**2047 + 1, 2**2000 + 1), (2**20_000 + 1, 65_537), (0, 3), (1, 0), (2**1023, 65_537)],
    ids=NUMBERED,
)
async def test_a_hostile_key_costs_nothing_and_proves_nothing(
    dns: DnsServer, check, modulus: int, exponent: int
) -> None:
    dns.txt(KEY, _public_key(modulus, exponent))
    dns.truncates = True
    [found] = await check(signed())
    assert found.result in ("fail", "permerror")


async def test_without_an_answer_the_verdict_is_open(dns: DnsServer, check) -> None:
    dns.broken[KEY] = SERVFAIL
    content = signed(signed(length=True))
    assert [one.result for one in await check(content)] == ["temperror", "fail"]
    assert [one.result for one in unchecked_dkim(read_signatures(content, NOW))] == ["temperror", "fail"]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\r\n\r\n",
        b"DKIM-Signature",
        b"DKIM-Signature:\r\n",
        b" folded\r\nDKIM-Signature: v=1\r\n\r\n",
        b"DKIM-Signature: " + b";" * 3000 + b"\r\n\r\n",
        signed().replace(b"\r\nTo:", b"\r\nnot a field\r\nTo:"),
        signed().replace(b"b=", b"b=!"),
        b"X: y\r\n" * 3000 + signed(),
        b"X: " + b"y" * 300_000 + b"\r\n" + signed(),
        signed().replace(b"\r\n", b"\r"),
    ],
    ids=NUMBERED,
)
async def test_what_is_malformed_never_passes_and_never_raises(check, content: bytes) -> None:
    assert all(one.result != "pass" for one in await check(content))


async def test_a_mail_saved_without_carriage_returns_verifies(check) -> None:
    assert said(await check(signed().replace(b"\r\n", b"\n"))) == [("pass", "example.org", "")]


BODIES = [
    b"",
    b"\r\n",
    b"\r\n" * 9000,
    b"text",
    b"text\r\n\r\n\r\n",
    b"a  b\t\tc \r\n \t\r\n\r\n",
    b" \r\n" * 50_000 + b"x",
    b"\r\n" * 200_000 + b"x\r\n",
    (b"word " * 15 + b"\r\n") * 20_000,
    b"x" * 400_000,
    b"x" * (128 * 1024 - 1) + b" \t \r\n y \r\n",
    b" " * 400_000 + b"\r\n",
    b"x" + b" \t" * 300_000 + b"\r\nz",
    b"a\rb\r\n\r",
    b"bare\nline\nfeeds\n\n",
]


@pytest.mark.parametrize("relaxed", [True, False])
@pytest.mark.parametrize("body", BODIES, ids=lambda body: f"{len(body)}")
def test_the_body_is_hashed_as_the_library_does_it(body: bytes, relaxed: bool) -> None:
    policy = dkim.CanonicalizationPolicy.from_c_value(b"simple/relaxed" if relaxed else b"simple/simple")
    whole = policy.canonicalize_body(re.sub(rb"\r?\n", b"\r\n", body))
    assert body_hash(b"head" + body, 4, relaxed=relaxed) == hashlib.sha256(whole).digest()


@pytest.mark.parametrize("relaxed", [True, False])
@pytest.mark.parametrize("piece_bytes", [1, 2, 3, 5, 8])
def test_wherever_a_piece_ends_the_hash_is_that_of_the_library(piece_bytes: int, relaxed: bool) -> None:
    dice = random.Random(piece_bytes)
    policy = dkim.CanonicalizationPolicy.from_c_value(b"simple/relaxed" if relaxed else b"simple/simple")
    for _ in range(2000):
        body = b"".join(dice.choices((b"x", b" ", b"\t", b"\r\n", b"\r", b"\n"), k=dice.randint(0, 14)))
        whole = policy.canonicalize_body(re.sub(rb"\r?\n", b"\r\n", body))
        seen = body_hash(body, 0, relaxed=relaxed, piece_bytes=piece_bytes)
        assert seen == hashlib.sha256(whole).digest(), body


class Counted(bytes):
    """A body that counts how many of its bytes were taken out of it."""

    taken = 0

    def __getitem__(self, at: Any) -> Any:
        found = super().__getitem__(at)
        self.taken += len(found) if isinstance(at, slice) else 1
        return found


@pytest.mark.parametrize("relaxed", [True, False])
@pytest.mark.parametrize("space", [b" ", b"\t", b"\r"])
def test_a_body_of_white_space_is_looked_at_once(space: bytes, relaxed: bool) -> None:
    body = Counted(space * 2_000_000)
    body_hash(body, 0, relaxed=relaxed)
    assert body.taken < 2 * len(body)
