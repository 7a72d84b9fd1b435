"""One linear pass that gives every line of a body its type; what follows from the types is decided in `new_text.py`."""

from collections.abc import Iterator, Sequence
from itertools import islice

from mailproc.mail.text.attribution import (
    MAX_LENGTH,
    has_address,
    has_date,
    is_attribution,
    lacks_its_beginning,
    may_end_attribution,
    opens_attribution,
    plain,
    runs_on,
)
from mailproc.mail.text.dividers import divider_reason, is_bare_divider, is_dashed
from mailproc.mail.text.header_block import (
    TO_LABELS,
    header_block_end,
    header_roles,
    is_header_line,
    is_shown_header,
    label_block_bounds,
)
from mailproc.mail.text.line_type import LineType
from mailproc.mail.text.quote_leads import leads_to_quote
from mailproc.mail.text.quote_marks import SIGNS, is_by_initials, is_by_sign, is_piped, mark_by_sign, neighbours
from mailproc.mail.text.shown_lines import (
    fence_end,
    is_between_differences,
    is_empty_comment,
    is_face,
    is_shown,
    opens_fence,
    opens_shown,
)
from mailproc.mail.text.signature import is_delimiter, is_rule_line

_DRAWN = frozenset("-_=*~#+—–.·•|ᐧ")
# What stands at the ends of lines and cannot be seen: spaces of all scripts, zero-width characters, bidi controls.
_UNSEEN = " \t\r\n\v\f\xa0\xad\u3000\ufeff" + "".join(
    map(chr, [*range(0x2000, 0x2010), *range(0x2028, 0x2030), *range(0x205F, 0x206A)])
)
_SCRUBBED = ("An HTML attachment was scrubbed", "A non-text attachment was scrubbed", "An embedded ")
_MAX_ATTRIBUTION_LINES = 5
_MESSAGE_NAMED = ("in message ", "in the message ", "in article ")
# Each attempt looks at a handful of lines with patterns; nobody answers under so many attributions.
_MAX_ATTEMPTS = 200
MAX_READ_LINE = 32_768


def line_types(lines: Sequence[str], settled: Sequence[LineType | None] = ()) -> list[LineType]:
    """The type of each line, in order. `settled` are types that are known beforehand (None: find out); may be empty.

    Linear in the number of lines: each looks at a bounded number of neighbours only.
    """
    text, blank, quote = LineType.text, LineType.blank, LineType.quote
    types = [one or text for one in settled] if settled else [text] * len(lines)
    attempts, fences = 0, True
    walk = iter(enumerate(lines))
    for index, line in walk:
        if types[index] is not text:
            if types[index] is quote and types[index - 1] is not quote:
                _mark_lead(lines, types, index)
            continue
        if not line:
            types[index] = blank
            continue
        if len(line) > MAX_READ_LINE:
            types[index] = LineType.unread
            continue
        said = line.strip() if line.isascii() else line.strip(_UNSEEN)
        if not said:
            types[index] = blank
            continue
        first = said[0]
        if first == ">" or first == "＞":
            is_long = len(said) >= 80 and not said.startswith(">From ") and not said.startswith(">>> ")
            types[index] = quote if is_long else _type_of_marked(lines, types, index, said)
            if types[index] is quote and types[index - 1] is not quote:
                _mark_lead(lines, types, index)
        elif (first == "|" and is_piped(lines, types, index, said)) or (
            ">" in said[1:9] and is_by_initials(lines, types, index, said)
        ):
            types[index] = quote
            if types[index - 1] is not quote:
                _mark_lead(lines, types, index)
        elif first in _DRAWN and (drawn := _type_of_drawn(lines, types, index, said)):
            types[index] = drawn
        elif ":" in said or "：" in said:
            attempts += _mark_labelled(lines, types, index, said) if attempts < _MAX_ATTEMPTS else 0
        elif may_end_attribution(said):
            _mark_introduction(lines, types, index, said)
        elif len(said) < 20:
            if first == "`":
                fences = fences and (not opens_fence(said) or _skip_fence(walk, lines, types, index))
            elif attempts < _MAX_ATTEMPTS and said.lower() in TO_LABELS:
                attempts += 1
                _mark_label_block(lines, types, index)
    return types


def _skip_fence(walk: Iterator[tuple[int, str]], lines: Sequence[str], types: list[LineType], index: int) -> bool:
    """Pass over the code in the fence that is opened on this line; False where nothing closes it.

    Behind such a one no other is looked for: nobody could say what opens and what closes.
    """
    end = fence_end(lines, index)
    for at, line in islice(walk, max(0, end - index - 1)):
        types[at] = types[at] if line.strip() else LineType.blank
    return end > index


def _type_of_marked(lines: Sequence[str], types: list[LineType], index: int, said: str) -> LineType:
    if len(said) < 80 and index and may_end_attribution(said) and _breaks_in_address(lines[index - 1]):
        _mark_attribution(lines, types, index)
        if types[index] is LineType.attribution:
            return LineType.attribution
    if said.startswith(">From "):
        # An mbox writes `>From` where a line began with `From`; it is a quote only among quotes.
        among = any(line.lstrip().startswith(">") for line in neighbours(lines, index))
        return LineType.quote if among else LineType.text
    if said.startswith(">>> ") and _is_of_groupwise(lines, index, said):
        return LineType.divider
    if len(said) < 5 and is_face(said) and not any(line.startswith(">") for line in neighbours(lines, index)):
        return LineType.text
    joins_text = index > 0 and types[index - 1] is LineType.text
    if (joins_text or said.startswith(">>> ")) and is_shown(lines, index, joins_text=joins_text):
        return LineType.text
    return LineType.quote


def _is_of_groupwise(lines: Sequence[str], index: int, said: str) -> bool:
    """Whether an unmarked quote stands below: `>>> Acme News <news@example.org> 03/04/09 12:10 PM >>>`."""
    if said.endswith(" >>>"):
        return has_address(said) or has_date(said.lower())
    below = next((line for line in lines[index + 1 : index + 3] if line.strip()), ">")
    return not below.lstrip().startswith(">") and may_end_attribution(said) and is_attribution(plain(said))


def _breaks_in_address(line: str) -> bool:
    """Whether an address was begun on this line and not ended: `On … News <news@example.org`, below it `> wrote:`."""
    return line.rfind("<") > line.rfind(">") or line.strip() == "<" or line.startswith("mailto:")


def _type_of_drawn(lines: Sequence[str], types: list[LineType], index: int, said: str) -> LineType | None:
    """Delimiters, dividers and rules; None when the mark is only how a line of text begins."""
    if said.startswith("-----BEGIN PGP "):
        return _mark_armor(lines, types, index, said)
    if said.startswith("-------------- next part") and _mark_scrubbed(lines, types, index):
        return LineType.signature
    if is_delimiter(said):
        if (said == "--" and is_empty_comment(lines, index)) or (
            said == "---" and (is_between_differences(lines, index) or opens_shown(lines, index))
        ):
            return None
        return LineType.delimiter
    if is_rule_line(said) or said.endswith(("-~-->", "-~->", "_,_.___")):  # the latter are drawn by Yahoo Groups
        return LineType.rule
    reason = divider_reason(said)
    if reason is not None:
        return LineType.forwarded if reason == "forwarded" else LineType.divider
    if said.endswith("--") and is_attribution(plain(said)):
        return LineType.attribution  # ---- On Tue, 03 Mar 2026 … wrote ----
    return None


def _mark_armor(lines: Sequence[str], types: list[LineType], index: int, said: str) -> LineType:
    """PGP inline (RFC 9580 §6.2): the header of a signed text, a signature to its end, an encrypted text to its end."""
    if said.startswith("-----BEGIN PGP SIGNED MESSAGE"):
        end = index + 1
        while end < len(lines) and lines[end].strip() and ": " in lines[end]:
            end += 1
        kind = LineType.signature
    else:
        kind = LineType.unread if said.startswith("-----BEGIN PGP MESSAGE") else LineType.signature
        end = next((at + 1 for at in range(index, len(lines)) if "-----END PGP " in lines[at]), len(lines))
    types[index:end] = [kind] * (end - index)
    return kind


def _mark_scrubbed(lines: Sequence[str], types: list[LineType], index: int) -> bool:
    """Mark the note that Mailman leaves where it took an attachment away; False for any other next part."""
    if index + 1 == len(lines) or not lines[index + 1].startswith(_SCRUBBED):
        return False
    end = next((at for at in range(index, len(lines)) if not lines[at].strip() or lines[at][0] == "_"), len(lines))
    types[index:end] = [LineType.signature] * (end - index)
    return True


def _mark_labelled(lines: Sequence[str], types: list[LineType], index: int, said: str) -> bool:
    """Mark what a line with a colon in it may begin or end; whether it was worth a look."""
    labelled = header_roles(said) is not None
    if labelled and _mark_header_block(lines, types, index):
        return True
    if may_end_attribution(said):
        _mark_introduction(lines, types, index, said)
        return True
    if labelled:
        if is_header_line(said):
            types[index] = LineType.header
    elif "@" in said:
        if runs_on(said):
            types[index] = LineType.attribution
    elif "---" in said and divider_reason(said) is not None:
        types[index] = LineType.divider
    return labelled


def _mark_header_block(lines: Sequence[str], types: list[LineType], index: int) -> bool:
    above = index - 1
    while above > 0 and above > index - 3 and types[above] is LineType.blank:
        above -= 1
    introduced = above >= 0 and types[above] in (LineType.divider, LineType.forwarded)
    dashed = above >= 0 and types[above] is LineType.text and is_dashed(lines[above])
    end = header_block_end(lines, index, introduced=introduced, dashed=dashed)
    if end == index or (not (introduced or dashed) and is_shown_header(lines, index, end)):
        return False
    if dashed:
        types[above] = LineType.divider
    types[index:end] = [LineType.header] * (end - index)
    if above >= 0 and types[above] is LineType.text and is_bare_divider(lines[above].strip()):
        types[above] = LineType.divider
    return True


def _mark_label_block(lines: Sequence[str], types: list[LineType], index: int) -> None:
    """Notes puts labels and values on lines of their own; nothing below is new."""
    start, end = label_block_bounds(lines, index)
    types[start:end] = [LineType.header] * (end - start)


def _mark_introduction(lines: Sequence[str], types: list[LineType], index: int, said: str) -> None:
    """A line that ends with a colon: how a forwarded mail or a quote may begin."""
    reason = divider_reason(said)
    if reason is not None:
        types[index] = LineType.forwarded if reason == "forwarded" else LineType.divider
        return
    _mark_attribution(lines, types, index)
    below = index + 1
    if below + 1 < len(lines) and not lines[below]:
        below += 1
    if (
        below < len(lines)
        and lines[below].startswith(SIGNS)
        and is_by_sign(lines, types, below)
        and (types[index] is LineType.attribution or leads_to_quote(lines[index]))
    ):
        types[index] = LineType.attribution
        mark_by_sign(lines, types, below)


def _mark_lead(lines: Sequence[str], types: list[LineType], index: int) -> None:
    """Mark what leads to the quote that begins on this line, right above it or with a blank line between."""
    above = index - 2 if index > 1 and types[index - 1] is LineType.blank else index - 1
    if above < 0 or types[above] is not LineType.text:
        return
    if leads_to_quote(lines[above]):
        types[above] = LineType.attribution
    elif (
        lines[above].endswith("]")
        and above
        and types[above - 1] is LineType.text
        and lines[above - 1].startswith("[")
        and leads_to_quote(f"{lines[above - 1]} {lines[above]}")
    ):
        types[above - 1 : above + 1] = [LineType.attribution] * 2


def _mark_attribution(lines: Sequence[str], types: list[LineType], index: int) -> None:
    """Mark the attribution that ends on this line, over as many lines as it was wrapped to."""
    joined = plain(lines[index])
    top = index if is_attribution(joined) else -1
    above = types[index - 1] if index else LineType.blank
    goes_up = above is LineType.text or (above is LineType.blank and joined.startswith("<"))
    if goes_up and (top < 0 or lacks_its_beginning(joined) or not opens_attribution(joined)):
        top = _top_of_attribution(lines, types, index, joined, top)
    if top > 0 and types[top - 1] is LineType.text and plain(lines[top - 1]).startswith(_MESSAGE_NAMED):
        top -= 1
    if top >= 0:
        types[top : index + 1] = [LineType.attribution] * (index + 1 - top)


def _top_of_attribution(lines: Sequence[str], types: list[LineType], index: int, joined: str, top: int) -> int:
    """Where a wrapped attribution begins: at the line that opens it, else at the name above the address; -1 if none."""
    gap = False
    headless = top < 0 or lacks_its_beginning(joined)
    for above in range(index - 1, max(-1, index - _MAX_ATTRIBUTION_LINES), -1):
        if types[above] is LineType.blank:
            if gap or not joined.startswith("<"):
                break
            gap = True
            continue
        if types[above] is not LineType.text:
            break
        part = plain(lines[above])
        joined = part + " " + joined
        if len(joined) > MAX_LENGTH:
            break
        if opens_attribution(part) and is_attribution(joined):
            return above
        if headless and not gap and above >= index - 2 and _is_name(part) and is_attribution(joined):
            top = above
            headless = lacks_its_beginning(joined)
    return top


def _is_name(part: str) -> bool:
    """Whether a line could be the name in an attribution, and not the end of a sentence."""
    return len(part) <= 80 and not part.endswith((".", "!", "?", ":"))
