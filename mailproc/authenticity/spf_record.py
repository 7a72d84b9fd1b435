"""SPF records: their terms, and the macros in them (RFC 7208 §4.6, §7)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network
from urllib.parse import quote

_MOST_TERMS = 150
_QUALIFIERS = {"+": "pass", "-": "fail", "~": "softfail", "?": "neutral"}
_DIRECTIVE = re.compile(r"([+?~-]?)(all|include|a|mx|ptr|ip4|ip6|exists)(?![a-z0-9._-])(.*)", re.IGNORECASE)
_MODIFIER = re.compile(r"([a-z][a-z0-9_.-]*)=(.*)", re.IGNORECASE)
_CIDR = re.compile(r"(?:/(0|[1-9]\d?))?(?://(0|[1-9]\d{0,2}))?")
_MACRO = re.compile(r"%(?:\{([slodiphcrtv])(\d{0,3})(r?)([.+,/_=-]*)\}|([%_-]))", re.IGNORECASE)
_TOP_LABEL = re.compile(r"(?:.*\.)?(?:(?=[a-z0-9-]*[a-z-])[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)\.?", re.IGNORECASE)
_VISIBLE = re.compile(r"[\x21-\x7e]*")
_LONGEST_NAME = 253


class SpfSyntaxError(Exception):
    """The record cannot be understood: permerror."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Directive:
    """One mechanism with its result on a match. `target` is the domain as written, empty for the current one."""

    mechanism: str
    result: str
    target: str = ""
    network: IPv4Network | IPv6Network | None = None
    bits4: int = 32
    bits6: int = 128


@dataclass(frozen=True, slots=True, kw_only=True)
class SpfRecord:
    """A record's directives in order, and where it redirects to (as written)."""

    directives: tuple[Directive, ...]
    redirect: str | None = None


def is_spf(record: str) -> bool:
    """Whether a TXT record is one of SPF (RFC 7208 §4.5)."""
    return record[:7].lower() == "v=spf1 " or record.lower() == "v=spf1"


def parse_spf(record: str) -> SpfRecord:
    """Read a record. Raises SpfSyntaxError, for any term that is wrong (RFC 7208 §4.6)."""
    terms = record[6:].split()
    if len(terms) > _MOST_TERMS:
        raise SpfSyntaxError("too many terms")
    directives: list[Directive] = []
    modifiers: dict[str, str] = {}
    for term in terms:
        if modifier := _MODIFIER.fullmatch(term):
            _add(modifiers, modifier[1].lower(), modifier[2])
        elif found := _DIRECTIVE.fullmatch(term):
            directives.append(_directive(*found.groups()))
        else:
            raise SpfSyntaxError(f"unknown term {term[:50]}")
    return SpfRecord(directives=tuple(directives), redirect=modifiers.get("redirect"))


def _add(modifiers: dict[str, str], name: str, value: str) -> None:
    """Unknown modifiers are ignored, those that are known stand once (RFC 7208 §6)."""
    if name in ("redirect", "exp"):
        if name in modifiers:
            raise SpfSyntaxError(f"{name}= stands twice")
        _check_domain_spec(value)
    elif not _VISIBLE.fullmatch(value):
        raise SpfSyntaxError(f"{name}= is malformed")
    modifiers[name] = value


def _directive(sign: str, name: str, rest: str) -> Directive:
    mechanism, result = name.lower(), _QUALIFIERS[sign or "+"]
    if mechanism == "all":
        if rest:
            raise SpfSyntaxError("all takes no argument")
        return Directive(mechanism=mechanism, result=result)
    if mechanism in ("ip4", "ip6"):
        return Directive(mechanism=mechanism, result=result, network=_network(mechanism, rest))
    bits4, bits6 = 32, 128
    if mechanism in ("a", "mx"):
        rest, bits4, bits6 = _without_cidr(rest)
    if rest and not rest.startswith(":"):
        raise SpfSyntaxError(f"{mechanism}{rest[:50]}")
    if rest or mechanism in ("include", "exists"):
        _check_domain_spec(rest[1:])
    return Directive(mechanism=mechanism, result=result, target=rest[1:], bits4=bits4, bits6=bits6)


def _network(mechanism: str, rest: str) -> IPv4Network | IPv6Network:
    text = rest[1:] if rest.startswith(":") else ""
    if text.count("/") > 1 or "%" in text or (mechanism == "ip4") == (":" in text):
        raise SpfSyntaxError(f"{mechanism}{rest[:50]}")
    if not re.fullmatch(r"[0-9A-Fa-f:.]+(/(0|[1-9]\d{0,2}))?", text):
        raise SpfSyntaxError(f"{mechanism}{rest[:50]}")
    try:
        return ip_network(text, strict=False)
    except ValueError:
        raise SpfSyntaxError(f"{mechanism}{rest[:50]}") from None


def _without_cidr(rest: str) -> tuple[str, int, int]:
    """`:example.org/24//64` as domain part and prefix lengths; slashes inside a macro are none of its."""
    start = rest.find("/", rest.rfind("}") + 1)
    if start < 0:
        return rest, 32, 128
    found = _CIDR.fullmatch(rest[start:])
    bits4, bits6 = (int(found[1] or 32), int(found[2] or 128)) if found else (33, 129)
    if bits4 > 32 or bits6 > 128:
        raise SpfSyntaxError(f"prefix length {rest[start:][:20]}")
    return rest[:start], bits4, bits6


def _check_domain_spec(text: str) -> None:
    """Ends in a top label or a macro, and holds no other `%` (RFC 7208 §7.1)."""
    plain = _MACRO.sub("", text)
    if "%" in plain or not _VISIBLE.fullmatch(text) or len(text) > 1000:
        raise SpfSyntaxError(f"{text[:50]}: malformed macro or name")
    if any(found[1] and found[1].lower() in "crt" for found in _MACRO.finditer(text)):
        raise SpfSyntaxError(f"{text[:50]}: c, r and t are for explanations only")
    if any(found[2] and int(found[2]) == 0 for found in _MACRO.finditer(text)):
        raise SpfSyntaxError(f"{text[:50]}: zero labels")
    if not text.endswith("}") and not _TOP_LABEL.fullmatch(plain[-300:]):
        raise SpfSyntaxError(f"{text[:50]}: is no domain")


def has_macro(text: str, letter: str) -> bool:
    """Whether a macro of this letter stands in a text."""
    return any(found[1] and found[1].lower() == letter for found in _MACRO.finditer(text))


def expand(text: str, values: Mapping[str, str]) -> str:
    """A domain with its macros filled in; from the left shortened by labels to what a name can be (RFC 7208 §7.3)."""
    name = _MACRO.sub(lambda found: _expanded(found, values), text).rstrip(".")
    while len(name) > _LONGEST_NAME and "." in name:
        name = name.partition(".")[2]
    return name


def _expanded(found: re.Match[str], values: Mapping[str, str]) -> str:
    letter, digits, reverse, delimiters, escape = found.groups()
    if escape:
        return {"%": "%", "_": " ", "-": "%20"}[escape]
    value = values[letter.lower()]
    if digits or reverse or delimiters:
        parts = re.split("[" + re.escape(delimiters or ".") + "]", value)
        parts = parts[::-1] if reverse else parts
        value = ".".join(parts[-int(digits) :] if digits else parts)
    return quote(value, safe="-._~") if letter.isupper() else value
