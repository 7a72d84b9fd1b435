"""The lines of a body that are looked at one by one: not the middle of an enormous one, nor all of a long quote."""

from bisect import bisect_left
from collections.abc import Sequence
from itertools import accumulate, count
from operator import add

from mailproc.mail.text.body_text import Body
from mailproc.mail.text.line_type import LineType

# Of an enormous body the beginning and the end are read: answers stand above or below what is quoted.
_CHARS_AT_EACH_END = 32_768
_LINES_AT_EACH_END = 4_000
_QUOTE_LINES = 2  # of a quote that goes on to the end; they tell what it is


def lines_of(body: Body) -> tuple[list[str], list[int], Sequence[LineType | None]]:
    """The lines of a body, where they begin, and their types as far as these are known beforehand (empty: none is).

    The middle of an enormous body is one line that is not read. Where a marked quote goes on to the end, all of it
    below its first lines is one line, too.
    """
    text = body.text
    if len(text) > 2 * _CHARS_AT_EACH_END or text.count("\n") > 2 * _LINES_AT_EACH_END:
        return _ends_of(body)
    lines = text.split("\n")
    if body.spans:
        offsets = _offsets_of(lines, 0)
        return lines, offsets, _settled_types(offsets, body.spans)
    rest = _start_of_last_quote(lines) + _QUOTE_LINES
    if rest >= len(lines) - 1:
        return lines, _offsets_of(lines, 0), ()
    lines[rest:] = ["\n".join(lines[rest:])]
    return lines, _offsets_of(lines, 0), [*([None] * rest), LineType.quote]


def above_last_quote(text: str) -> str:
    """Plain text without a marked quote that goes on to its end, but for the quote's first lines."""
    lines = text.split("\n")
    return "\n".join(lines[: _start_of_last_quote(lines) + _QUOTE_LINES])


def _ends_of(body: Body) -> tuple[list[str], list[int], Sequence[LineType | None]]:
    text = body.text
    head_end = text.rfind("\n", 0, _CHARS_AT_EACH_END) + 1 or _CHARS_AT_EACH_END
    head = text[:head_end].removesuffix("\n").split("\n", _LINES_AT_EACH_END)
    if len(head) > _LINES_AT_EACH_END:
        head.pop()
        head_end = sum(map(len, head)) + len(head)
    tail_start = text.find("\n", len(text) - _CHARS_AT_EACH_END) + 1 or len(text) - _CHARS_AT_EACH_END
    tail = text[tail_start:].split("\n")[-_LINES_AT_EACH_END:]
    tail_start = len(text) - sum(map(len, tail)) - len(tail) + 1
    offsets = [*_offsets_of(head, 0), head_end, *_offsets_of(tail, tail_start)]
    settled = _settled_types(offsets, (*body.spans, (head_end, tail_start, LineType.unread)))
    return [*head, text[head_end:tail_start], *tail], offsets, settled


def _offsets_of(lines: Sequence[str], start: int) -> list[int]:
    return list(map(add, accumulate(map(len, lines[:-1]), initial=start), count()))  # and a line feed behind each


def _start_of_last_quote(lines: Sequence[str]) -> int:
    """Index of the first line of a marked quote that only empty lines interrupt to the end; their count without one."""
    at = first = len(lines)
    for line in reversed(lines):
        if line and line[0] != ">":
            break
        at -= 1
        if line:
            first = at
    return first


def _settled_types(offsets: Sequence[int], spans: Sequence[tuple[int, int, str]]) -> list[LineType | None]:
    """Types of the lines that lie in stretches (start, end, type) which are settled: by HTML containers, or unread.

    `offsets` are where the lines begin.
    """
    settled: list[LineType | None] = [None] * len(offsets)
    for start, end, reason in spans:
        first = bisect_left(offsets, start)
        last = bisect_left(offsets, end, first)
        settled[first:last] = [LineType(reason)] * (last - first)
    return settled
