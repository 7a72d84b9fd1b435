"""Every DKIM signature of a mail, verified: keys from DNS, the computing in a thread (RFC 6376, 8301, 8463)."""

import asyncio
import base64
import binascii
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import dkim
import nacl.exceptions
from dkim.crypto import UnparsableKeyError
from dkim.util import InvalidTagValueList, parse_tag_value

from mailproc.authenticity.body_hash import body_hash
from mailproc.authenticity.dkim_signature import Signature, SignedMail
from mailproc.authenticity.resolver import NoAnswer, Resolver
from mailproc.mail.arrival.authentication import MethodResult

_FEWEST_BITS, _MOST_BITS = 1024, 8192  # RFC 8301 §3.2
_LARGEST_EXPONENT = 2**33  # larger ones serve nobody, and take long to compute with
# What dkimpy raises on keys and fields that it cannot use.
_UNUSABLE = (
    dkim.DKIMException,
    InvalidTagValueList,
    UnparsableKeyError,
    nacl.exceptions.CryptoError,
    binascii.Error,
    ValueError,
    TypeError,
    IndexError,
    KeyError,
    AttributeError,
)

Keys = Mapping[str, tuple[str, ...] | None]
InThread = Callable[..., Awaitable[Any]]


async def check_dkim(resolver: Resolver, signed: SignedMail, content: bytes, in_thread: InThread) -> list[MethodResult]:
    """A verdict for each signature, from the top; empty for a mail without any."""
    names = {one.key_name for one in signed.signatures if one.refused is None}
    if not names:
        return [_refusal(one) for one in signed.signatures]
    keys = dict(zip(names, await asyncio.gather(*(_key_records(resolver, name) for name in names)), strict=True))
    results: list[MethodResult] = await in_thread(verify_signatures, signed, content, keys)
    return results


def unchecked_dkim(signed: SignedMail) -> list[MethodResult]:
    """The verdicts when time ran out: whatever needed DNS has none."""
    return [_refusal(one) if one.refused else _told(one, "temperror", "no answer in time") for one in signed.signatures]


async def _key_records(resolver: Resolver, name: str) -> tuple[str, ...] | None:
    """The records at a key's name; None when DNS gave no answer."""
    try:
        return await resolver.lookup(name, "TXT")
    except NoAnswer:
        return None


def verify_signatures(signed: SignedMail, content: bytes, keys: Keys) -> list[MethodResult]:
    """Do the computing. Takes time linear in the size of the mail; the body is hashed at most twice."""
    hashes: dict[bool, bytes] = {}
    results = []
    for one in signed.signatures:
        if one.refused is not None:
            results.append(_refusal(one))
            continue
        if one.relaxed_body not in hashes and keys[one.key_name]:
            hashes[one.relaxed_body] = body_hash(content, signed.body_start, relaxed=one.relaxed_body)
        results.append(_verified(one, signed.header, hashes.get(one.relaxed_body, b""), keys[one.key_name]))
    return results


def _verified(one: Signature, header: bytes, hashed: bytes, records: tuple[str, ...] | None) -> MethodResult:
    if records is None:
        return _told(one, "temperror", "DNS gave no answer")
    record = next((record for record in records if "p=" in record), None)
    if record is None:
        return _told(one, "permerror", "there is no key")
    try:
        if base64.b64decode(b"".join(one.tags[b"bh"].split())) != hashed:
            return _told(one, "fail", "the text was changed")
        return _by_key(one, header, record.encode("latin-1"))
    except _UNUSABLE:
        return _told(one, "permerror", "its key or signature cannot be used")


def _by_key(one: Signature, header: bytes, record: bytes) -> MethodResult:
    refused = _refused_key(one, parse_tag_value(record))
    if refused is not None:
        return _told(one, *refused)
    verifier = dkim.DKIM(header)
    key, bits, kind, for_reports_only = dkim.evaluate_pk(one.key_name, record)
    verifier.pk, verifier.keysize, verifier.ktag, verifier.seqtlsrpt = key, bits, kind, for_reports_only
    if one.tags[b"a"].lower().partition(b"-")[0] != kind:
        return _told(one, "fail", "its key is of another kind")
    if kind == b"rsa" and not (_FEWEST_BITS <= bits <= _MOST_BITS and key["publicExponent"] < _LARGEST_EXPONENT):
        return _told(one, "fail", f"a key of {bits} bits is not believed")
    fields = [tuple(pair) for pair in verifier.headers if pair[0].lower() == b"dkim-signature"]
    tags = {name: value for name, value in one.tags.items() if name != b"bh"}  # that is compared already
    tags[b"a"] = tags[b"a"].lower()
    if verifier.verify_sig_process(tags, one.signed_names, fields[one.place], None):
        return _told(one, "pass")
    return _told(one, "fail", "the signature does not fit")


def _refused_key(one: Signature, tags: Mapping[bytes, bytes]) -> tuple[str, str] | None:
    """Result and reason where the key's own record says that this signature proves nothing (RFC 6376 §3.6.1)."""
    if not tags.get(b"p"):
        return "fail", "its key was revoked"
    if b"h" in tags and b"sha256" not in [name.strip() for name in tags[b"h"].split(b":")]:
        return "fail", "its key is for other hashes"
    services = [name.strip() for name in tags.get(b"s", b"*").split(b":")]
    if b"*" not in services and b"email" not in services:
        return "fail", "its key is not for mail"
    flags = [name.strip() for name in tags.get(b"t", b"").split(b":")]
    if b"y" in flags:
        return "neutral", "its domain only tests"  # not to be treated differently from unsigned mail
    identity = one.tags.get(b"i", b"").decode("latin-1").rpartition("@")[2].lower().rstrip(".")
    return ("fail", "its key is not for subdomains") if b"s" in flags and identity not in ("", one.domain) else None


def _refusal(one: Signature) -> MethodResult:
    return _told(one, one.result, one.refused or "")


def _told(one: Signature, result: str, reason: str = "") -> MethodResult:
    return MethodResult(result=result, domain=one.domain, reason=reason)
