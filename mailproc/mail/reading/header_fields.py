"""Header blocks and header values (RFC 5322 §2.2, RFC 2047, RFC 2231): bytes in, text out, in linear time."""

import binascii
import re
from collections.abc import Iterator
from urllib.parse import unquote_to_bytes

from mailproc.mail.reading.charset import text_of

HEADER_BYTES_MAX = 256 * 1024
HEADER_LINES_MAX = 2000
_DECODED_CHARS_MAX = 16 * 1024

# A field name is printable ASCII without colon (RFC 5322 §2.2). One beginning with `--` is a MIME boundary line that
# follows its part's header without the empty line in between. Possessive: no backtracking, linear.
_BLOCK = re.compile(rb"(?:(?!--)[!-9;-~]++[ \t]*+:[^\n]*+(?:\n|\Z)|[ \t][^\n]*+(?:\n|\Z)|>?From [^\n]*+\n)*+")
_FIELD = re.compile(r"^([!-9;-~]++)[ \t]*+:[ \t]*+([^\n]*+(?:\n[ \t][^\n]*+)*+)", re.MULTILINE)
_ENCODED_WORD = re.compile(r"=\?([^?\s*]{1,60})(?:\*[^?\s]{0,20})?\?([bBqQ])\?([^?\n]*)\?=")
_PARAMETER = re.compile(r';[\s;]*([^\s=;]{1,100})\s*=\s*("(?:[^"\\]|\\.)*+"?|[^;]*+)', re.DOTALL)


def end_of_header(content: bytes, start: int = 0, end: int | None = None) -> int:
    """Where the header block that begins at `start` ends: at the empty line, or at the first line that is no field."""
    stop = len(content) if end is None else end
    match = _BLOCK.match(content, start, min(stop, start + HEADER_BYTES_MAX))
    return match.end() if match else start


def start_of_body(content: bytes, header_end: int) -> int:
    """Offset behind the empty line at `header_end`; `header_end` itself when there is no empty line."""
    if content[header_end : header_end + 1] == b"\n":
        return header_end + 1
    if content[header_end : header_end + 2] == b"\r\n":
        return header_end + 2
    return header_end


def fields_of(block: bytes) -> tuple[tuple[str, str], ...]:
    """The fields of a header block in their order: names as written, values unfolded, raw 8-bit values made text.

    Lines that are no fields are left out; at most 2,000 lines are read. Source: RFC 5322 §2.2.3.
    """
    if b"\r" in block:
        block = block.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    if block.count(b"\n") > HEADER_LINES_MAX:
        block = b"\n".join(block.split(b"\n", HEADER_LINES_MAX)[:HEADER_LINES_MAX])
    fields = _FIELD.findall(block.decode("latin-1"))
    if block.isascii():
        return tuple([(name, value.replace("\n", "").strip()) for name, value in fields])
    return tuple((name, _text_of_raw(value.replace("\n", "")).strip()) for name, value in fields)


def _text_of_raw(value: str) -> str:
    """A raw 8-bit header value: UTF-8 (RFC 6532) if it can be, else what western mailers mean by it."""
    return value if value.isascii() else text_of(value.encode("latin-1"), None)[0]


def decode_header(value: str) -> str:
    """Undo the encoded words of a header value (RFC 2047) and collapse white space; at most 16 k characters are read.

    Words that cannot be decoded stay as written; a character split over two words of one charset is whole again.
    """
    value = value[:_DECODED_CHARS_MAX]
    if "=?" in value:
        value = "".join(_decoded_pieces(value))
    return " ".join(value.split())


def _decoded_pieces(value: str) -> Iterator[str]:
    """The value in pieces, encoded words decoded; white space between two of them is dropped (RFC 2047 §6.2)."""
    position = 0
    pending, charset = b"", ""
    for match in _ENCODED_WORD.finditer(value):
        between = value[position : match.start()]
        data = _bytes_of_word(match[2], match[3])
        if data is None:
            continue
        if pending and (between.strip() or match[1].lower() != charset):
            yield text_of(pending, charset)[0]
            pending = b""
        if between.strip() or position == 0:
            yield between
        pending, charset, position = pending + data, match[1].lower(), match.end()
    if pending:
        yield text_of(pending, charset)[0]
    yield value[position:]


def _bytes_of_word(encoding: str, text: str) -> bytes | None:
    """What one encoded word holds; None when it is broken."""
    data = text.encode("utf-8", "replace")
    try:
        if encoding in "qQ":
            return binascii.a2b_qp(data, header=True)
        return binascii.a2b_base64(data.rstrip(b"=") + b"==")
    except binascii.Error:
        return None


def split_parameters(value: str) -> tuple[str, dict[str, str]]:
    """Split a value with parameters, as Content-Type has, into (value, parameters).

    Lower-case but for the parameters' values. What is broken is left out. Source: RFC 2045 §5.1, RFC 2231.
    """
    head, semicolon, rest = value[:_DECODED_CHARS_MAX].partition(";")
    plain: dict[str, str] = {}
    pieces: dict[str, dict[int, tuple[str, bool]]] = {}
    for match in _PARAMETER.finditer(semicolon + rest):
        name, text = match[1].lower(), _unquoted(match[2].strip())
        base, star, section = name.partition("*")
        if not star:
            plain.setdefault(base, decode_header(text) if "=?" in text else text)
        else:
            number, _, extended = section.partition("*")
            index = int(number) if number.isascii() and number.isdigit() and len(number) < 4 else 0
            pieces.setdefault(base, {}).setdefault(index, (text, name.endswith("*") or bool(extended)))
    for base, sections in pieces.items():
        plain[base] = _joined(sections)
    return head.strip().lower(), plain


def _unquoted(text: str) -> str:
    if text[:1] != '"':
        return text
    text = text[1:-1] if text[-1:] == '"' and len(text) > 1 else text[1:]
    return re.sub(r"\\(.)", r"\1", text) if "\\" in text else text


def _joined(sections: dict[int, tuple[str, bool]]) -> str:
    """The sections of one parameter joined; the first encoded one names the charset: `utf-8'en'text` (RFC 2231 §4)."""
    charset = ""
    data = b""
    for position, index in enumerate(sorted(sections)):
        text, encoded = sections[index]
        if encoded and position == 0 and text.count("'") >= 2:
            charset, _, text = text.split("'", 2)
        data += unquote_to_bytes(text) if encoded else text.encode("utf-8", "replace")
    return text_of(data, charset or None)[0]
