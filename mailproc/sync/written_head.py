"""A header that we write ourselves: whatever text goes in, exactly the wanted fields come out (RFC 5322, RFC 2047).

Byte by byte and not by the standard library, which decodes encoded words in the text once more when it writes.
"""

import re
from base64 import b64encode
from collections.abc import Iterator, Sequence

from mailproc.policy.address import ascii_domain

_LINE = 76  # RFC 2047 §2, for lines with encoded words
_BYTES_OF_WORD = 36  # 60 characters as an encoded word
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_PLAIN_TEXT = re.compile(r"(?!.*=\?)[!-~]++(?: [!-~]++)*+")
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]++"
_PLAIN_PHRASE = re.compile(r"[A-Za-z0-9!#$%&'*+/^_`{|}~-]++(?: [A-Za-z0-9!#$%&'*+/^_`{|}~-]++)*+")
_LOCAL_PART = re.compile(rf"(?!.*=\?)(?=.{{1,64}}\Z){_ATOM}(?:\.{_ATOM})*+")
_DOMAIN = re.compile(r"(?=.{1,253}\Z)[A-Za-z0-9_-]{1,63}+(?:\.[A-Za-z0-9_-]{1,63}+)*+")

Field = tuple[str, Sequence[str]]


def header_of(fields: Sequence[Field]) -> bytes:
    """The lines of a header, without the last line end: each field is a name and words, between which it may fold.

    No word can end its line: control characters in it are left out.
    """
    return b"\r\n".join(_line_of(name, words) for name, words in fields)


def text_words(text: str) -> tuple[str, ...]:
    """Unstructured text as words: as it is when it is short and ASCII, else encoded. `text` is one line for people."""
    line = one_line(text)
    return (line,) if len(line) <= _LINE - 16 and _PLAIN_TEXT.fullmatch(line) else tuple(_encoded_words(line))


def mailbox_words(name: str, address: str) -> tuple[str, ...]:
    """A mailbox as words; the display name may be empty. `address` is written as it is (RFC 5322 §3.4)."""
    line = one_line(name)
    if not line:
        return (address,)
    if len(line) <= _LINE - 16 and _PLAIN_PHRASE.fullmatch(line):
        return line, f"<{address}>"
    return *_encoded_words(line), f"<{address}>"


def one_line(text: str) -> str:
    """Text without control characters, in which nobody who decodes it once more finds another encoded word."""
    line = _LONE_SURROGATE.sub("\ufffd", _CONTROL.sub(" ", text))
    return " ".join(line.replace("=?", "= ?").split())


def written_address(address: str) -> str | None:
    """An address as a header may hold it, its domain as A-label; None where ASCII has no way to write it.

    Only a dot-atom before the @ and host names behind it are written (RFC 5322 §3.4.1). Raises nothing.
    """
    local, _, domain = address.rpartition("@")
    domain = ascii_domain(domain)
    return f"{local}@{domain}" if _LOCAL_PART.fullmatch(local) and _DOMAIN.fullmatch(domain) else None


def _line_of(name: str, words: Sequence[str]) -> bytes:
    kept = [_LONE_SURROGATE.sub("\ufffd", _CONTROL.sub("", word)) for word in words]
    between = " " if len(name) + 2 + sum(len(word) + 1 for word in kept) <= _LINE else "\r\n "
    return f"{name}: {between.join(kept)}".encode()


def _encoded_words(text: str) -> Iterator[str]:
    """The text as encoded words of at most 75 characters; none is cut within a character (RFC 2047 §5)."""
    piece = b""
    for char in text:
        data = char.encode()
        if len(piece) + len(data) > _BYTES_OF_WORD:
            yield _encoded_word(piece)
            piece = b""
        piece += data
    yield _encoded_word(piece)


def _encoded_word(data: bytes) -> str:
    return f"=?utf-8?b?{b64encode(data).decode()}?="
