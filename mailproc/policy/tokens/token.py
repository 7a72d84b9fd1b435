"""Signed address tokens: who was mailed, by which mail, on which day, in 30 bytes that survive any mail system.

A token proves that its bearer saw a mail that we sent to that subscriber. In base32 (RFC 4648 §6), lower case, behind a
letter for its purpose (`u-`, `b-`, `r-`, `f-`, `p-`):

byte 0      format version (1) in the high half, key id in the low
byte 1      purpose
bytes 2-9   subscriber, big-endian
bytes 10-15 message or list
bytes 16-17 day of issue, counted from 1970-01-01
bytes 18-29 HMAC-SHA256 of `mailproc-addr-v1`, a zero byte and bytes 0-17, its first 12 bytes

Version 2 is for subscriber keys that are no number (`token_key.py`): the form of the key in the high half of
byte 1, 16 bytes for the key, and all that follows 8 bytes later. With its letter that is 63 of the 64 octets that a
local part may have (RFC 5321 §4.5.3.1.1).

A token for leaving one list may also tell the send: in 6 bytes before the day. Of a number that is a local part still,
60 octets; of other keys it has 73 and fits into links alone.
"""

import base64
import hmac
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import IntEnum
from itertools import islice

from mailproc.policy.tokens.token_key import KeyForm, packed_key, unpacked_key

EPOCH = date(1970, 1, 1)
_CONTEXT = b"mailproc-addr-v1\x00"
_SIGNATURE_BYTES = 12
_NUMBERED, _NAMED = 1, 2  # format versions
_LETTERS = "abcdefghijklmnopqrstuvwxyz234567"
_PAIRS = [first + second for first in _LETTERS for second in _LETTERS]  # 10 bits at a time
_SUBSCRIBER_BYTES = {_NUMBERED: 8, _NAMED: 16}
_PADDING = {48: "", 58: "======", 61: "===", 71: "="}  # to whole groups of 8 (RFC 4648 §6)
_CHARS = {30: 48, 36: 58, 38: 61, 44: 71}  # how many letters so many bytes become
# Typing errors that cannot be anything else: the alphabet of RFC 4648 base32 has neither 0 nor 1 nor 8.
_TYPING_ERRORS = str.maketrans("08", "ob")
# In any text: 48, 58, 61 or 71 characters of base32 or of its typing errors, nothing glued to it. In addresses a letter
# and a hyphen tell the purpose, in Message-IDs and feedback ids it stands bare.
_IN_TEXT = re.compile(
    r"(?<![A-Za-z0-9])([ubfrpUBFRP]-)?"
    r"([A-Za-z0-8]{48}(?:[A-Za-z0-8]{10})?(?:[A-Za-z0-8]{13})?)(?![A-Za-z0-9])"
)
_SHORTEST = 48
MAX_LOCAL_PART = 64  # octets (RFC 5321 §4.5.3.1.1)
_MAX_FOUND = 50


class Purpose(IntEnum):
    """What a token was made for; a bounce token is no wish to leave."""

    unsubscribe_all = 1
    unsubscribe_list = 2
    bounce = 3
    reply = 4
    feedback = 5
    unsubscribe_send = 6  # off the lists that a send went to, which the store knows
    profile = 7  # in links only


LEAVING_LISTS = frozenset({Purpose.unsubscribe_list, Purpose.unsubscribe_send})
UNSUBSCRIBING = LEAVING_LISTS | {Purpose.unsubscribe_all}
# People press these, and hand on the mail that holds them: who comes with one need not be whom the mail was sent to.
IN_LINKS = UNSUBSCRIBING | {Purpose.profile}
_PREFIX = {
    Purpose.unsubscribe_all: "u-",
    Purpose.unsubscribe_list: "u-",
    Purpose.bounce: "b-",
    Purpose.reply: "r-",
    Purpose.feedback: "f-",
    Purpose.unsubscribe_send: "u-",
    Purpose.profile: "p-",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """What a verified token says.

    `subscriber` is a number of 64 bits, or a key as text (token_key.py). `message` has 48 bits: the number
    of the send, or with purpose `unsubscribe_list` that of the list; then `send` is that of the send. 0 for none.
    `day` counts from 1970-01-01.
    """

    purpose: Purpose
    subscriber: int | str
    message: int
    day: int
    kid: int
    send: int = 0

    @property
    def key(self) -> str:
        """The subscriber key that it names."""
        return str(self.subscriber)

    @property
    def send_number(self) -> int | None:
        """The number of the send that it names; None when it names a list alone, or nothing but the subscriber."""
        return (self.send if self.purpose == Purpose.unsubscribe_list else self.message) or None

    def __str__(self) -> str:
        """What it says, for people: `subscriber 7, send 42`."""
        of_list = f", list {self.message}" if self.purpose == Purpose.unsubscribe_list else ""
        of_send = "" if self.send_number is None else f", send {self.send_number}"
        return f"subscriber {self.key}{of_list}{of_send}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What may be a token: its letter with the hyphen, empty without, and the bytes; `1` is read as l and as i."""

    prefix: str
    raws: tuple[bytes, ...]


def make_token(token: Token, keys: Mapping[int, bytes]) -> str:
    """The local part that carries this token, 50 or 63 characters, with list and send 60 or 73, signed by `token.kid`.

    Raises KeyError for an unknown key id, OverflowError for numbers that do not fit, ValueError for a subscriber key
    that does not.
    """
    form, packed = packed_subscriber(token.subscriber)
    return sign_token(token.purpose, form, packed, token.message, token.day, token.kid, keys[token.kid], token.send)


def packed_subscriber(subscriber: int | str) -> tuple[int, bytes]:
    """The form of a subscriber's key, 0 for a number, and its 8 or 16 bytes. Raises as `make_token` does."""
    return (0, subscriber.to_bytes(8, "big")) if isinstance(subscriber, int) else packed_key(subscriber)


def sign_token(
    purpose: Purpose, form: int, packed: bytes, message: int, day: int, kid: int, key: bytes, send: int = 0
) -> str:
    """`make_token` in parts, for those who make many about one subscriber."""
    version = _NAMED if form else _NUMBERED
    about, last = (message.to_bytes(6, "big"), send) if send else (b"", message)
    signed = bytes((version << 4 | kid, form << 4 | purpose)) + packed + about + (last << 16 | day).to_bytes(8, "big")
    return _PREFIX[purpose] + _written(signed + _signature(key, signed))


def _written(raw: bytes) -> str:
    """Bytes in base32, two letters at a time."""
    chars = _CHARS[len(raw)]
    pairs = (chars + 1) // 2
    number = int.from_bytes(raw, "big") << 10 * pairs - 8 * len(raw)
    return "".join([_PAIRS[number >> shift & 1023] for shift in range(10 * pairs - 10, -1, -10)])[:chars]


def read_token(local_part: str, keys: Mapping[int, bytes]) -> Token | None:
    """The token in a local part, also behind a tag (`bounce+b-…`); None when there is none or it does not verify.

    Upper case and the usual typing errors are forgiven.
    """
    return next(find_tokens(local_part, keys), None)


def signing_key_of(keys: Mapping[int, bytes]) -> int | None:
    """The key id that signs: the highest; all verify. None without keys."""
    return max(keys, default=None)


def key_ids_in(text: str) -> tuple[int, ...]:
    """The key ids of all that has the shape of a token, verified or not: they tell which key is missing."""
    found = (_raw(match[2].lower().translate(_TYPING_ERRORS).replace("1", "l")) for match in _IN_TEXT.finditer(text))
    return tuple(raw[0] & 0x0F for raw in found if raw[0] >> 4 in (_NUMBERED, _NAMED))


def looks_like_token(local_part: str) -> bool:
    """Whether a local part has the shape of a token, with its prefix letter, verified or not."""
    return len(local_part) > _SHORTEST and any(match[1] for match in _IN_TEXT.finditer(local_part))


def find_tokens(text: str, keys: Mapping[int, bytes]) -> Iterator[Token]:
    """Every token in a text that verifies, in order; at most the first 50 candidates are looked at."""
    if not keys or len(text) < _SHORTEST:
        return
    for shape in shapes_in(text):
        token = verified(shape, keys)
        if token is not None:
            yield token


def shapes_in(text: str, most: int = _MAX_FOUND) -> Iterator[Shape]:
    """The first of what has the shape of a token in a text, in order: what can be said of it without any key."""
    for match in islice(_IN_TEXT.finditer(text), most):
        plain = match[2].lower().translate(_TYPING_ERRORS)
        texts = {plain.replace("1", "l"), plain.replace("1", "i")}
        yield Shape(prefix=(match[1] or "").lower(), raws=tuple(sorted(_raw(one) for one in texts)))


def verified(shape: Shape, keys: Mapping[int, bytes]) -> Token | None:
    """The token of this shape that one of these keys signed; the prefix, where there is one, must be its purpose's."""
    for raw in shape.raws:
        token = _decoded(raw, keys)
        if token is not None and shape.prefix in ("", _PREFIX[token.purpose]):
            return token
    return None


def _raw(text: str) -> bytes:
    return base64.b32decode(text.upper() + _PADDING[len(text)])


def _decoded(raw: bytes, keys: Mapping[int, bytes]) -> Token | None:
    signed = raw[:-_SIGNATURE_BYTES]
    key = keys.get(raw[0] & 0x0F)
    purpose = raw[1] & 0x0F
    if (
        key is None
        or purpose not in _PURPOSES
        or not hmac.compare_digest(raw[-_SIGNATURE_BYTES:], _signature(key, signed))
    ):
        return None
    subscriber = _subscriber(raw[0] >> 4, raw[1] >> 4, signed)
    if subscriber is None:
        return None
    about = signed[2 + _SUBSCRIBER_BYTES[raw[0] >> 4] : -2]
    return Token(
        purpose=Purpose(purpose),
        subscriber=subscriber,
        message=int.from_bytes(about[:6], "big"),
        day=int.from_bytes(signed[-2:], "big"),
        kid=raw[0] & 0x0F,
        send=int.from_bytes(about[6:], "big"),
    )


def _subscriber(version: int, form: int, signed: bytes) -> int | str | None:
    """The subscriber's number or key; None for formats that are not ours."""
    packed = signed[2 : 2 + _SUBSCRIBER_BYTES.get(version, 0)]
    if len(signed) - len(packed) not in (10, 16):
        return None
    if version == _NUMBERED and form == 0:
        return int.from_bytes(packed, "big")
    if version == _NAMED and form in _FORMS:
        return unpacked_key(KeyForm(form), packed)
    return None


_PURPOSES = frozenset(int(purpose) for purpose in Purpose)
_FORMS = frozenset(int(form) for form in KeyForm)


def _signature(key: bytes, signed: bytes) -> bytes:
    return hmac.digest(key, _CONTEXT + signed, "sha256")[:_SIGNATURE_BYTES]
