"""Answers typed into a quoted mail without marks, each begun with the writer's name: `[Pat] No.`, as in Outlook."""

import re
from collections.abc import Sequence

from mailproc.mail.reading.header_fields import decode_header
from mailproc.mail.text.header_block import header_roles
from mailproc.mail.text.line_type import INTRODUCES, LineType

_OPENS = ("[", "*[")
_MARK = re.compile(r"\*?\[{1,2}([^\W\d_][\w .,'’-]{0,40}):?\]{1,2}")
_WORD = re.compile(r"[^\W\d_]+")
_MIN_NAME = 2
_MAX_ANSWERS = 100
# An answer this long was wrapped by its client, and goes on below.
_WRAPPED_AT = 60


def keep_named_answers(
    lines: Sequence[str], types: list[LineType], reasons: list[str | None], writer: str, *, wrapped: bool
) -> None:
    """Keep what is quoted without marks and begins with the name of the `writer` (a From), or a mark that he tells of.

    Only the mail that he answers is looked at, none that it quotes in turn. `wrapped`: long lines may have been.
    """
    left, subjects = _MAX_ANSWERS, 0
    begun = answers = False
    own: str | None = None
    for index, line in enumerate(lines):
        kind = types[index]
        if kind in INTRODUCES and begun:
            return
        if reasons[index] != "quote" or kind is LineType.blank or kind in INTRODUCES:
            answers = False
            continue
        begun = True
        if line.startswith(_OPENS) and left:
            found = _MARK.match(line)
            left -= found is not None
            if own is None:
                own = "\n".join(said for said, why in zip(lines, reasons, strict=True) if why is None)
            # `My answers are marked [PR].`
            answers = found is not None and (_names(found[1], writer) or f" {found.group()}" in own)
        elif answers:
            answers = wrapped and len(lines[index - 1]) >= _WRAPPED_AT
        elif ":" in line and "subject" in (header_roles(line) or ()):
            subjects += 1  # of Outlook's header, where HTML tells that all is quoted
            if subjects > 1:
                return
        if answers:
            reasons[index], types[index] = None, LineType.text


def _names(mark: str, writer: str) -> bool:
    """Whether a mark is the name of the writer, a part of it, or its initials."""
    said = [word.casefold() for word in _WORD.findall(mark)]
    name, _, address = decode_header(writer).rpartition("<")
    words = [word.casefold() for word in _WORD.findall(name or address.partition("@")[0])]
    initials = sorted(word[0] for word in words)  # the last name stands first in many
    joined = "".join(said)
    outer = sorted(word[0] for word in (*words[:1], *words[-1:]))
    return len(joined) >= _MIN_NAME and (set(said) <= set(words) or sorted(joined) in (initials, outer))
