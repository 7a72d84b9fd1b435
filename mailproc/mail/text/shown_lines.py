"""Lines that look like quotes or delimiters and are what a person shows: prompts, differences of files, comments."""

import re
from collections.abc import Sequence

from mailproc.mail.text.attribution import is_attribution, may_end_attribution, plain, runs_on
from mailproc.mail.text.dividers import divider_reason
from mailproc.mail.text.header_block import header_block_end, header_roles

_DIFFERENCE = re.compile(r"\d+(?:,\d+)?[ac]\d+(?:,\d+)?")  # `88a89,90`, as diff writes it
_PROMPT = re.compile(r"(?:[\w.@:~/-]{1,40})?[$#%] ")
_GOES_ON = ("\\", " do", " then", "|", "{", "(")  # a shell asks for more below it
_STATEMENT = re.compile(
    r">>> (?:from [\w.]+ import |import [\w.]+(?: as \w+)?$|print\b ?[(\"']|def \w+\(|\w[\w.\[\]]* [-+*/]?= |[\w.]+\()"
)
_PATCH = re.compile(r"diff |Index: \S|--- a/|@@ -\d|\s\S.{0,80} \|\s+\d+ [-+]*$")
_ENTRY = re.compile(r"(?:- )?[\w.-]{1,40}:(?: |$)")  # of a document in YAML
_FENCE = "```"
_MAX_FENCED = 200
_FACES = frozenset({">:(", ">:((", ">:)", ">:-(", ">:-)", ">:D", ">:/", ">_<", ">.<", ">_>"})
_MAX_READ = 200
_MAX_SESSION = 12
_MAX_NOTES = 20


def is_shown(lines: Sequence[str], index: int, *, joins_text: bool) -> bool:
    """Whether a line marked by `>` is what the writer shows: a shell that goes on, `diff`, a Python prompt.

    `joins_text`: text stands right above it, so that it may go on with that.
    """
    line = lines[index]
    if not joins_text:
        return line.startswith(">>> ") and _opens_session(lines, index)
    above = lines[index - 1].strip()[:_MAX_READ]
    if above.startswith(">"):
        return above.startswith(">>> ") == line.startswith(">>> ") and not above.startswith(">From ")
    if _DIFFERENCE.fullmatch(above) or (above == "---" and is_between_differences(lines, index - 1)):
        return True
    if _PROMPT.match(above) and ("<<" in above or above.endswith(_GOES_ON) or _is_prompt(lines, index + 1)):
        return True
    column = line.find(">>")
    if column > 0 and lines[index - 1].find(">>") == column:
        return True  # what a stream is read into goes on
    return line.startswith(">>> ") and _opens_session(lines, index)


def _is_prompt(lines: Sequence[str], index: int) -> bool:
    return index < len(lines) and _PROMPT.match(lines[index].strip()[:_MAX_READ]) is not None


def is_face(said: str) -> bool:
    """Whether a stripped line marked by `>` is a drawn face: `>:(`."""
    return said in _FACES


def opens_fence(said: str) -> bool:
    """Whether a stripped line opens a fence of code, or closes one; code within the line is none."""
    return said.startswith(_FENCE) and "`" not in said.lstrip("`")


def fence_end(lines: Sequence[str], start: int) -> int:
    """Behind the line that closes the fence of code opened on `start`; `start` when a quote comes first, or nothing.

    Source: CommonMark §4.5.
    """
    for index in range(start + 1, min(len(lines), start + _MAX_FENCED)):
        line = lines[index].strip()
        if line.startswith(_FENCE) and not line.strip("`"):
            return index + 1
        if _introduces_quote(lines, index, line):
            return start
    return start


def _introduces_quote(lines: Sequence[str], index: int, line: str) -> bool:
    if header_roles(line) is not None:
        return header_block_end(lines, index) > index
    if may_end_attribution(line):
        return is_attribution(plain(line))
    return runs_on(line) or (line.startswith("--") and divider_reason(line) is not None)


def _opens_session(lines: Sequence[str], index: int) -> bool:
    """Whether statements at a prompt of Python begin on this line, and not a quote of the third level."""
    if index and lines[index - 1].startswith(">"):
        return False
    for line in lines[index + 1 : index + _MAX_SESSION]:
        if not line.startswith(">>> "):
            return not line.startswith(">") and _STATEMENT.match(lines[index][:_MAX_READ]) is not None
    return _STATEMENT.match(lines[index][:_MAX_READ]) is not None


def is_between_differences(lines: Sequence[str], index: int) -> bool:
    """Whether a line `---` stands between the old and the new lines of a difference."""
    return 0 < index < len(lines) - 1 and lines[index - 1].startswith("< ") and lines[index + 1].startswith("> ")


def opens_shown(lines: Sequence[str], index: int) -> bool:
    """Whether a patch stands below a line `---`, or notes on one (git-format-patch), or entries of a YAML document."""
    below = lines[index + 1 : index + 1 + _MAX_NOTES]
    for line in below:
        if _PATCH.match(line[:_MAX_READ]):
            return True
        if line.startswith(("----", ">", "From:")) or may_end_attribution(line):
            break  # whatever stands below is of another mail
    if not below or _ENTRY.match(below[0]) is None:
        return False
    end = next((at for at, line in enumerate(below) if not line.strip()), len(below))
    return any(line.startswith("  ") and _ENTRY.match(line.lstrip()[:_MAX_READ]) for line in below[1:end]) or any(
        line.startswith("  - ") for line in below[1:end]
    )


def is_empty_comment(lines: Sequence[str], index: int) -> bool:
    """Whether a line `--` stands in a comment of SQL: such a line with words is next to it."""
    return any(
        lines[near].startswith("-- ") and lines[near].strip() != "--"
        for near in (index - 1, index + 1)
        if 0 <= near < len(lines)
    )
