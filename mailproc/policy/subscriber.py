"""Who is meant: the identification ladder, from signed token to From, each step with its provenance."""

from dataclasses import dataclass
from enum import StrEnum


class RefSource(StrEnum):
    """Where a name was found, strongest first."""

    token = "token"
    original_rcpt_to = "original_rcpt_to"
    removal_recipient = "removal_recipient"
    jmrp_header = "jmrp_header"
    delivery_status = "delivery_status"
    received_for = "received_for"
    to = "to"
    from_ = "from"
    body = "body"
    command = "command"


class Trust(StrEnum):
    """How well the naming of this person is proven, strongest first."""

    token = "token"
    authenticated = "authenticated"
    mailbox = "mailbox"
    unauthenticated = "unauthenticated"
    untrusted = "untrusted"


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriberRef:
    """A person as a mail names them: an address (as written, bare), a subscriber key, or both."""

    address: str | None
    key: str | None = None
    source: RefSource
    trust: Trust
