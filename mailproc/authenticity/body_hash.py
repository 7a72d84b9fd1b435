"""The hash of a mail's body for DKIM, piece by piece: no step on a large mail holds the interpreter for long."""

import hashlib
import re
from collections.abc import Iterator

_PIECE_BYTES = 64 * 1024
_WHITE_SPACE = re.compile(rb"[\t ]+")
_CRLF = b"\r\n"


def body_hash(content: bytes, start: int, *, relaxed: bool) -> bytes:
    """SHA-256 of the body from `start` on, canonicalized `relaxed` or `simple`. Takes time linear in its size.

    Bare line feeds count as line ends, as they do for the signers of what was saved without carriage returns.
    Source: RFC 6376 §3.4.3, §3.4.4.
    """
    digest = hashlib.sha256()
    empty_lines = 0  # at the end of what was seen: they count only when something follows
    is_empty = True
    for piece in _pieces(content, start):
        text = piece.replace(_CRLF, b"\n").replace(b"\n", _CRLF)
        if relaxed:
            text = _WHITE_SPACE.sub(b" ", text).replace(b" \r\n", _CRLF)
        end = _end_of_text(text)
        if end:
            digest.update(_CRLF * empty_lines)
            digest.update(text[:end])
            empty_lines, is_empty = 0, False
        empty_lines += (len(text) - end) // 2
    if not (relaxed and is_empty):
        digest.update(_CRLF)
    return digest.digest()


def _pieces(content: bytes, start: int) -> Iterator[bytes]:
    """The body in pieces that end behind a line; one long line is cut behind something that is not white space."""
    while start < len(content):
        end = start + _PIECE_BYTES
        if end < len(content):
            end = (content.rfind(b"\n", start, end) + 1) or _in_line(content, start, end)
        yield content[start:end]
        start = end


def _in_line(content: bytes, start: int, end: int) -> int:
    """Where a piece without line end may end: behind the last byte that is not white space, else far on."""
    while end < len(content):
        kept = len(content[start:end].rstrip(b"\t \r"))
        if kept:
            return start + kept
        end += _PIECE_BYTES
    return len(content)


def _end_of_text(text: bytes) -> int:
    """Offset of the run of CRLF at the end of a text."""
    end = len(text)
    for lines in (4096, 64, 1):
        run = _CRLF * lines
        while text.endswith(run, 0, end):
            end -= len(run)
    return end
