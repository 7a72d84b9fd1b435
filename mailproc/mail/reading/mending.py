"""Mending of structures that no reader accepts but every mail program shows: lost indentation, wrong boundary."""

import re

from mailproc.mail.reading.header_fields import end_of_header

_BYTES_MAX = 256 * 1024
# Content-Type: multipart/alternative;
# boundary="b1"                            <- the white space that makes it a folded line is gone
_UNINDENTED = re.compile(
    rb"^(content-type:[^\n]{1,500};[ \t]*\r?\n)(?=(?:boundary|charset|report-type)[ \t]*=)",
    re.IGNORECASE | re.MULTILINE,
)
_CONTENT_TYPE = re.compile(
    rb"^content-type:[ \t\r\n]*multipart/[^\n]*+(?:\n[ \t][^\n]*+)*+", re.IGNORECASE | re.MULTILINE
)
_BOUNDARY = re.compile(rb';\s*boundary\s*=\s*(?:"[^"\n]*"?|[^;\s]*)', re.IGNORECASE)
# A line that begins a part, with the part's header behind it.
_SEEN = re.compile(rb"^--([^\r\n]{1,200}?)[ \t]*\r?\n(?=content-[a-z-]{1,40}:)", re.IGNORECASE | re.MULTILINE)


def mended(content: bytes) -> bytes | None:
    """The mail with its structure repaired as well as can be guessed; None when there is nothing to repair."""
    looked_at = content[:_BYTES_MAX]
    repaired = _with_seen_boundary(_UNINDENTED.sub(rb"\1 ", looked_at))
    return repaired + content[_BYTES_MAX:] if repaired != looked_at else None


def _with_seen_boundary(content: bytes) -> bytes:
    """The mail whose Content-Type names the boundary that its body has, if it names another one or none."""
    header_end = end_of_header(content)
    field = _CONTENT_TYPE.search(content, 0, header_end)
    seen = _SEEN.search(content, header_end)
    if field is None or seen is None or b'"' in seen[1] or seen[1] in field[0]:
        return content
    value = _BOUNDARY.sub(b"", field[0]).rstrip(b"; \t\r")
    return content[: field.start()] + value + b'; boundary="' + seen[1] + b'"' + content[field.end() :]
