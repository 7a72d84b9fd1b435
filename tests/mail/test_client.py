from datetime import UTC, datetime
from ipaddress import ip_network

import pytest

from mailproc.mail.arrival.client import client_of
from mailproc.mail.arrival.envelope import Envelope, InboundMail

RELAYS = (ip_network("198.51.100.0/28"),)


def client(peer: str | None, *received: str) -> str | None:
    header = "".join(f"Received: {one}\r\n" for one in received)
    mail = InboundMail(
        id="m1",
        account_id="acme",
        envelope=Envelope(mail_from=None, rcpt_tos=("x@example.org",), peer=peer),
        content=f"{header}Subject: x\r\n\r\nx\r\n".encode(),
        received_at=datetime(2026, 3, 3, tzinfo=UTC),
    )
    return client_of(mail, RELAYS)


def test_a_stranger_is_its_own_client_whatever_the_header_says():
    assert client("203.0.113.9", "from mx.example (mx.example [192.0.2.1]) by relay.example") == "203.0.113.9"
    assert client("::ffff:203.0.113.9") == "203.0.113.9"
    assert client("unknown") == "unknown"


@pytest.mark.parametrize(
    "received",
    [
        "from mx.example (mx.example [203.0.113.9])\r\n\tby relay.example (Postfix) with ESMTP id 1; date",
        "from mx.example (unknown [203.0.113.9]) by relay.example",
        "from [203.0.113.9] (helo=mx.example) by relay.example with esmtp",
        "from mx.example ([203.0.113.9] helo=mx.example) by relay.example",
        "from mx.example (203.0.113.9) by relay.example with SMTP",
        "from unknown (HELO mx.example) (203.0.113.9) by relay.example",
        "from unknown (HELO mx.example) (user@203.0.113.9) by relay.example",
        "FROM mx.example ([203.0.113.9]:4711) BY relay.example",
        "from [192.0.2.1] (mx.example [203.0.113.9]) by relay.example",
        "from [203.0.113.9] (helo=[192.0.2.1]) by relay.example",
        "from unknown (HELO [192.0.2.1]) (203.0.113.9) by relay.example",
    ],
)
def test_a_relay_tells_its_client_in_the_topmost_received(received: str):
    assert client("198.51.100.3", received, "from x ([192.0.2.77]) by y") == "203.0.113.9"
    assert client(None, received) == "203.0.113.9"


def test_an_ipv6_client_is_read():
    assert client("198.51.100.3", "from mx (mx [IPv6:2001:db8::1]) by relay") == "2001:db8::1"


@pytest.mark.parametrize(
    "received",
    [
        "by relay.example (Postfix) id 1; date",
        "from mx.example by relay.example",
        "from mx.example (mx.example [x.x.x.x]) by relay.example",
        "from mx.example by relay.example ([192.0.2.1])",
        "",
    ],
)
def test_where_a_relay_tells_nothing_nobody_is_guessed(received: str):
    assert client("198.51.100.3", received) is None


def test_a_mail_without_trace_from_a_relay_has_no_client():
    assert client("198.51.100.3") is None
    assert client(None) is None
