"""XCLIENT: a trusted proxy names the client it speaks for (Postfix XCLIENT_README)."""

import re
from dataclasses import dataclass

from mailproc.mail.arrival.network import address_of

_ATTRIBUTES = frozenset({"NAME", "ADDR", "PORT", "PROTO", "HELO", "LOGIN", "DESTADDR", "DESTPORT", "REVERSE_NAME"})
_UNKNOWN = frozenset({"[UNAVAILABLE]", "[TEMPUNAVAIL]"})
_XTEXT_CHARACTER = re.compile(r"\+([0-9A-F]{2})")
_MAX_HELO_CHARACTERS = 255


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedClient:
    """What an XCLIENT command says; `names_host` without `host` means that the proxy does not know the address."""

    names_host: bool = False
    host: str | None = None
    helo: str | None = None


def parse_xclient(argument: str) -> NamedClient | None:
    """Parse the attributes of an XCLIENT command; None when one is malformed or unknown, or there is none.

    Values are xtext (RFC 3461 §4); `[UNAVAILABLE]` and `[TEMPUNAVAIL]` mean that the proxy does not know.
    """
    values: dict[str, str | None] = {}
    for word in argument.split():
        name, equals, value = word.partition("=")
        if name.upper() not in _ATTRIBUTES or not equals:
            return None
        text = _decode_xtext(value)
        if text is None:
            return None
        values[name.upper()] = None if text.upper() in _UNKNOWN else text
    if not values:
        return None
    host = values.get("ADDR")
    if host is not None:
        address = address_of(host[5:] if host.upper().startswith("IPV6:") else host)
        if address is None:
            return None
        host = str(address)
    helo = values.get("HELO")
    return NamedClient(names_host="ADDR" in values, host=host, helo=helo[:_MAX_HELO_CHARACTERS] if helo else None)


def _decode_xtext(value: str) -> str | None:
    """Decode `+3D` and the like; None for a lone `+` or for control characters inside."""
    if value.count("+") != len(_XTEXT_CHARACTER.findall(value)):
        return None
    text = _XTEXT_CHARACTER.sub(lambda match: chr(int(match[1], 16)), value)
    return text if text.isprintable() else None
