"""Automatic mail (RFC 3834 and conventions): out-of-office, challenges, acknowledgements, receipts by hand."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import re2

from mailproc.mail.arrival.envelope import Envelope
from mailproc.mail.automatic.auto_phrases import AWAY, BARE_SUBJECTS, DECLARATIONS, MEANWHILE, SUBJECTS
from mailproc.mail.automatic.auto_tables import (
    ABANDONED,
    ACK_SUBJECTS,
    ACK_TEXTS,
    AUTO_HEADERS,
    CHALLENGE_DOMAINS,
    CHALLENGE_HEADERS,
    CHALLENGE_LOCALS,
    CHALLENGE_SUBJECTS,
    CHALLENGE_TEXTS,
    ORDERS,
    REQUEST_STEMS,
    ROBOTS,
)
from mailproc.mail.automatic.list_headers import bulk_evidence
from mailproc.mail.reading.message import Message, Part
from mailproc.mail.text.new_text import find_new_text


@dataclass(frozen=True, slots=True, kw_only=True)
class AutoReply:
    """Why a mail counts as automatic.

    `signal` is header, sender, subject or text, strongest first; `evidence` is what was seen, as
    `Auto-Submitted: auto-replied`. `address_abandoned` is True when it says that the person or mailbox is gone.
    """

    signal: str
    evidence: str
    address_abandoned: bool = False


_MAX_SUBJECT = 300
_MAX_TEXT = 3_000
MAX_RAW = 6_000


def _any_of(patterns: Iterable[str], *, start: bool = False) -> Any:
    """One RE2 automaton for a table of phrases; it cannot hang, whatever the text."""
    options = re2.Options()
    options.log_errors = False
    joined = "|".join(f"(?:{pattern})" for pattern in patterns)
    return re2.compile(f"^(?:{joined})" if start else joined, options=options)


_SUBJECTS = tuple(one for patterns in SUBJECTS.values() for one in patterns)
# What ends a word stands there once: behind each of them it took a hundred times as long to compile.
_WHOLE_BARE_SUBJECT = rf"(?:{'|'.join(f'(?:{one})' for one in BARE_SUBJECTS)})(?:[^\pL\pN]|$)"
_SUBJECT = _any_of(_SUBJECTS, start=True)
_BARE_SUBJECT = _any_of([_WHOLE_BARE_SUBJECT], start=True)
_ANY_SUBJECT = _any_of([*_SUBJECTS, _WHOLE_BARE_SUBJECT], start=True)
_DECLARATION = _any_of(DECLARATIONS)
_AWAY = _any_of(AWAY)
_MEANWHILE = _any_of(MEANWHILE)
_ACK_SUBJECT = _any_of(ACK_SUBJECTS)
_ACK_TEXT = _any_of(ACK_TEXTS)
_ABANDONED = _any_of(ABANDONED)
_ANY_TEXT = _any_of((*DECLARATIONS, *AWAY, *ACK_TEXTS, *ABANDONED))
_CHALLENGE_SUBJECT = _any_of(CHALLENGE_SUBJECTS)
_CHALLENGE_TEXT = _any_of(CHALLENGE_TEXTS)
_REQUEST = _any_of(REQUEST_STEMS)
_ORDER = _any_of(ORDERS)
CHALLENGE_HEADER = re.compile(f"^(?:{'|'.join(CHALLENGE_HEADERS)})", re.MULTILINE)
_BELOW_CHALLENGE_DOMAINS = tuple("." + known for known in CHALLENGE_DOMAINS)
_ROBOT = re.compile("|".join(ROBOTS))
_REPLY_PREFIX = re.compile(
    r"(?:re|aw|antw|antwort|sv|vs|odp|ynt|r|rv|res|resp|ref|rif|回复|答复|回覆|fwd?|wg|tr|enc)(?:\[\d+\])?\s?[:：]\s*"
)
_ASKS = re.compile("[?？؟](?:\\s|$)")
_TAG = re.compile(r"(?:\[[^\]]{1,60}\]|[*#=\s]+|(?!auto|ooo)[a-z]{2,5}:(?=\s*(?:out of|auto)))\s*")
_BIDI = dict.fromkeys([*range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2066, 0x206A), 0xFEFF])


def find_auto_reply(message: Message, envelope: Envelope) -> AutoReply | None:
    """Tell whether a machine wrote this mail, by the strongest signal there is; None for everything else.

    Headers decide, then the null sender and robots, then the subject, then what the new text says of itself. Bare nouns
    count beside a second signal only, X-Auto-Response-Suppress proves nothing. Raises nothing. Source: RFC 3834.
    """
    header = decisive_header(message)
    if header is not None:
        return _told("header", header, _new_text(message))
    if envelope.mail_from is None:
        return _told("sender", "MAIL FROM:<>", _new_text(message))
    robot = _robot_sender(message)
    if robot is not None and bulk_evidence(message) is None:
        return _told("sender", f"From: {robot}", _new_text(message))
    whole = _compared(message.subject[:_MAX_SUBJECT])
    subject, answered = _without_prefixes(whole)
    titled = _ANY_SUBJECT.search(subject) is not None
    found = _SUBJECT.search(subject) if titled else None
    if found is None and not (titled and _BARE_SUBJECT.search(subject)) and not _hints(message):
        return None
    text = _new_text(message)
    if found is not None and (not answered or _says_automatic(text)):
        return _told("subject", f"Subject: {found.group().strip()}", text)
    evidence = _text_evidence(text, subject, whole)
    return None if evidence is None else _told("text", evidence, text)


def find_challenge(message: Message) -> str | None:
    """Evidence that the mail wants its sender to prove something before it is delivered; None when it does not.

    The header of a challenge system decides; else two of sender, subject and text are needed.
    """
    if CHALLENGE_HEADER.search("\n".join(message.headers.names)):
        return next(
            f"{name}: {value[:100]}"
            for name, value in message.headers.fields
            if name.lower().startswith(CHALLENGE_HEADERS)
        )
    evidence: list[str] = []
    for address in message.from_addresses[:1]:
        local, _, domain = address.lower().rpartition("@")
        if domain in CHALLENGE_DOMAINS or domain.endswith(_BELOW_CHALLENGE_DOMAINS):
            evidence.append(f"From: {domain}")
        elif local in CHALLENGE_LOCALS:
            evidence.append(f"From: {local}@")
    subject, _ = _without_prefixes(_compared(message.subject[:_MAX_SUBJECT]))
    if found := _CHALLENGE_SUBJECT.search(subject):
        evidence.append(f"Subject: {found.group()}")
    if evidence and (found := _CHALLENGE_TEXT.search(_new_text(message))):
        evidence.append(found.group())
    return "; ".join(evidence) if len(evidence) > 1 else None


def decisive_header(message: Message) -> str | None:
    """The first header field that alone tells a machine, as it stands there; None without one."""
    headers = message.headers
    decisive = [
        (name, value)
        for name in AUTO_HEADERS.keys() & headers.names
        for value in headers.all(name)
        if (said := value.strip().lower()).startswith(AUTO_HEADERS[name]) and said not in ("no", "false")
    ]
    if not decisive:
        return None
    first = next((name, value) for name, value in headers.fields if (name.lower(), value) in decisive)
    return f"{first[0]}: {first[1].strip()[:100]}"


def _robot_sender(message: Message) -> str | None:
    for address in message.from_addresses[:1]:
        if _ROBOT.fullmatch(address.rpartition("@")[0].lower()[:64]):
            return address
    return None


def _told(signal: str, evidence: str, text: str) -> AutoReply:
    return AutoReply(signal=signal, evidence=evidence, address_abandoned=_ABANDONED.search(text) is not None)


def _without_prefixes(subject: str) -> tuple[str, bool]:
    """The subject without reply prefixes and tags of lists, and whether it had a reply prefix."""
    answered = False
    for _ in range(8):
        if prefix := _REPLY_PREFIX.match(subject):
            answered = True
        elif not (prefix := _TAG.match(subject)):
            break
        subject = subject[prefix.end() :]
    return subject, answered


def _new_text(message: Message) -> str:
    """The beginning of the new text, as it is compared."""
    return _compared(find_new_text(message).text[:_MAX_TEXT])


def _compared(text: str) -> str:
    """Text as the tables have it: NFKC, lower-case, white space collapsed, nothing invisible, no lone surrogates."""
    text = unicodedata.normalize("NFKC", text).translate(_BIDI).lower().replace("’", "'")
    return " ".join(text.encode("utf-8", "replace").decode().split())


def _hints(message: Message) -> bool:
    """Whether the raw text, read cheaply, has anything in it that is worth cutting out the new text for."""
    return any(
        _ANY_TEXT.search(in_one_line(part.text[(start := start_of_text(part)) : start + MAX_RAW])) is not None
        for part in message.root.walk()
        if part.text and part.content_type in ("text/plain", "text/html")
    )


def start_of_text(part: Part) -> int:
    """Where in a part that has text its body begins, read cheaply."""
    return max((part.text or "").find("<body"), 0) if part.content_type == "text/html" else 0


def in_one_line(raw: str) -> bytes:
    """Raw text as it is compared."""
    return raw.lower().replace("’", "'").replace("\n", " ").encode("utf-8", "replace")


def _says_automatic(text: str) -> bool:
    return any(one.search(text) is not None for one in (_DECLARATION, _AWAY, _ABANDONED))


def _is_cited(text: str, start: int) -> bool:
    """Whether a quotation mark stands right before: a person tells what a machine has said."""
    return start > 0 and text[start - 1] in "\"'“„«‘‚"


def _text_evidence(text: str, subject: str, whole_subject: str) -> str | None:
    """What the text says of itself: that it is automatic; that somebody is away and what happens meanwhile; a receipt.

    `whole_subject` still has its `[Ticket #123]`. A text that asks for something is left to the rules.
    """
    if _REQUEST.search(text):
        return None
    if found := next((one for one in _DECLARATION.finditer(text) if not _is_cited(text, one.start())), None):
        return str(found.group())
    away = _AWAY.search(text)
    asks = (
        _ASKS.search(text) is not None and subject != whole_subject
    )  # a person on leave who answers, and wants to know
    ordered = _ORDER.search(text) is not None
    if away and not asks and (_MEANWHILE.search(text) or (_BARE_SUBJECT.search(subject) and not ordered)):
        return str(away.group())
    if (found := _ACK_TEXT.search(text)) and _ACK_SUBJECT.search(whole_subject):
        return str(found.group())
    if (found := _ABANDONED.search(text)) and _BARE_SUBJECT.search(subject):
        return str(found.group())
    return None
