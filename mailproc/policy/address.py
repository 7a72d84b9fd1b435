"""Taking addresses apart and comparing their domains; which name a domain is below."""

import re
from collections.abc import Iterable

import idna

_MAX_DOMAIN = 253
_NOT_IN_ADDRESS = re.compile(r'[ \t\r\n<>,;"()]')


def split_address(address: str) -> tuple[str, str]:
    """Local part as written and domain as lower-case A-label; angle brackets and outer white space are dropped.

    The domain is empty when there is none. Raises nothing.
    """
    bare = address.strip().strip("<>").strip()
    local, at, domain = bare.rpartition("@")
    return (local, ascii_domain(domain)) if at else (bare, "")


def ascii_domain(domain: str) -> str:
    """A domain as lower-case A-label without final dot (RFC 5890); what cannot be converted is only lower-cased."""
    plain = domain.strip().rstrip(".").lower()
    if plain.isascii() or len(plain) > _MAX_DOMAIN:
        return plain
    try:
        return idna.encode(plain, uts46=True).decode("ascii")
    except (idna.IDNAError, UnicodeError):
        return plain


def is_within(domain: str, names: Iterable[str]) -> bool:
    """Whether a domain (A-label) is one of the names or below one of them; the empty domain never is."""
    return bool(domain) and any(domain == name or domain.endswith("." + name) for name in names)


def is_address(text: str) -> bool:
    """Whether this is shaped like one bare address: something, an @, a domain; no white space or brackets."""
    local, at, domain = text.rpartition("@")
    return bool(at and local and domain) and len(text) <= 320 and not _NOT_IN_ADDRESS.search(text)
