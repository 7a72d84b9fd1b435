"""Bare addresses of address lists in header values (RFC 5322 §3.4)."""

import re

from mailproc.mail.reading.mime_flanker import strict_addresses

_CHARS_MAX = 32 * 1024
_STRICT_CHARS_MAX = 2000
_ADDRESSES_MAX = 1000
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+"
# `pat@example.org` and `Pat Person <pat@example.org>`, as nearly all mail has it.
_PLAIN_MAILBOX = re.compile(
    rf'\s*(?:(?:[^<>()\[\]:;@\\,"]*|"[^<>@\\"]*")\s*<({_ATOM}@{_ATOM})>|({_ATOM}@{_ATOM}))\s*', re.ASCII
)
# A quoted string, a comment, an address in angle brackets, a separator, or anything else.
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*+"|\((?:[^()\\]|\\.)*+\)|<[^<>]*+>|[,;:]|[^"(<,;:]++|.', re.DOTALL)
_BARE = re.compile(r"""[^\s@<>()\[\]",;:]+@[^\s@<>()",;:]+""")
_ELEMENT_CHARS_MAX = 1000


def addresses_in(value: str) -> tuple[str, ...]:
    """Bare addresses of an address list in an unfolded header value; empty when there are none.

    Comments, groups and display names are left out, an address in a display name is not one of them. At most 32 k
    characters are read. Raises nothing. Source: RFC 5322 §3.4.
    """
    if "\n" in value or "\r" in value:
        # Unfolded values have no line ends: what follows one has been smuggled in.
        value = value.replace("\r", "\n").lstrip("\n").partition("\n")[0]
    plain = _PLAIN_MAILBOX.fullmatch(value[:_CHARS_MAX])
    if plain:
        return (plain[1] or plain[2],)
    value = _without_cut_tail(value)
    if "@" not in value:
        return ()
    return (_strict(value) or _lenient(value))[:_ADDRESSES_MAX]


def _without_cut_tail(value: str) -> str:
    """The value within its bound, without the address that the bound would cut in two."""
    if len(value) <= _CHARS_MAX:
        return value
    return value[:_CHARS_MAX].rpartition(",")[0]


def _strict(value: str) -> tuple[str, ...]:
    """By flanker's strict grammar, which drops all for one bad element; empty when there is one."""
    if len(value) > _STRICT_CHARS_MAX or not value.isascii():
        return ()
    try:
        return strict_addresses(value) or ()
    except (ValueError, TypeError, AttributeError, LookupError, SyntaxError):
        return ()


def _lenient(value: str) -> tuple[str, ...]:
    """Element by element: what stands in angle brackets, else the bare address.

    The standard library's reader takes quadratic time for `<<<<` and recurses into `((((`.
    """
    found: list[str] = []
    bracketed, loose = "", ""
    for match in _TOKEN.finditer(value + ","):
        piece = match[0]
        if piece in {",", ";", ":"}:
            bare = _BARE.search(bracketed.rpartition(":")[2] or loose)
            found.extend([bare[0].strip("'")] if bare and piece != ":" else [])
            bracketed, loose = "", ""
        elif piece[0] == "<":
            bracketed = piece[1:-1][-_ELEMENT_CHARS_MAX:]
        elif piece[0] not in '"(':
            loose = (loose + piece)[-_ELEMENT_CHARS_MAX:]
    return tuple(found)
