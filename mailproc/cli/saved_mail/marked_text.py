"""A mail's text on the terminal: rules' words in colour where they stand, what was cut off as one dim line each."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from rich.text import Text

from mailproc.mail.text.new_text import Cut, NewText
from mailproc.policy.explaining.rule_fate import RuleFate

_MOST_CHARACTERS = 6000
_STYLES = {
    "unsubscribe": "not strike bold black on red",
    "review": "not strike bold black on magenta",
    "forward": "not strike bold black on cyan",
    "record": "not strike bold black on white",
}
_GUARD = "not strike bold black on green"
_HELD_BACK = "strike red"


@dataclass(frozen=True, slots=True)
class Mark:
    """A stretch of a text that is shown in a style."""

    start: int
    end: int
    style: str


def style_of(fate: RuleFate) -> str:
    """How a rule's words are shown: by what the rule does, struck out where a guard holds it back."""
    if not fate.counts:
        return _HELD_BACK
    return _GUARD if fate.rule.guard else _STYLES.get(fate.rule.does, "bold")


def marks_of(fates: Iterable[RuleFate], where: str) -> list[Mark]:
    """The rules' words of subject or body; what decides is drawn last, over the others."""
    return [
        Mark(start, end, style_of(fate))
        for fate in sorted(fates, key=lambda one: (one.counts, one.fate == "decides"))
        if fate.where == where
        for start, end in fate.spans
    ]


def marked(text: str, marks: Iterable[Mark]) -> Text:
    """A text with its marks; only so much of it as anybody reads."""
    shown = Text(text[:_MOST_CHARACTERS])
    for mark in marks:
        shown.stylize(mark.style, mark.start, mark.end)
    if len(text) > _MOST_CHARACTERS:
        shown.append(f"\n… {len(text) - _MOST_CHARACTERS} more characters", style="dim")
    return shown


def marked_body(new_text: NewText, marks: Iterable[Mark], *, width: int, whole: bool) -> Text:
    """The body as it came, with marks given in the new text; what was cut off is one line each, or dim if `whole`."""
    shown = Text()
    placed = [Mark(start, end, mark.style) for mark in marks for start, end in _in_body(new_text, mark)]
    for start, end, reasons in _stretches(new_text):
        text = new_text.body[start:end]
        if not reasons:
            kept = marked(text.strip("\n"), [])
            offset = start + len(text) - len(text.lstrip("\n"))
            for mark in placed:
                if mark.start < end and mark.end > start:
                    kept.stylize(mark.style, max(mark.start - offset, 0), max(mark.end - offset, 0))
            shown.append_text(kept)
        elif whole:
            shown.append(f"⟨{reasons}⟩ {text[:_MOST_CHARACTERS].strip()}", style="dim")
        else:
            shown.append_text(_summary(text, reasons, width))
        shown.append("\n")
    shown.rstrip()
    return shown


def _summary(text: str, reasons: str, width: int) -> Text:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    count = f"{len(lines)} lines" if len(lines) > 1 else "1 line"
    first = next(iter(lines), "")
    told = Text(f"⟨{reasons}, {count}⟩ {first}{' …' if len(lines) > 1 else ''}", style="dim")
    told.truncate(width, overflow="ellipsis")
    return told


def _stretches(new_text: NewText) -> Iterator[tuple[int, int, str]]:
    """(start, end, why it was cut) of the body in its order; why is empty for what stays; without blank stretches."""
    body, position = new_text.body, 0
    waiting: list[Cut] = []
    for cut in sorted(new_text.cuts, key=lambda one: one.start):
        if body[position : cut.start].strip():
            yield from _cut_away(body, waiting)
            waiting = []
            yield position, cut.start, ""
        waiting.append(cut)
        position = max(position, cut.end)
    yield from _cut_away(body, waiting)
    if body[position:].strip():
        yield position, len(body), ""


def _cut_away(body: str, cuts: list[Cut]) -> Iterator[tuple[int, int, str]]:
    """Cuts that follow each other, as one stretch."""
    if cuts and body[cuts[0].start : cuts[-1].end].strip():
        yield cuts[0].start, cuts[-1].end, ", ".join(dict.fromkeys(cut.reason.replace("_", " ") for cut in cuts))


def _in_body(new_text: NewText, mark: Mark) -> Iterator[tuple[int, int]]:
    """Offsets into the new text as offsets into the body; more than one when something was cut out in between."""
    for in_text, in_body, length in new_text.pieces:
        first, last = max(mark.start, in_text), min(mark.end, in_text + length)
        if first < last:
            yield first - in_text + in_body, last - in_text + in_body
