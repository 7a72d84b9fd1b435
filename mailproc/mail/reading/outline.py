"""The outline of a mail: Content-Type fields and boundary lines, without what stands between them.

A MIME parser needs nothing else to find the structure, so it is given this little, and bodies are skipped by searching
for the next boundary: time does not depend on how much is attached.
"""

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field

from mailproc.mail.reading.header_fields import end_of_header, start_of_body

PARTS_MAX = 400
_FALSE_LINES_MAX = 5000
_BOUNDARY_LINE_MAX = 260
_BOUNDARIES_MAX = 200
# Each part may enclose a mail that encloses one.
_BLOCKS_MAX = 3 * PARTS_MAX
_FIELD_BYTES_MAX = 8 * 1024
_CONTENT_TYPE = re.compile(rb"^content-type:[^\n]*+(?:\n[ \t][^\n]*+)*+\n", re.IGNORECASE | re.MULTILINE)
_BOUNDARY = re.compile(rb'boundary[ \t]*=[ \t]*(?:"([^"\n]{1,250})"|([^\s;"]{1,250}))', re.IGNORECASE)
# An enclosed mail has a header block of its own behind that of its part.
_ENCLOSING = re.compile(rb"content-type:\s*(?:message/|text/rfc822)", re.IGNORECASE)


@dataclass(slots=True)
class Outline:
    """The kept bytes in pieces, and what was left out.

    `cuts` are ascending offsets in the kept bytes, `removed` the number of bytes left out up to and including each.
    `header_ends` tells where each header block ends, by where it begins in the mail. `complete` is False when there are
    more parts than are read; with `excessive` the structure is no mail's, and reading it would take too long.
    """

    content: bytes
    pieces: list[bytes] = field(default_factory=list)
    cuts: list[int] = field(default_factory=list)
    removed: list[int] = field(default_factory=list)
    header_ends: dict[int, int] = field(default_factory=dict)
    complete: bool = True
    excessive: bool = False
    _size: int = 0
    _kept_to: int = 0

    def keep(self, start: int, end: int) -> None:
        """Keep these bytes of the mail, as far as they are not kept yet; what lies before them is left out."""
        start = max(start, self._kept_to)
        if end <= start:
            return
        if start > self._kept_to:
            self.cuts.append(self._size)
            self.removed.append(start - self._size)
        self.pieces.append(self.content[start:end])
        self._size += end - start
        self._kept_to = end

    def text(self) -> str:
        """The kept bytes, one character for each."""
        return b"".join(self.pieces).decode("latin-1")

    def start_in_content(self, offset: int) -> int:
        """Where in the mail the thing starts that starts at this offset of the outline."""
        index = bisect_left(self.cuts, offset)
        return offset + (self.removed[index - 1] if index else 0)

    def end_in_content(self, offset: int) -> int:
        """Where in the mail the thing ends whose last byte is at this offset of the outline."""
        index = bisect_right(self.cuts, offset)
        return offset + (self.removed[index - 1] if index else 0)


def outline_of(content: bytes) -> Outline:
    """Find Content-Type fields and boundary lines; of a body between them only the last two bytes are kept.

    After 400 boundary lines, or 5,000 lines that only look like one, the rest counts as one body.
    """
    outline = Outline(content=content)
    declared: set[bytes] = set()
    start = parts = 0
    while True:
        body = _keep_blocks(outline, start, declared)
        if outline.excessive:
            return outline
        boundary_at = _next_boundary(outline, body, declared) if parts < PARTS_MAX else -1
        if parts == PARTS_MAX:
            outline.complete = False
        if boundary_at < 0:
            outline.keep(len(content) - 2, len(content))
            return outline
        start = content.find(b"\n", boundary_at + 1) + 1 or len(content)
        outline.keep(boundary_at - 2, start)
        parts += 1


def _keep_blocks(outline: Outline, start: int, declared: set[bytes]) -> int:
    """Keep the Content-Type of the header block at `start` and of those of the mails enclosed right behind it.

    Returns where the body begins. Boundaries are added to `declared`.
    """
    while True:
        end = end_of_header(outline.content, start)
        outline.header_ends[start] = end
        found = _CONTENT_TYPE.search(outline.content, start, end)
        body = start_of_body(outline.content, end)
        if found is not None:
            outline.keep(found.start(), found.end())
        # With the end of the last line, so that the empty line stays the first one and the part has a last byte.
        outline.keep(max(start, end - 3), body)
        if found is None:
            return body
        many = len(declared) > _BOUNDARIES_MAX or len(outline.header_ends) > _BLOCKS_MAX
        if len(found[0]) > _FIELD_BYTES_MAX or many:
            outline.excessive = True
            return body
        value = found[0].replace(b"\r", b"").replace(b"\n", b"")
        declared.update((match[1] or match[2]).strip() for match in _BOUNDARY.finditer(value))
        if body == end or not _ENCLOSING.match(value):
            return body
        start = body


def _next_boundary(outline: Outline, start: int, declared: set[bytes]) -> int:
    """Offset of the line feed before the next declared boundary line; -1 when none follows."""
    if not declared:
        return -1
    content = outline.content
    position = max(0, start - 1)
    for _ in range(_FALSE_LINES_MAX):
        position = content.find(b"\n--", position)
        if position < 0:
            return -1
        end = content.find(b"\n", position + 1, position + _BOUNDARY_LINE_MAX)
        line = content[position + 3 : end if end >= 0 else position + _BOUNDARY_LINE_MAX].rstrip()
        if line in declared or (line.endswith(b"--") and line[:-2] in declared):
            return position
        position += 3
    outline.complete = False
    return -1
