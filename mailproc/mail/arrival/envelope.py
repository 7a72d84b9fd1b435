"""The mail as it came in: SMTP envelope, bytes on the wire, and the digest that recognises a resend."""

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """What the SMTP dialogue said (RFC 5321 §2.3.1).

    `mail_from` is None for the null reverse-path `<>`; `rcpt_tos` has at least one address, as given. `parked` says why
    mail of our own border server was taken where a stranger's would have been refused (its bounce would be ours).
    """

    mail_from: str | None
    rcpt_tos: tuple[str, ...]
    peer: str | None = None
    helo: str | None = None
    tls: bool = False
    parked: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InboundMail:
    """One mail for one account. `id` sorts by time; `content` is as on the wire; `received_at` is aware UTC."""

    id: str
    account_id: str
    envelope: Envelope
    content: bytes
    received_at: datetime


# What relays put on top of a mail while they hand it on (RFC 5321 §4.4, RFC 8601); not part of its identity.
_TRACE_FIELDS = (  # the commonest first: they are tried in this order
    b"received",
    b"return-path",
    b"delivered-to",
    b"x-received",
    b"authentication-results",
    b"received-spf",
    b"arc-seal",
    b"arc-message-signature",
    b"arc-authentication-results",
    b"x-original-to",
    b"envelope-to",
    b"x-envelope-to",
)


# Linear also over a mail of nothing but trace fields, without memory for going back.
_LEADING_TRACE = re.compile(
    rb"(?>(?:%b)[ \t]*+:[^\n]*+(?:\n[ \t][^\n]*+)*+(?:\n|\Z))*+" % b"|".join(_TRACE_FIELDS), re.IGNORECASE
)


def digest_of(content: bytes) -> str:
    """Digest of a mail without its leading trace headers, as `sha256:` and 64 hex digits.

    The same mail over another relay has the same digest, whatever that relay stamped on top.
    """
    trace = _LEADING_TRACE.match(content)
    return "sha256:" + hashlib.sha256(memoryview(content)[trace.end() if trace else 0 :]).hexdigest()
