"""Texts as the tables of automatic mail have them, and tables as automata that cannot hang, whatever the text."""

import functools
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import re2

_BIDI = dict.fromkeys([*range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2066, 0x206A), 0xFEFF])
# `[^.!?]{0,60}` of a pattern: an automaton counts each character of it, from each place where it may have begun.
_GAP = re.compile(r"(?:\[\^[^\]]+\]|\.)\{\d+,\d+\}\??")
# Of an automaton for one table; one that forgets has to begin anew, as those for all tables at once would.
_SMALL_TABLE_BYTES = 8 << 20
_PIECE = re.compile(rf"({_GAP.pattern})|\\.|\[\^?\]?[^\]]*\]|[()]|.")


def any_of(patterns: Iterable[str], *, start: bool = False) -> Any:
    """One RE2 automaton for a table of phrases."""
    options = re2.Options()
    options.log_errors = False
    joined = "|".join(f"(?:{pattern})" for pattern in patterns)
    return re2.compile(f"^(?:{joined})" if start else joined, options=options)


def signs_of(patterns: Iterable[str], *, memory_bytes: int = 32 << 20) -> Callable[[str | bytes], bool]:
    """Whether any of these patterns is in a text, by an RE2 set, which answers in half the time of an RE2 object.

    The empty pattern is in every text: where even that is not found the set has run out of memory, and nobody knows.
    """
    options = re2.Options()
    options.log_errors = False
    options.max_mem = memory_bytes
    either = re2.Set.SearchSet(options)
    either.Add("")
    either.Add("(?m)" + "|".join(f"(?:{pattern})" for pattern in patterns))
    either.Compile()
    return lambda text: either.Match(text) != [0]


def core_of(pattern: str) -> str:
    """What must be in a text that a pattern is in, without what counts: what stands behind its last gap.

    A gap inside of brackets is none: that is how a table keeps a pattern whole whose end alone is in every text.
    """
    if _GAP.search(pattern) is None:
        return pattern
    depth = start = 0
    for piece in _PIECE.finditer(pattern):
        depth += {"(": 1, ")": -1}.get(piece[0], 0)
        if piece[1] and depth == 0:
            start = piece.end()
    return pattern[start:] or pattern


class Phrases:
    """A table of phrases to look for in texts of people, most of which have not even the core of one.

    Its automata are built when they are first needed: many programs read no mail that needs them.
    """

    def __init__(self, patterns: Iterable[str]) -> None:
        self._patterns = tuple(patterns)

    def search(self, text: str) -> Any:
        """The first hit, None for none."""
        return self._whole.search(text) if self._has_core(text) else None

    def finditer(self, text: str) -> Iterator[Any]:
        """All hits in order."""
        return self._whole.finditer(text) if self._has_core(text) else iter(())

    @functools.cached_property
    def _has_core(self) -> Callable[[str | bytes], bool]:
        return signs_of(map(core_of, self._patterns), memory_bytes=_SMALL_TABLE_BYTES)

    @functools.cached_property
    def _whole(self) -> Any:
        return any_of(self._patterns)


def compared(text: str) -> str:
    """Text as the tables have it: NFKC, lower-case, white space collapsed, nothing invisible, no lone surrogates."""
    text = unicodedata.normalize("NFKC", text).translate(_BIDI).lower().replace("’", "'")
    return " ".join(text.encode("utf-8", "replace").decode().split())
