"""Authentication-Results count only when one of our own border servers brought the mail."""

from datetime import UTC, datetime

import pytest

from mailproc.authenticity.border import Border
from mailproc.mail.arrival.authentication import NOT_CHECKED
from mailproc.mail.arrival.envelope import Envelope, InboundMail
from mailproc.policy.account import AccountPolicy

STAMPED = (
    b"Authentication-Results: mx.acme.example; spf=pass smtp.mailfrom=pat@example.org;\r\n"
    b" dkim=pass header.d=example.org; dmarc=pass header.from=example.org\r\nFrom: pat@example.org\r\n\r\nHi\r\n"
)
ACME = AccountPolicy(id="acme", border_servers=("mx.acme.example",))


def mail_from_peer(peer: str | None) -> InboundMail:
    envelope = Envelope(mail_from="pat@example.org", rcpt_tos=("reply@reply.acme.example",), peer=peer)
    now = datetime(2026, 3, 3, tzinfo=UTC)
    return InboundMail(id="1", account_id="acme", envelope=envelope, content=STAMPED, received_at=now)


@pytest.mark.parametrize("peer", ["192.0.2.7", "::ffff:192.0.2.7", "2001:db8::1", "2001:db8::1%eth0", None])
def test_a_relay_or_our_own_pipe_is_believed(peer: str | None) -> None:
    found = Border(["192.0.2.0/28", "2001:db8::/64"]).authenticate(mail_from_peer(peer), ACME)
    assert found.source == "header"
    assert found.dmarc
    assert found.dmarc.result == "pass"


@pytest.mark.parametrize("peer", ["198.51.100.9", "2001:db8:1::1", "unknown", "not an address"])
def test_a_stranger_who_stamped_our_name_on_it_is_not(peer: str) -> None:
    assert Border(["192.0.2.0/28", "2001:db8::/64"]).authenticate(mail_from_peer(peer), ACME) is NOT_CHECKED


def test_without_named_border_servers_nothing_is_believed() -> None:
    found = Border(["192.0.2.0/28"]).authenticate(mail_from_peer("192.0.2.7"), AccountPolicy(id="acme"))
    assert found is NOT_CHECKED


def test_a_header_of_another_server_is_not_believed() -> None:
    other = AccountPolicy(id="acme", border_servers=("mx.other.example",))
    assert Border(["192.0.2.0/28"]).authenticate(mail_from_peer("192.0.2.7"), other).source == "not_checked"
