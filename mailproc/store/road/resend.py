"""What of an envelope tells a resend from another mail with the same content."""

import hashlib
import re
from collections.abc import Iterable

from mailproc.mail.arrival.envelope import InboundMail
from mailproc.policy.address_key import normalise_address

_HEADER_BYTES = 256 * 1024  # a From further down is none: nothing is lost by that
_END_OF_HEADER = re.compile(rb"\n\r?\n")
_FROM = re.compile(rb"^from[ \t]*:([^\n]*(?:\n[ \t][^\n]*)*)", re.IGNORECASE | re.MULTILINE)
_ADDRESS = re.compile(rb"[^\s<>@]@[^\s<>@]")
_IN_BRACKETS = re.compile(rb"<[^\s<>@]+@[^\s<>@]+>")


def envelope_digest(rcpt_tos: Iterable[str], sender: str | None = None) -> str:
    """One short text for a set of envelope recipients: the same in any order and any case, 32 hex digits.

    With `sender` it is that sender's alone.
    """
    said = "\n".join(sorted({normalise_address(rcpt_to) for rcpt_to in rcpt_tos}))
    if sender is not None:
        said += f"\n\n{normalise_address(sender)}"
    return hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def unnamed_author(mail: InboundMail) -> str | None:
    """The envelope's sender of a mail whose From names nobody: who wrote it, only the envelope tells.

    None for all other mails: on the way over another relay a sender may be rewritten, and a resend must be found. So in
    doubt the mail counts as naming nobody: taken for two, it is only decided twice.
    """
    return None if _names_author(mail.content) else mail.envelope.mail_from


def _names_author(content: bytes) -> bool:
    if content[:1] in (b"\r", b"\n"):
        return False
    end = _END_OF_HEADER.search(content, 0, _HEADER_BYTES)
    header = content[: end.start() if end else _HEADER_BYTES]
    start = header.find(b"\nFrom:") + 1  # as nearly all write it
    if start and (found := _FROM.match(header, start)) and _is_address(found[1]):
        return True
    return any(_is_address(found[1]) for found in _FROM.finditer(header))


def _is_address(value: bytes) -> bool:
    return bool((_IN_BRACKETS if b"<" in value else _ADDRESS).search(value))
