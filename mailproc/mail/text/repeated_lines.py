"""Lines that nobody wrote for this mail, although no client marked them: the account's own footer, repeated quotes."""

import re
from collections.abc import Sequence

from mailproc.mail.text.attribution import is_attribution, may_end_attribution
from mailproc.mail.text.header_block import RAW_FIELDS, header_roles
from mailproc.mail.text.line_type import INTRODUCES, LineType

# Shorter lines may well be a person's own words, although they stand in a footer, too: `Unsubscribe`.
_MIN_WORDS = 4
# That many lines in a row that also stand in the quote are a copy, not a person who repeats a sentence.
_MIN_COPIED_LINES = 2
_MAX_LINE = 1_000
_MAX_SHOWN = 100
_CODE = re.compile(r"[{};]\s*$|<-|==|\w\(\)")  # which a person shows once more, mended
_LINK = re.compile(r"[<(\[]*(?:https?://|mailto:|www\.)\S+")


def cut_footers(
    lines: Sequence[str], types: Sequence[LineType], reasons: list[str | None], footers: Sequence[str]
) -> None:
    """Cut the lines of the account's own footers that a client left unquoted, however it wrapped them.

    A short line goes only where it goes on with the footer from the line above: a person's `Unsubscribe` stays.
    """
    whole = " " + " \0 ".join(" ".join(map(_squashed, footer.split("\n"))) for footer in footers) + " "
    whole = " ".join(["", *whole.split(), ""])
    goes_on_at = -1
    for index, line in enumerate(lines):
        if types[index] is LineType.blank or reasons[index] is not None:
            continue
        said = _squashed(line)
        if not said:
            continue
        words = f" {said} "
        at = goes_on_at if goes_on_at >= 0 and whole.startswith(words, goes_on_at) else -1
        if at < 0 and _is_long(said):
            at = whole.find(words)
        goes_on_at = at + len(words) - 1 if at >= 0 else -1
        if at >= 0:
            reasons[index] = "footer"


def cut_copied_lines(lines: Sequence[str], types: Sequence[LineType], reasons: list[str | None]) -> None:
    """Cut stretches below a quote that stand in the quote, too: an unmarked copy of it."""
    if "quote" not in reasons:
        return
    quoted_from = reasons.index("quote")
    if "forwarded" in reasons[:quoted_from]:
        quoted_from = reasons.index("forwarded")
    if (None, LineType.text) not in zip(reasons[quoted_from:], types[quoted_from:], strict=True):
        return
    # A long quote may be one line here.
    quotes = "\n".join(line for line, why in zip(lines, reasons, strict=True) if why == "quote")
    quoted = {_squashed(line.lstrip("> ")) for line in quotes.split("\n")}
    run: list[int] = []
    for index in range(quoted_from, len(lines) + 1):
        if index < len(lines) and types[index] is LineType.blank:
            continue
        if (
            index < len(lines)
            and reasons[index] is None
            and _is_long(said := _squashed(lines[index]))
            and said in quoted
        ):
            run.append(index)
            continue
        if len(run) >= _MIN_COPIED_LINES and not any(_CODE.search(lines[at][:_MAX_LINE]) for at in run):
            # The last line of a list's footer differs from mail to mail: it has the mail's own address.
            goes_on = index < len(lines) and run[-1] == index - 1 and _LINK.search(lines[index][:_MAX_LINE])
            for at in [*run, index] if goes_on else run:
                reasons[at] = "footer"
        run = []


def keep_lines_not_quoted(lines: Sequence[str], types: list[LineType], reasons: list[str | None]) -> None:
    """Keep marked lines among a person's words above what introduces a quote to the end, if that holds none of them.

    So people show what they typed at a prompt, a verse, and what is more than 30. Who copies a question from below
    copies it from there; who quotes another mail names it, or writes no more.
    """
    if "quote" not in reasons:
        return
    first = reasons.index("quote")
    if "attribution" in reasons[:first] or not _is_marked(lines, reasons, first):
        return
    if (None, LineType.text) not in zip(reasons[:first], types[:first], strict=True):
        return
    start = next((at for at in range(first, len(lines)) if types[at] in INTRODUCES), len(lines))
    if start == len(lines) or (None, LineType.text) in zip(reasons[start:], types[start:], strict=True):
        return
    quoted = " ".join(line.lstrip("> ") for line in "\n".join(lines[start:]).casefold().split("\n"))
    quoted = " ".join(quoted.split())
    while start > first and (reasons[start - 1] is not None or types[start - 1] is not LineType.text):
        start -= 1
    end, left = first, _MAX_SHOWN
    while end < start and left > 0:
        begin = next((at for at in range(end, start) if _is_marked(lines, reasons, at)), start)
        end = next((at for at in range(begin, start) if not _is_marked(lines, reasons, at)), start)
        run = [" ".join(line.strip("> ").casefold().split()) for line in lines[begin:end]]
        left -= len(run)
        if left >= 0 and any(run) and not any(_is_quoted(said, quoted) for said in run if said):
            for at in range(begin, end):
                reasons[at], types[at] = None, LineType.text


def _is_quoted(said: str, quoted: str) -> bool:
    """Whether a line is in what is quoted below, or belongs to another mail: its attribution, a field of its header."""
    if said in quoted or said.startswith(RAW_FIELDS) or header_roles(said) is not None:
        return True
    return may_end_attribution(said) and is_attribution(said)


def _is_marked(lines: Sequence[str], reasons: Sequence[str | None], index: int) -> bool:
    """Whether a line is cut as a quote of the first level, marked by `>`."""
    said = lines[index].lstrip()
    return reasons[index] == "quote" and said.startswith(">") and not said.startswith((">>", "> >"))


def _is_long(said: str) -> bool:
    return said.count(" ") >= _MIN_WORDS - 1


def _squashed(line: str) -> str:
    """The line as it is compared: its words, without the links that a client shows or hides."""
    line = line[:_MAX_LINE].casefold()
    if "/" in line or ":" in line:
        line = _LINK.sub(" ", line)
    return " ".join(line.split())
