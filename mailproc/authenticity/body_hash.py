"""The hash of a mail's body for DKIM, piece by piece: no step on a large mail holds the interpreter for long."""

import hashlib
import re
from collections.abc import Iterator

_PIECE_BYTES = 64 * 1024
_WHITE_SPACE = re.compile(rb"[\t ]+")
_CRLF = b"\r\n"


def body_hash(content: bytes, start: int, *, relaxed: bool, piece_bytes: int = _PIECE_BYTES) -> bytes:
    """SHA-256 of the body from `start` on, canonicalized `relaxed` or `simple`. Takes time linear in its size.

    Bare line feeds count as line ends, as they do for the signers of what was saved without carriage returns.
    Source: RFC 6376 §3.4.3, §3.4.4.
    """
    digest = hashlib.sha256()
    space = b""  # what white space at the end of what was seen comes to, unless a line end follows
    empty_lines = 0  # at the end of what was seen, before that space: they count only when something follows
    is_empty = True
    for piece in _pieces(content, start, piece_bytes):
        text = piece.replace(_CRLF, b"\n").replace(b"\n", _CRLF)
        if relaxed:
            text = _WHITE_SPACE.sub(b" ", space + text).replace(b" \r\n", _CRLF)
            text, space = (text[:-1], b" ") if text.endswith(b" ") else (text, b"")
        end = _end_of_text(text)
        if end:
            digest.update(_CRLF * empty_lines)
            digest.update(text[:end])
            empty_lines, is_empty = 0, False
        empty_lines += (len(text) - end) // 2
    if space:  # nothing follows it, not even a line end
        digest.update(_CRLF * empty_lines + space)
        is_empty = False
    if not (relaxed and is_empty):
        digest.update(_CRLF)
    return digest.digest()


def _pieces(content: bytes, start: int, piece_bytes: int) -> Iterator[bytes]:
    """The body in pieces of one size; a CRLF stays whole."""
    while start < len(content):
        end = start + piece_bytes
        if content[end - 1 : end + 1] == _CRLF:
            end += 1
        yield content[start:end]
        start = end


def _end_of_text(text: bytes) -> int:
    """Offset of the run of CRLF at the end of a text."""
    end = len(text)
    for lines in (4096, 64, 1):
        run = _CRLF * lines
        while text.endswith(run, 0, end):
            end -= len(run)
    return end
