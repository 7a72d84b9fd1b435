"""An inquiry about who sent a mail: how much is asked at a time, and what becomes of what goes wrong."""

import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from mailproc.authenticity.authenticator import Authenticator
from mailproc.authenticity.border import Border
from mailproc.authenticity.resolver import DnsResolver
from mailproc.authenticity.verifier import Verifier
from mailproc.mail.arrival.authentication import NOT_CHECKED, Authentication
from mailproc.mail.arrival.envelope import Envelope, InboundMail
from mailproc.metrics import Metrics
from mailproc.pipeline import decide_mail
from mailproc.policy.account import AccountPolicy
from mailproc.policy.decision import Action, Decision
from mailproc.rule_sets.files import load_rules
from mailproc.service.inquiry import MOST_AT_ONCE, MOST_BYTES, Inquiry
from mailproc.settings.types import Verify
from mailproc.store.store import Store

sys.path.append(str(Path(__file__).parents[1] / "authenticity"))
from dns_server import DnsServer

ACCOUNT = AccountPolicy(id="acme", domains=("reply.acme.example",))
RULES = load_rules(None)


def request(number: int = 1, size: int = 0) -> InboundMail:
    content = f"From: pat@example.org\r\nSubject: Re: news {number}\r\n\r\nunsubscribe\r\n".encode() + b" " * size
    envelope = Envelope(mail_from="pat@example.org", rcpt_tos=("reply@reply.acme.example",), peer="198.51.100.7")
    now = datetime.now(UTC)
    return InboundMail(id=f"mail{number:04}", account_id="acme", envelope=envelope, content=content, received_at=now)


async def decide(mail: InboundMail, told: Authentication = NOT_CHECKED) -> Decision:
    return decide_mail(mail, told, ACCOUNT, RULES)


@pytest.fixture
async def dns() -> AsyncIterator[DnsServer]:
    server = DnsServer()
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
async def inquiry(dns: DnsServer, store: Store) -> AsyncIterator[Inquiry]:
    verifier = Verifier(DnsResolver([dns.address], seconds=0.3), seconds=0.6)
    yield Inquiry(store, Authenticator(Border(), verifier, Verify.edge), Metrics(), decide)
    await verifier.close()


async def test_an_answer_settles_it(inquiry: Inquiry, dns: DnsServer) -> None:
    dns.txt("_dmarc.example.org", "v=DMARC1; p=reject")
    settled = await inquiry.settle(request(), await decide(request()))
    assert settled is not None
    assert (settled.action, settled.hinges, settled.authentication.source) == (Action.review, False, "verified")


async def test_without_an_answer_it_waits(inquiry: Inquiry, dns: DnsServer, store: Store) -> None:
    dns.down = True
    mail = request()
    await store.accept([mail])
    assert await inquiry.settle(mail, await decide(mail)) is None
    assert (await store.counts()).waiting == 1
    assert inquiry.has_room


@pytest.mark.parametrize(("count", "size"), [(MOST_AT_ONCE, 0), (3, MOST_BYTES // 3)])
async def test_beyond_what_is_asked_at_a_time_it_waits_without_being_asked(
    inquiry: Inquiry, dns: DnsServer, store: Store, count: int, size: int
) -> None:
    for number in range(count):
        inquiry._asking[str(number)] = request(number, size)
    assert not inquiry.has_room
    mail = request(9000)
    await store.accept([mail])
    assert await inquiry.settle(mail, await decide(mail)) is None
    assert (await store.counts()).waiting == 1
    assert not dns.questions


async def test_what_hinges_on_nobody_is_settled_at_once(inquiry: Inquiry, dns: DnsServer) -> None:
    mail = request()
    praise = InboundMail(
        id="1",
        account_id="acme",
        envelope=mail.envelope,
        content=mail.content.replace(b"unsubscribe", b"Lovely!"),
        received_at=mail.received_at,
    )
    decision = await decide(praise)
    assert await inquiry.settle(praise, decision) is decision
    assert not dns.questions


async def test_what_is_asked_about_when_the_process_ends_is_due_at_once(inquiry: Inquiry, store: Store) -> None:
    mail = request()
    await store.accept([mail])
    inquiry._asking[mail.id] = mail
    await inquiry.leave()
    assert await store.waiting.take() == (mail, 1)


async def test_what_has_waited_for_days_is_a_review_though_every_place_is_taken(
    inquiry: Inquiry, dns: DnsServer, store: Store
) -> None:
    for number in range(MOST_AT_ONCE):
        inquiry._asking[str(number)] = request(number)
    mail = replace(request(9000), received_at=datetime.now(UTC) - timedelta(days=3))
    await store.accept([mail])
    settled = await inquiry.settle(mail, await decide(mail), is_due=True)
    assert settled is not None
    assert (settled.action, settled.hinges) == (Action.review, False)
    assert settled.reason.endswith("for 24 hours")
    assert not dns.questions


@pytest.mark.parametrize(("count", "size"), [(MOST_AT_ONCE * 3 // 4, 0), (3, MOST_BYTES // 4)])
async def test_fresh_mail_leaves_places_for_mail_that_waited(
    inquiry: Inquiry, dns: DnsServer, store: Store, count: int, size: int
) -> None:
    dns.txt("_dmarc.example.org", "v=DMARC1; p=reject")
    for number in range(count):
        inquiry._asking[str(number)] = request(number, size)
    fresh, due = request(9000), request(9001)
    await store.accept([fresh, due])
    assert await inquiry.settle(fresh, await decide(fresh)) is None
    assert inquiry.has_room
    assert await inquiry.settle(due, await decide(due), is_due=True) is not None
