"""Where links are served: the rule for what a link may begin with, whoever names it: settings, command or API."""

import re
from ipaddress import IPv6Address

_MOST_CHARS = 300
_LABEL = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?")
# RFC 3986 §3.3, but what ends a link in a header: brackets, commas, quotes (RFC 2369 §2).
_SEGMENT = re.compile(r"(?:[A-Za-z0-9._~!$&*+;=:@-]|%[0-9A-Fa-f]{2})+")
_DOTS = re.compile(r"(?:\.|%2e){1,2}", re.IGNORECASE)  # which browsers take for a way up (URL Standard)


def why_no_links_base(text: str) -> str | None:
    """What keeps links from beginning with this, as a sentence without its subject; None where nothing does.

    Never repeats what may be a password.
    """
    if not text.startswith("https://"):
        return "must begin with https:// (RFC 8058 §3): mail clients press no link without"
    if len(text) > _MOST_CHARS:
        return f"must have {_MOST_CHARS} characters at most: the token of each link comes behind them"
    for mark in "#?":
        if mark in text:
            return f"must have no `{mark}`: the token of each link comes behind it, and belongs to the path"
    authority, _, path = text.removeprefix("https://").partition("/")
    if "@" in authority:
        return "must hold no name and no password: whoever gets mail reads them"
    host, colon, port = _parted(authority)
    if not _is_host(host):
        return "must name a host behind https://, such as links.acme.example (other letters as xn--…)"
    if colon and not (port.isascii() and port.isdigit() and 0 < int(port[:6]) < 65_536):
        return "must have a port from 1 to 65535 behind the host, or none"
    segments = path.removesuffix("/").split("/") if path else []
    if not all(_SEGMENT.fullmatch(one) and not _DOTS.fullmatch(one) for one in segments):
        return "must have a path of letters, digits and . _ ~ % - between single slashes, or none, and no way up (..)"
    return None


def _parted(authority: str) -> tuple[str, str, str]:
    """Host, colon and port; an IPv6 address has brackets and colons of its own."""
    if authority.endswith("]") or ":" not in authority:
        return authority, "", ""
    return authority.rpartition(":")


def _is_host(host: str) -> bool:
    if host.startswith("["):
        return _is_ipv6(host.removeprefix("[").removesuffix("]")) and host.endswith("]")
    return len(host) <= 253 and all(_LABEL.fullmatch(one) for one in host.split("."))


def _is_ipv6(text: str) -> bool:
    try:
        return "%" not in text and bool(IPv6Address(text).packed)
    except ValueError:
        return False
