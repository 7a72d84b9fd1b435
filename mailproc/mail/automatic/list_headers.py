"""Mail of lists and mail in bulk: List-* headers (RFC 2369, 2919, 8058), Precedence and what senders in bulk add."""

import re

from mailproc.mail.reading.message import Headers, Message

_URI = re.compile(r"<\s*([^<>\s]{1,2000})\s*>")
_LIST_ID = re.compile(r"<\s*([^<>\s]{1,255})\s*>\s*$")
# Only senders in bulk add these; Precedence and Feedback-ID are looked at apart.
_BULK_HEADERS = (
    "List-Id",
    "List-Unsubscribe",
    "List-Post",
    "Mailing-List",
    "List-Unsubscribe-Post",
    "X-Mailing-List",
    "Feedback-ID",
    "X-Campaign",
    "X-CampaignID",
    "X-Campaign-Id",
    "X-Mailgun-Sid",
    "X-SG-EID",
    "X-MC-User",
    "X-Mailer-MsgId",
    "X-CSA-Complaints",
    "X-BeenThere",
    "X-Mailman-Version",
)
BULK_NAMES = frozenset({"precedence", *map(str.lower, _BULK_HEADERS)})
# Providers of people's mailboxes number their users by it: `44366243:user:proton`, `i1a2b46f0:Fastmail`.
_FEEDBACK_ID_OF_PEOPLE = re.compile(r":(user:proton|fastmail)\s*$", re.IGNORECASE)
_BULK_PRECEDENCE = frozenset({"bulk", "list", "junk"})


def bulk_evidence(message: Message) -> str | None:
    """The header that tells mail of a list or a newsletter to us, `List-Id: <news.example.org>`; None when none does.

    Says nothing about our own mail quoted or enclosed: only the outermost header is looked at. Source: RFC 2369, 2919.
    """
    headers = message.headers
    if BULK_NAMES.isdisjoint(headers.names):
        return None
    for name in _BULK_HEADERS:
        value = headers.get(name)
        if value and not (name == "Feedback-ID" and _is_of_people(headers, value)):
            return f"{name}: {value[:200]}"
    precedence = (headers.get("precedence") or "").strip().lower()
    return f"Precedence: {precedence}" if precedence in _BULK_PRECEDENCE else None


def _is_of_people(headers: Headers, feedback_id: str) -> bool:
    """Whether a Feedback-ID alone does not tell mail in bulk: that of a person's provider, or on an answer."""
    answers = headers.get("in-reply-to") or headers.get("references")
    return bool(answers) or _FEEDBACK_ID_OF_PEOPLE.search(feedback_id[:998]) is not None


def list_id_of(message: Message) -> str | None:
    """The list's identifier, lower-case and without its phrase; None when there is none. Source: RFC 2919 §2."""
    value = (message.headers.get("list-id") or "").strip()[:2000]
    found = _LIST_ID.search(value)
    identifier = found[1] if found else value.split()[-1] if value else ""
    return identifier.strip("<>").lower() or None


def list_unsubscribe_uris(message: Message) -> tuple[str, ...]:
    """The URIs of List-Unsubscribe in their order; empty when absent. Source: RFC 2369 §3.2, RFC 8058."""
    return _uris(message.headers)


def _uris(headers: Headers) -> tuple[str, ...]:
    found: list[str] = []
    for value in headers.all("list-unsubscribe")[:10]:
        bracketed = _URI.findall(value[:10_000])
        # Some leave the angle brackets out.
        bare = [uri.strip() for uri in value[:10_000].split(",") if uri.strip().lower().startswith(("mailto:", "http"))]
        found.extend(bracketed or bare)
    return tuple(found)
