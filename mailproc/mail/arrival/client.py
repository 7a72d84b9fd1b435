"""Who handed a mail over to our side: the client's address."""

import re
from collections.abc import Iterable

from mailproc.mail.arrival.envelope import InboundMail
from mailproc.mail.arrival.network import Network, address_of
from mailproc.mail.reading.message import read_headers

_FROM_CLAUSE_MAX = 1000
# What a client calls itself is its own invention, and may look like an address.
_CLAIMED = re.compile(r"\b(?:helo|ehlo)[= ][^\s()]{1,300}", re.IGNORECASE)
_BY = re.compile(r"\sby\s", re.IGNORECASE)
# `from mx.example ([203.0.113.9])`, `from mx.example (mx.example [IPv6:2001:db8::1])`, `from unknown (203.0.113.9)`;
# without brackets within parentheses, `from [203.0.113.9] (helo=x)`.
_PLACES = (
    re.compile(r"\([^()]{0,300}?\[(?:IPv6:)?([0-9A-Fa-f.:]{2,45})\]", re.IGNORECASE),
    re.compile(r"\((?:[^()\s]{1,255}@)?([0-9A-Fa-f.:]{2,45})\)"),
    re.compile(r"\[(?:IPv6:)?([0-9A-Fa-f.:]{2,45})\]", re.IGNORECASE),
)


def client_of(mail: InboundMail, relays: Iterable[Network]) -> str | None:
    """The address of the client that brought a mail to our side; None where nothing tells.

    That is the peer, or what PROXY or XCLIENT told of it. Of a relay of ours, and of a pipe, which has no peer, it is
    the client in the topmost Received field, which they wrote themselves. Source: RFC 5321 §4.4.
    """
    peer = address_of(mail.envelope.peer) if mail.envelope.peer else None
    if mail.envelope.peer and not (peer and any(peer in relay for relay in relays)):
        return str(peer) if peer else mail.envelope.peer
    received = read_headers(mail.content).get("Received") or ""
    return _client_in(received)


def _client_in(received: str) -> str | None:
    clause = received[:_FROM_CLAUSE_MAX].strip()
    if not clause.lower().startswith("from"):
        return None
    clause = _CLAIMED.sub("", _BY.split(f" {clause}", maxsplit=1)[0])
    for place in _PLACES:
        for found in place.finditer(clause):
            if (address := address_of(found[1])) is not None:
                return str(address)
    return None
