"""Whatever comes in can be decided and recorded, on both databases; recorded twice it is recorded once."""

import asyncio
import secrets
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mailproc.identity import sortable_id
from mailproc.mail.arrival.authentication import NOT_CHECKED
from mailproc.mail.arrival.envelope import Envelope, InboundMail
from mailproc.pipeline import decide_mail
from mailproc.policy.account import AccountPolicy, MailboxRole
from mailproc.policy.standing.standing import Status
from mailproc.policy.tokens.token import Purpose, Token, make_token
from mailproc.rule_sets.files import load_rules
from mailproc.settings.settings import StoreSettings
from mailproc.store.results import Subscriber
from mailproc.store.store import Store

RULES = load_rules(None)
ACME = AccountPolicy(
    id="acme",
    domains=("reply.acme.example",),
    sends_from=("news.acme.example",),
    mailboxes={MailboxRole.reply: ("reply",), MailboxRole.feedback: ("fbl",), MailboxRole.bounce: ("bounce",)},
)
NOW = datetime(2026, 3, 3, tzinfo=UTC)

# Bytes of all sorts, and lines as mail has them in an order it never has.
LINES = st.sampled_from(
    [
        b"",
        b"--b",
        b"--b--",
        b"From: \xff\x00 <a@b>",
        b"From: =?utf-7?q?+2AA-?= <p\xed\xa0\x80@example.org>",
        b"Subject: unsubscribe",
        b"Message-ID: <" + b"x" * 5000 + b"@y>",
        b"Content-Type: multipart/report; report-type=feedback-report; boundary=b",
        b"Content-Type: message/feedback-report",
        b"Content-Type: message/delivery-status",
        b"Content-Type: message/rfc822",
        b"Content-Type: text/plain; charset=unicode_escape",
        b"Content-Transfer-Encoding: base64",
        b"Feedback-Type: abuse\x00",
        b"Original-Rcpt-To: <p\xc3\xa4t@example.org>",
        b"Source-IP: 192.0.2.1",
        b"From: news@news.acme.example",
        b"Final-Recipient: rfc822; \x00@example.org",
        b"Status: 5.1.1",
        b"please take me off \x00\x1b[31m",
        b"\\ud800 unsubscribe",
        b"=ED=A0=80",
    ]
)
CONTENT = st.one_of(st.binary(max_size=600), st.lists(LINES, max_size=25).map(b"\r\n".join))
ADDRESS = st.one_of(
    st.none(), st.sampled_from(["pat@example.org", "a\x00b@example.org", "\udcff@example.org", "x" * 300])
)
BOXES = st.sampled_from(["reply@reply.acme.example", "fbl@reply.acme.example", "bounce@reply.acme.example"])


async def _recorded(url: str, mails: list[InboundMail]) -> tuple[list[bool], list[bool], list[str]]:
    store = await Store.open(url, StoreSettings(), hooks_of=lambda _: ("crm",))
    try:
        receipts = await store.accept(mails)
        known = {receipt.mail_id: receipt for receipt in receipts}
        fresh = [mail for mail in mails if mail.id in known and not known[mail.id].duplicate]
        decisions = [decide_mail(mail, NOT_CHECKED, ACME, RULES) for mail in fresh]
        pairs = list(zip(fresh, decisions, strict=True))
        first = [(await store.record(mail, decision)).applied for mail, decision in pairs]
        again = [(await store.record(mail, decision)).applied for mail, decision in pairs]
        return first, again, await store.check()
    finally:
        await store.close()


@pytest.mark.timeout(300)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(CONTENT, ADDRESS, BOXES), min_size=1, max_size=30))
def test_any_mails_are_decided_and_recorded_exactly_once(
    database_url: str, drawn: list[tuple[bytes, str | None, str]]
) -> None:
    mails = [
        InboundMail(
            id=sortable_id(NOW + timedelta(seconds=number), secrets.randbits(80)),
            account_id="acme",
            envelope=Envelope(mail_from=mail_from, rcpt_tos=(rcpt_to,)),
            content=content,
            received_at=NOW + timedelta(seconds=number),
        )
        for number, (content, mail_from, rcpt_to) in enumerate(drawn)
    ]
    first, again, problems = asyncio.run(_recorded(database_url, mails))
    assert all(first)
    assert not any(again)
    assert problems == []


REPORT = (
    "From: fbl@isp.example\r\nTo: fbl@reply.acme.example\r\nSubject: FW: March news\r\nMIME-Version: 1.0\r\n"
    'Content-Type: multipart/report; report-type=feedback-report; boundary="b"\r\n\r\n'
    "--b\r\nContent-Type: message/feedback-report\r\n\r\nFeedback-Type: abuse\r\nUser-Agent: Test/1\r\nVersion: 1\r\n"
    "Original-Rcpt-To: <{at}>\r\nRemoval-Recipient: {at}\r\n\r\n--b\r\nContent-Type: message/rfc822\r\n\r\n"
    "X-HmXmrOriginalRecipient: {at}\r\nDelivered-To: {at}\r\n"
    "Received: from a by b for <{at}>; Mon, 2 Mar 2026 08:00:00 +0000\r\n"
    "From: Acme <news@news.acme.example>\r\nTo: {to}\r\n{stamped}Subject: March news\r\n\r\nHello\r\n--b--\r\n"
)
BLACKED_OUT = ("redacted@example.org", "x@example.org", "unknown@example.org", "0123456789abcdef" * 2 + "@example.org")


@pytest.mark.parametrize("named_by", ["nothing else", "the reported To", "a token"])
async def test_a_blacked_out_address_that_a_subscriber_really_has_takes_nobody_off_by_itself(
    store: Store, named_by: str
) -> None:
    """Nobody can tell it from one that a provider made up: what else names a person decides (RFC 6590)."""
    account = replace(ACME, token_keys={1: b"k" * 32})
    people = [*BLACKED_OUT, "pat@example.org"]
    await store.put_subscribers(
        [Subscriber(account_id="acme", key=str(number), address=at) for number, at in enumerate(people)]
    )
    for number, at in enumerate(BLACKED_OUT):
        token = Token(purpose=Purpose.feedback, subscriber=number, message=1, day=1, kid=1)
        stamp = make_token(token, account.token_keys)
        report = REPORT.format(
            at=at,
            to="pat@example.org" if named_by == "the reported To" else at,
            stamped=f"CFBL-Feedback-ID: {stamp}\r\n" if named_by == "a token" else "",
        )
        mail = InboundMail(
            id=sortable_id(NOW, number),
            account_id="acme",
            envelope=Envelope(mail_from="fbl@isp.example", rcpt_tos=("fbl@reply.acme.example",)),
            content=report.encode(),
            received_at=NOW,
        )
        await store.accept([mail])
        await store.record(mail, decide_mail(mail, NOT_CHECKED, account, RULES))
    out = {at for at in people for one in await store.persons(at) if one.standing.status is not Status.active}
    assert out == {"nothing else": set(), "the reported To": {"pat@example.org"}, "a token": set(BLACKED_OUT)}[named_by]
    assert len(await store.desk.reviews()) == (len(BLACKED_OUT) if named_by == "nothing else" else 0)
