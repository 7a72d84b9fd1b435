"""How tokens hold names. Subscriber keys: a number in 8 bytes, other keys in 16, so that any CRM's ids have room.

Nothing has to be looked up to read them: Salesforce ids (15 or 18 letters and digits), UUIDs, MD5 digests in hex, and
any other key of up to 21 characters of letters, digits and `_ . : -`. Sends and lists are told apart by a number.
"""

import hashlib
import re
from enum import IntEnum

_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.:-"
_DIGIT = {character: place for place, character in enumerate(_ALPHABET, start=1)}
_BASE = len(_ALPHABET) + 1  # the digit 0 stands for nothing: 67 ** 21 < 2 ** 128
_PACKED_BYTES = 16
_HASHED = 1 << 47  # set in the number of a send or list whose id is no number
_SHORT_NUMBER = re.compile(r"0|[1-9][0-9]{0,14}", re.ASCII)
_NUMBER = re.compile(r"0|[1-9][0-9]{0,19}", re.ASCII)
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_HEX = re.compile(r"[0-9a-f]{32}")
_TEXT = re.compile(r"[A-Za-z0-9_.:-]{1,21}")


class KeyForm(IntEnum):
    """How a key that is no number is packed into 16 bytes."""

    text = 1
    uuid = 2
    hex = 3


def number_of(name: str) -> int:
    """The number of a send or a list in a token, 48 bits: its id where that is a number, else out of a digest of it."""
    if _SHORT_NUMBER.fullmatch(name) and int(name) < _HASHED:
        return int(name)
    return _HASHED | int.from_bytes(hashlib.sha256(name.encode("utf-8", "replace")).digest()[:6], "big")


def number_of_send(send: str | None) -> int:
    """The number of a send in a token, by the sender's id of it; 0 where there is none.

    Raises ValueError, with a sentence, for the id `0`: tokens would name no send.
    """
    if send == "0":
        raise ValueError("no send can have the id 0, which stands for none in tokens: give it another id")
    return number_of(send) if send else 0


def subscriber_of(key: str) -> int | str:
    """A subscriber key as tokens hold it: a number where it is one (`007` is none), else the key itself.

    Raises ValueError, with a sentence, for a key that no token can hold.
    """
    if _NUMBER.fullmatch(key) and int(key) < 2**64:
        return int(key)
    if _UUID.fullmatch(key) or _HEX.fullmatch(key) or _TEXT.fullmatch(key):
        return key
    raise ValueError(
        f"subscriber key {key[:60]!r} does not fit into a token: it must be a number below 2^64, a UUID or 32 hex"
        " digits in lower case, or up to 21 letters, digits and _ . : -"
    )


def packed_key(key: str) -> tuple[KeyForm, bytes]:
    """A key that is no number in 16 bytes. Raises ValueError for one that does not fit."""
    if _UUID.fullmatch(key):
        return KeyForm.uuid, bytes.fromhex(key.replace("-", ""))
    if _HEX.fullmatch(key):
        return KeyForm.hex, bytes.fromhex(key)
    if not _TEXT.fullmatch(key):
        raise ValueError(f"subscriber key {key[:60]!r} does not fit into a token")
    value = 0
    for character in reversed(key):
        value = value * _BASE + _DIGIT[character]
    return KeyForm.text, value.to_bytes(_PACKED_BYTES, "big")


def unpacked_key(form: KeyForm, packed: bytes) -> str | None:
    """The key that was packed; None for bytes that no key gives."""
    digits = packed.hex()
    if form == KeyForm.hex:
        return digits
    if form == KeyForm.uuid:
        return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))
    key, value = "", int.from_bytes(packed, "big")
    while value:
        value, digit = divmod(value, _BASE)
        if not digit:
            return None
        key += _ALPHABET[digit - 1]
    return key if _TEXT.fullmatch(key) else None
