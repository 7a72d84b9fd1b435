"""What a short text reads like: whether its words, taken together, are those of people who ask to be left alone.

Rules know sentences; people find others every day. Here no sentence is known: each meaning of a text has its points,
and so have two that stand near each other. The sum takes nobody off: it puts before a person what reads like a request,
and what a rule took for one among many words that speak of other things.
"""

import re
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from mailproc.policy.rules.meaning import Meanings, Meant, MeantWord
from mailproc.policy.rules.normal_text import NormalText, normal_text

# Two meanings further apart in a sentence have nothing to do with each other.
_NEAR_WORDS = 8
# How long a text is says something, too: "no thanks" alone, or within twenty words about shoes.
_LENGTHS = (4, 10, 20, 40)
# So does how much of it is everyday language: who asks to be left alone writes of little else.
_KNOWN = (
    (0.8, "nearly all known"),
    (0.65, "most known"),
    (0.5, "half known"),
    (0.35, "some known"),
    (0.0, "few known"),
)
_BESIDE = " + "
# Calls, assignments and paths of a program or a shell: who pastes them writes of other things.
_CODE = re.compile(r"\w\((?!s\))[\w.]*[,)=\"']|<-|\$\w|::|==|\w/\w+/\w|^\s*(?:[$#>]|\.\.\.|In \[)\s", re.MULTILINE)


class Share(NamedTuple):
    """What one meaning, or two beside each other, add to the points, and the first words that say it.

    No words: it is what the text is like as a whole.
    """

    what: str
    points: int
    words: tuple[MeantWord, ...] = ()


class Weighed(NamedTuple):
    """The points of a text, with those that everything starts from, and the shares that they are made of.

    `known` is the share of its words that the dictionary has, from 0 to 1.
    """

    points: int
    shares: tuple[Share, ...]
    known: float


@dataclass(frozen=True, kw_only=True, eq=False)
class Likeness:
    """The dictionary and the points: `start` for every text, the others by what it says.

    Texts of more than `max_words` are not weighed. From `review_from` points on a person looks; up to
    `doubt_until`, too, where a rule found a request (None: never). `file` has the points.
    """

    file: str
    entries: tuple[tuple[str, str, str], ...]
    points: Mapping[str, int]
    start: int
    review_from: int
    max_words: int
    doubt_until: int | None = None

    @cached_property
    def meanings(self) -> Meanings:
        """The dictionary, made when the first text needs it: most mails do not."""
        return Meanings(self.entries)

    def make_ready(self) -> None:
        """Make the dictionary now."""
        self.meanings.read(normal_text(""))

    def weigh(self, normal: NormalText, left_out: Set[int] = frozenset()) -> Weighed | None:
        """The points of a text without some of its sentences; None where it is too long, or says nothing known."""
        if normal.words > self.max_words:
            return None
        meant = self.meanings.read(normal)
        if all(word.sentence in left_out for word in meant.words):
            return None
        said = said_in(meant, normal, left_out)
        shares = [Share(what, self.points.get(what, 0), words) for what, words in said.items()]
        counted = tuple(sorted((one for one in shares if one.points), key=lambda one: (-abs(one.points), one.what)))
        return Weighed(self.start + sum(one.points for one in counted), counted, meant.known)


def stretch_of(words: Sequence[MeantWord], normal: NormalText) -> tuple[int, int]:
    """From the first to the last of some words of one sentence: a span of the text."""
    return normal.span_in(words[0].sentence, words[0].line_span[0], max(word.line_span[1] for word in words))


def said_in(meant: Meant, normal: NormalText, left_out: Set[int] = frozenset()) -> dict[str, tuple[MeantWord, ...]]:
    """What has points, without some sentences: each meaning, two near each other, and what the text is like.

    With the first words that say so; none where it is its length, the share of words that are known, or code.
    """
    said: dict[str, tuple[MeantWord, ...]] = {_length(normal.words): (), _known(meant.known): ()}
    if _CODE.search(normal.text):
        said[_HOLDS_CODE] = ()
    words = [word for word in meant.words if word.sentence not in left_out]
    sentences: dict[int, list[MeantWord]] = {}
    for word in words:
        said.setdefault(word.meaning, (word,))
        sentences.setdefault(word.sentence, []).append(word)
    for ones in sentences.values():
        for number, one in enumerate(ones):
            for other in ones[number + 1 :]:
                if other.place - one.place > _NEAR_WORDS:
                    break
                if one.meaning != other.meaning and other.place > one.place:
                    said.setdefault(beside(one.meaning, other.meaning), (one, other))
    return said


def beside(one: str, other: str) -> str:
    """The name of two meanings near each other, whichever comes first."""
    return _BESIDE.join(sorted((one, other)))


def meanings_of(what: str) -> tuple[str, ...]:
    """The meanings in the name of what has points; none for what a text is like."""
    return () if what in _WITHOUT_MEANING else tuple(what.split(_BESIDE))


def _length(width: int) -> str:
    return next((f"{words} words" for words in _LENGTHS if width <= words), _LONGER)


def _known(share: float) -> str:
    return next((name for least, name in _KNOWN if share >= least))


_LONGER = "more words"
_HOLDS_CODE = "some code"
_WITHOUT_MEANING = frozenset(
    {*(f"{words} words" for words in _LENGTHS), _LONGER, _HOLDS_CODE, *(name for _, name in _KNOWN)}
)
