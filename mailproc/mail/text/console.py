"""What a person shows of the console of R or Octave: the prompt is a mark of quotes, and what it prints bears none."""

import re
from collections.abc import Sequence

from mailproc.mail.text.line_type import LineType

# What is typed: a call or an assignment, a name, a comment; and what is printed below.
_CALLED = re.compile(r">\s?[\w.:$@]+(?:\(.*|\[.*\]|(?:[\[(].*[\])])? *(?:<-|=).*)\s*")
_TYPED = re.compile(_CALLED.pattern + r"|>\s?(?:[\w.$@]+|#.*)\s*")
_PRINTED = re.compile(
    r"\s{2,}\S|\[+\d|['`\"<]|\d+:? |structure\(|Error\b|Warning message|Loading required |Call:|Source: |# A |NULL$"
)
_VALUE = re.compile(r"\[+1\]\s+(?:-?\d|\"|TRUE\b|FALSE\b|NA\b)|\[\[1\]\]$|Error(?: in |: )")
# What is typed at the prompt of Octave, `>> `; below it is printed what has become of that name, or of `ans`.
_STATED = re.compile(r">>\s?(\w+) ?(?:\(.*|= .*)")
_GOES_ON = "+ "  # what is typed over several lines
_MAX_READ = 200
_MAX_TYPED = 12
_MAX_LINES = 200


def console_bounds(lines: Sequence[str], types: Sequence[LineType], index: int) -> tuple[int, int]:
    """Bounds of a session at the console around its first line without a mark, `index`, right below a marked one.

    Equal when it is no session: where one is quoted, what was printed is marked, too.
    """
    end = index
    while end < len(lines) and end < index + _MAX_TYPED and lines[end].startswith((">", _GOES_ON)):
        end += 1
    above = reversed(lines[max(0, index - _MAX_TYPED) : end])
    typed = next((said for line in above if (said := line.strip()).startswith(">")), "")[:_MAX_READ]
    if end == len(lines) or not _is_printed(lines[end][:_MAX_READ], typed):
        return index, index
    start = index
    while start > 0 and types[start - 1] is LineType.quote and lines[start - 1].lstrip().startswith(">"):
        start -= 1
        if index - start > _MAX_TYPED:
            return index, index
    while end < len(lines) and end < index + _MAX_LINES and types[end] in (LineType.text, LineType.quote):
        if lines[end].startswith(">") and _TYPED.fullmatch(lines[end][:_MAX_READ]) is None:
            break
        end += 1
    return start, end


def _is_printed(line: str, typed: str) -> bool:
    """Whether this line is printed for what was typed above it."""
    if typed.startswith(">>"):
        stated = _STATED.fullmatch(typed)
        return stated is not None and line.startswith((f"{stated[1]} =", "ans =", "error: "))
    if _PRINTED.match(line) is None:
        return False
    return _CALLED.fullmatch(typed) is not None or (
        _VALUE.match(line) is not None and not typed.endswith((".", "?", ":"))
    )
