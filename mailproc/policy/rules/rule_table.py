"""One TOML table of a rule file, read key by key: what is wrong is gathered with its line, what is right is kept."""

import re
from bisect import bisect_right
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import pairwise
from typing import Any, TypeVar

_Word = TypeVar("_Word", bound=StrEnum)
_Read = TypeVar("_Read")


class Mistake(ValueError):
    """What is wrong with one value; its text is a sentence for the operator."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """The lines of a file's text in which one table stands; `line` is that of its first one."""

    text: str
    line: int

    def line_of(self, key: str, value: str = "") -> int:
        """The line of a key, or of a value under it; the first line where it is not written there."""
        found = re.search(rf"""^\s*["']?{re.escape(key)}["']?\s*=""", self.text, re.MULTILINE)
        if not found:
            return self.line
        at = self.text.find(value, found.end()) if value else -1
        return self.line + self.text.count("\n", 0, at if at >= 0 else found.end())


@dataclass(slots=True, kw_only=True)
class TableReader:
    """Reads one table; a value that is wrong reads as missing and leaves its mistake.

    `mistakes` are (line, sentence); `name` comes before each sentence.
    """

    values: Mapping[str, Any]
    stretch: Stretch
    name: str = ""
    mistakes: list[tuple[int, str]] = field(default_factory=list)

    def wrong(self, sentence: str, key: str = "", value: str = "") -> None:
        """Note a mistake, at a key or value of the table or at its beginning."""
        line = self.stretch.line_of(key, value) if key else self.stretch.line
        self.mistakes.append((line, f"{self.name}{sentence}"))

    def refuse_others(self, keys: frozenset[str]) -> None:
        """Note every key that is not among these."""
        for key in self.values:
            if key not in keys:
                self.wrong(f"unknown key {key!r}", key)

    def text(self, key: str) -> str | None:
        """One text; None when it is missing or wrong."""
        value = self.values.get(key)
        if value is None or isinstance(value, str):
            return value
        self.wrong(f"{key} is a text", key)
        return None

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts, none of them empty."""
        value = self.values.get(key, [])
        if isinstance(value, list) and all(isinstance(one, str) and one.strip() for one in value):
            return tuple(value)
        self.wrong(f"{key} is a list of texts", key)
        return ()

    def number(self, key: str, most: int | None = None) -> int | None:
        """A number above 0."""
        value = self.values.get(key)
        if value is None:
            return None
        if not isinstance(value, int) or isinstance(value, bool) or value < 1:
            self.wrong(f"{key} is a number above 0", key)
        elif most is not None and value > most:
            self.wrong(f"{key} is at most {most}", key)
        else:
            return value
        return None

    def truth(self, key: str, default: bool) -> bool:
        """`true` or `false`."""
        value = self.values.get(key, default)
        if isinstance(value, bool):
            return value
        self.wrong(f"{key} is true or false", key)
        return default

    def one_of(self, kind: type[_Word], key: str) -> _Word | None:
        """One of the words of a kind."""
        value = self.values.get(key)
        return None if value is None else self._word(kind, key, value)

    def each_of(self, kind: type[_Word], key: str) -> tuple[_Word, ...]:
        """A list of words of a kind, sorted."""
        found = (self._word(kind, key, value) for value in self.texts(key))
        return tuple(sorted(one for one in found if one is not None))

    def each_read(self, read: Callable[[str], _Read], key: str) -> tuple[_Read, ...]:
        """A list of texts, each read by a function that raises Mistake."""
        found = []
        for text in self.texts(key):
            try:
                found.append(read(text))
            except Mistake as mistake:
                self.wrong(str(mistake), key, text)
        return tuple(found)

    def _word(self, kind: type[_Word], key: str, value: object) -> _Word | None:
        try:
            return kind(str(value))
        except ValueError:
            self.wrong(f"{key} is one of {', '.join(kind)}, not {value!r}", key, str(value))
            return None


def stretches_of(text: str) -> tuple[Stretch, list[Stretch]]:
    """What stands above the first `[[rule]]` of a file, and each rule with the lines up to the next."""
    line_ends = [found.start() for found in re.finditer("\n", text)]
    starts = [found.start(1) for found in re.finditer(r"^[ \t]*(\[\[\s*rule\s*\]\])", text, re.MULTILINE)]
    rules = [
        Stretch(text=text[start:end], line=bisect_right(line_ends, start) + 1)
        for start, end in pairwise([*starts, len(text)])
    ]
    return Stretch(text=text[: starts[0]] if starts else text, line=1), rules
