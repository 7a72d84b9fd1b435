"""Quotes marked otherwise than by `>`: by the initials or the name of who is quoted, by bars, by odd signs."""

import re
from collections.abc import Sequence

from mailproc.mail.text.attribution import MAX_LENGTH
from mailproc.mail.text.line_type import LineType
from mailproc.mail.text.quote_leads import leads_to_quote

# `JD> quoted by initials`
_INITIALS = re.compile(r"[^\W\d_]{1,8}>")
_PROMPTS = frozenset(
    {"R>", "sql>", "mysql>", "SQL>", "irb>", "ftp>", "gdb>", "PS>", "CMD>", "IDL>", "Prelude>", "ghci>", "sqlite>"}
    | {"scala>", "hive>", "gnuplot>", "octave>", "julia>", "iex>", "node>", "pry>", "jdb>", "grub>", "cqlsh>"}
    | {"lua>", "Router>"}
)
_MAX_ANSWER_LINES = 12  # between two lines quoted by the same initials or name
_BAR = re.compile(r"\|(?:.*[^|])?")
SIGNS = ("}", "%", ":", "]")  # `} quoted`, as newsreaders and old mailers can be told to


def is_by_initials(lines: Sequence[str], types: Sequence[LineType], index: int, said: str) -> bool:
    """Whether a line is quoted by initials or a name: below what leads to a quote, or near another such line."""
    initials = _INITIALS.match(said)
    if initials is None:
        return False
    who = initials.group()
    above = index - 2 if index > 1 and types[index - 1] is LineType.blank else index - 1
    if above >= 0 and (types[above] is LineType.attribution or leads_to_quote(lines[above])):
        return True
    if _was_quoted_by(lines, types, index, who):
        return True
    if who in _PROMPTS:
        return False
    if who[0].isupper() and len(who) > 2:
        near = [*lines[max(0, index - _MAX_ANSWER_LINES) : index], *lines[index + 1 : index + _MAX_ANSWER_LINES]]
    else:
        near = [*neighbours(lines, index)]
    return any(line.lstrip().startswith(who) for line in near)


def is_piped(lines: Sequence[str], types: Sequence[LineType], index: int, said: str) -> bool:
    """Whether a quote is marked by `| `, as some do.

    What has a bar at both ends is drawn, and so are columns and trees.
    """
    if not _BAR.fullmatch(said):
        return False
    above = index - 2 if index > 1 and types[index - 1] is LineType.blank else index - 1
    if above >= 0 and types[above] is LineType.attribution:
        return True
    inner = said.lstrip("| ")
    if "|" in inner or inner.startswith(("--", "__", "`--", "+--")):
        return False
    if any(_BAR.fullmatch(line.strip()[:MAX_LENGTH]) for line in neighbours(lines, index)):
        return True
    return _was_quoted_by(lines, types, index, "|")


def is_by_sign(lines: Sequence[str], types: Sequence[LineType], start: int) -> bool:
    """Whether a quote begins at `start`, below what may introduce it, of which all lines begin with the same odd sign.

    They are the whole first paragraph, and two at least, also where answers stand between.
    """
    sign = lines[start][:1]
    if sign not in SIGNS or types[start] is not LineType.text:
        return False
    near = lines[start : start + _MAX_ANSWER_LINES]
    end = next((at for at, line in enumerate(near) if not line.strip()), len(near))
    return all(line.startswith(sign) for line in near[:end]) and sum(line.startswith(sign) for line in near) > 1


def mark_by_sign(lines: Sequence[str], types: list[LineType], start: int) -> None:
    """Mark as quoted whatever begins with the odd sign of the quote that begins at `start`, to the end of the mail."""
    sign = lines[start][:1]
    for index in range(start, len(lines)):
        if types[index] is LineType.text and lines[index].startswith(sign):
            types[index] = LineType.quote


def _was_quoted_by(lines: Sequence[str], types: Sequence[LineType], index: int, mark: str) -> bool:
    """Whether a line is quoted by this mark not far above."""
    return any(
        types[at] is LineType.quote and lines[at].lstrip().startswith(mark)
        for at in range(max(0, index - _MAX_ANSWER_LINES), index)
    )


def neighbours(lines: Sequence[str], index: int) -> Sequence[str]:
    """The lines right above and below, as far as there are any."""
    return [lines[near] for near in (index - 1, index + 1) if 0 <= near < len(lines)]
