"""Misspelt words put right, for the few words that everybody misspells."""

import re
from functools import lru_cache

# Nobody misspells so many words; telling how far two words are apart takes its time.
_MAX_CORRECTED = 300
_FARTHEST = 2


class Spellings:
    """Folded words whose misspellings count as the word: at most two edits away, the first two letters as they are.

    `known` words are right as they are, in whatever language; so are those that begin like one of `beginnings`.
    """

    def __init__(
        self, words: tuple[str, ...], known: frozenset[str] = frozenset(), beginnings: tuple[str, ...] = ()
    ) -> None:
        self._known = known
        self._beginnings = beginnings
        self.words = tuple(sorted(set(words)))
        # Each with its literal beginning, which the matcher jumps to.
        starts = sorted({word[:2] for word in self.words})
        self._candidates = [(f" {start}", re.compile(rf" {start}[^\W\d_]{{5,14}}(?= )")) for start in starts]
        self._read = lru_cache(maxsize=4096)(self._nearest)

    def corrected(self, line: str) -> str:
        """The line with misspelt words put right."""
        for start, candidates in self._candidates:
            if start in line:
                line = candidates.sub(lambda match: " " + self._read(match[0][1:]), line, _MAX_CORRECTED)
        return line

    def _nearest(self, word: str) -> str:
        if word in self._known or word.startswith(self._beginnings):
            return word
        near = [(_edits(word, right), right) for right in self.words if right[:2] == word[:2]]
        edits, right = min(near, default=(_FARTHEST + 1, word))
        return right if edits <= _FARTHEST else word


def _edits(one: str, other: str) -> int:
    """Damerau-Levenshtein distance (neighbours may change places), for words of at most 16 letters; at most 3."""
    if abs(len(one) - len(other)) > _FARTHEST:
        return _FARTHEST + 1
    before: list[int] = []
    last = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        row = [i]
        for j, b in enumerate(other, 1):
            row.append(min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (a != b)))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                row[j] = min(row[j], before[j - 2] + 1)
        if min(row) > _FARTHEST and min(last) > _FARTHEST:  # it only grows from row to row
            return _FARTHEST + 1
        before, last = last, row
    return min(last[-1], _FARTHEST + 1)
