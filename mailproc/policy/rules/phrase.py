"""The phrase language of rule files: words, alternatives, options and gaps (docs/reference/rules.md).

take (me|us) off [of] (your|this) ... list
^ begins the sentence     $ ends it        (courtesy before and after does not count)
(a|b c)  one of these     [a|b]  or not    unsubscri*  any ending    *mi  any beginning    ...  a gap of some words
{remove}  one of the words of a class
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from mailproc.policy.rules.folding import fold_word, is_gapless, write_together
from mailproc.policy.rules.literals import ANYTHING, NONE, Literals, groups_of, in_a_row, literal, one_of, perhaps
from mailproc.policy.rules.word_class import NO_CLASSES, WordClassError, with_words

_SPECIAL = frozenset("()[]{}|*")
_MAX_DEPTH = 6
_MANY = 4  # alternatives
_ANY = r"[^ \n]*"
# Signs of regular expressions: folded away they would leave a word that says something else.
_NO_LETTERS = re.compile(r"[$^?]")
_LETTERS = re.compile(r"[^\s()\[\]{}|*]+")
_PLAIN_WORD = re.compile(rf"({_LETTERS.pattern})(?:\s+|(?=[|)\]])|\Z)")
_SPACES = re.compile(r"\s+")
# A choice without brackets in it. The words of a class stand in hundreds of phrases: they are read once.
_FLAT_CHOICE = re.compile(r"[(\[][^()\[\]]*[)\]]")
# A word without an end, which is cut elsewhere, or nothing but cut: read piece by piece.
_HARD_CHOICE = re.compile(r"[{}]|\*[^\s|\])]|(?<![^\s|(\[])\*")
_FOLDED_CHOICE = re.compile(r"[(\[]([a-z0-9]+(?:[ |][a-z0-9]+)*)[)\]]")  # most are: there is nothing to fold


class PhraseError(ValueError):
    """A phrase that cannot be read; its text is a sentence for the operator."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch without gap: `source` is a regular expression over normal text.

    Words are followed by a space each, so a segment ends in one; before it stands a space or the sentence's beginning.
    In scripts without gaps between words (`gapless`) spaces are as the writer likes. Of each group of `literals` one
    is in every text that has this.
    """

    source: str
    gapless: bool
    literals: tuple[frozenset[str], ...] = field(compare=False)

    @property
    def span_source(self) -> str:
        """What finds the span, as group 1; the spaces around it belong to the words beside it, too."""
        return f"({self.source})" if self.gapless else f" (?=({self.source}))"


@dataclass(frozen=True, slots=True)
class Phrase:
    """Segments in their order, with gaps between them; `begins` and `ends` tie it to the sentence's edges.

    `text` is what the rule file says.
    """

    text: str
    segments: tuple[Segment, ...]
    begins: bool = False
    ends: bool = False


class Phrases:
    """Reads phrases with the word classes of all files; what a process before has read is `known` by its text."""

    def __init__(self, classes: Mapping[str, tuple[str, ...]], known: Mapping[str, Phrase]) -> None:
        self._classes = classes
        self._known = known

    def read(self, text: str) -> Phrase:
        """Read one phrase. Raises PhraseError with a sentence saying what is wrong."""
        return self._known.get(text) or read_phrase(text, self._classes)


def read_phrase(text: str, classes: Mapping[str, tuple[str, ...]] = NO_CLASSES) -> Phrase:
    """Read one phrase. Raises PhraseError with a sentence saying what is wrong."""
    try:
        said = with_words(text, classes)
    except WordClassError as error:
        raise PhraseError(f"phrase {text!r} {error}") from error
    body = write_together(said.strip())
    begins, ends = body.startswith("^"), body.endswith("$")
    body = body.removeprefix("^").removesuffix("$").strip()
    parts = re.split(r"\s*(?:\.\.\.|…)\s*", body)
    if not body or not all(parts):
        raise PhraseError(f"phrase {text!r} needs words on both sides of each gap")
    try:
        segments = tuple(_segment(part) for part in parts)
    except PhraseError as error:
        raise PhraseError(f"phrase {text!r} {error}") from error
    return Phrase(text=text, segments=segments, begins=begins, ends=ends)


def _segment(text: str) -> Segment:
    reader = _Reader(text, gapless=is_gapless(text))
    pieces = reader.sequence(depth=0)
    if reader.position < len(text):
        raise PhraseError(f"has a {text[reader.position]!r} that closes nothing")
    if not reader.has_word:
        raise PhraseError("could match nothing at all")
    groups = groups_of([piece.literals for piece in pieces], "" if reader.gapless else " ")
    return Segment(source=_joined(pieces), gapless=reader.gapless, literals=groups)


class _Piece(NamedTuple):
    """A part of a segment: the expression that matches it, and its literals."""

    source: str
    literals: Literals


class _Choice(NamedTuple):
    """The expressions of a choice, longest first, and the literals of all."""

    sources: tuple[str, ...]
    literals: Literals


def _joined(pieces: Iterable[_Piece]) -> str:
    return "".join([piece.source for piece in pieces])


class _Reader:
    """Reads one segment from left to right."""

    def __init__(self, text: str, *, gapless: bool) -> None:
        self.text = text
        self.gapless = gapless
        self.space = _space(gapless)
        self.gap = _gap(gapless)
        self.position = 0
        self.has_word = False  # whether anything outside all brackets of choice must be there

    def sequence(self, depth: int) -> list[_Piece]:
        """Items up to `|`, a closing bracket or the end; each is followed by its space."""
        if depth > _MAX_DEPTH:
            raise PhraseError("has brackets too deep")
        items: list[_Piece] = []
        while True:
            if spaces := _SPACES.match(self.text, self.position):
                self.position = spaces.end()
            words = []
            while plain := _PLAIN_WORD.match(self.text, self.position):
                self.position = plain.end()
                words.append(plain[1])
            if words:
                items.append(_piece_of(words, self.gapless))
                self.has_word = self.has_word or depth == 0
            if self.position >= len(self.text) or self.text[self.position] in "|)]":
                return items
            items.append(self._item(depth))
            self.has_word = self.has_word or (depth == 0 and not _may_be_empty(items[-1].source))

    def _item(self, depth: int) -> _Piece:
        """One word, which may be made of pieces, or an option."""
        if self.text[self.position] == "[":
            option = self._alternatives("]", depth)
            return _Piece(f"(?:{_by_first_letter(option.sources)})?", perhaps(option.literals))
        start = self.position
        if self.text[start] == "(":
            spaced = self._alternatives(")", depth)
            if self._at_word_end():
                return _Piece(f"(?:{_by_first_letter(spaced.sources)})", spaced.literals)
            self.position = start
        pieces = []
        while not self._at_word_end():
            pieces.append(self._piece(depth))
        return _Piece(_joined(pieces) + self.space, in_a_row([*(piece.literals for piece in pieces), self.gap]))

    def _piece(self, depth: int) -> _Piece:
        character = self.text[self.position]
        if character == "(":
            choice = self._alternatives(")", depth)
            source = f"(?:{'|'.join(one.removesuffix(self.space) for one in choice.sources)})"
            return _Piece(source, _without_space(choice.literals))
        if character == "*":
            self.position += 1
            return _Piece(_ANY, ANYTHING)
        if character in _SPECIAL:
            raise PhraseError(f"has {character!r} inside a word")
        letters = _LETTERS.match(self.text, self.position)
        assert letters is not None
        self.position = letters.end()
        return _Piece(_word_source(letters[0]), literal(fold_word(letters[0])))

    def _alternatives(self, closing: str, depth: int) -> _Choice:
        flat = _FLAT_CHOICE.match(self.text, self.position)
        if flat is None or flat[0][-1] != closing or depth >= _MAX_DEPTH:
            return self.read_alternatives(closing, depth)
        self.position = flat.end()
        return _alternatives_of(flat[0], self.gapless)

    def read_alternatives(self, closing: str, depth: int) -> _Choice:
        """What may be chosen from a bracket here up to the one that closes it."""
        self.position += 1
        found = [self.sequence(depth + 1)]
        while self.position < len(self.text) and self.text[self.position] == "|":
            self.position += 1
            found.append(self.sequence(depth + 1))
        if self.position >= len(self.text) or self.text[self.position] != closing:
            raise PhraseError(f"has a bracket without its {closing!r}")
        self.position += 1
        literals = one_of([in_a_row([piece.literals for piece in one]) for one in found])
        return _Choice(_longest_first([_joined(one) for one in found]), literals)

    def _at_word_end(self) -> bool:
        following = self.text[self.position : self.position + 1]
        return not following or following.isspace() or following in "|)]"


def _space(gapless: bool) -> str:
    return " ?" if gapless else " "


def _piece_of(words: list[str], gapless: bool) -> _Piece:
    source, text, ends = _words(words, gapless)
    only = frozenset({text})
    return _Piece(source, Literals(only, NONE) if ends else Literals(NONE, only))


def _gap(gapless: bool) -> Literals:
    return ANYTHING if gapless else literal(" ")


def _without_space(literals: Literals) -> Literals:
    return Literals(literals.ended, frozenset([one.removesuffix(" ") for one in literals.open]))


def _longest_first(alternatives: Iterable[str]) -> tuple[str, ...]:
    """The first that fits is taken: where one begins another, the longer must come first, or `$` never sees its end."""
    return tuple(sorted(alternatives, key=len, reverse=True))


@lru_cache(maxsize=4096)
def _alternatives_of(choice: str, gapless: bool) -> _Choice:
    """The alternatives of a choice that has no brackets in it."""
    if not gapless and (folded := _FOLDED_CHOICE.fullmatch(choice)):
        plain = [f"{one} " for one in folded[1].split("|")]
        return _Choice(_longest_first(plain), Literals(NONE, frozenset(plain)))
    if _HARD_CHOICE.search(choice):
        return _Reader(choice, gapless=gapless).read_alternatives(choice[-1], depth=0)
    rows = [_words(words.split(), gapless) for words in choice[1:-1].split("|")]
    ended = frozenset([row.literal for row in rows if row.ends])
    open_ended = frozenset([row.literal for row in rows if not row.ends])
    return _Choice(_longest_first([row.source for row in rows]), Literals(ended, open_ended))


class _Words(NamedTuple):
    """The expression for some words, and their literal, which ends where one is cut off."""

    source: str
    literal: str
    ends: bool


def _words(words: Iterable[str], gapless: bool) -> _Words:
    """Words that may end in `*`, each with the space behind it. Raises PhraseError as `_word_source` does."""
    space = _space(gapless)
    sources, literals, ends = [], [], False
    for word in words:
        stem = word.removesuffix("*")
        sources.append(_word_source(stem) + space if stem == word else _word_source(stem) + _ANY + space)
        if not ends:
            ends = gapless or stem != word
            literals.append(fold_word(stem) if ends else fold_word(word) + " ")
    return _Words("".join(sources), "".join(literals), ends)


@lru_cache(maxsize=16_384)
def _word_source(word: str) -> str:
    """What finds a word. Raises PhraseError when nothing of it is one, or a part of it means something elsewhere."""
    if sign := _NO_LETTERS.search(word):
        raise PhraseError(
            f"has {sign[0]!r} within: edges stand at a phrase's outside, options in [brackets]; punctuation is no word"
        )
    folded = fold_word(word)
    if not folded:
        raise PhraseError(f"has {word!r} where a word should be")
    return re.escape(folded).replace(r"\ ", " ")


@lru_cache(maxsize=4096)
def _by_first_letter(alternatives: tuple[str, ...]) -> str:
    """The same choice, tried letter by letter: at most places of a text no word of a class begins.

    Alternatives of different first letters never fit at one place, so their order among each other says nothing.
    """
    if len(alternatives) < _MANY or not all(one[:1].isalnum() for one in alternatives):
        return "|".join(alternatives)
    beginning: dict[str, list[str]] = {}
    for one in alternatives:
        beginning.setdefault(one[0], []).append(one[1:])
    return "|".join(
        letter + (rests[0] if len(rests) == 1 else f"(?:{'|'.join(rests)})") for letter, rests in beginning.items()
    )


def _may_be_empty(item: str) -> bool:
    """Whether a top-level item could match nothing: an option, or a choice with an empty alternative."""
    return item.endswith(")?") or "(?:|" in item or "||" in item or "|)" in item or item.strip() == _ANY
