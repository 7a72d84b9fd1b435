"""Text made comparable: sentences of folded words, and the way back to where they stood.

Rules are matched on this form, so that one literal stands for all spellings of letter case, accents, punctuation and
line breaks. A sentence is ` word word `; sentences are joined by line feeds. Web and mail addresses are no words.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate

from mailproc.policy.rules.folding import FOLDING, TOGETHER, fold_line, width_in_words
from mailproc.policy.rules.spelling import Spellings

MAX_CHARACTERS = 65_536
_MAX_BLANKED = 400
_MAX_ADDRESS = 320
# A line this long was broken by the mail program, not by the writer.
_WRAPPED_LINE = 45
# A line at least this long goes on when the next one begins with a small letter.
_PERHAPS_WRAPPED_LINE = 25
# A sentence without end is cut, so that looking at one sentence stays cheap.
_LONGEST_SENTENCE = 2000

# One class only: an alternation would cost four times as much.
_BREAKS = re.compile(r"[!?.;…。！？；｡؟।॥\n]")
# The apostrophe of `don't` is left out; any other is a gap.
_WORD = re.compile(r"(?:[^ ']|(?<=n)'(?=t))+")
_JOINED = tuple(tuple(apart.split()) for apart, _ in TOGETHER)
_AFTER_STOP = frozenset(" \t\r\n\"'»”’)*!?.;…")


@dataclass(frozen=True, slots=True)
class NormalText:
    """A text and its sentences. `line` is what rules are matched on.

    `sentences` are (start, end) in the text; the nth line of `line` is the nth of them, also to be had from `lines`;
    `starts` are the offsets at which they begin in `line`. `words` counts all words.
    """

    text: str
    line: str
    lines: tuple[str, ...]
    starts: tuple[int, ...]
    sentences: tuple[tuple[int, int], ...]
    words: int
    _places: dict[int, list[tuple[int, int]]] = field(default_factory=dict, repr=False, compare=False)
    """Of the sentences that were asked for; empty where each letter stands as it stood."""

    def sentence_at(self, offset: int) -> int:
        """Number of the sentence at an offset in `line`."""
        return bisect_right(self.starts, offset) - 1

    def sentence(self, number: int) -> str:
        """Normal form of one sentence, with a space at both ends."""
        return self.lines[number]

    def span_in(self, number: int, start: int, end: int) -> tuple[int, int]:
        """Where a stretch of `line` (without spaces at its ends), which lies in this sentence, stands in the text."""
        offset = self.starts[number]
        first, last = self.sentences[number]
        places = self._places.get(number)
        if places is None:
            places = self._places[number] = _places(self.text[first:last], self.lines[number])
        if not places:
            return first + start - offset - 1, first + end - offset - 1
        begin, _ = places[min(start - offset, len(places) - 1)]
        _, stop = places[min(max(end - offset - 1, 0), len(places) - 1)]
        return first + begin, first + max(stop, begin)


def normal_text(text: str, spellings: Spellings | None = None) -> NormalText:
    """The normal form of a text; what lies beyond its first 65,536 characters is left out.

    `spellings` are words whose misspellings are read as the word itself. Empty text has one empty sentence.
    """
    text = text[:MAX_CHARACTERS]
    sentences = tuple(_sentences(text, blanked := _without_addresses(text)))
    raw = "\n".join([blanked[start:end].replace("\n", " ") for start, end in sentences])
    words = [folded.split() for folded in fold_line(raw).split("\n")]
    line = "\n".join([f" {' '.join(one)} " for one in words])
    for apart, together in TOGETHER:
        line = line.replace(apart, together)
    if spellings is not None:
        line = spellings.corrected(line)
    width = sum(map(len, words)) if text.isascii() else width_in_words(line)
    lines = tuple(line.split("\n"))
    starts = tuple(accumulate([len(one) + 1 for one in lines[:-1]], initial=0))
    return NormalText(text=text, line=line, lines=lines, starts=starts, sentences=sentences, words=width)


def _sentences(text: str, blanked: str) -> list[tuple[int, int]]:
    """(start, end) of each sentence; a line broken by the mail program goes on in the next line."""
    found: list[tuple[int, int]] = []
    start = line_start = 0
    for match in _BREAKS.finditer(blanked):
        at = match.start()
        character = blanked[at]
        if character == "\n":
            length, line_start = at - line_start, at + 1
            if length >= _PERHAPS_WRAPPED_LINE and _goes_on(blanked, at, length):
                continue
        elif character in ".;…" and blanked[at + 1 : at + 2] not in _AFTER_STOP and at + 1 < len(blanked):
            continue
        if not blanked[start:at].isspace() and start < at:
            found.append((start, at))
        start = at + 1
    if blanked[start:].strip() or not found:
        found.append((start, len(text)))
    if len(text) <= _LONGEST_SENTENCE:
        return found
    return [piece for first, last in found for piece in _pieces(blanked, first, last)]


def _pieces(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """A sentence in pieces of bounded length, cut at spaces where there are any."""
    while end - start > _LONGEST_SENTENCE:
        space = text.rfind(" ", start + 1, start + _LONGEST_SENTENCE)
        cut = space if space > 0 else start + _LONGEST_SENTENCE
        yield start, cut
        start = cut
    yield start, end


def _goes_on(text: str, at: int, length: int) -> bool:
    """Whether the sentence before a line feed goes on behind it; `length` is that of a line that may be wrapped."""
    following = text[at + 1 : at + 40].lstrip(" \t\r")[:1]
    before = text[at - 1 : at]
    if not following or following in "\n-*>•" or before in ":;":
        return False
    # A greeting ends in a comma, too.
    return following.islower() or (length >= _WRAPPED_LINE and before != ",")


def _without_addresses(text: str) -> str:
    """The text with spaces in place of web and mail addresses, of the same length."""
    if "@" not in text and "://" not in text and "www." not in text:
        return text
    pieces, done, seen = [], 0, 0
    for match in re.finditer(r"@|://|www\.", text):
        at = match.start()
        if at < done:
            continue
        seen += 1
        if seen > _MAX_BLANKED:
            break
        start, end = _edges(text, at, done)
        pieces.append(text[done:start] + " " * (end - start))
        done = end
    return "".join(pieces) + text[done:]


def _edges(text: str, at: int, lowest: int) -> tuple[int, int]:
    """Start and end of the unbroken stretch around an offset; the sentence's own punctuation is not of it."""
    lowest, highest = max(lowest, at - _MAX_ADDRESS), min(len(text), at + _MAX_ADDRESS * 4)
    start = at
    while start > lowest and not text[start - 1].isspace() and text[start - 1] not in "<(\"'[":
        start -= 1
    end = at
    while end < highest and not text[end].isspace() and text[end] not in ">)\"']":
        end += 1
    while end > at + 1 and text[end - 1] in ".,;:!?":
        end -= 1
    return start, end


def _places(original: str, sentence: str) -> list[tuple[int, int]]:
    """For each character of a normal sentence, the (start, end) in the original that it came from.

    Empty where only letter case is different: each then stands one behind its place in the original.
    """
    if original.isascii() and original.lower() == sentence[1:-1]:
        return []
    words, origins = _words_with_origins(original)
    places: list[tuple[int, int]] = []
    for number, word in enumerate(sentence.split(" ")[1:-1]):
        if number >= len(origins):
            places += [(len(original), len(original))] * (len(word) + 1)
            continue
        where = origins[number]
        places.append((where[0], where[0] + 1))
        if number < len(words) and words[number] == word:
            places += [(at, at + 1) for at in where]
        else:
            places += [(where[0], where[-1] + 1)] * len(word)
    return places or [(0, len(original))]


def _words_with_origins(original: str) -> tuple[list[str], list[Sequence[int]]]:
    """The words of one sentence as `normal_text` makes them, before spelling, and where each character came from."""
    blanked = _without_addresses(original).replace("\n", " ")
    parts = [FOLDING[ord(character)] for character in blanked]
    folded = "".join(parts)
    origin: Sequence[int] = range(len(parts))
    if len(folded) != len(parts) or "" in parts:
        origin = [index for index, part in enumerate(parts) for _ in part]
    words: list[str] = []
    origins: list[Sequence[int]] = []
    for found in _WORD.finditer(folded):
        word, where = found[0], origin[found.start() : found.end()]
        if "'" in word:
            where = [at for at, character in zip(where, word, strict=True) if character != "'"]
        words.append(word.replace("'", ""))
        origins.append(where)
    return _joined(words, origins)


def _joined(words: list[str], origins: list[Sequence[int]]) -> tuple[list[str], list[Sequence[int]]]:
    for first, second in _JOINED:
        if first not in words:
            continue
        index = 0
        while index + 1 < len(words):
            if words[index] == first and words[index + 1].startswith(second):
                words[index] += words.pop(index + 1)
                origins[index] = (*origins[index], *origins.pop(index + 1))
            index += 1
    return words, origins
