"""Taking addresses apart and comparing their domains; which name a domain is below."""

import re
from collections.abc import Iterable

import idna

_MAX_DOMAIN = 253
MAX_ADDRESS = 320  # characters: 64 of the local part, the @ and 255 of the domain (RFC 3696 §3)
_NOT_IN_ADDRESS = re.compile(r'[ \t\r\n<>,;"()]')
_CALLED = {" ": "a space", "\t": "a tab", "\r": "a line end", "\n": "a line end"}


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
    return why_no_address(text) is None


def why_no_address(text: str) -> str | None:
    """What keeps this from being one bare address, in a few words; None when it has the shape of one."""
    local, at, domain = text.rpartition("@")
    if not text:
        return "no address"
    if not at:
        return "no @ in the address"
    if not local or not domain:
        return f"nothing {'after' if local else 'before'} the @ of the address"
    if len(text) > MAX_ADDRESS:
        return f"the address has more than {MAX_ADDRESS} characters"
    found = _NOT_IN_ADDRESS.search(text)
    return None if found is None else f"{_CALLED.get(found[0], found[0])} in the address"
