"""What rule files say of likeness: the dictionary `[meanings]` of a language, and the points `[likeness]` of all."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from mailproc.policy.rules.likeness import Likeness, meanings_of
from mailproc.policy.rules.rule_table import TableReader
from mailproc.policy.rules.word_class import NAME

LIKENESS_KEYS: Final = frozenset({"start", "review_from", "doubt_until", "max_words", "points"})
_MAX_WORDS = 60
_MOST_POINTS = 1000
# A `*` that is not behind two letters and at the end of its word; a word without letters.
_NO_WORD = re.compile(r"\*[^\s,]|(?<![^\s,])(?:[^\s,]?\*|[^\w\s,]+)(?![^\s,])")


@dataclass(frozen=True, slots=True, kw_only=True)
class LikenessTable:
    """What one file says of points; None and empty where it says nothing."""

    points: Mapping[str, int] = field(default_factory=dict)
    start: int | None = None
    review_from: int | None = None
    doubt_until: int | None = None
    max_words: int | None = None


NO_LIKENESS: Final = LikenessTable()


def read_meanings(reader: TableReader, language: str) -> tuple[tuple[str, str], ...]:
    """The pairs of meaning and word under `[meanings]`: `no = "not, never, do not"`."""
    table = reader.values.get("meanings", {})
    if not isinstance(table, dict):
        reader.wrong("meanings are a table of their own, under a line [meanings]", "meanings")
        return ()
    if table and not language:
        reader.wrong('meanings are those of a language: name it above them, language = "de"', "meanings")
    of_meanings = TableReader(values=table, stretch=reader.stretch, name="meaning ", mistakes=reader.mistakes)
    found: list[tuple[str, str]] = []
    for name in table:
        if not NAME.fullmatch(name):
            of_meanings.wrong(f"{name!r} needs a name of small letters, digits and hyphens", name)
        words = " ".join((of_meanings.text(name) or "").split())
        for wrong in _NO_WORD.finditer(words):
            entry = words[words.rfind(",", 0, wrong.start()) + 1 :].partition(",")[0].strip()
            of_meanings.wrong(f"{name}: {entry!r} is no word, nor the beginning of one (begin*)", name, entry)
        found += [(name, stripped) for word in words.split(",") if (stripped := word.strip())]
    return tuple(found)


def read_likeness(reader: TableReader) -> LikenessTable:
    """The points under `[likeness]` and `[likeness.points]`."""
    table = reader.values.get("likeness", {})
    if not isinstance(table, dict) or not isinstance(table.get("points", {}), dict):
        reader.wrong("likeness is a table of its own, under [likeness], its points under [likeness.points]", "likeness")
        return NO_LIKENESS
    inner = TableReader(values=table, stretch=reader.stretch, name="likeness: ", mistakes=reader.mistakes)
    inner.refuse_others(LIKENESS_KEYS)
    if not table:
        return NO_LIKENESS
    points = table.get("points", {})
    read = {what: _points(inner, f"points of {what!r}", value, what) for what, value in points.items()}
    return LikenessTable(
        points={what: value for what, value in read.items() if value is not None},
        start=_points(inner, "start", table.get("start"), "start"),
        review_from=_points(inner, "review_from", table.get("review_from"), "review_from"),
        doubt_until=_points(inner, "doubt_until", table.get("doubt_until"), "doubt_until"),
        max_words=inner.number("max_words", _MAX_WORDS * 10),
    )


def _points(reader: TableReader, name: str, value: Any, key: str) -> int | None:
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or abs(value) > _MOST_POINTS:
        reader.wrong(f"{name} is a whole number from -{_MOST_POINTS} to {_MOST_POINTS}", key)
        return None
    return value


def joined_likeness(
    files: Iterable[tuple[str, str, tuple[tuple[str, str], ...], LikenessTable]],
) -> tuple[Likeness | None, list[str]]:
    """The likeness of all files (name, language, meanings, points), and what is wrong with it; None without points.

    What a later file says of the same points goes before what an earlier one says.
    """
    entries: list[tuple[str, str, str]] = []
    points: dict[str, int] = {}
    start = review_from = 0
    doubt_until: int | None = None
    max_words = _MAX_WORDS
    file = ""
    for name, language, meanings, table in files:
        entries += [(language, meaning, word) for meaning, word in meanings]
        points |= table.points
        file = name if table.points else file
        start = start if table.start is None else table.start
        review_from = review_from if table.review_from is None else table.review_from
        doubt_until = doubt_until if table.doubt_until is None else table.doubt_until
        max_words = table.max_words or max_words
    known = {meaning for _, meaning, _ in entries}
    unknown = {one: what for what in points for one in meanings_of(what) if one not in known}
    problems = [f"{file}: points of {what!r}: no file has a meaning {one!r}" for one, what in unknown.items()]
    if not points or not entries:
        return None, []
    likeness = Likeness(
        file=file,
        entries=tuple(entries),
        points=points,
        start=start,
        review_from=review_from,
        doubt_until=doubt_until,
        max_words=max_words,
    )
    return likeness, problems
