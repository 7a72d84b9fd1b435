"""Which text of a mail is read: its body, joined where clients split it, unwrapped where it flows (RFC 2046, 3676)."""

import re
from typing import NamedTuple

from mailproc.mail.reading.message import Message, Part
from mailproc.mail.text.html_text import text_of_html

MAX_PARTS = 60
MAX_TEXT = 1_048_576

# What a client puts into text/plain when it has nothing to say there.
_PLACEHOLDER = re.compile(
    r"(?:your|this|the) (?:e?-?mail|mail|message|client|browser|reader).{0,80}\bhtml\b"
    r"|html.{0,40}(?:message|e-?mail|version|view)"
    r"|(?:please )?(?:view|open|read) this (?:e?-?mail|message) (?:in|with)|nicht.{0,40}html|html-(?:nachricht|mail)"
    r"|^\[?(?:image|cid|inline image)\b[^\]]*\]?$|^this is a multi-?part message"
    r"|^no (?:plain )?text (?:version|part)|text/plain part"
)
_UNREADABLE_TYPES = {
    "application/ms-tnef": "tnef",
    "application/vnd.ms-tnef": "tnef",
    "application/pkcs7-mime": "smime",
    "application/x-pkcs7-mime": "smime",
    "application/pgp-encrypted": "pgp",
    "multipart/encrypted": "pgp",
}
_UNREADABLE_NAMES = {"winmail.dat": "tnef", "smime.p7m": "smime"}
_SIGNATURES = frozenset({"application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature"})
_PGP_MESSAGE = "-----BEGIN PGP MESSAGE-----"


class Body(NamedTuple):
    """The readable text, where it came from, and what HTML containers say about stretches of it."""

    text: str
    source: str
    spans: tuple[tuple[int, int, str], ...] = ()
    unreadable: str | None = None


def read_body(message: Message) -> Body:
    """Choose and join the text parts of a mail; attachments and enclosed mails are not read.

    text/plain wins in multipart/alternative unless it is empty or a placeholder. `unreadable` is set only when no text
    was found. Source: RFC 2046 §5.1.3-5.1.4.
    """
    texts = [part for part in _text_parts(message.root, 0) if part.text and not part.text.isspace()]
    if not texts:
        texts = [part for part in _attached_text(message.root) if part.text]
    pieces: list[str] = []
    spans: list[tuple[int, int, str]] = []
    length, source = 0, "none"
    for part in texts[:MAX_PARTS]:
        if pieces:
            pieces.append("\n")
            length += 1
        if part.content_type == "text/html":
            converted = text_of_html(part.text or "")
            spans += [(start + length, end + length, reason) for start, end, reason in converted.spans]
            text, source = converted.text, "html"
        else:
            text = _plain_text(part)
            source = "plain" if source == "none" else source
        pieces.append(text)
        length += len(text)
        if length > MAX_TEXT:
            break
    text = "".join(pieces)
    if text.isspace() or not text:
        return Body(text="", source="none", unreadable=_why_unreadable(message.root))
    unreadable = "pgp" if _PGP_MESSAGE in text[:4096] and text.lstrip().startswith(_PGP_MESSAGE) else None
    return Body(text=text, source=source, spans=tuple(spans), unreadable=unreadable)


def _text_parts(part: Part, depth: int) -> list[Part]:
    """The parts that a reader sees as the mail, in order."""
    kind = part.content_type
    if depth > 20 or part.disposition == "attachment":
        return []
    if not part.parts:
        return [part] if kind in ("text/plain", "text/html", "text/enriched") and _is_inline(part) else []
    if kind == "multipart/alternative":
        return _best_alternative(part, depth)
    if kind == "multipart/related":
        return _text_parts(part.parts[0], depth + 1) or [
            one for p in part.parts[1:] for one in _text_parts(p, depth + 1)
        ]
    return [one for below in part.parts for one in _text_parts(below, depth + 1)]


def _best_alternative(part: Part, depth: int) -> list[Part]:
    choices = [_text_parts(below, depth + 1) for below in part.parts]
    plain = [choice for choice in choices if choice and choice[0].content_type == "text/plain"]
    html = [choice for choice in choices if any(one.content_type == "text/html" for one in choice)]
    for choice in plain:
        if not html or not _says_nothing(choice):
            return choice
    return html[-1] if html else next((choice for choice in choices if choice), [])


def _says_nothing(parts: list[Part]) -> bool:
    text = " ".join((part.text or "")[:400] for part in parts).strip().strip("\u200b\ufeff\xa0")
    return not text or (len(text) < 300 and _PLACEHOLDER.search(text.lower()) is not None)


def _is_inline(part: Part) -> bool:
    return not (part.filename and part.disposition != "inline" and part.content_type != "text/plain") and not (
        part.filename and part.filename.lower().endswith((".txt", ".csv", ".log", ".ics", ".vcf", ".html", ".htm"))
    )


def _attached_text(root: Part) -> list[Part]:
    """A mail that is nothing but one text marked as attachment: some gateways do that to bodies."""
    leaves = [part for part in root.walk() if not part.parts]
    return leaves if len(leaves) == 1 and leaves[0].content_type in ("text/plain", "text/html") else []


def _plain_text(part: Part) -> str:
    text = part.text or ""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if (part.param("format") or "").lower() == "flowed":
        return unwrap_flowed(text, delete_space=(part.param("delsp") or "").lower() == "yes")
    return text


def unwrap_flowed(text: str, *, delete_space: bool = False) -> str:
    """Undo the soft line breaks of unquoted lines (RFC 3676 §4.1-4.4); quoted lines stay as they are."""
    lines: list[str] = []
    flowing = ""
    for line in text.split("\n"):
        if line.startswith(">"):
            if flowing:
                lines.append(flowing)
                flowing = ""
            lines.append(line)
            continue
        if line.startswith(" "):
            line = line[1:]  # space-stuffed
        if line == "-- ":
            if flowing:
                lines.append(flowing)
                flowing = ""
            lines.append(line)
        elif line.endswith(" ") and len(flowing) < 10_000:
            flowing += line[:-1] if delete_space else line
        else:
            lines.append(flowing + line)
            flowing = ""
    if flowing:
        lines.append(flowing)
    return "\n".join(lines)


def _why_unreadable(root: Part) -> str | None:
    """What stands in place of text: an encrypted or opaque body, images, or other files, such as a scanned letter.

    None for a mail that is simply empty, or holds nothing but a signature or another mail.
    """
    seen = set()
    for part in root.walk():
        kind, name = part.content_type, (part.filename or "").lower()
        if name == "smime.p7s" or kind in _SIGNATURES:
            continue
        found = _UNREADABLE_TYPES.get(kind) or _UNREADABLE_NAMES.get(name)
        if found:
            return found
        seen.add(kind.partition("/")[0])
    if "image" in seen:
        return "image-only"
    return "attachment-only" if seen & {"application", "audio", "video"} else None
