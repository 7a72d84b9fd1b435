"""The bytes between DATA and the final dot (RFC 5321 §4.1.1.4, §4.5.2), in whatever pieces they arrive."""

import re

_END = b"\r\n.\r\n"
# DATA's own line end counts as the CRLF before the first line: `.\r\n` straight after DATA is an empty mail.
_START = b"\r\n"
# The dot of a line that begins with one: the end, or a line whose dot was doubled. Looking for the dot and then
# behind it lets `re` skip from dot to dot, twice as fast as any search for CRLF.
_LEADING_DOT = re.compile(rb"\.(?<=\r\n\.)")


class DataReader:
    """Collects one mail; knows its end, not what it means.

    Only CRLF . CRLF ends a mail. A bare CR or LF is content and is never half of an end marker: a server that is
    more generous lets a stranger hide a second mail inside the first (SMTP smuggling).
    Once `discard` was called, memory stays flat and reading goes on to the end, where the refusal can be given.
    """

    __slots__ = ("_collected", "_has_leading_dots", "_searched", "discarding", "held_bytes", "received_bytes")

    def __init__(self) -> None:
        self._collected = bytearray(_START)
        self._searched = 0
        self._has_leading_dots = False
        self.received_bytes = 0
        self.held_bytes = 0  # so many of them are counted as in hand; kept by whoever counts
        self.discarding = False

    def feed(self, data: bytes | bytearray) -> bytes | None:
        """Take what arrived.

        Returns what follows the final dot (often empty), or None as long as there was none.
        """
        collected = self._collected
        collected += data
        self.received_bytes += len(data)
        end = self._find_end()
        if end is None:
            if self.discarding:
                self._forget()
            return None
        rest = bytes(memoryview(collected)[end + len(_END) :])
        self.received_bytes -= len(rest)
        del collected[end + len(_START) :]
        return rest

    def _find_end(self) -> int | None:
        """Offset of the end marker; what was searched is not searched again."""
        collected = self._collected
        if not self._has_leading_dots:
            match = _LEADING_DOT.search(collected, self._searched)
            if match is None:
                self._searched = len(collected)
                return None
            dot = match.start()
            after = bytes(collected[dot + 1 : dot + 3])
            if after == b"\r\n":
                return dot - len(_START)
            if after in (b"", b"\r"):  # it may become the end
                self._searched = dot
                return None
            self._has_leading_dots = True
            self._searched = dot
        end = collected.find(_END, self._searched)
        if end >= 0:
            return end
        self._searched = max(0, len(collected) - (len(_END) - 1))
        return None

    def discard(self) -> None:
        """Forget the content, here and from now on: it is too big, or there is no room for it."""
        self.discarding = True
        self._forget()

    def _forget(self) -> None:
        del self._collected[: -(len(_END) - 1)]
        self._has_leading_dots = True
        self._searched = 0

    def content(self) -> bytes:
        """Return the mail as it was written, doubled dots undone (RFC 5321 §4.5.2); call it once, after the end."""
        collected = self._collected
        if self._has_leading_dots:
            collected = collected.replace(b"\r\n.", b"\r\n")
        content = bytes(memoryview(collected)[len(_START) :])
        self._collected = bytearray()
        return content
