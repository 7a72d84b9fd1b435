"""What is cut from the ends of the new text: signatures, mobile signatures, disclaimers, list and account footers."""

from collections.abc import Sequence
from itertools import groupby

from mailproc.mail.text.line_type import LineType
from mailproc.mail.text.signature import (
    MAX_SIGNATURE_LINES,
    is_list_footer,
    is_lists_own,
    is_lone_link,
    is_mobile_signature,
    is_picture,
    is_postscript,
    is_request,
    is_said_below_dashes,
    names_its_list,
    speaks_of_confidentiality,
    speaks_of_leaving,
    starts_disclaimer,
)

_MAX_MOBILE_LINES = 40
_LINK = ("http", "<http", "(http", "<#")
_MAX_LINKS = 3  # below what a client adds
_MAX_BOX_LINES = 40
_EDGES = ("+", "|")
_MACHINES = ("-----BEGIN PGP ", "-------------- next part")  # signatures for programs, and what lists took away
_MIN_WIDE = 60  # what is drawn over the width of a page
# Shorter lines may well be a person's own words, although they also stand in a footer: `Unsubscribe`.
_MIN_WORDS = 4


def cut_closing_lines(lines: Sequence[str], types: Sequence[LineType], reasons: list[str | None]) -> None:
    """Cut what closes each kept stretch: between the new text and a quote, or at the end of the mail."""
    start = len(lines)
    for reason, same in groupby(reversed(reasons[:])):
        start, stop = start - len(list(same)), start
        if reason is not None or types[start:stop].count(LineType.blank) == stop - start:
            continue
        _cut_disclaimers(lines, types, reasons, start, stop)
        end = _cut_tail(lines, types, reasons, start, stop)
        signed = _cut_signature(lines, types, reasons, start, end)
        if signed < end:
            _cut_tail(lines, types, reasons, start, signed)
    if (None, LineType.text) not in zip(reasons, types, strict=True):
        _restore_signature(lines, types, reasons)


def _restore_signature(lines: Sequence[str], types: Sequence[LineType], reasons: list[str | None]) -> None:
    """Where nothing else was written, what stands below the delimiter may be meant: it is not thrown away.

    What stands where the HTML has its signature is kept only if it is a sentence.
    """
    cut = [index for index, why in enumerate(reasons) if why == "signature"]
    cut = [index for index in cut if not is_mobile_signature(lines[index].strip())]
    signed = [lines[index] for index in cut]
    if is_lists_own(signed):
        return
    is_said = is_said_below_dashes(signed, long=True) and not any(line.startswith(_MACHINES) for line in signed)
    kinds = {LineType.text, LineType.signature} if is_said else {LineType.text}
    for index in cut:
        if types[index] in kinds:
            reasons[index] = None


def _cut_tail(lines: Sequence[str], types: Sequence[LineType], reasons: list[str | None], start: int, stop: int) -> int:
    """Cut mobile signatures and drawn lines off the end of a stretch; the new end."""
    cut = 0
    index = stop
    above_quote = stop < len(lines) and reasons[stop] in ("quote", "attribution", "forwarded")
    while index > start:
        kind = types[index - 1]
        if reasons[index - 1] is not None or kind is LineType.blank:
            index -= 1
        elif kind is LineType.rule or kind is LineType.delimiter:
            index -= 1
            if index > start and lines[index].lstrip().startswith(_EDGES) and lines[index - 1].lstrip().startswith("|"):
                return index + 1  # the last line of a table
            reasons[index] = "quote" if above_quote else "signature"
        elif cut < _MAX_MOBILE_LINES and is_mobile_signature(lines[index - 1].strip()):
            index -= 1
            cut += 1
            reasons[index] = "mobile_signature"
        elif is_picture(lines[index - 1].strip()):
            index -= 1
            reasons[index] = "signature"
        elif lines[index - 1].startswith(_LINK) and (device := _device_above_links(lines, start, index)) < index:
            reasons[device:index] = ["mobile_signature"] * (index - device)
            cut, index = cut + index - device, device
        else:
            break
    return index


def _device_above_links(lines: Sequence[str], start: int, stop: int) -> int:
    """Where what a client adds begins, when nothing but its links stands below it; `stop` when there is none."""
    index = stop
    while index > max(start, stop - _MAX_LINKS) and is_lone_link(lines[index - 1]):
        index -= 1
    if start < index < stop and is_mobile_signature(lines[index - 1].strip()):
        return index - 1
    return stop


def _cut_signature(
    lines: Sequence[str], types: Sequence[LineType], reasons: list[str | None], start: int, stop: int
) -> int:
    """Cut from the first delimiter that few enough lines follow; the new end."""
    if LineType.delimiter not in types[start:stop] and LineType.rule not in types[start:stop]:
        return stop
    following = 0
    found = -1
    for index in range(stop - 1, start - 1, -1):
        kind = types[index]
        is_edge = kind is LineType.delimiter or kind is LineType.rule
        if is_edge and following and _is_signature(lines, types, index, stop):
            found = index
        elif kind is not LineType.blank and not _is_usual_edge(lines[index], kind):
            following += 1
            if following > MAX_SIGNATURE_LINES:
                break
    if found < 0:
        return stop
    reason = "signature" if types[found] is LineType.delimiter else "footer"
    for index in range(found, _start_of_postscript(lines, types, found, stop)):
        reasons[index] = reasons[index] or reason
    return found


def _start_of_postscript(lines: Sequence[str], types: Sequence[LineType], found: int, stop: int) -> int:
    """Where something was added below the signature, and says so: `PS:`; `stop` if nothing was."""
    for index in range(found + 2, stop):
        if is_postscript(lines[index], apart=types[index - 1] is LineType.blank):
            return index
    return stop


def _is_signature(lines: Sequence[str], types: Sequence[LineType], index: int, stop: int) -> bool:
    kind, end = types[index], min(stop, index + 1 + _MAX_BOX_LINES)
    if not _is_usual_edge(lines[index], kind):
        return _is_below_lists_line(lines, types, index, end)
    if kind is LineType.rule or lines[index].strip() in ("—", "–", "__"):
        block = _block_below(lines, types, index, end)
        if is_request(block):
            return False
        if is_list_footer(block) or names_its_list(block):
            return True
        return speaks_of_leaving(block) and is_list_footer(lines[index + 1 : end])
    if lines[index].endswith("-- ") and not lines[index].startswith("---"):
        return True
    return not is_said_below_dashes(_block_below(lines, types, index, end), long=lines[index].startswith("---"))


def _is_below_lists_line(lines: Sequence[str], types: Sequence[LineType], index: int, end: int) -> bool:
    """Whether a line was drawn by a list: above its own words, or above an advertisement on top of them."""
    block = _block_below(lines, types, index, end)
    if is_lists_own([lines[index], *block]):
        return True
    is_advertisement = len(lines[index]) >= _MIN_WIDE and any("://" in line for line in block)
    return is_advertisement and is_lists_own(lines[index + 1 : end])


def _block_below(lines: Sequence[str], types: Sequence[LineType], index: int, end: int) -> Sequence[str]:
    """What stands between this drawn line and the next: only that belongs to it."""
    found = (at for at in range(index + 1, end) if types[at] is LineType.rule or types[at] is LineType.delimiter)
    return lines[index + 1 : next(found, end)]


def _is_usual_edge(line: str, kind: LineType) -> bool:
    """Whether a line is a delimiter, or the rule of underscores that most lists draw."""
    return kind is LineType.delimiter or (kind is LineType.rule and line.lstrip().startswith("__"))


def _cut_disclaimers(
    lines: Sequence[str], types: Sequence[LineType], reasons: list[str | None], start: int, stop: int
) -> None:
    """Cut paragraphs of legal text, and boxes drawn around them."""
    fresh, text = True, LineType.text
    index = start
    while index < stop:
        kind, end = types[index], index + 1
        if kind is text:
            while end < stop and types[end] is text:
                end += 1
            fresh = is_legal = fresh and starts_disclaimer(lines[index:end])
            if not is_legal and text not in types[end:stop]:
                _cut_last_lines(lines, reasons, index + 1, end)
        elif kind is LineType.rule:
            end = max(end, _end_of_box(lines, types, index, stop))
            is_legal = end > index + 1
            fresh = fresh or not is_legal
        else:
            fresh, is_legal = True, False
        if is_legal:
            reasons[index:end] = ["disclaimer"] * (end - index)
        index = end


def _cut_last_lines(lines: Sequence[str], reasons: list[str | None], start: int, stop: int) -> None:
    """Cut legal text that stands right below a signature, in the same paragraph, at the end of a stretch."""
    for index in range(start, stop):
        if starts_disclaimer(lines[index:stop]):
            reasons[index:stop] = ["disclaimer"] * (stop - index)
            return


def _end_of_box(lines: Sequence[str], types: Sequence[LineType], start: int, stop: int) -> int:
    """Behind the closing rule of a box with legal text in it; `start` when this rule opens none."""
    for index in range(start + 1, min(stop, start + _MAX_BOX_LINES)):
        if types[index] is LineType.rule:
            return index + 1 if speaks_of_confidentiality(lines[start + 1 : index]) else start
    return start
