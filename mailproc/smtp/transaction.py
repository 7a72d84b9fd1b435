"""One mail transaction, from MAIL to the final dot (RFC 5321 §3.3), and what is said about a mail once it is in."""

from enum import StrEnum

from mailproc.mail.arrival.envelope import Envelope
from mailproc.smtp import replies

# Received fields stand on top; a hundred of them fit in this, and a header bomb costs no more than this.
_MAX_SEARCHED_BYTES = 256 * 1024


class Parked(StrEnum):
    """Why a relay's mail was taken where a stranger's would have been refused."""

    UNKNOWN_DOMAIN = "unknown domain"
    UNKNOWN_MAILBOX = "unknown mailbox"
    TOO_BIG = "too big"
    LOOP = "mail loop"


class Transaction:
    """What MAIL and RCPT said, and what is wrong with the mail: `refusal` is its reply, `parked` its excuses."""

    __slots__ = ("mail_from", "parked", "rcpt_tos", "refusal", "said_too_many")

    def __init__(self, mail_from: str | None) -> None:
        self.mail_from = mail_from
        self.rcpt_tos: list[str] = []
        self.parked: set[Parked] = set()
        self.refusal: bytes | None = None
        self.said_too_many = False

    def judge(
        self, content: bytes, *, max_size_bytes: int, hard_limit_bytes: int, max_received: int, relay: bool
    ) -> None:
        """Look at a whole mail; what speaks against it is its refusal, or for a relay's mail why it is parked.

        The size is that of the content, without dots that were doubled on the wire (RFC 1870 §5).
        """
        if len(content) > hard_limit_bytes:
            self.refusal = replies.TOO_BIG
        elif len(content) > max_size_bytes:
            self.parked.add(Parked.TOO_BIG)
        if self.refusal is None and count_received(content) > max_received:
            if relay:
                self.parked.add(Parked.LOOP)
            else:
                self.refusal = replies.MAIL_LOOP

    def envelope(self, *, peer: str | None, helo: str | None, tls: bool) -> Envelope:
        """Build the envelope that goes with the mail."""
        return Envelope(
            mail_from=self.mail_from,
            rcpt_tos=tuple(self.rcpt_tos),
            peer=peer,
            helo=helo,
            tls=tls,
            parked="; ".join(sorted(self.parked)) or None,
        )


def count_received(content: bytes) -> int:
    """Count the Received fields in the header, at most 256 kB of it (RFC 5321 §6.3)."""
    end = content.find(b"\r\n\r\n", 0, _MAX_SEARCHED_BYTES)
    header = content[: end if end >= 0 else _MAX_SEARCHED_BYTES].lower()
    return header.count(b"\nreceived:") + header.startswith(b"received:")
