"""What the listener needs of the service behind it: three questions, and nothing else crosses this door."""

from enum import StrEnum
from typing import Protocol

from mailproc.mail.arrival.envelope import Envelope


class Acceptance(StrEnum):
    """What becomes of a recipient."""

    OK = "ok"
    """One of our mailboxes, or a token address: 250."""
    UNKNOWN_DOMAIN = "unknown_domain"
    """Not a domain of ours: 550 5.7.1."""
    UNKNOWN_MAILBOX = "unknown_mailbox"
    """Our domain, but no mailbox of that name: 550 5.1.1."""


class Reception(Protocol):
    """The service, as seen from the road in."""

    def route(self, rcpt_to: str) -> Acceptance:
        """Say whether mail for this address is ours; `postmaster` may come without a domain (RFC 5321 §4.5.1)."""
        ...

    def busy(self) -> str | None:
        """Say why new mail has to wait (451; the reason is logged, not sent), or None."""
        ...

    async def accept(self, envelope: Envelope, content: bytes) -> str:
        """Store the mail durably and return its queue id, which the client is told.

        Raises StoreUnavailable and StoreFull. It runs in a task of its own, which no disconnect cancels.
        """
        ...
