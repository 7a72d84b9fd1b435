"""A mail as it was read: header fields, parts and enclosed mails, as values that never change."""

from collections.abc import Iterator, KeysView
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from mailproc.mail.reading.addresses import addresses_in


@dataclass(frozen=True, slots=True)
class Headers:
    """Header fields in their order, names as written, values unfolded but not yet decoded (RFC 2047)."""

    fields: tuple[tuple[str, str], ...] = ()
    _by_name: dict[str, tuple[str, ...]] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        by_name = self._by_name
        for key, value in self.fields:
            name = key.lower()
            by_name[name] = (*by_name[name], value) if name in by_name else (value,)

    def get(self, name: str) -> str | None:
        """First value of that name, case-insensitively; None when absent."""
        values = self._by_name.get(name.lower())
        return values[0] if values else None

    @property
    def names(self) -> KeysView[str]:
        """The names that occur, lower-case."""
        return self._by_name.keys()

    def all(self, name: str) -> tuple[str, ...]:
        """All values of that name in their order; empty when absent."""
        return self._by_name.get(name.lower(), ())


_NO_HEADERS = Headers()


class Part(NamedTuple):
    """One node of the MIME tree.

    `content_type` is lower-case (`text/plain` when absent or broken). Multiparts have `parts` and no text.
    `text` is set on text leaves and on machine parts (message/feedback-report, message/delivery-status,
    message/disposition-notification, text/rfc822-headers, application/json and their misspellings): transfer
    encoding and charset undone, line ends as `\\n`, bounded, also of files called like a report; None means not read.
    `message` is the enclosed mail of
    a message/rfc822 or message/global part and of text/rfc822-headers (then headers only).
    """

    content_type: str
    params: tuple[tuple[str, str], ...] = ()
    headers: Headers = _NO_HEADERS
    disposition: str | None = None
    filename: str | None = None
    text: str | None = None
    size_bytes: int = 0
    parts: tuple["Part", ...] = ()
    message: "Message | None" = None

    def param(self, name: str) -> str | None:
        """Parameter of Content-Type; names are lower-case; None when absent."""
        for key, value in self.params:
            if key == name:
                return value
        return None

    def walk(self) -> Iterator["Part"]:
        """This part and all below it in document order; enclosed messages are not entered."""
        yield self
        for part in self.parts:
            yield from part.walk()


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A mail as read. `parser` is the reader that answered: single (one plain text), flanker, stdlib, headers, raw."""

    headers: Headers
    root: Part
    defects: tuple[str, ...] = ()
    parser: str = "raw"
    subject: str = ""
    """Subject, RFC 2047 decoded, white space collapsed; empty when absent."""
    from_addresses: tuple[str, ...] = ()
    """Addresses of From, bare; empty when absent or unreadable."""
    found: dict[object, Any] = field(init=False, repr=False, compare=False, default_factory=dict)
    """What was found in it and is costly to find again, by what was asked; the message itself never changes."""

    @property
    def to_addresses(self) -> tuple[str, ...]:
        """Addresses of To and Cc, bare; most mail is never asked for them."""
        return addresses_in(", ".join((*self.headers.all("to"), *self.headers.all("cc"))))
