"""Signed address tokens: who was mailed, by which mail, on which day, in 30 bytes that survive any mail system.

A token proves that its bearer saw a mail that we sent to that subscriber. In base32 (RFC 4648 §6), lower case, behind a
letter for its purpose (`u-`, `b-`, `r-`, `f-`):

byte 0      format version (1) in the high half, key id in the low
byte 1      purpose
bytes 2-9   subscriber, big-endian
bytes 10-15 message or list
bytes 16-17 day of issue, counted from 1970-01-01
bytes 18-29 HMAC-SHA256 of `mailproc-addr-v1`, a zero byte and bytes 0-17, its first 12 bytes
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum

_FORMAT_VERSION = 1
_CONTEXT = b"mailproc-addr-v1\x00"
_SIGNED_BYTES = 18
_TOKEN_BYTES = 30
# Typing errors that cannot be anything else: the alphabet of RFC 4648 base32 has neither 0 nor 1 nor 8.
_TYPING_ERRORS = str.maketrans("08", "ob")
# In any text: 48 characters of base32 or of its typing errors, nothing glued to it. In addresses a letter and a hyphen
# tell the purpose, in Message-IDs and feedback ids it stands bare.
_IN_TEXT = re.compile(r"(?<![A-Za-z0-9])(?:([ubfrUBFR])-)?([A-Za-z0-8]{48})(?![A-Za-z0-9])")
_MAX_FOUND = 50


class Purpose(IntEnum):
    """What a token was made for; a bounce token is no wish to leave."""

    unsubscribe_all = 1
    unsubscribe_list = 2
    bounce = 3
    reply = 4
    feedback = 5


UNSUBSCRIBING = frozenset({Purpose.unsubscribe_all, Purpose.unsubscribe_list})
_PREFIX = {
    Purpose.unsubscribe_all: "u",
    Purpose.unsubscribe_list: "u",
    Purpose.bounce: "b",
    Purpose.reply: "r",
    Purpose.feedback: "f",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """What a verified token says. `subscriber` has 64 bits, `message` 48; `day` counts from 1970-01-01."""

    purpose: Purpose
    subscriber: int
    message: int
    day: int
    kid: int

    @property
    def key(self) -> str:
        """The subscriber key that it names."""
        return str(self.subscriber)


def make_token(token: Token, keys: Mapping[int, bytes]) -> str:
    """The local part that carries this token, 50 characters, signed with key `token.kid`.

    Raises KeyError for an unknown key id and OverflowError for numbers that do not fit.
    """
    signed = (
        bytes([_FORMAT_VERSION << 4 | token.kid, token.purpose])
        + token.subscriber.to_bytes(8, "big")
        + token.message.to_bytes(6, "big")
        + token.day.to_bytes(2, "big")
    )
    text = base64.b32encode(signed + _signature(keys[token.kid], signed)).decode("ascii").lower()
    return f"{_PREFIX[token.purpose]}-{text}"


def read_token(local_part: str, keys: Mapping[int, bytes]) -> Token | None:
    """The token in a local part, also behind a tag (`bounce+b-…`); None when there is none or it does not verify.

    Upper case and the usual typing errors are forgiven.
    """
    return next(find_tokens(local_part, keys), None)


def looks_like_token(local_part: str) -> bool:
    """Whether a local part has the shape of a token, with its prefix letter, verified or not."""
    return any(match[1] for match in _IN_TEXT.finditer(local_part))


def find_tokens(text: str, keys: Mapping[int, bytes]) -> Iterator[Token]:
    """Every token in a text that verifies, in order; at most the first 50 candidates are looked at."""
    if not keys:
        return
    for seen, match in enumerate(_IN_TEXT.finditer(text)):
        if seen >= _MAX_FOUND:
            return
        token = _verified((match[1] or "").lower(), match[2].lower(), keys)
        if token is not None:
            yield token


def _verified(prefix: str, text: str, keys: Mapping[int, bytes]) -> Token | None:
    """The token behind one candidate; the prefix, where there is one, must be its purpose's. 1 is tried as l and i."""
    plain = text.translate(_TYPING_ERRORS)
    for candidate in {plain.replace("1", "l"), plain.replace("1", "i")}:
        token = _decoded(candidate, keys)
        if token is not None and prefix in ("", _PREFIX[token.purpose]):
            return token
    return None


def _decoded(text: str, keys: Mapping[int, bytes]) -> Token | None:
    raw = base64.b32decode(text.upper())
    key = keys.get(raw[0] & 0x0F)
    if raw[0] >> 4 != _FORMAT_VERSION or key is None or raw[1] not in _PURPOSES:
        return None
    signed = raw[:_SIGNED_BYTES]
    if not hmac.compare_digest(raw[_SIGNED_BYTES:], _signature(key, signed)):
        return None
    return Token(
        purpose=Purpose(raw[1]),
        subscriber=int.from_bytes(raw[2:10], "big"),
        message=int.from_bytes(raw[10:16], "big"),
        day=int.from_bytes(raw[16:18], "big"),
        kid=raw[0] & 0x0F,
    )


_PURPOSES = frozenset(int(purpose) for purpose in Purpose)


def _signature(key: bytes, signed: bytes) -> bytes:
    return hmac.new(key, _CONTEXT + signed, hashlib.sha256).digest()[: _TOKEN_BYTES - _SIGNED_BYTES]
