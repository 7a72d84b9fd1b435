"""DKIM-Signature fields of a mail, read and judged as far as can be without DNS (RFC 6376 §3.5)."""

import re
from dataclasses import dataclass, field
from datetime import datetime

from dkim.util import InvalidTagValueList, parse_tag_value

MOST_SIGNATURES = 10
_MOST_HEADER_BYTES = 256 * 1024
_MOST_HEADER_LINES = 2000
_LONGEST_FIELD = 6000
_MOST_SIGNED_NAMES = 100
_FIELD = re.compile(rb"^dkim-signature[\t ]*:", re.IGNORECASE)
_FOLD = re.compile(rb"\r?\n[\t ]")
_LONG_GAP = re.compile(rb"\s{40}")
_HOST = re.compile(r"(?=.{1,253}\Z)[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*")
_BASE64 = re.compile(rb"[0-9A-Za-z+/=\s]+")
_ALGORITHMS = frozenset({b"rsa-sha256", b"ed25519-sha256"})
_NEEDED = (b"v", b"a", b"b", b"bh", b"d", b"h", b"s")


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """One signature. `place` counts DKIM-Signature fields from the top; `refused` says why it cannot count.

    `result` is the RFC's word for that (fail, permerror). Without `refused` all needed tags are there.
    """

    place: int
    domain: str | None = None
    selector: str = ""
    tags: dict[bytes, bytes] = field(default_factory=dict)
    refused: str | None = None
    result: str = "fail"

    @property
    def key_name(self) -> str:
        """Where its public key stands in DNS."""
        return f"{self.selector}._domainkey.{self.domain}"

    @property
    def relaxed_body(self) -> bool:
        """Whether its body is canonicalized relaxed; simple is the default."""
        return self.tags.get(b"c", b"simple").partition(b"/")[2] == b"relaxed"

    @property
    def signed_names(self) -> list[bytes]:
        """Names of the header fields that it signs, lower-case, in its order."""
        return [name.strip().lower() for name in self.tags[b"h"].split(b":")]


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedMail:
    """A mail's header, where its body begins, and its signatures, the topmost ten at most.

    Of a header that is too large (256 KiB, 2,000 lines) only the beginning is there, and no signatures.
    """

    header: bytes
    body_start: int
    signatures: tuple[Signature, ...]


def read_signatures(content: bytes, now: datetime) -> SignedMail:
    """Find the signatures of a mail; `now` is when it came. Raises nothing."""
    header_end, body_start = _end_of_header(content)
    header = content[:header_end]
    if len(header) > _MOST_HEADER_BYTES or header.count(b"\n") > _MOST_HEADER_LINES:
        return SignedMail(header=header[:_MOST_HEADER_BYTES], body_start=body_start, signatures=())
    fields = [one for one in _fields(header) if _FIELD.match(one)]
    signatures = tuple(_signature(one, place, now) for place, one in enumerate(fields[:MOST_SIGNATURES]))
    return SignedMail(header=header, body_start=body_start, signatures=signatures)


def _end_of_header(content: bytes) -> tuple[int, int]:
    """Behind the last header line, and behind the empty line; looked for as far as a header may reach."""
    reach = _MOST_HEADER_BYTES + 4
    ends = [(at, len(mark)) for mark in (b"\r\n\r\n", b"\n\n") if (at := content.find(mark, 0, reach)) >= 0]
    if not ends:
        return min(len(content), reach), len(content)
    at, length = min(ends)
    return at + length // 2, at + length


def _fields(header: bytes) -> list[bytes]:
    """Header fields with their folds."""
    return re.split(rb"\r?\n(?![\t ])", header)


def _signature(raw: bytes, place: int, now: datetime) -> Signature:
    if len(raw) > _LONGEST_FIELD or _LONG_GAP.search(raw):
        return Signature(place=place, refused="its field is too long", result="permerror")
    try:
        tags = parse_tag_value(_FOLD.sub(b" ", raw).partition(b":")[2])
    except InvalidTagValueList:
        return Signature(place=place, refused="its field cannot be read", result="permerror")
    domain = tags.get(b"d", b"").decode("latin-1").lower().rstrip(".")
    selector = tags.get(b"s", b"").decode("latin-1").lower()
    missing = next((name.decode() for name in _NEEDED if not tags.get(name)), None)
    if missing:
        return Signature(place=place, domain=domain or None, refused=f"{missing}= is missing", result="permerror")
    if not _HOST.fullmatch(domain) or not _HOST.fullmatch(selector):
        return Signature(place=place, refused="d= or s= is no name", result="permerror")
    signature = Signature(place=place, domain=domain, selector=selector, tags=tags)
    malformed, refused = _malformed(signature), _refused(signature, now)
    if malformed or refused:
        result = "permerror" if malformed else "fail"
        return Signature(place=place, domain=domain, refused=malformed or refused, result=result)
    return signature


def _malformed(signature: Signature) -> str | None:
    """Why its field is none by the RFC."""
    tags = signature.tags
    identity = tags.get(b"i", b"").decode("latin-1").rpartition("@")[2].lower().rstrip(".")
    if tags[b"v"] != b"1":
        return "its version is unknown"
    if identity and identity != signature.domain and not identity.endswith(f".{signature.domain}"):
        return "i= is not within d="
    if not all(_BASE64.fullmatch(tags[name]) for name in (b"b", b"bh")):
        return "b= or bh= is no base64"
    if any(half not in (b"simple", b"relaxed") for half in tags.get(b"c", b"simple").split(b"/")):
        return "c= is unknown"
    if tags[b"h"].count(b":") >= _MOST_SIGNED_NAMES:
        return "h= is too long"
    return "x= is no time" if b"x" in tags and not tags[b"x"].isdigit() else None


def _refused(signature: Signature, now: datetime) -> str | None:
    """Why it proves nothing to us although it may verify."""
    tags = signature.tags
    if tags[b"a"].lower() not in _ALGORITHMS:
        return f"{tags[b'a'][:20].decode('latin-1')} is not believed"  # rsa-sha1: RFC 8301
    if b"l" in tags:
        return "l= leaves text unsigned"
    if b"from" not in signature.signed_names:
        return "From is not signed"
    if b"x" in tags and int(tags[b"x"][:12]) < now.timestamp():
        return "it has expired"
    return None
