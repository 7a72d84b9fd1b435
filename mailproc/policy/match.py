"""Finding rules in a text: one RE2 set over the normal text tells the candidates, then their spans are looked for.

Cost is linear in the text, whatever the rules are: the set is an automaton, and only its candidates are looked for.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
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


@dataclass(slots=True)
class _Search:
    """What is known while one text is searched."""

    normal: NormalText
    where: str
    mailbox: MailboxRole
    edges: dict[int, tuple[int, int]] = field(default_factory=dict)
    alone: dict[int, bool] = field(default_factory=dict)


class Matcher:
    """All rules, ready to be looked for."""

    def __init__(self, rules: Iterable[Rule], manners: Manners, spellings: Spellings) -> None:
        self.rules = tuple(rules)
        self.manners = manners
        self._spellings = spellings
        self._segments = {Segment(source=" ", gapless=True): _SENTINEL}
        self._phrases: list[tuple[Rule, Phrase, tuple[int, ...]]] = []
        for rule in self.rules:
            for phrase in rule.phrases:
                wanted = tuple(self._segments.setdefault(one, len(self._segments)) for one in phrase.segments)
                self._phrases.append((rule, phrase, wanted))
        self._with_segment: dict[int, list[int]] = {}
        for number, (_, _, wanted) in enumerate(self._phrases):
            self._with_segment.setdefault(wanted[0], []).append(number)
        self._set = _compiled_set(self._segments)
        self._spans: dict[Segment, re.Pattern[str]] = {}
        self._patterns = [(rule, pattern) for rule in self.rules for pattern in rule.patterns]

    def match(self, text: str, *, where: str = "body", mailbox: MailboxRole = MailboxRole.reply) -> TextMatches:
        """Find all rules in a text. `where` is subject or body; spans are offsets into the text."""
        if not text.isascii():
            text = _SURROGATES.sub("\ufffd", text)
        normal = normal_text(text, self._spellings)
        search = _Search(normal, where, mailbox)
        found = [match for number in self._candidates(normal.line) for match in self._matches(search, number)]
        if self._patterns:
            found += self._pattern_matches(search)
        found.sort(key=lambda match: (match.span, match.rule.id))
        return TextMatches(normal, tuple(found))

    def _candidates(self, line: str) -> Iterator[int]:
        """Numbers of the phrases all of whose segments occur somewhere."""
        present = frozenset(self._set.Match(line) or ())
        if _SENTINEL not in present:  # the automaton ran out of memory: never a missed request, look for each
            yield from range(len(self._phrases))
            return
        for segment in present:
            for number in self._with_segment.get(segment, ()):
                if present.issuperset(self._phrases[number][2]):
                    yield number

    def _matches(self, search: _Search, number: int) -> Iterator[Match]:
        rule, phrase, _ = self._phrases[number]
        if not _applies(rule, search):
            return
        for start, end in self._phrase_spans(search.normal.line, phrase, rule.within_words):
            sentence = search.normal.sentence_at(start)
            if self._stands_right(search, rule, phrase, sentence, (start, end)):
                span = search.normal.span_of(start, end)
                yield Match(rule, search.normal.text[slice(*span)], span, sentence, (start, end))

    def _phrase_spans(self, line: str, phrase: Phrase, within_words: int) -> Iterator[tuple[int, int]]:
        """(start, end) in the line of each place where the segments follow each other, without spaces at the ends."""
        for count, first in enumerate(self._span_finder(phrase.segments[0]).finditer(line)):
            if count >= _MAX_SPANS:
                return
            end = first.end()
            for segment in phrase.segments[1:]:
                limit = line.find("\n", end)
                following = self._span_finder(segment).search(line, max(end - 1, 0), limit if limit >= 0 else len(line))
                if following is None or width_in_words(line[end : following.start()]) > within_words:
                    break
                end = following.end()
            else:
                yield first.start(), end - (line[end - 1] == " ")

    def _span_finder(self, segment: Segment) -> re.Pattern[str]:
        found = self._spans.get(segment)
        if found is None:
            found = self._spans[segment] = re.compile(segment.span_source)
        return found

    def _stands_right(
        self, search: _Search, rule: Rule, phrase: Phrase | None, sentence: int, span: tuple[int, int]
    ) -> bool:
        """Whether a place satisfies what the rule says about its surroundings."""
        normal = search.normal
        words = rule.max_sentence_words
        if words is not None and width_in_words(normal.sentence(sentence)) > words:
            return False
        begins = rule.alone != Alone.no or (phrase is not None and phrase.begins)
        ends = rule.alone != Alone.no or (phrase is not None and phrase.ends)
        if begins or ends:
            latest, end = self._edges(search, sentence)
            if (begins and span[0] > latest) or (ends and span[1] < end):
                return False
        return rule.alone != Alone.text or self._is_all(search, sentence)

    def _edges(self, search: _Search, sentence: int) -> tuple[int, int]:
        """Where in the line the core of a sentence begins at the latest, and where its last word ends."""
        known = search.edges.get(sentence)
        if known is None:
            offset = search.normal.starts[sentence]
            core = self.manners.core(search.normal.sentence(sentence))
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
                if end > start and self._stands_right(search, rule, None, sentence, line_span):
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
