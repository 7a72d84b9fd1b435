"""Finding rules in a text: where their phrases stand in its normal form, and which of these places count."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Set
from copy import copy
from dataclasses import dataclass, field
from functools import cache, partial
from itertools import accumulate
from typing import NamedTuple

from mailproc.policy.account import MailboxRole
from mailproc.policy.rules.folding import width_in_words
from mailproc.policy.rules.manners import Manners
from mailproc.policy.rules.normal_text import NormalText, normal_text
from mailproc.policy.rules.phrase_index import PhraseIndex, Segments, Sought, Wanted, search_set
from mailproc.policy.rules.rule_file import Alone, Guard, Rule
from mailproc.policy.rules.spelling import Spellings

# Of one pattern.
_MAX_SPANS = 40
# Nobody surrounds one word with more lines of courtesy and signature than these.
_MAX_ALONE = 40
_SURROGATES = re.compile("[\ud800-\udfff]")


class Match(NamedTuple):
    """A rule found in a text: the words as written, their span there, and in which sentence.

    `source` is the rule's phrase or pattern that found them.
    """

    rule: Rule
    phrase: str
    span: tuple[int, int]
    sentence: int
    line_span: tuple[int, int]
    source: str


class TextMatches(NamedTuple):
    """A text and all rules found in it, in order of place."""

    normal: NormalText
    matches: tuple[Match, ...] = ()


@dataclass(slots=True)
class _Search:
    """What is known while one text is searched."""

    normal: NormalText
    where: str
    mailbox: MailboxRole
    edges: dict[int, tuple[int, int]] = field(default_factory=dict)
    alone: dict[int, bool] = field(default_factory=dict)
    line_ends: tuple[int, ...] | None = None  # of the lines that are not blank


class Matcher:
    """All rules, ready to be looked for."""

    def __init__(
        self, rules: Iterable[Rule], manners: Manners, spellings: Spellings, segments: Segments | None = None
    ) -> None:
        self.rules = tuple(rules)
        self.manners = manners
        self._spellings = spellings
        self._index = PhraseIndex(self.rules, segments or Segments(self.rules))
        self._patterns = [(rule, pattern) for rule in self.rules for pattern in rule.patterns]
        self._pattern_set = search_set(["", *(pattern.pattern for _, pattern in self._patterns)])
        # Not bound to this object: a set that was replaced must go at once, however the garbage collector is held.
        self._wanted = cache(partial(_phrases_for, self._index))
        self._left_out: Set[str] = frozenset()

    def make_ready(self) -> None:
        """Compile now what every text needs, so that no mail waits for it."""
        self._index.segments.make_ready()

    def of_rules(self, rules: Iterable[Rule]) -> "Matcher":
        """One for rules that look for the same phrases, under conditions of their own."""
        return Matcher(rules, self.manners, self._spellings, self._index.segments)

    def without(self, rule_ids: Set[str]) -> "Matcher":
        """The same without some rules: to see what would be without them."""
        other = copy(self)
        other._left_out = rule_ids
        return other

    def match(self, text: str, *, where: str = "body", mailbox: MailboxRole = MailboxRole.reply) -> TextMatches:
        """Find all rules in a text. `where` is subject or body; spans are offsets into the text."""
        if not text.isascii():
            text = _SURROGATES.sub("\ufffd", text)
        normal = normal_text(text, self._spellings)
        search = _Search(normal, where, mailbox)
        places = self._index.found_in(normal.line, self._wanted(where, mailbox), normal.words)
        found = [match for place in places if (match := self._match(search, *place))]
        # The empty pattern is found in every text, unless the set has run out of memory: then each has its try.
        if self._patterns and len(numbers := self._pattern_set.Match(text) or ()) != 1:
            found += self._pattern_matches(search, [number - 1 for number in numbers if number])
        if self._left_out:
            found = [match for match in found if match.rule.id not in self._left_out]
        found.sort(key=_order)
        return TextMatches(normal, tuple(found))

    def _match(self, search: _Search, sought: Sought, start: int, end: int) -> Match | None:
        rule, normal, span = sought.rule, search.normal, (start, end)
        sentence = normal.sentence_at(start)
        if sought.bound and not self._stands_right(
            search, rule, sentence, span, begins=sought.begins, ends=sought.ends
        ):
            return None
        first, last = normal.span_in(sentence, start, end)
        return Match(rule, normal.text[first:last], (first, last), sentence, span, sought.source)

    def _stands_right(
        self, search: _Search, rule: Rule, sentence: int, span: tuple[int, int], *, begins: bool, ends: bool
    ) -> bool:
        """Whether a place satisfies what the rule and its phrase say about its surroundings."""
        normal = search.normal
        words = rule.max_sentence_words
        if words is not None and width_in_words(normal.lines[sentence]) > words:
            return False
        if rule.first_lines is not None and search.where == "body" and not self._is_early(search, rule, sentence, span):
            return False
        if begins or ends:
            latest, end = self._edges(search, sentence)
            if (begins and span[0] > latest) or (ends and span[1] < end):
                return False
        return rule.alone != Alone.text or self._is_all(search, sentence)

    def _is_early(self, search: _Search, rule: Rule, sentence: int, span: tuple[int, int]) -> bool:
        """Whether a place begins in the first lines that the rule allows."""
        normal = search.normal
        if search.line_ends is None:
            search.line_ends = _line_ends(normal.text)
        begin = normal.span_in(sentence, *span)[0] if span[1] > span[0] else normal.sentences[sentence][0]
        return bisect_right(search.line_ends, begin) < (rule.first_lines or 0)

    def _edges(self, search: _Search, sentence: int) -> tuple[int, int]:
        """Where in the line the core of a sentence begins at the latest, and where its last word ends."""
        known = search.edges.get(sentence)
        if known is None:
            offset = search.normal.starts[sentence]
            core = self.manners.core(search.normal.lines[sentence])
            known = search.edges[sentence] = (offset + core.latest, offset + core.end - 1)
        return known

    def _is_all(self, search: _Search, sentence: int) -> bool:
        """Whether a text says nothing but this sentence."""
        known = search.alone.get(sentence)
        if known is None:
            normal = search.normal
            known = search.alone[sentence] = len(normal.sentences) <= _MAX_ALONE and all(
                self.manners.is_courtesy(normal, other, after=other > sentence)
                for other in range(len(normal.sentences))
                if other != sentence
            )
        return known

    def _pattern_matches(self, search: _Search, numbers: Iterable[int]) -> Iterator[Match]:
        normal = search.normal
        begins_at = [first for first, _ in normal.sentences]
        for rule, pattern in [self._patterns[number] for number in numbers] or self._patterns:
            if not _is_meant_for(rule, search.where, search.mailbox):
                continue
            if rule.max_words is not None and normal.words > rule.max_words:
                continue
            for count, found in enumerate(pattern.finditer(normal.text)):
                if count >= _MAX_SPANS:
                    break
                start, end = found.span()
                sentence = max(bisect_right(begins_at, start) - 1, 0)
                line_start = normal.starts[sentence] + 1
                line_span = (line_start, line_start)
                alone = rule.alone != Alone.no
                if end > start and self._stands_right(search, rule, sentence, line_span, begins=alone, ends=alone):
                    yield Match(rule, found.group(), (start, end), sentence, line_span, pattern.pattern)


def _phrases_for(index: PhraseIndex, where: str, mailbox: MailboxRole) -> Wanted:
    """The phrases of those rules that are meant for texts of this kind at all."""
    return index.of_rules(lambda rule: _is_meant_for(rule, where, mailbox))


def _is_meant_for(rule: Rule, where: str, mailbox: MailboxRole) -> bool:
    return where in rule.where and (not rule.mailboxes or mailbox in rule.mailboxes)


def _order(match: Match) -> tuple[tuple[int, int], str]:
    return match.span, match.rule.id


def _line_ends(text: str) -> tuple[int, ...]:
    """Where the lines end that are not blank."""
    lines = text.split("\n")
    ends = accumulate([len(line) + 1 for line in lines], initial=-1)
    next(ends)
    return tuple([end for line, end in zip(lines, ends, strict=True) if line and not line.isspace()])


def is_guard(match: Match, *guards: Guard) -> bool:
    """Whether a match is one of these guards."""
    return match.rule.guard in guards
