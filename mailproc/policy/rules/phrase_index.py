"""Where the phrases of all rules stand in normal text: one look for literals tells what may, then only that is sought.

Cost is linear in the text, whatever it says: a long text is gone through in stretches, and in each of them only those
phrases are looked for of whose literals enough stand in that stretch.
"""

import math
import re
from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple
from weakref import WeakValueDictionary

import ahocorasick_rs
import re2

from mailproc.policy.rules.folding import width_in_words
from mailproc.policy.rules.rule_file import Alone, Rule

_SET_MEMORY_BYTES = 128 << 20
_STRETCH_CHARS = 120  # a sentence or two: what no literal of theirs tells of is not sought in them
_MAX_PLACES = 40
# A text in which so many phrases stand was made of nothing else; what follows in it is not looked at.
_ENOUGH = 1000


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sought:
    """One phrase of a rule, its segments by number, and whether it must begin or end the core of its sentence.

    `rarest` and `next_rarest` are the two most telling of its segments' groups of literals, by number, where there are
    two: a text that has a literal of each may have the phrase.
    """

    rule: Rule
    source: str  # as it stands in the rule file
    first: int
    others: tuple[int, ...]
    rarest: int
    next_rarest: int | None
    max_words: float
    begins: bool
    ends: bool
    bound: bool  # to its surroundings: by these two, or by what its rule says


class Told(NamedTuple):
    """What a literal tells: phrases that need no other, and such as need one of these literals, too."""

    alone: tuple[Sought, ...]
    beside: tuple[tuple[Sought, frozenset[int]], ...]


class Wanted(dict[int, Told]):
    """The phrases of some rules by the literals of their rarest groups; put together when a text first has that one."""

    def __init__(self, phrases: Iterable[Sought], segments: "Segments") -> None:
        self._segments = segments
        self._by_rarest: dict[int, list[Sought]] = {}
        for sought in phrases:
            self._by_rarest.setdefault(sought.rarest, []).append(sought)

    def __missing__(self, literal: int) -> Told:
        groups = self._segments.groups_of(literal)
        phrases = [sought for group in groups for sought in self._by_rarest.get(group, ())]
        literals_of = self._segments.literals_of
        told = self[literal] = Told(
            alone=tuple([one for one in phrases if one.next_rarest is None]),
            beside=tuple([(one, literals_of(one.next_rarest)) for one in phrases if one.next_rarest is not None]),
        )
        return told


class _Literals(NamedTuple):
    """What finds all literals, by number, the groups that each is of, and the literals of each group."""

    automaton: ahocorasick_rs.AhoCorasick
    groups_of: list[list[int]]
    of_groups: "list[array[int]]"


class Segments:
    """The segments of all phrases and their groups of literals, each once and by number.

    What finds one segment is compiled when it is first needed: a mail needs a dozen of some thousands.
    """

    def __init__(self, rules: Iterable[Rule]) -> None:
        phrases = (phrase for rule in rules for phrase in rule.phrases)
        self._all = tuple(dict.fromkeys(segment for phrase in phrases for segment in phrase.segments))
        self.numbers = {segment: number for number, segment in enumerate(self._all)}
        self.finders: list[re.Pattern[str] | None] = [None] * len(self._all)
        groups: dict[frozenset[str], int] = {}
        self._needs = [[groups.setdefault(one, len(groups)) for one in segment.literals] for segment in self._all]
        self._groups = tuple(groups)
        groups_with = Counter(literal for group in groups for literal in group)
        self._literals_of: dict[int, frozenset[int]] = {}
        self._commonness = [max(map(groups_with.__getitem__, group)) for group in groups]

    @cached_property
    def _literals(self) -> "_Literals":
        numbers: dict[str, int] = {}
        groups_of: list[list[int]] = []
        of_groups = []
        for group_number, group in enumerate(self._groups):
            of_group = array("i")
            for literal in group:
                number = numbers.setdefault(literal, len(numbers))
                if number == len(groups_of):
                    groups_of.append([])
                groups_of[number].append(group_number)
                of_group.append(number)
            of_groups.append(of_group)
        automaton = ahocorasick_rs.AhoCorasick(list(numbers), store_patterns=False)
        return _Literals(automaton, groups_of, of_groups)

    def make_ready(self) -> None:
        """Build now what every text needs: the automaton. Finders are compiled one by one, as they are needed."""
        self.literals_in("")

    def finder(self, number: int) -> re.Pattern[str]:
        """What finds the places of one segment."""
        finder = self.finders[number]
        if finder is None:
            source = self._all[number].span_source
            finder = _finders.get(source) or _finders.setdefault(source, re.compile(source))
            self.finders[number] = finder
        return finder

    def needs(self, segments: Iterable[int]) -> tuple[int, int | None]:
        """The most telling two of the groups of some segments: those whose literals are in the fewest other groups."""
        needs = {group for number in segments for group in self._needs[number]}
        rarest, *others = sorted(needs, key=self._commonness.__getitem__)
        return rarest, others[0] if others else None

    def literals_in(self, text: str) -> set[int]:
        """The numbers of the literals that a normal text has."""
        return {number for number, _, _ in self._literals.automaton.find_matches_as_indexes(text, overlapping=True)}

    def groups_of(self, literal: int) -> Sequence[int]:
        """The numbers of the groups that a literal is of."""
        return self._literals.groups_of[literal]

    def literals_of(self, group: int) -> frozenset[int]:
        """The numbers of the literals of a group."""
        known = self._literals_of.get(group)
        if known is None:
            known = self._literals_of[group] = frozenset(self._literals.of_groups[group])
        return known


# Compiling takes most of the time in which rules are tried. Rule sets that live beside each other share it: the one in
# force and the one that follows it, or is in its shadow, or is compared with it.
_finders: WeakValueDictionary[str, re.Pattern[str]] = WeakValueDictionary()


class PhraseIndex:
    """The phrases of some rules, ready to be looked for together; `segments` have those of all of them."""

    def __init__(self, rules: Iterable[Rule], segments: Segments) -> None:
        self.segments = segments
        self._sought = []
        for rule in rules:
            for phrase in rule.phrases:
                begins = phrase.begins or rule.alone != Alone.no
                ends = phrase.ends or rule.alone != Alone.no
                numbers = tuple(segments.numbers[one] for one in phrase.segments)
                rarest, next_rarest = segments.needs(numbers)
                self._sought.append(
                    Sought(
                        rule=rule,
                        source=phrase.text,
                        first=numbers[0],
                        others=numbers[1:],
                        rarest=rarest,
                        next_rarest=next_rarest,
                        max_words=math.inf if rule.max_words is None else rule.max_words,
                        begins=begins,
                        ends=ends,
                        bound=begins or ends or rule.max_sentence_words is not None or rule.first_lines is not None,
                    )
                )

    def of_rules(self, is_wanted: Callable[[Rule], bool]) -> Wanted:
        """The phrases of some rules only, as `found_in` takes them."""
        return Wanted([sought for sought in self._sought if is_wanted(sought.rule)], self.segments)

    def found_in(self, line: str, wanted: Wanted, words: int) -> list[tuple[Sought, int, int]]:
        """Each place of each wanted phrase, as (phrase, start, end) in the line, without spaces at its ends.

        `words` is how wide the whole text is: rules for shorter ones are passed over. Of one phrase the first 40 places
        of its first segment in a stretch are looked at; once a thousand are found, no further stretch of the text is.
        """
        found: list[tuple[Sought, int, int]] = []
        finders = self.segments.finders
        for start, end in _stretches(line):
            if len(found) >= _ENOUGH:
                break
            for sought in self._candidates(line[start:end], wanted):
                if words > sought.max_words:
                    continue
                finder = finders[sought.first] or self.segments.finder(sought.first)
                if place := finder.search(line, start, end):
                    places = _places(finder, place, line, end)
                    for first, last in self._wholes(line, sought, places, end) if sought.others else places:
                        found.append((sought, first, last - (line[last - 1] == " ")))
        return found

    def _candidates(self, stretch: str, wanted: Wanted) -> Iterable[Sought]:
        """The phrases that this stretch may have by its literals, each once."""
        literals = self.segments.literals_in(stretch)
        candidates: dict[Sought, None] = {}
        for literal in literals:
            alone, beside = wanted[literal]
            for sought in alone:
                candidates[sought] = None
            for sought, others in beside:
                if not others.isdisjoint(literals):
                    candidates[sought] = None
        return candidates

    def _wholes(
        self, line: str, sought: Sought, places: Sequence[tuple[int, int]], stretch_end: int
    ) -> Iterator[tuple[int, int]]:
        """(start, end) of the whole phrase for those places of its first segment that the others follow."""
        finders = [_Follower(line, self.segments.finder(one)) for one in sought.others]
        for start, end in places:
            limit = line.find("\n", end, stretch_end)
            for finder in finders:
                found = finder.next_from(end, limit if limit >= 0 else stretch_end)
                if found is None or width_in_words(line[end : found[0]]) > sought.rule.within_words:
                    break
                end = found[1]
            else:
                yield start, end


class _Follower:
    """Finds a segment behind ever later places; what it has found is kept for as long as it lies ahead."""

    def __init__(self, line: str, finder: re.Pattern[str]) -> None:
        self._line = line
        self._finder = finder
        self._limit = -1
        self._found: re.Match[str] | None = None

    def next_from(self, end: int, limit: int) -> tuple[int, int] | None:
        """(start, end) of the next place behind `end`, in the same sentence; the last space may serve both."""
        if limit != self._limit or (self._found is not None and self._found.start() < end - 1):
            self._limit = limit
            self._found = self._finder.search(self._line, end - 1, limit)
        return None if self._found is None else self._found.span(1)


def _places(finder: re.Pattern[str], found: re.Match[str] | None, line: str, end: int) -> list[tuple[int, int]]:
    """The first places of a segment in a stretch, from one on: one mostly, for which `finditer` takes twice as long.

    None begins within the one before; the last space of that may be the first of the next.
    """
    places: list[tuple[int, int]] = []
    behind = 0
    while found:
        place = found.span(1)
        start = found.start() + 1
        if place[0] >= behind:
            places.append(place)
            if len(places) == _MAX_PLACES:
                break
            behind = place[1]
            start = max(start, behind - 1)
        found = finder.search(line, start, end)
    return places


def _stretches(line: str) -> Iterator[tuple[int, int]]:
    """(start, end) of stretches of whole sentences; a short text is one."""
    start = 0
    while len(line) - start > _STRETCH_CHARS:
        end = line.find("\n", start + _STRETCH_CHARS)
        if end < 0:
            break
        yield start, end
        start = end + 1
    yield start, len(line)


def search_set(sources: Iterable[str]) -> Any:
    """An RE2 set that tells by their numbers which of these patterns match anywhere in a text."""
    options = re2.Options()
    options.max_mem = _SET_MEMORY_BYTES
    options.log_errors = False
    options.never_capture = True
    compiled = re2.Set.SearchSet(options)
    for source in sources:
        compiled.Add(source)
    compiled.Compile()
    return compiled
