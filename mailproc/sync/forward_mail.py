"""A forwarded mail as bytes: a short summary for people on top, and the original, whole, under it."""

import base64
import hashlib
import quopri
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from typing import Any

from mailproc.mail.arrival.envelope import InboundMail
from mailproc.mail.reading.addresses import addresses_in
from mailproc.mail.reading.header_fields import decode_header
from mailproc.mail.reading.message import Headers, read_headers
from mailproc.policy.address import split_address
from mailproc.policy.deciding.forward import FORWARDED_HEADER
from mailproc.policy.storable import short_text, storable_text
from mailproc.sync.written_head import header_of, mailbox_words, one_line, text_words, written_address

_LONGEST_LINE = 998  # RFC 5322 §2.1.1
_MAX_NEW_TEXT = 10_000
_MESSAGE_ID = re.compile(r"<[!-;=?-~]{3,400}>")
_QUOTED = re.compile(r'\s*"((?:[^"\\]|\\.)*+)"')


@dataclass(frozen=True, slots=True, kw_only=True)
class Forward:
    """What is forwarded, to whom, and why. `decision` is the one JSON shape, empty when nothing is known."""

    mail: InboundMail
    decision: Mapping[str, Any]
    forward_to: str
    sender: str
    at: datetime
    last_of_hour: bool = False


def message_id_of(forward: Forward) -> str:
    """The same for every attempt: whoever got a mail twice can tell."""
    return f"<forward.{forward.mail.id}@{split_address(forward.sender)[1]}>"


def compose_forward(forward: Forward, *, eight_bit: bool) -> bytes:
    """The mail for people. The original is `message/rfc822` where SMTP can carry it as it is, else base64 of its bytes.

    `eight_bit` tells that the server takes 8-bit bodies (RFC 6152). Only ASCII stands in what is written anew, but for
    addresses of the settings that are beyond it. Raises nothing.
    """
    original = _on_the_wire(forward.mail.content)
    headers = read_headers(original)
    boundary = f"=_mailproc_{hashlib.sha256(original).hexdigest()[:40]}"
    head = _head(forward, headers)
    text = quopri.encodestring(_summary(forward, headers).encode("utf-8", "replace")).replace(b"\n", b"\r\n")
    attached_as, body = _attached(original, eight_bit=eight_bit)
    lines = (
        head,
        f'Content-Type: multipart/mixed; boundary="{boundary}"'.encode(),
        b"",
        f"--{boundary}".encode(),
        b'Content-Type: text/plain; charset="utf-8"',
        b"Content-Transfer-Encoding: quoted-printable",
        b"",
        text,
        f"--{boundary}".encode(),
        *attached_as,
        b"",
        body,
        f"--{boundary}--".encode(),
        b"",
    )
    return b"\r\n".join(lines)


def _head(forward: Forward, original: Headers) -> bytes:
    person, name = _writer(forward, original)
    via = f"{name or person or 'somebody'} via {forward.mail.account_id}"
    subject = one_line(short_text(decode_header(original.get("Subject") or ""), 200))
    answered = _MESSAGE_ID.search((original.get("Message-ID") or "")[:1000])
    fields: list[tuple[str, Sequence[str]]] = [
        ("From", mailbox_words(via, _in_header(forward.sender))),
        ("To", mailbox_words("", _in_header(forward.forward_to))),
        *([("Reply-To", mailbox_words(name, person))] if person else []),
        ("Subject", text_words(f"Fwd: {subject}")),
        ("Date", (format_datetime(forward.at),)),
        ("Message-ID", (message_id_of(forward),)),
        *([("References", (answered[0],))] if answered and "=?" not in answered[0] else []),
        ("Auto-Submitted", ("auto-forwarded",)),
        ("X-Auto-Response-Suppress", ("All",)),
        (FORWARDED_HEADER, (forward.mail.account_id, forward.mail.id)),
        ("MIME-Version", ("1.0",)),
    ]
    return header_of(fields)


def _in_header(address: str) -> str:
    """An address of the settings; one beyond ASCII stays so, and its server must know SMTPUTF8 (RFC 6532)."""
    local, domain = split_address(address)
    return f"{local}@{domain}"


def _writer(forward: Forward, original: Headers) -> tuple[str | None, str]:
    """The address of whoever wrote, None when there is none that can be answered, and their name."""
    value = (original.get("From") or "")[:2000]
    named = next((one.get("address") for one in forward.decision.get("subscribers", ()) if one.get("address")), None)
    candidates = (*addresses_in(value)[:1], named, forward.mail.envelope.mail_from)
    person = next((as_written for one in candidates if one and (as_written := written_address(one))), None)
    return person, short_text(one_line(_display_name(value)), 60)


def _display_name(value: str) -> str:
    """The name before the first address. It is taken apart before it is decoded: no encoded word holds an address."""
    quoted = _QUOTED.match(value)
    if quoted is not None:
        return decode_header(re.sub(r"\\(.)", r"\1", quoted[1]))
    name, bracket, _ = value.partition("<")
    return decode_header(name) if bracket else ""


def _summary(forward: Forward, original: Headers) -> str:
    said, mail = forward.decision, forward.mail
    rows = [
        ("From", short_text(decode_header(original.get("From") or ""), 300) or "nobody named"),
        ("Came to", short_text(", ".join(mail.envelope.rcpt_tos), 300)),
        ("At", f"{mail.received_at:%Y-%m-%d %H:%M} UTC"),
        ("Is", str(said.get("kind", "unknown"))),
        ("Forwarded", f"{said.get('reason', 'as decided')}{_main_effect(said)}"),
    ]
    text = "".join(f"{label + ':':11}{value}\n" for label, value in rows)
    written = storable_text(str(said.get("new_text") or ""))[:_MAX_NEW_TEXT].strip()
    if written:
        text += "\nWhat they wrote:\n\n" + "".join(f"  {line}\n" for line in written.split("\n"))
    person, _ = _writer(forward, original)
    if person is not None:
        text += f"\nAn answer to this mail goes to {person}.\n"
    text += f"\nThe whole mail is attached. More: mailproc mail show {mail.id}\n"
    if forward.last_of_hour:
        text += (
            "\nMore mail of this writer within the hour is held back, not forwarded:"
            "\nmailproc outbox list --state held\n"
        )
    return text


def _main_effect(decision: Mapping[str, Any]) -> str:
    """What was done beside forwarding."""
    action = decision.get("action", "forward")
    return "" if action == "forward" else f" (beside: {action})"


def _on_the_wire(content: bytes) -> bytes:
    """With CRLF as line ends: what a pipe brought in has LF only."""
    return content if b"\r" in content else content.replace(b"\n", b"\r\n")


def _attached(original: bytes, *, eight_bit: bool) -> tuple[tuple[bytes, ...], bytes]:
    """Header and body of the part with the original.

    RFC 2046 §5.2.1 forbids an encoding of `message/rfc822`: what SMTP cannot carry goes as a file.
    """
    header_end = original.find(b"\r\n\r\n")
    if _fits_smtp(original) and (original.isascii() or (eight_bit and original[:header_end].isascii())):
        encoding = b"7bit" if original.isascii() else b"8bit"
        return (
            b"Content-Type: message/rfc822",
            b"Content-Transfer-Encoding: " + encoding,
            b'Content-Disposition: attachment; filename="original.eml"',
        ), original
    return (
        b'Content-Type: application/octet-stream; name="original.eml"',
        b"Content-Transfer-Encoding: base64",
        b'Content-Disposition: attachment; filename="original.eml"',
    ), base64.encodebytes(original).replace(b"\n", b"\r\n")


def _fits_smtp(content: bytes) -> bool:
    """Lines of at most 998 bytes that end in CRLF, and no NUL (RFC 5321 §4.5.3.1.6, RFC 6152 §3)."""
    if b"\0" in content:
        return False
    lines = content.split(b"\r\n")
    return all(len(line) <= _LONGEST_LINE and b"\r" not in line and b"\n" not in line for line in lines)
