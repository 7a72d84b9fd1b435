"""Many addresses or keys at once in the form in which they are compared and stored, in less time than one by one.

Nearly all addresses of a list are plain lower-case ASCII. Of a block of them that is seen at one glance; what is not
plain is looked at one by one, by the functions that everyone else uses.
"""

from collections.abc import Sequence

import numpy as np

from mailproc.policy.address import MAX_ADDRESS, why_no_address
from mailproc.store.engine.columns import MAX_KEY, address_key_of, storable

_BLOCK = 1024  # one strange address makes so many be looked at one by one
_AT, _END = ord("@"), ord("\n")
_PLAIN = b"abcdefghijklmnopqrstuvwxyz0123456789!#$%&'*+/=?^_`{|}~.-@"
_NOT_PLAIN = bytes(set(range(256)) - set(_PLAIN + b"\n"))


def address_keys_of(addresses: Sequence[str]) -> tuple[list[str], dict[int, str]]:
    """The form in which each is compared, in order, and by place what keeps some from being an address.

    White space around an address is no part of it. What is no address has the form "". Raises nothing.
    """
    keys: list[str] = []
    problems: dict[int, str] = {}
    for start in range(0, len(addresses), _BLOCK):
        block = addresses[start : start + _BLOCK]
        plain = _plain(block)
        if plain is None:
            plain = []
            for place, address in enumerate(block, start):
                bare = address.strip()
                problem = why_no_address(bare)
                if problem is not None:
                    problems[place] = problem
                plain.append(address_key_of(bare) if problem is None else "")
        keys.extend(plain)
    return keys, problems


def storable_keys_of(keys: Sequence[str]) -> Sequence[str]:
    """Subscriber keys as they are stored, in order, without white space around them; "" for none."""
    text = "".join(keys)
    is_plain = text.isascii() and "\x00" not in text and (text.split(None, 1) == [text] or not text)
    if is_plain and max(map(len, keys), default=0) <= MAX_KEY:
        return keys
    return [storable(key.strip()) for key in keys]


def _plain(block: Sequence[str]) -> Sequence[str] | None:
    """The block as it is compared; None where that cannot be told at a glance."""
    text = "\n".join(block) + "\n"
    if not text.isascii():
        return None
    lower = text.lower()
    octets = lower.encode()
    if b".\n" in octets:  # a domain with its final dot
        return None
    if len(octets.translate(None, _NOT_PLAIN)) != len(octets) or not _are_addresses(octets, len(block)):
        return None
    return block if lower == text else lower[:-1].split("\n")


def _are_addresses(octets: bytes, count: int) -> bool:
    """Whether each of so many lines has one @, something before and behind it, and the length of an address."""
    places = np.frombuffer(octets, dtype=np.uint8)
    ends = np.flatnonzero(places == _END)
    ats = np.flatnonzero(places == _AT)
    if len(ends) != count or len(ats) != count:
        return False
    starts = np.concatenate(([0], ends[:-1] + 1))
    return bool(np.all(ats > starts) and np.all(ats < ends - 1) and np.all(ends - starts <= MAX_ADDRESS))
