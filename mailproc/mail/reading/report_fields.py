"""What the machine parts of reports have in common: blocks of fields, typed addresses, dates, enclosed mails."""

import email.utils
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone

from mailproc.mail.reading.header_fields import HEADER_LINES_MAX, end_of_header, fields_of
from mailproc.mail.reading.message import Headers, Message, Part, addresses_in, message_of_headers

_BLOCKS_MAX = 1000
_FIELDS_MAX = 2000
_ORIGINAL_FIELDS = frozenset(
    {"from", "to", "subject", "date", "message-id", "received", "return-path", "cfbl-feedback-id"}
)


def report_type_of(part: Part) -> str:
    """What kind of report a multipart/report declares itself to be, lower-case; empty when it does not."""
    return (part.param("report-type") or "").strip().lower()


def field_blocks(text: str) -> tuple[Headers, ...]:
    """The blocks of fields in a machine part, which empty lines separate (RFC 3464 §2.1); empty ones are left out.

    Lines that are no fields are passed over; at most 1,000 blocks are read, and no more once they have 2,000 fields.
    """
    blocks: list[Headers] = []
    left = _FIELDS_MAX
    for lines in _blocks(text):
        fields = fields_of("\n".join(lines).encode("utf-8", "replace"))[:left]
        if fields:
            blocks.append(Headers(fields))
            left -= len(fields)
        if len(blocks) == _BLOCKS_MAX or not left:
            break
    return tuple(blocks)


def _blocks(text: str) -> Iterator[list[str]]:
    """The lines of each block, of so many as a header may have."""
    lines: list[str] = []
    for line in [*text.split("\n"), ""]:
        if line.strip():
            lines.append(line)
        elif lines:
            yield lines[:HEADER_LINES_MAX]
            lines = []


def after_type(value: str) -> str:
    """The value behind its type: `mx.example.org` of `dns; mx.example.org` (RFC 3464 §2.1.2); comments stay."""
    kind, semicolon, rest = value.partition(";")
    return rest.strip() if semicolon and " " not in kind.strip() and "@" not in kind else value.strip()


def bare_address(value: str) -> str | None:
    """The one address of a value such as `rfc822;<pat@example.org>`; None when there is none or more than one."""
    found = addresses_in(after_type(value))
    return found[0] if len(found) == 1 else None


def date_of(value: str) -> datetime | None:
    """A date as RFC 5322 has it, as aware UTC; a missing or unknown zone is taken as UTC; None when it is none."""
    parsed = email.utils.parsedate_tz(value[:200])
    if parsed is None:
        return None
    try:
        zone = timezone(timedelta(seconds=parsed[9] or 0))
        return datetime(*parsed[:6], tzinfo=zone).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def iso_date_of(value: str) -> datetime | None:
    """A date as ISO 8601 has it, as aware UTC; without a zone it is taken as UTC; None when it is none."""
    try:
        parsed = datetime.fromisoformat(value)
        return (parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def original_of(parts: tuple[Part, ...]) -> Message | None:
    """The mail that a report returns: the first enclosed mail or header block among these parts; None without one.

    Plain text that is a header block counts, a mere `REDACTED` does not.
    """
    for part in parts:
        if part.message is not None:
            return part.message if part.message.headers.fields else None
    for part in parts:
        if part.text and part.content_type.startswith("text/") and _looks_like_headers(part.text):
            return message_of_headers(part.text)
    return None


def _looks_like_headers(text: str) -> bool:
    data = text[:20000].lstrip("\n").encode("utf-8", "replace")
    names = {name.lower() for name, _ in fields_of(data[: end_of_header(data)])}
    return len(names & _ORIGINAL_FIELDS) >= 2
