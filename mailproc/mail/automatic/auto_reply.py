"""Automatic mail (RFC 3834 and conventions): out-of-office, challenges, acknowledgements, receipts by hand."""

import re
from dataclasses import dataclass

from mailproc.mail.arrival.envelope import Envelope
from mailproc.mail.automatic.auto_subjects import SUBJECTS
from mailproc.mail.automatic.auto_tables import (
    AUTO_HEADERS,
    CHALLENGE_DEEDS,
    CHALLENGE_DOMAINS,
    CHALLENGE_FILTERS,
    CHALLENGE_HEADERS,
    CHALLENGE_LOCALS,
    CHALLENGE_SUBJECTS,
    CHALLENGE_TEXTS,
    DOUBTFUL_HEADERS,
    LIST_TRACES,
    RESPONDER_HEADERS,
    ROBOTS,
)
from mailproc.mail.automatic.auto_text import (
    WHOLE_BARE_SUBJECT,
    asks_something,
    has_hint,
    says_automatic,
    says_gone,
    text_evidence,
)
from mailproc.mail.automatic.compared import Phrases, any_of, compared
from mailproc.mail.automatic.list_headers import bulk_evidence
from mailproc.mail.automatic.notices import NOTICE_SUBJECTS, SURVEY_SUBJECTS
from mailproc.mail.reading.message import Message, Part
from mailproc.mail.text.body_lines import above_last_quote
from mailproc.mail.text.new_text import find_new_text


@dataclass(frozen=True, slots=True, kw_only=True)
class AutoReply:
    """Why a mail counts as automatic.

    `signal` is header, sender, subject or text, strongest first; `evidence` is what was seen, as
    `Auto-Submitted: auto-replied`. `address_abandoned` is True when it says that the person or mailbox is gone,
    `is_challenge` when it wants something done before it delivers the mail that it answers.
    """

    signal: str
    evidence: str
    address_abandoned: bool = False
    is_challenge: bool = False


_MAX_SUBJECT = 300
_MAX_TEXT = 3_000
MAX_RAW = 6_000


_SUBJECTS = tuple(one for patterns in SUBJECTS.values() for one in patterns)
_SUBJECT = any_of(_SUBJECTS, start=True)
_ANY_SUBJECT = any_of([*_SUBJECTS, WHOLE_BARE_SUBJECT, *NOTICE_SUBJECTS, *SURVEY_SUBJECTS], start=True)
_CHALLENGE_SUBJECT = any_of(CHALLENGE_SUBJECTS)
_CHALLENGE_TEXT = Phrases(CHALLENGE_TEXTS)
_CHALLENGE_FILTER = Phrases(CHALLENGE_FILTERS)
_CHALLENGE_DEED = any_of(CHALLENGE_DEEDS)
_CHALLENGE_HEADER = re.compile(f"^(?:{'|'.join(CHALLENGE_HEADERS)})", re.MULTILINE)
# How names of header fields begin that filters and responders call their own.
HEADER_NAMES = (*CHALLENGE_HEADERS, *RESPONDER_HEADERS)
_ABOVE_THIS_LINE = re.compile(r"[^\w>]{0,20}[\w ,.]{0,60}above this line", re.IGNORECASE)
_BELOW_CHALLENGE_DOMAINS = tuple("." + known for known in CHALLENGE_DOMAINS)
_ROBOT = re.compile("|".join(ROBOTS))
_REPLY_PREFIX = re.compile(
    r"(?:re|aw|antw|antwort|sv|vs|odp|ynt|r|rv|res|resp|ref|rif|回复|答复|回覆|fwd?|wg|tr|enc)(?:\[\d+\])?\s?[:：]\s*"
)
# A responder's subject ends there, or goes on like this: `Out of office until Monday`, but `Out of office jokes`.
_GOES_ON = re.compile(
    r"$|\s*[^\w\s]|\S|\s+[\u0590-\uffff]|\s+(?:\d|(?:re|fwd?|aw|until|till?|from|through|thru|and|on|for|today|tomorrow|this|next|back|returning|reply"
    r"|response|auto\w*|message|notice|notification|assistant|alert|bis|vom|ab|am|wegen|jusqu\w*|du|au|de|hasta|del|desde|al"
    r"|fino|dal|até|ate|tot|van|t/m|från|til|fra|od|do|до|с|по|з)\b)"
)
_TAG = re.compile(r"(?:\[(?!auto|ooo)[^\]]{1,60}\]|[*#=\s]+|(?!auto|ooo)[a-z]{2,5}:(?=\s*(?:out of|auto)))\s*")


def find_auto_reply(message: Message, envelope: Envelope) -> AutoReply | None:
    """Tell whether a machine wrote this mail, by the strongest signal there is; None for everything else.

    Headers decide, then the null sender and robots, then the subject, then what the new text says of itself. Bare nouns
    count beside a second signal only, X-Auto-Response-Suppress proves nothing. Raises nothing. Source: RFC 3834.
    """
    header = decisive_header(message) or _responder_header(message) or _answer_in_bulk(message)
    if header is not None:
        return _told("header", header, _new_text(message))
    if envelope.mail_from is None:
        return _told("sender", "MAIL FROM:<>", _new_text(message))
    robot = _robot_sender(message)
    if robot is not None and bulk_evidence(message) is None:
        return _told("sender", f"From: {robot}", _new_text(message))
    whole = compared(message.subject[:_MAX_SUBJECT])
    subject, answered = _without_prefixes(whole)
    titled = _ANY_SUBJECT.search(subject) is not None
    if not titled and not _hints(message):
        return None
    text = _new_text(message)
    found = _SUBJECT.search(subject) if titled else None
    if found is not None and ((not answered and _GOES_ON.match(subject, found.end())) or says_automatic(text)):
        return _told("subject", f"Subject: {found.group().strip()}", text)
    if held := _challenge_in_words(text):
        return AutoReply(signal="text", evidence=held, is_challenge=True)
    doubted = not DOUBTFUL_HEADERS.isdisjoint(message.headers.names)
    evidence = text_evidence(text, subject, whole, doubted=doubted)
    return None if evidence is None else _told("text", evidence, text)


def find_challenge(message: Message) -> str | None:
    """Evidence that the mail wants its sender to prove something before it is delivered; None when it does not.

    The header of a challenge system decides; else two of sender, subject and text are needed. Where words alone tell,
    `find_auto_reply` finds it.
    """
    if _CHALLENGE_HEADER.search("\n".join(message.headers.names)):
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
    subject, _ = _without_prefixes(compared(message.subject[:_MAX_SUBJECT]))
    if found := _CHALLENGE_SUBJECT.search(subject):
        evidence.append(f"Subject: {found.group()}")
    if evidence and (found := _CHALLENGE_TEXT.search(_new_text(message))):
        evidence.append(found.group())
    return "; ".join(evidence) if len(evidence) > 1 else None


def _challenge_in_words(text: str) -> str | None:
    """What a text says of the filter that holds a mail, where it also says what to do for it, and asks nothing."""
    held = _CHALLENGE_FILTER.search(text)
    return str(held.group()) if held and _CHALLENGE_DEED.search(text) and not asks_something(text) else None


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


def _responder_header(message: Message) -> str | None:
    """A field that some responder calls its own, whatever follows in its name: `X-Autoresponder-Version`."""
    for name, value in message.headers.fields:
        if name.lower().startswith(RESPONDER_HEADERS) and value.strip().lower() not in ("no", "false"):
            return f"{name}: {value.strip()[:100]}"
    return None


def _answer_in_bulk(message: Message) -> str | None:
    """Precedence bulk or junk on what answers one mail and went through no list: vacation(1) and its like."""
    bulk, names = bulk_evidence(message), message.headers.names
    if bulk not in ("Precedence: bulk", "Precedence: junk") or "in-reply-to" not in names:
        return None
    return bulk if LIST_TRACES.isdisjoint(names) else None


def _robot_sender(message: Message) -> str | None:
    for address in message.from_addresses[:1]:
        if _ROBOT.fullmatch(address.rpartition("@")[0].lower()[:64]):
            return address
    return None


def _told(signal: str, evidence: str, text: str) -> AutoReply:
    return AutoReply(signal=signal, evidence=evidence, address_abandoned=says_gone(text))


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
    """The beginning of the new text, as it is compared; of a desk's mail, which wants answers above it, that of all."""
    found = find_new_text(message)
    if not found.text and _ABOVE_THIS_LINE.match(found.body[:_MAX_TEXT]):
        return compared(found.body[:_MAX_TEXT])
    return compared(found.text[:_MAX_TEXT])


def _hints(message: Message) -> bool:
    """Whether the raw text, read cheaply, has anything in it that is worth cutting out the new text for."""
    return any(
        has_hint(raw_text(part, start := start_of_text(part), start + MAX_RAW))
        for part in message.root.walk()
        if part.text and part.content_type in ("text/plain", "text/html")
    )


def start_of_text(part: Part) -> int:
    """Where in a part that has text its body begins, read cheaply."""
    return max((part.text or "").find("<body"), 0) if part.content_type == "text/html" else 0


def raw_text(part: Part, start: int, end: int) -> bytes:
    """What may be new in this stretch of a part's text: raw, in one line, as it is compared."""
    raw = (part.text or "")[start:end]
    if part.content_type == "text/plain":
        raw = above_last_quote(raw)
    return raw.lower().replace("’", "'").replace("\n", " ").encode("utf-8", "replace")
