"""Two people's bare mails are two mails, also when only the envelope tells them apart; a resend is one."""

from typing import Any

import pytest
from store_values import a_mail

from mailproc.mail.arrival.envelope import Envelope, InboundMail
from mailproc.store.road.resend import unnamed_author
from mailproc.store.store import Store


def a_bare_mail(sender: str | None, content: bytes = b"Subject: unsubscribe\r\n\r\n", **more: Any) -> InboundMail:
    """A mail that the envelope alone names the writer of."""
    return a_mail(content=content, envelope=Envelope(mail_from=sender, rcpt_tos=("reply@acme.example",)), **more)


async def test_two_peoples_bare_mails_are_two(store: Store) -> None:
    [one] = await store.accept([a_bare_mail("pat@example.org")])
    [other] = await store.accept([a_bare_mail("kim@example.net")])
    assert (one.duplicate, other.duplicate) == (False, False)
    assert (await store.undecided.count())[0] == 2


async def test_one_persons_bare_mail_sent_again_is_a_resend(store: Store) -> None:
    [one] = await store.accept([a_bare_mail("pat@example.org")])
    [again] = await store.accept([a_bare_mail("Pat@Example.ORG")])
    assert (again.duplicate, again.mail_id) == (True, one.mail_id)


async def test_a_mail_that_names_its_author_is_a_resend_under_whatever_sender(store: Store) -> None:
    content = b"Subject: x\r\nFrom: Pat <pat@example.org>\r\n\r\nunsubscribe\r\n"
    senders = ("pat@example.org", "SRS0=HHH=TT=example.org=pat@relay.example", None)
    receipts = [(await store.accept([a_bare_mail(sender, content)]))[0] for sender in senders]
    assert [receipt.duplicate for receipt in receipts] == [False, True, True]


@pytest.mark.parametrize(
    "header",
    [
        b"From: pat@example.org",
        b"from : pat@example.org",
        b"FROM:\r\n Pat\r\n\t<pat@example.org>",
        b"From: nobody\r\nFrom: pat@example.org",
        b'From: "Pat @ home" <pat@example.org>',
    ],
)
@pytest.mark.parametrize("end", [b"\r\n\r\n", b"\n\n", b"\r\n\n", b""])
def test_an_author_is_found_however_the_field_is_written(header: bytes, end: bytes) -> None:
    for before in (b"", b"Received: from mx.example\r\n", b"Subject: x\n"):
        assert unnamed_author(a_bare_mail("envelope@example.net", before + header + end)) is None


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\r\n",
        b"\r\nFrom: pat@example.org\r\n",
        b"Subject: x\r\n\r\nFrom: pat@example.org\r\n",
        b"Subject: x\n\nFrom: pat@example.org\n\n",
        b"From:\r\n\r\npat@example.org",
        b"From: Pat\r\nTo: kim@example.net\r\n\r\n",
        b'From: "pat@example.org" <>\r\n\r\n',
        b"From pat@example.org Tue Mar  3 09:12:00 2026\r\nSubject: x\r\n\r\n",
        b"X-From: pat@example.org\r\nReply-To: pat@example.org\r\n\r\n",
        b"From: \xff\x00\r\n\r\n",
    ],
)
def test_a_mail_whose_from_names_nobody_is_its_envelope_senders(content: bytes) -> None:
    assert unnamed_author(a_bare_mail("envelope@example.net", content)) == "envelope@example.net"
    assert unnamed_author(a_bare_mail(None, content)) is None


@pytest.mark.parametrize("piece", [b"from ", b"From:\n ", b"From: x\n", b"\n ", b"From:<", b"from" + b" " * 999])
def test_hostile_headers_are_looked_at_within_their_bound(piece: bytes) -> None:
    assert unnamed_author(a_bare_mail("envelope@example.net", piece * (1_000_000 // len(piece)))) is not None
