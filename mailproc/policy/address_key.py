"""When two addresses are the same person: the key that decides it, and a looser one that only finds candidates."""

import unicodedata
from collections.abc import Sequence

from mailproc.policy.address import ascii_domain

_GMAIL = frozenset({"gmail.com", "googlemail.com"})
_AT_GMAIL = tuple(f"@{domain}" for domain in sorted(_GMAIL))
_MAX_WRAPPERS = 4
_DOMAIN_END = ". \t\n\r\x0b\x0c\x1c\x1d\x1e\x1f"  # what takes nothing from a domain, in any order


def normalise_address(address: str) -> str:
    """Give the form under which addresses are compared: NFC, trimmed, local part and domain lower-case.

    The domain becomes its A-label (RFC 5890) without final dot; one that has none stays as it is, lower-case. Dots and
    `+tags` before the @ stay: they may be different people. Without `@` the whole text counts as local part.
    Idempotent, and raises nothing. The local part is by RFC 5321 §2.4 the receiver's own business; for matching, no
    receiver that matters tells cases apart.
    """
    if address.isascii():
        plain = address.strip().lower()
        return _whole(plain) if plain.endswith(".") else plain
    local, at, domain = unicodedata.normalize("NFC", address).strip().rpartition("@")
    return f"{_lower(local)}@{_a_label(domain)}" if at else _lower(domain)


def envelope_senders(address: str) -> tuple[str, ...]:
    """Whom an envelope's sender may mean: one address without what servers wrap around it, or two candidates.

    An SRS address names somebody of another domain, and anybody can write one: it comes first, then whom it names.
    Raises nothing. Source: BATV `prvs=`, Barracuda `btv1==`, SRS0 and SRS1 of forwarding servers.
    """
    local, at, domain = address.strip().rpartition("@")
    if not at:
        return (address,)
    plain = f"{_without_wrappers(local)}@{domain}"
    named = _named_by_srs(plain)
    return (plain,) if named is None else (plain, named)


def loose_address(address: str) -> str:
    """Give the key that may only find candidates and suppress: without wrappers, `+tags` and Gmail's dots.

    Different people can share it, so that it never subscribes anyone. It keeps the domain, because that is what proves
    who wrote: an SRS address stays as it is. Only Gmail's two names are one. Raises nothing. Source: the wrappers are
    BATV `prvs=` and Barracuda `btv1==`.
    """
    return loose_form(normalise_address(address))


def loose_form(normal_address: str) -> str:
    """The same of an address as `normalise_address` gives it; most are their own."""
    if "+" not in normal_address and "=" not in normal_address:
        return _without_dots(normal_address) if normal_address.endswith(_AT_GMAIL) else normal_address
    local, at, domain = normal_address.rpartition("@")
    if not at:
        return domain
    local = _without_wrappers(local)
    local = local.partition("+")[0] or local
    return _without_dots(f"{local}@{domain}") if domain in _GMAIL else f"{local}@{domain}"


def _without_dots(address_at_gmail: str) -> str:
    local = address_at_gmail.rpartition("@")[0]
    return f"{local.replace('.', '') or local}@gmail.com"


def other_forms(normal_addresses: Sequence[str]) -> dict[int, str]:
    """By place the loose form of those that have another one than themselves; at a glance where none has."""
    text = "\n".join(normal_addresses)
    if "+" not in text and "=" not in text and not any(end in text for end in _AT_GMAIL):
        return {}
    forms = {}
    for place, address in enumerate(normal_addresses):
        if "+" in address or "=" in address or address.endswith(_AT_GMAIL):
            form = loose_form(address)
            if form != address:
                forms[place] = form
    return forms


def _whole(address: str) -> str:
    """Without the dot that only says that a domain is complete (RFC 1034 §3.1)."""
    local, at, domain = address.rpartition("@")
    return f"{local}@{domain.rstrip(_DOMAIN_END)}" if at else address


def _lower(text: str) -> str:
    """Lower-case and composed: lowering alone can take a composed character apart."""
    return unicodedata.normalize("NFC", text.lower())


def _a_label(domain: str) -> str:
    domain = domain.rstrip(_DOMAIN_END)
    label = ascii_domain(domain).rstrip(_DOMAIN_END)  # an ideographic full stop has become a dot
    return label if label.isascii() else _lower(domain)


def _without_wrappers(local: str) -> str:
    for _ in range(_MAX_WRAPPERS):
        unwrapped = _unwrap(local)
        if unwrapped == local:
            break
        local = unwrapped
    return local


def _unwrap(local: str) -> str:
    """One wrapper less; the same when there is none."""
    parts = local.split("=")
    kind = parts[0].lower()
    if kind == "prvs" and len(parts) >= 3:  # prvs=KDDDSSSSSS=local@domain
        return "=".join(parts[2:]) or local
    if kind == "btv1" and len(parts) >= 5 and parts[1] == "":  # btv1==KKKK==local@domain
        return "=".join(parts[4:]) or local
    return local


def _named_by_srs(address: str) -> str | None:
    """Whom an SRS address names, without wrappers; None when it is none.

    SRS1=HHH=forwarder==HHH=TT=domain=local@forwarder2: what stands behind `==` is an SRS0 address.
    """
    local = address.rpartition("@")[0]
    tag, rest = local[:4].lower(), local[5:]
    if tag not in ("srs0", "srs1") or local[4:5] not in ("=", "+", "-"):
        return None
    inner = rest.partition("==")[2] if tag == "srs1" else rest
    original = inner.split("=", 3)[2:]
    return f"{_without_wrappers(original[1])}@{original[0]}" if len(original) == 2 and all(original) else None
