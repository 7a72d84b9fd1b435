"""Quotes marked otherwise than by `>`: by the initials or the name of who is quoted, by bars."""

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


def is_by_initials(lines: Sequence[str], types: Sequence[LineType], index: int, said: str) -> bool:
    """Whether a line is quoted by initials or a name: below what leads to a quote, or near another such line."""
    initials = _INITIALS.match(said)
    if initials is None:
        return False
    who = initials.group()
    above = index - 2 if index > 1 and types[index - 1] is LineType.blank else index - 1
    if above >= 0 and (types[above] is LineType.attribution or leads_to_quote(lines[above])):
        return True
    if any(
        types[at] is LineType.quote and lines[at].lstrip().startswith(who)
        for at in range(max(0, index - _MAX_ANSWER_LINES), index)
    ):
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
    if index and types[index - 1] is LineType.attribution:
        return True
    inner = said.lstrip("| ")
    if "|" in inner or inner.startswith(("--", "__", "`--", "+--")):
        return False
    return any(_BAR.fullmatch(line.strip()[:MAX_LENGTH]) for line in neighbours(lines, index))


def neighbours(lines: Sequence[str], index: int) -> Sequence[str]:
    """The lines right above and below, as far as there are any."""
    return [lines[near] for near in (index - 1, index + 1) if 0 <= near < len(lines)]
