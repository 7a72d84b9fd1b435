"""Verification of whole mails: all methods together, in bounded time, and only for those from outside."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from dns.rcode import SERVFAIL
from dns_server import DnsServer
from signed_mail import MAIL, rsa_record, signed

from mailproc.authenticity.authenticator import Authenticator
from mailproc.authenticity.border import Border
from mailproc.authenticity.resolver import DnsResolver
from mailproc.authenticity.verifier import Verifier
from mailproc.mail.arrival.authentication import NOT_CHECKED, Authentication, MethodResult
from mailproc.mail.arrival.envelope import Envelope, InboundMail
from mailproc.mail.mail_kind import MailKind
from mailproc.policy.decision import Action, Decision
from mailproc.settings.types import Verify

PEER = "198.51.100.7"


def inbound(content: bytes = MAIL, mail_from: str | None = "pat@example.org", peer: str | None = PEER) -> InboundMail:
    envelope = Envelope(mail_from=mail_from, rcpt_tos=("reply@reply.acme.example",), peer=peer, helo="mx.example.org")
    return InboundMail(id="1", account_id="acme", envelope=envelope, content=content, received_at=datetime.now(UTC))


@pytest.fixture
async def verifier(dns: DnsServer, resolver: DnsResolver) -> AsyncIterator[Verifier]:
    dns.txt("example.org", "v=spf1 ip4:198.51.100.7 -all")
    dns.txt("_dmarc.example.org", "v=DMARC1; p=reject")
    dns.txt("s1._domainkey.example.org", rsa_record())
    opened = Verifier(resolver, seconds=1.5)
    yield opened
    await opened.close()


def results(told: Authentication) -> tuple[str | None, list[str], str | None, str | None]:
    return (
        told.spf.result if told.spf else None,
        [one.result for one in told.dkim],
        told.dmarc.result if told.dmarc else None,
        told.dmarc_policy,
    )


async def test_a_genuine_mail_passes_everything(verifier: Verifier) -> None:
    told = await verifier.verify(inbound(signed()), PEER)
    assert told.source == "verified"
    assert results(told) == ("pass", ["pass"], "pass", "reject")
    assert told.spf
    assert told.spf.aligned
    assert told.dkim[0].aligned


async def test_a_forged_mail_fails_what_its_domain_asks_for(verifier: Verifier) -> None:
    assert results(await verifier.verify(inbound(), "203.0.113.9")) == ("fail", [], "fail", "reject")


async def test_a_forwarded_mail_passes_by_its_signature(verifier: Verifier) -> None:
    told = await verifier.verify(inbound(signed(), mail_from="list@forwarder.example"), "203.0.113.9")
    assert results(told) == ("none", ["pass"], "pass", "reject")


async def test_another_s_signature_proves_nothing_about_from(dns: DnsServer, verifier: Verifier) -> None:
    dns.txt("s1._domainkey.evil.example", rsa_record())
    told = await verifier.verify(inbound(signed(domain="evil.example")), "203.0.113.9")
    assert results(told) == ("fail", ["pass"], "fail", "reject")
    assert not told.dkim[0].aligned


async def test_behind_our_relay_nothing_is_said_of_spf(verifier: Verifier) -> None:
    assert results(await verifier.verify(inbound(signed()), None)) == (None, ["pass"], "pass", "reject")


async def test_of_two_froms_nothing_is_aligned(verifier: Verifier) -> None:
    content = signed(MAIL.replace(b"From: Pat <pat@example.org>", b"From: pat@example.org, ann@bank.example"))
    told = await verifier.verify(inbound(content), PEER)
    assert results(told) == ("pass", ["pass"], "permerror", None)
    assert not any(one.aligned for one in told.dkim)


async def test_a_domain_without_records_has_no_verdicts(verifier: Verifier) -> None:
    content = MAIL.replace(b"example.org", b"bare.example")
    assert results(await verifier.verify(inbound(content, "pat@bare.example"), PEER)) == ("none", [], "none", None)


async def test_a_resolver_that_is_down_leaves_everything_open_in_time(dns: DnsServer, verifier: Verifier) -> None:
    dns.down = True
    told = await asyncio.wait_for(verifier.verify(inbound(signed()), PEER), 10)
    assert results(told) == ("temperror", ["temperror"], "temperror", None)


async def test_one_dead_key_does_not_hide_a_good_signature(dns: DnsServer, verifier: Verifier) -> None:
    dns.silent.add("s1._domainkey.dead.example")
    told = await verifier.verify(inbound(signed(signed(), domain="dead.example")), "203.0.113.9")
    assert results(told) == ("fail", ["temperror", "pass"], "pass", "reject")


async def test_a_long_chain_of_slow_answers_is_cut_off(dns: DnsServer, verifier: Verifier) -> None:
    for number in range(9):
        dns.txt(f"l{number}.example.org", f"v=spf1 include:l{number + 1}.example.org -all")
        dns.slow[f"l{number}.example.org"] = 0.4
    told = await verifier.verify(inbound(signed(), "pat@l0.example.org"), PEER)
    assert results(told) == ("temperror", ["pass"], "pass", "reject")


async def test_a_failing_policy_lookup_leaves_dmarc_open(dns: DnsServer, verifier: Verifier) -> None:
    dns.broken["_dmarc.example.org"] = SERVFAIL
    assert results(await verifier.verify(inbound(signed()), PEER)) == ("pass", ["pass"], "temperror", None)


async def test_a_large_mail_is_verified_like_any_other(resolver: DnsResolver, verifier: Verifier) -> None:
    content = signed(MAIL + b"a  line \t of text with  white   space\r\n" * 400_000)
    patient = Verifier(resolver, seconds=60)
    assert results(await patient.verify(inbound(content), PEER)) == ("pass", ["pass"], "pass", "reject")
    await patient.close()


@pytest.mark.parametrize(
    "content",
    [b"", b"From:\r\n\r\n", b"From: \xff@\xfe\r\n\r\n", b"\x00" * 5000, b"From: a@" + b"b." * 9000 + b"\r\n\r\n"],
)
async def test_whatever_it_is_there_is_a_verdict(verifier: Verifier, content: bytes) -> None:
    told = await verifier.verify(inbound(content, mail_from="\udcff@\udcfe"), PEER)
    assert told.source == "verified"
    assert all(one.result != "pass" for one in (told.spf, told.dmarc, *told.dkim) if one)


class TestWhoIsAsked:
    """Whether, and of whom, anything is looked up."""

    DECISION = Decision(
        kind=MailKind.reply, action=Action.unsubscribe, reason="", ruleset="", policy="", mail="",
        authentication=NOT_CHECKED, hinges=True,
    )  # fmt: skip

    @pytest.mark.parametrize("peer", [PEER, "::ffff:198.51.100.7", "2001:db8::7", "2001:db8::7%eth0"])
    def test_a_stranger_s_mail_is_verified_at_the_edge(self, verifier: Verifier, peer: str) -> None:
        at_edge = Authenticator(Border(["192.0.2.0/28"]), verifier, Verify.edge)
        assert at_edge.is_wanted(inbound(peer=peer), self.DECISION)

    @pytest.mark.parametrize("peer", [None, "192.0.2.5", "127.0.0.1", "::1", "10.1.2.3", "fd00::1", "nonsense", ""])
    def test_our_own_servers_mail_is_not(self, verifier: Verifier, peer: str | None) -> None:
        at_edge = Authenticator(Border(["192.0.2.0/28"]), verifier, Verify.edge)
        assert not at_edge.is_wanted(inbound(peer=peer), self.DECISION)
        assert Authenticator(Border(["192.0.2.0/28"]), verifier, Verify.always).is_wanted(
            inbound(peer=peer), self.DECISION
        )

    @pytest.mark.parametrize("verify", Verify)
    def test_mail_that_does_not_hinge_on_it_is_never_looked_up(self, verifier: Verifier, verify: Verify) -> None:
        assert not Authenticator(Border(), verifier, verify).is_wanted(inbound(), replace(self.DECISION, hinges=False))

    def test_with_verification_off_nothing_is(self, verifier: Verifier) -> None:
        assert not Authenticator(Border(), verifier, Verify.never).is_wanted(inbound(), self.DECISION)
        assert not Authenticator(Border()).is_wanted(inbound(), self.DECISION)

    async def test_spf_is_asked_about_strangers_only(self, verifier: Verifier) -> None:
        everybody = Authenticator(Border(["192.0.2.0/28"]), verifier, Verify.always)
        from_outside, from_relay = await everybody.verify(inbound()), await everybody.verify(inbound(peer="192.0.2.5"))
        assert from_outside.spf == MethodResult(result="pass", domain="example.org", aligned=True)
        assert from_relay.spf is None
