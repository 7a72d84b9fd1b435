"""Identifiers that sort by time: 48 bits of milliseconds, 80 random bits, as 26 characters of Crockford's base32."""

from datetime import datetime

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_PAIRS = [first + second for first in _ALPHABET for second in _ALPHABET]


def sortable_id(now: datetime, random_bits: int) -> str:
    """An id of 26 characters; later times sort after earlier ones. `random_bits` is an integer below 2**80."""
    value = (int(now.timestamp() * 1000) << 80) | random_bits
    return "".join([_PAIRS[(value >> shift) & 1023] for shift in range(120, -1, -10)])
