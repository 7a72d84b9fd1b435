"""What the words of a text mean, whatever the language: to send, mail, no, the writer, an order of goods.

A dictionary says which words of a language carry which meaning; a text is read in the language that knows most of it.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from mailproc.policy.rules.folding import TOGETHER, fold_line, is_gapless
from mailproc.policy.rules.normal_text import NormalText

# Words that only tell the language.
COMMON = "common"
# A language that knows so much of what the best one knows is read beside it: Danish and Norwegian, Czech and Slovak.
_NEARLY = 0.9
_MOST_LANGUAGES = 2
# Written together with the word behind them: "and", "the", "to", "in" of Hebrew and Arabic.
_CLITICS = frozenset("והלבמשכ" + "وفبلكسا")
_MOST_CLITICS = 3
# So many letters tell which entries may be meant.
_KEY = 2
# Nothing longer is a word, and nobody should have it looked up, or kept.
_LONGEST_WORD = 40
# A sequence says less of its language than its words have said already.
_SEQUENCE_WEIGHT = 0.5
# A letter of no language here, for the `*` that folding would take away.
_ANY_ENDING = "\u0298"


class Sense(NamedTuple):
    """What a word means in one language; nothing where it only tells the language."""

    language: str
    meaning: str


class MeantWord(NamedTuple):
    """A word, or a sequence of words, that means something: its sentence, which place it has there, and its span.

    `line_span` is a stretch of the normal line; `place` counts words, in scripts without gaps finds.
    """

    meaning: str
    sentence: int
    place: int
    line_span: tuple[int, int]


class Meant(NamedTuple):
    """The words of a text that mean something, in order, and which share of all its words is known, from 0 to 1."""

    words: tuple[MeantWord, ...]
    known: float


class _Known(NamedTuple):
    """A word found in a text, with all it may mean; `weight` tells how much it says about the language."""

    senses: Collection[Sense]
    sentence: int
    place: int
    line_span: tuple[int, int]
    weight: float


class _Sequence(NamedTuple):
    """What follows the first word of a sequence: whole words, or beginnings that end in `_ANY_ENDING`."""

    rest: tuple[str, ...]
    senses: tuple[Sense, ...]


class _Begun(NamedTuple):
    """What a word, or what begins so, means alone; and the sequences that it begins, by how the second word begins."""

    senses: dict[Sense, None]
    sequences: dict[str, list[_Sequence]]


class Meanings:
    """The dictionary of all languages.

    `entries` are language, meaning and words as in a rule file: a whole word, `begin*`, or several of these. In
    scripts that leave no gaps a word is found inside others.
    """

    def __init__(self, entries: Sequence[tuple[str, str, str]]) -> None:
        self._words: dict[str, _Begun] = {}
        self._stems: dict[str, _Begun] = {}
        self._within: dict[str, dict[Sense, None]] = {}
        # By how they begin: a text needs few of so many, and each takes its time.
        self._unread: dict[str, list[tuple[Sense, str]]] = {}
        senses: dict[tuple[str, str], Sense] = {}
        for (language, meaning, _), line in zip(entries, _folded(entry for _, _, entry in entries), strict=True):
            sense = senses.setdefault((language, meaning), Sense(language, meaning))
            if is_gapless(line):
                self._within.setdefault("".join(line.split()).replace(_ANY_ENDING, ""), {})[sense] = None
            else:
                self._unread.setdefault(_key(line), []).append((sense, line))
        self._longest_within = max(map(len, self._within), default=0)
        self._look_up = lru_cache(maxsize=16_384)(self._looked_up)

    def _read_like(self, form: str) -> None:
        """Read the entries that begin like a word."""
        for sense, line in self._unread.get(_key(form), ()):
            first, *rest = line.split()
            known = self._stems if first.endswith(_ANY_ENDING) else self._words
            begun = known.setdefault(first.rstrip(_ANY_ENDING), _Begun({}, {}))
            if rest:
                begun.sequences.setdefault(rest[0][:_KEY], []).append(_Sequence(tuple(rest), (sense,)))
            else:
                begun.senses[sense] = None
        self._unread.pop(_key(form), None)  # last: whoever comes meanwhile reads them, too

    def read(self, normal: NormalText) -> Meant:
        """What a text says, in the language or the two that know most of it."""
        known = [one for number in range(len(normal.lines)) for one in self._known(normal, number)]
        weights = _weights(known)
        languages = _languages(weights)
        words = tuple(
            MeantWord(meaning, one.sentence, one.place, one.line_span)
            for one in known
            for meaning in sorted({sense.meaning for sense in one.senses if sense.language in languages} - {COMMON})
        )
        return Meant(words, min(max(weights.values(), default=0) / max(normal.words, 1), 1))

    def _known(self, normal: NormalText, number: int) -> Iterator[_Known]:
        words, start = normal.lines[number].split(), normal.starts[number] + 1
        run: list[tuple[str, int]] = []
        place = 0
        for at, word in enumerate(words):
            if is_gapless(word):
                run += zip(word, range(start, start + len(word)), strict=True)
            else:
                for known in self._inside(run, number, place):
                    place = known.place + 1
                    yield known
                run = []
                yield from self._of_word(words, at, number, place, start)
                place += 1
            start += len(word) + 1
        yield from self._inside(run, number, place)

    def _of_word(self, words: list[str], at: int, number: int, place: int, start: int) -> Iterator[_Known]:
        """What a word means alone, and with those behind it."""
        if len(words[at]) > _LONGEST_WORD:
            return
        senses, sequences = self._look_up(words[at])
        if senses:
            yield _Known(senses, number, place, (start, start + len(words[at])), 1)
        if not sequences or at + 1 == len(words):
            return
        for rest, meant in sequences.get(words[at + 1][:_KEY], ()):
            following = words[at + 1 : at + 1 + len(rest)]
            if len(following) == len(rest) and all(map(_is_word, following, rest)):
                width = len(" ".join([words[at], *following]))
                yield _Known(meant, number, place, (start, start + width), _SEQUENCE_WEIGHT)

    def _inside(self, run: list[tuple[str, int]], number: int, place: int) -> Iterator[_Known]:
        """The longest finds in a stretch of a script without gaps, from left to right; spaces do not matter."""
        text = "".join(character for character, _ in run)
        at = 0
        while at < len(text):
            for end in range(min(len(text), at + self._longest_within), at, -1):
                senses = self._within.get(text[at:end])
                if senses is not None:
                    yield _Known(senses, number, place, (run[at][1], run[end - 1][1] + 1), (end - at) / 2)
                    place, at = place + 1, end
                    break
            else:
                at += 1

    def _looked_up(self, word: str) -> _Begun:
        """What a word may mean: as it is, else by its longest known beginning in each language."""
        senses: dict[Sense, None] = {}
        sequences: dict[str, list[_Sequence]] = {}
        for form in _forms(word):
            self._read_like(form)
        whole = [begun for form in _forms(word) if (begun := self._words.get(form)) is not None]
        for begun in whole:
            senses |= begun.senses
        told = {sense.language for sense in senses if sense.meaning != COMMON}
        for form in _forms(word):
            known = set(told)
            for end in range(len(form), 0, -1):
                if (begun := self._stems.get(form[:end])) is not None:
                    whole.append(begun)
                    longest = [sense for sense in begun.senses if sense.language not in known]
                    senses |= dict.fromkeys(longest)
                    known |= {sense.language for sense in longest}
        for begun in whole:
            for key, ones in begun.sequences.items():
                sequences[key] = sequences.get(key, []) + ones
        return _Begun(senses, sequences)


def _key(line: str) -> str:
    """How the first word of a folded line begins."""
    return line[:_KEY].rstrip(" " + _ANY_ENDING)


def _is_word(word: str, sought: str) -> bool:
    return word.startswith(sought[:-1]) if sought.endswith(_ANY_ENDING) else word == sought


def _folded(entries: Iterable[str]) -> list[str]:
    """Each entry folded, all at once: one by one they would take three times as long."""
    lines = " \n ".join([" ".join(entry.split()) for entry in entries])
    text = f" {fold_line(lines.replace('*', _ANY_ENDING))} "
    for apart, together in TOGETHER:
        text = text.replace(apart, together)
    return [line.strip() for line in text.split("\n")]


def _forms(word: str) -> Iterator[str]:
    """A word as it is, and without the little words that are written together with it."""
    yield word
    if word.isascii():
        return
    for count in range(1, _MOST_CLITICS + 1):
        if len(word) < count + 2 or word[count - 1] not in _CLITICS:
            return
        yield word[count:]


def _weights(known: Iterable[_Known]) -> dict[str, float]:
    """How much each language knows of a text, in words."""
    weights: dict[str, float] = {}
    for one in known:
        for language in {sense.language for sense in one.senses}:
            weights[language] = weights.get(language, 0) + one.weight
    return weights


def _languages(weights: Mapping[str, float]) -> frozenset[str]:
    """The language that knows most of a text, and one that knows nearly as much."""
    ordered = sorted(weights, key=lambda language: (-weights[language], language))[:_MOST_LANGUAGES]
    return frozenset(language for language in ordered if weights[language] >= _NEARLY * weights[ordered[0]])
