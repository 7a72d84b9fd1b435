"""Finding rules in a text: one RE2 set over the normal text tells the candidates, then their spans are looked for.

Cost is linear in the text, whatever the rules are: the set is an automaton, and only its candidates are looked for.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import re2

from mailproc.policy.account import MailboxRole
from mailproc.policy.folding import width_in_words
from mailproc.policy.manners import Manners
from mailproc.policy.normal_text import NormalText, normal_text
from mailproc.policy.phrase import Phrase, Segment
from mailproc.policy.rule_file import Alone, Guard, Rule
from mailproc.policy.spelling import Spellings

_SET_MEMORY_BYTES = 64 << 20
_MAX_SPANS = 40
# Nobody surrounds one word with more lines of courtesy and signature than these.
_MAX_ALONE = 40
# A space is in every normal text, so this one always answers, unless the set failed: it says so no other way.
_SENTINEL = 0
_LINE = re.compile(r"[^\n]*\S[^\n]*")
_SURROGATES = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Match:
    """A rule found in a text: the words as written, their span there, and in which sentence."""

    rule: Rule
    phrase: str
    span: tuple[int, int]
    sentence: int
    line_span: tuple[int, int]


@dataclass(frozen=True, slots=True)
class TextMatches:
    """A text and all rules found in it, in order of place."""

    normal: NormalText
    matches: tuple[Match, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sought:
    """One phrase of a rule, its segments by number, and whether it must begin or end the core of its sentence."""

    rule: Rule
    segments: tuple[int, ...]
    others: frozenset[int]  # all segments but the first
    begins: bool
    ends: bool


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

    def __init__(self, rules: Iterable[Rule], manners: Manners, spellings: Spellings) -> None:
        self.rules = tuple(rules)
        self.manners = manners
        self._spellings = spellings
        self._segments = {Segment(source=" ", gapless=True): _SENTINEL}
        self._phrases = [self._sought(rule, phrase) for rule in self.rules for phrase in rule.phrases]
        self._beginning_with: dict[int, list[_Sought]] = {}
        for sought in self._phrases:
            self._beginning_with.setdefault(sought.segments[0], []).append(sought)
        self._set = _compiled_set(self._segments)
        self._sources = tuple(segment.span_source for segment in self._segments)
        self._finders: list[re.Pattern[str] | None] = [None] * len(self._segments)
        self._patterns = [(rule, pattern) for rule in self.rules for pattern in rule.patterns]

    def _sought(self, rule: Rule, phrase: Phrase) -> _Sought:
        segments = tuple(self._segments.setdefault(one, len(self._segments)) for one in phrase.segments)
        return _Sought(
            rule=rule,
            segments=segments,
            others=frozenset(segments[1:]),
            begins=phrase.begins or rule.alone != Alone.no,
            ends=phrase.ends or rule.alone != Alone.no,
        )

    def match(self, text: str, *, where: str = "body", mailbox: MailboxRole = MailboxRole.reply) -> TextMatches:
        """Find all rules in a text. `where` is subject or body; spans are offsets into the text."""
        if not text.isascii():
            text = _SURROGATES.sub("\ufffd", text)
        normal = normal_text(text, self._spellings)
        search = _Search(normal, where, mailbox)
        found = [match for sought in self._candidates(search) for match in self._matches(search, sought)]
        if self._patterns:
            found += self._pattern_matches(search)
        found.sort(key=lambda match: (match.span, match.rule.id))
        return TextMatches(normal, tuple(found))

    def _candidates(self, search: _Search) -> list[_Sought]:
        """The phrases of rules for this text, all of whose segments occur somewhere."""
        present = frozenset(self._set.Match(search.normal.line) or ())
        if _SENTINEL not in present:  # the automaton ran out of memory: never a missed request, look for each
            return [sought for sought in self._phrases if _applies(sought.rule, search)]
        return [
            sought
            for segment in present & self._beginning_with.keys()
            for sought in self._beginning_with[segment]
            if sought.others <= present and _applies(sought.rule, search)
        ]

    def _matches(self, search: _Search, sought: _Sought) -> Iterator[Match]:
        rule, normal = sought.rule, search.normal
        for start, end in self._phrase_spans(normal.line, sought.segments, rule.within_words):
            sentence = normal.sentence_at(start)
            if self._stands_right(search, rule, sentence, (start, end), begins=sought.begins, ends=sought.ends):
                first, last = normal.span_of(start, end)
                yield Match(rule, normal.text[first:last], (first, last), sentence, (start, end))

    def _phrase_spans(self, line: str, segments: Sequence[int], within_words: int) -> Iterator[tuple[int, int]]:
        """(start, end) in the line of each place where the segments follow each other, without spaces at the ends."""
        following_segments = segments[1:]
        for first in islice(self._span_finder(segments[0]).finditer(line), _MAX_SPANS):
            end = first.end()
            for segment in following_segments:
                limit = line.find("\n", end)
                following = self._span_finder(segment).search(line, max(end - 1, 0), limit if limit >= 0 else len(line))
                if following is None or width_in_words(line[end : following.start()]) > within_words:
                    break
                end = following.end()
            else:
                yield first.start(), end - (line[end - 1] == " ")

    def _span_finder(self, segment: int) -> re.Pattern[str]:
        found = self._finders[segment]
        if found is None:
            found = self._finders[segment] = re.compile(self._sources[segment])
        return found

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
            search.line_ends = tuple(found.end() for found in _LINE.finditer(normal.text))
        begin = normal.span_of(*span)[0] if span[1] > span[0] else normal.sentences[sentence][0]
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

    def _pattern_matches(self, search: _Search) -> Iterator[Match]:
        normal = search.normal
        for rule, pattern in self._patterns:
            if not _applies(rule, search):
                continue
            for count, found in enumerate(pattern.finditer(normal.text)):
                if count >= _MAX_SPANS:
                    break
                start, end = found.span()
                sentence = max(bisect_right([first for first, _ in normal.sentences], start) - 1, 0)
                line_start = normal.starts[sentence] + 1
                line_span = (line_start, line_start)
                alone = rule.alone != Alone.no
                if end > start and self._stands_right(search, rule, sentence, line_span, begins=alone, ends=alone):
                    yield Match(rule, found.group(), (start, end), sentence, line_span)


def _applies(rule: Rule, search: _Search) -> bool:
    """Whether a rule is meant for this text at all."""
    return (
        search.where in rule.where
        and (not rule.mailboxes or search.mailbox in rule.mailboxes)
        and (rule.max_words is None or search.normal.words <= rule.max_words)
    )


def _compiled_set(segments: Iterable[Segment]) -> Any:
    """The RE2 set over all segments."""
    options = re2.Options()
    options.max_mem = _SET_MEMORY_BYTES
    options.log_errors = False
    options.never_capture = True
    compiled = re2.Set.SearchSet(options)
    for segment in segments:
        compiled.Add(segment.set_source)
    compiled.Compile()
    return compiled


def is_guard(match: Match, *guards: Guard) -> bool:
    """Whether a match is one of these guards."""
    return match.rule.guard in guards
