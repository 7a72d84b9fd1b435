"""Courtesy around a request: what of a sentence is left when greeting, please and thanks are taken off."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from mailproc.policy.rules.folding import fold, is_gapless, width_in_words
from mailproc.policy.rules.normal_text import NormalText

_NAME_WORDS = 3
_SIGNATURE_WORDS = 6
_SMALL_NAME_PARTS = frozenset(
    {"van", "von", "der", "den", "de", "del", "da", "dos", "du", "la", "le", "bin", "ben", "and", "und", "y", "et"}
)


class Core(NamedTuple):
    """Offsets in a normal sentence: what is left begins between `begin` and `latest` (a name may follow a greeting).

    It ends at `end`. `greeted` and `closed` tell of a greeting in front and a closing behind.
    """

    begin: int
    latest: int
    end: int
    greeted: bool = False
    closed: bool = False

    @property
    def is_empty(self) -> bool:
        """Nothing but courtesy: perhaps with a name."""
        return self.latest >= self.end


class Manners:
    """The courtesy of all languages together."""

    def __init__(self, courtesy: Iterable[str], greetings: Iterable[str], closings: Iterable[str]) -> None:
        self._greetings = _by_first_word(greetings)
        self._closings = _by_first_word(closings)
        self._leading = _by_first_word((*courtesy, *greetings))
        self._trailing = _by_last_word((*courtesy, *greetings, *closings))
        self._gapless = tuple(sorted({fold(one) for one in courtesy if is_gapless(one)}, key=len, reverse=True))

    def core(self, sentence: str) -> Core:
        """What is left of a normal sentence."""
        if self._gapless and is_gapless(sentence):
            return self._gapless_core(sentence)
        words = sentence.split()
        begin, greeted = self._stripped_front(words, 0)
        latest = begin
        if greeted:
            for skipped in range(1, _NAME_WORDS):
                at, _ = self._stripped_front(words, min(begin + skipped, len(words)))
                latest = max(latest, at)
        end, closed = self._stripped_back(words, begin)
        begin_at, latest_at = _offset_of(words, begin), _offset_of(words, min(latest, end))
        return Core(begin_at, latest_at, _offset_of(words, end), greeted, closed)

    def is_courtesy(self, text: NormalText, number: int, *, after: bool) -> bool:
        """Whether a sentence says nothing: greeting, thanks; `after` the request, a name or signature, too."""
        core = self.core(text.sentence(number))
        if core.is_empty:
            return True
        start, end = text.sentences[number]
        return after and _is_signature(text.text[start:end])

    def _stripped_front(self, words: list[str], at: int) -> tuple[int, bool]:
        greeted = False
        while at < len(words):
            length = _match_at(self._leading, words, at)
            if not length and not words[at].isdigit():
                break
            greeted = greeted or bool(_match_at(self._greetings, words, at))
            at += length or 1
        return at, greeted

    def _stripped_back(self, words: list[str], begin: int) -> tuple[int, bool]:
        end, closed = len(words), False
        if not self._closings.keys().isdisjoint(words[-_SIGNATURE_WORDS:]):
            for at in range(max(begin, end - _SIGNATURE_WORDS), end):
                if _match_at(self._closings, words, at):
                    end, closed = at, True
                    break
        while end > begin:
            length = _match_before(self._trailing, words, end)
            if not length and not words[end - 1].isdigit():
                break
            end -= length or 1
        return end, closed

    def _gapless_core(self, sentence: str) -> Core:
        begin, end = 1, len(sentence)
        stripped = True
        while stripped:
            stripped = False
            while begin < end and sentence[begin] == " ":
                begin += 1
            while end > begin and sentence[end - 1] == " ":
                end -= 1
            for one in self._gapless:
                if sentence.startswith(one, begin, end):
                    begin, stripped = begin + len(one), True
                elif sentence.endswith(one, begin, end):
                    end, stripped = end - len(one), True
        return Core(begin, begin, end)


def _by_first_word(phrases: Iterable[str]) -> Mapping[str, list[list[str]]]:
    found: dict[str, list[list[str]]] = {}
    for words in sorted({fold(phrase) for phrase in phrases}, key=len, reverse=True):
        found.setdefault(words.split()[0], []).append(words.split())
    return found


def _by_last_word(phrases: Iterable[str]) -> Mapping[str, list[list[str]]]:
    found: dict[str, list[list[str]]] = {}
    for words in sorted({fold(phrase) for phrase in phrases}, key=len, reverse=True):
        found.setdefault(words.split()[-1], []).append(words.split())
    return found


def _match_at(phrases: Mapping[str, list[list[str]]], words: list[str], at: int) -> int:
    """How many words the longest phrase that begins here has; 0 for none."""
    for one in phrases.get(words[at], ()):
        if words[at : at + len(one)] == one:
            return len(one)
    return 0


def _match_before(phrases: Mapping[str, list[list[str]]], words: list[str], end: int) -> int:
    """How many words the longest phrase that ends here has; 0 for none."""
    for one in phrases.get(words[end - 1], ()):
        if words[max(end - len(one), 0) : end] == one:
            return len(one)
    return 0


def _offset_of(words: list[str], number: int) -> int:
    """Where in ` word word ` the word of that number begins; behind the last one for their count."""
    return 1 + number + sum(map(len, words[:number]))


def _is_signature(original: str) -> bool:
    """Whether a line may be a name or a piece of a signature: few words, none of them an ordinary small one."""
    words = original.split()
    if not words or width_in_words(original) > _SIGNATURE_WORDS:
        return not words
    if len(words) == 1:
        return True
    return all(not word[0].islower() or word in _SMALL_NAME_PARTS or "@" in word or "." in word for word in words)
