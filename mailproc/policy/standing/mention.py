"""Where a person is named: in words, in values, in the bytes of a mail; and the same without that."""

import binascii
import re
from collections.abc import Collection, Iterable, Mapping
from typing import Any
from urllib.parse import unquote_to_bytes

GONE = "(forgotten)"

_AT = "(?:@|%40|=40|&#64;)"  # in URLs, in quoted-printable, in HTML
_BASE64 = re.compile(rb"[A-Za-z0-9+/]++(?:\r?\n[A-Za-z0-9+/]++)*+")
_KEY_IN_WORDS = 4  # characters: a shorter key is part of too much else; as a value of its own it is always found
_KEY_IN_MAIL = 8
# What is said by these has names of its own, which may look like a key of somebody: no keys are looked for there.
_CODES = frozenset({"send", "rule", "class", "bounce_class", "status", "mail", "enterprise", "meant"})


class Mentions:
    """Who is looked for: addresses, in any case and spelling that mail has for them, and subscriber keys.

    A key counts where it is a value or a word of its own, an address where it is not part of a longer one.
    """

    def __init__(self, addresses: Iterable[str], keys: Iterable[str] = ()) -> None:
        self._addresses = sorted({address.lower() for address in addresses if address})
        self._keys = frozenset(key.lower() for key in keys if key)
        words = [key for key in self._keys if len(key) >= _KEY_IN_WORDS]
        self._in_words = _pattern(self._addresses, words)
        self._addressed = _pattern(self._addresses, [])
        named = [key for key in self._keys if len(key) >= _KEY_IN_MAIL]
        # What has none of these names nobody: found without looking at every character.
        self._signs = [word.rpartition("@")[2].encode() for word in (*self._addresses, *named)]
        self._in_mail = re.compile(_pattern(self._addresses, named).pattern.encode("utf-8"))

    def in_text(self, text: str) -> bool:
        """Whether words name the person."""
        lower = text.lower()
        return lower in self._keys or self._in_words.search(lower) is not None

    def in_value(self, value: Any) -> bool:
        """Whether a value as JSON has it, or anything in it, names the person."""
        if isinstance(value, str):
            return self.in_text(value)
        if isinstance(value, Mapping):
            return any(self._in_code(one) if name in _CODES else self.in_value(one) for name, one in value.items())
        return isinstance(value, list | tuple) and any(self.in_value(one) for one in value)

    def _in_code(self, value: Any) -> bool:
        return isinstance(value, str) and self._addressed.search(value.lower()) is not None

    def in_mail(self, content: bytes) -> bool:
        """Whether a mail names the person: plainly, in quoted-printable, in a URL, in base64. Linear in its size."""
        readings = (content, binascii.a2b_qp(content), unquote_to_bytes(content), _out_of_base64(content))
        return any(self._is_in(reading.lower()) for reading in readings)

    def _is_in(self, reading: bytes) -> bool:
        return any(sign in reading for sign in self._signs) and self._in_mail.search(reading) is not None

    def without(self, value: Any) -> Any:
        """A value as JSON has it, without the person: what names them goes from lists, and is replaced elsewhere."""
        if isinstance(value, str):
            return GONE if self.in_text(value) else value
        if isinstance(value, Mapping):
            return {
                name: (GONE if self._in_code(one) else one) if name in _CODES else self.without(one)
                for name, one in value.items()
            }
        if isinstance(value, list | tuple):
            return [self.without(one) for one in value if not self._is_about(one)]
        return value

    def _is_about(self, element: Any) -> bool:
        """Whether an element of a list says something of the person, and hence goes as a whole."""
        if isinstance(element, Mapping):
            return any(self.in_value({name: one}) for name, one in element.items() if isinstance(one, str))
        return isinstance(element, str) and self.in_text(element)


def _pattern(addresses: Collection[str], keys: Collection[str]) -> re.Pattern[str]:
    """Finds these in lower-case text; nothing where there are none."""
    found = [_address_pattern(address) for address in addresses]
    found += [rf"(?<![a-z0-9_.:-]){re.escape(key)}(?![a-z0-9_-])" for key in keys]
    return re.compile("|".join(found) or r"(?!)")


def _address_pattern(address: str) -> str:
    local, at, domain = address.rpartition("@")
    if not at:
        return rf"(?<![a-z0-9_.+-]){re.escape(address)}(?![a-z0-9_-])"
    ends = r"(?![a-z0-9-]|\.[a-z0-9])"
    plain = rf"(?<![a-z0-9_.+-]){re.escape(local)}{_AT}{re.escape(domain)}{ends}"
    # VERP and BATV write it into a local part: bounce+pat=example.org@…, prvs=123456=pat@…
    return rf"{plain}|(?<![a-z0-9_.]){re.escape(local)}={re.escape(domain)}{ends}"


def _out_of_base64(content: bytes) -> bytes:
    """Everything in a mail that may be base64, decoded, a line for each; what is none becomes noise (RFC 2045 §6.8)."""
    runs = (run.translate(None, b"\r\n") for run in _BASE64.findall(content))
    return b"\n".join(binascii.a2b_base64(run + b"===") for run in runs if len(run) > 7 and len(run) % 4 != 1)
