"""What a person wrote anew: quotes, attribution lines, signatures and disclaimers cut off (RFC 3676, all clients)."""

from collections.abc import Sequence
from itertools import groupby
from typing import NamedTuple

from mailproc.mail.reading.message import Message
from mailproc.mail.text.body_lines import lines_of
from mailproc.mail.text.body_text import Body, read_body
from mailproc.mail.text.closing_lines import cut_closing_lines
from mailproc.mail.text.console import console_bounds
from mailproc.mail.text.dividers import is_end_of_forwarded
from mailproc.mail.text.line_type import INTRODUCES, LineType
from mailproc.mail.text.named_answers import keep_named_answers
from mailproc.mail.text.quote_lines import line_types
from mailproc.mail.text.repeated_lines import cut_copied_lines, cut_footers, keep_lines_not_quoted
from mailproc.mail.text.signature import is_delimiter


class Cut(NamedTuple):
    """A stretch of the body that is not new: offsets into `NewText.body`, and why it was cut.

    `reason` is quote, attribution, forwarded, signature, mobile_signature, disclaimer, footer or unread.
    """

    start: int
    end: int
    reason: str


class NewText(NamedTuple):
    """The new text and where it stood.

    `text` has `\\n` line ends and no blank lines at its ends. `body` is the whole readable text it was taken from.
    `pieces` map text to body: (offset in text, offset in body, length), ascending, one per kept stretch.
    `source` is plain, html or none. `unreadable` names what could not be read (tnef, smime, pgp, image-only,
    attachment-only), or is None.
    """

    text: str
    body: str = ""
    pieces: tuple[tuple[int, int, int], ...] = ()
    cuts: tuple[Cut, ...] = ()
    source: str = "none"
    unreadable: str | None = None


_SETTLED = {LineType.quote: "quote", LineType.signature: "signature", LineType.unread: "unread"}
_ATTRIBUTED = frozenset({LineType.attribution, LineType.blank})
_EMPTY = frozenset({LineType.blank, LineType.rule})
_QUOTED = frozenset({"quote", "attribution", "forwarded"})
_SIGNED = frozenset({"signature", "mobile_signature"})
_ARMOUR = "-----BEGIN PGP "  # a signature for programs: nobody reads who wrote in it
# A quoted line this long was wrapped by the client that quoted it, and its rest stands unmarked below.
_WRAPPED_AT = 60
_MIN_RESTS = 2
_MAX_OMISSION = 12
_MAX_SALUTATION = 30
_MAX_WORDS_BETWEEN = 24  # lines between an attribution and the quote below it
_INDENT = ("    ", "\t")
_MAX_INDENTED_LINES = 12


def find_new_text(message: Message, footers: tuple[str, ...] = ()) -> NewText:
    """Find what the sender of this mail wrote anew.

    Quotes, what introduces them, signatures, disclaimers and the account's own `footers` are cut; `cuts` tells where
    and why. `text` is empty when nothing new was written, or nothing could be read. Time grows linearly with the size.
    Raises nothing. Source: RFC 3676 §4; the clients' own forms of quoting.
    """
    found: NewText | None = message.found.get(("new text", footers))
    if found is None:  # several ask, of mail that seems automatic
        found = message.found["new text", footers] = _find_new_text(message, footers)
    return found


def _find_new_text(message: Message, footers: tuple[str, ...]) -> NewText:
    body = read_body(message)
    if not body.text:
        return NewText(text="", unreadable=body.unreadable)
    lines, offsets, settled = lines_of(body)
    types = line_types(lines, settled)
    reasons = _cut_quotes(lines, types)
    if "[" in body.text and ("\n[" in body.text or "\n*[" in body.text):
        keep_named_answers(lines, types, reasons, message.headers.get("from") or "", wrapped=body.source == "plain")
    if footers:
        cut_footers(lines, types, reasons, footers)
    cut_copied_lines(lines, types, reasons)
    cut_closing_lines(lines, types, reasons)
    keep_lines_not_quoted(lines, types, reasons)
    return _assemble(body, lines, offsets, types, reasons)


def _cut_quotes(lines: Sequence[str], types: list[LineType]) -> list[str | None]:
    """Why each line is not new, as far as quoting goes; None for the lines that stay."""
    reasons: list[str | None] = [None] * len(lines)
    answered = False
    rests = 0
    text = LineType.text
    index, count = 0, len(lines)
    while index < count:
        kind = types[index]
        if kind is text:
            if index and types[index - 1] is LineType.quote:
                if _is_rest_of_quote(lines, types, index, rests):
                    reasons[index] = "quote"
                    rests += 1
                    index += 1
                    continue
                start, end = console_bounds(lines, types, index)
                types[start:end], reasons[start:index] = [text] * (end - start), [None] * (index - start)
            answered = answered or not _is_salutation(lines[index])
        elif kind in _SETTLED:
            reasons[index] = _SETTLED[kind]
        elif kind in INTRODUCES:
            end = _end_of_introduction(types, index)
            for at in range(index, end):
                reasons[at] = _reason_of(types[at])
            if not _is_marked_quote(lines, types, index, end, answered=answered) and (
                answered or not _is_indented_quote(lines, types, end)
            ):
                rest, start = "forwarded" if LineType.forwarded in types[index:end] else "quote", end
                end = _end_of_forwarded(lines, start) if rest == "forwarded" else count
                reasons[start:end] = [rest] * (end - start)
            index = end
            continue
        index += 1
    return reasons


def _is_omission(line: str) -> bool:
    return len(line) <= _MAX_OMISSION and (not line.strip()[:1].isalpha() or line.strip().lower() in ("snip", "cut"))


def _is_salutation(line: str) -> bool:
    """Whether a line only greets: who answers on top goes on below it, who answers below the quote does not."""
    said = line.strip()
    return len(said) <= _MAX_SALUTATION and said.endswith((",", "、", "です。"))


def _end_of_forwarded(lines: Sequence[str], start: int) -> int:
    """Behind the line that ends what was forwarded from `start` on: the last such line, or else the end of the mail."""
    ends = (index + 1 for index in range(len(lines) - 1, start - 1, -1) if is_end_of_forwarded(lines[index]))
    return next(ends, len(lines))


def _end_of_introduction(types: Sequence[LineType], start: int) -> int:
    """Behind the last line of what introduces a quote: a divider, its header block, an attribution, in any order."""
    end = start
    for index in range(start, len(types)):
        if types[index] in INTRODUCES:
            end = index + 1
        elif types[index] not in _EMPTY:
            break
    return end


def _is_marked_quote(lines: Sequence[str], types: Sequence[LineType], start: int, end: int, *, answered: bool) -> bool:
    """Whether the quote is marked line by line, so that unmarked text below it is new.

    Below a header block or a divider everything is quoted, unless no more than a salutation stands above. Below an
    attribution a mark of omission may stand before the quote: `[…]`, `8<`; and words of the writer, who has said
    nothing else so far.
    """
    attribution = _ATTRIBUTED.issuperset(types[start:end])
    if answered and not attribution:
        return False
    if attribution and not answered:
        return LineType.quote in types[end : end + _MAX_WORDS_BETWEEN]
    for line, kind in zip(lines[end : end + 8], types[end : end + 8], strict=True):
        if kind is LineType.quote:
            return True
        if kind is not LineType.blank and not (attribution and _is_omission(line)):
            return False
    return False


def _is_indented_quote(lines: Sequence[str], types: Sequence[LineType], start: int) -> bool:
    """Whether a short quote at the top is marked by indentation alone, with an answer below it.

    Where it ends cannot be told for sure, so all of it stays: rather a quoted line too many than an answer lost.
    """
    below = [line for line, kind in zip(lines[start:], types[start:], strict=True) if kind is not LineType.blank]
    if not below or len(below) > _MAX_INDENTED_LINES or not below[0].startswith(_INDENT):
        return False
    return any(not line.startswith(_INDENT) for line in below)


def _reason_of(kind: LineType) -> str:
    if kind is LineType.attribution:
        return "attribution"
    return "forwarded" if kind is LineType.forwarded else "quote"


def _is_rest_of_quote(lines: Sequence[str], types: Sequence[LineType], index: int, rests: int) -> bool:
    """Whether this unmarked line below a quoted one is what was left over when that was wrapped.

    The quote goes on below it, unless there were `rests` before.
    """
    if index == len(lines) - 1:
        return False
    below = types[index + 1]
    if below is not LineType.quote and (below is not LineType.blank or rests < _MIN_RESTS):
        return False
    above, line = lines[index - 1].rstrip(), lines[index]
    return (
        len(above) >= _WRAPPED_AT
        and above.startswith(">")
        and len(line) < _WRAPPED_AT
        and line[:1].islower()
        and above[-1] not in ".?!:;"
    )


def _assemble(
    body: Body, lines: Sequence[str], offsets: Sequence[int], types: Sequence[LineType], reasons: Sequence[str | None]
) -> NewText:
    """Join the kept lines and tell where they stood; blank lines at the ends of a kept stretch are left out."""
    ends = [*offsets[1:], len(body.text)]
    pieces: list[tuple[int, int, int]] = []
    cuts: list[Cut] = []
    length, index = 0, 0
    for reason, same in groupby(reasons):
        start, index = index, index + len(list(same))
        if reason is not None:
            if offsets[start] < ends[index - 1]:
                cuts.append(Cut(start=offsets[start], end=ends[index - 1], reason=reason))
            continue
        first, last = start, index
        while first < last and types[first] is LineType.blank:
            first += 1
        while last > first and types[last - 1] is LineType.blank:
            last -= 1
        if first < last:
            size = ends[last - 1] - offsets[first]
            pieces.append((length, offsets[first], size))
            length += size
    text = "".join(body.text[start : start + size] for _, start, size in pieces)
    if text.endswith("\n"):
        text = text[:-1]
        at, start, size = pieces[-1]
        pieces[-1] = (at, start, size - 1)
    return NewText(
        text=text,
        body=body.text,
        pieces=tuple(pieces),
        cuts=tuple(cuts),
        source=body.source,
        unreadable=body.unreadable,
    )


def signed_text(new_text: NewText) -> str:
    """The new text for people to read: the sender's own signature below it, where one stood above what is quoted.

    Rules look at `text` alone: a signature is no place to ask for something. It comes last, so that spans of `text`
    are spans of this, too.
    """
    quoted = next((cut.start for cut in new_text.cuts if cut.reason in _QUOTED), None)
    if quoted is None:
        return new_text.text
    signatures = [cut for cut in new_text.cuts if cut.start < quoted and cut.reason in _SIGNED]
    signed = [new_text.body[cut.start : cut.end].partition(_ARMOUR)[0].strip("\n") for cut in signatures]
    signed = [text for text in signed if text and not is_delimiter(text.strip())]
    return "\n".join([new_text.text, *signed]) if signed else new_text.text
