"""What the DKIM-Signature fields of a mail say that they sign; whether that verifies is asked elsewhere."""

from dataclasses import dataclass

from mailproc.mail.reading.message import Headers

_MOST_SIGNATURES = 10
_LONGEST_FIELD = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedSignature:
    """One signature: its domain, lower-case, the names of the fields that it signs, lower-case, and whether it has
    a length (`l=`), beyond which anybody can add text.
    """

    domain: str
    signed_names: frozenset[str]
    has_length: bool


def stated_signatures(headers: Headers) -> tuple[StatedSignature, ...]:
    """The topmost ten signatures that name a domain and fields; empty for none.

    Raises nothing. Source: RFC 6376 §3.5.
    """
    found = []
    for value in headers.all("dkim-signature")[:_MOST_SIGNATURES]:
        tags: dict[str, str] = {}
        for tag in value[:_LONGEST_FIELD].split(";"):
            name, _, said = tag.partition("=")
            tags.setdefault(name.strip(), "".join(said.split()))
        names = frozenset(name.lower() for name in tags.get("h", "").split(":") if name)
        if tags.get("d") and names:
            found.append(StatedSignature(domain=tags["d"].lower(), signed_names=names, has_length="l" in tags))
    return tuple(found)
