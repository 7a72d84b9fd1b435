"""How far a person's words reach: to one list that they name, or to nothing less than everything (R15, R45a)."""

import re
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass
from enum import StrEnum

from mailproc.policy.decision import Action
from mailproc.policy.rules.folding import fold, fold_word, is_gapless, width_in_words
from mailproc.policy.rules.manners import Manners
from mailproc.policy.rules.match import Match, TextMatches, is_guard
from mailproc.policy.rules.normal_text import normal_text
from mailproc.policy.rules.rule_file import Guard
from mailproc.policy.rules.rules import RuleSet, counted_matches

_CLAUSE = re.compile(
    r"[,:()\u2013\u2014\uff0c\u3001]|\s-\s|\s(?:but|aber|sondern|mais|pero|sino|mas|maar|men|но|але)\s", re.IGNORECASE
)
_FEW_WORDS = 6  # a longer sentence that asks for nothing is a footer, or talk ("all our mail is monitored by …")
_MOST_LINES = 200  # with such a word: however often somebody says it
_NAMED = " | "  # no name or word has it: folded text has letters, digits and spaces


class Meant(StrEnum):
    """Whether a word of totality says how far a request reaches."""

    surely = "surely"  # in the clause of a request
    perhaps = "perhaps"  # in another clause of its sentence, or in a sentence of few words
    hardly = "hardly"  # elsewhere


@dataclass(frozen=True, slots=True, kw_only=True)
class Totality:
    """A word by which everything may be meant: `all`, `any`, `at all`."""

    word: str
    meant: Meant


def totality_in(found: TextMatches, rules: RuleSet) -> Totality | None:
    """The word of totality in a text that says most; None without one.

    The word is of the language that the requests are in, where there are any: "all" of one language is "her" of
    another. In a greeting, in thanks or in a saying ("if at all possible") it means nothing. The words of a rule with a
    level of its own are such words.
    """
    counted = counted_matches(found)
    requests = [match for match in counted if match.rule.action == Action.unsubscribe]
    languages = {language for match in requests for language in match.rule.languages}
    there = [word for word in rules.totality_in(languages) if _sought(word) in found.normal.line]
    idle = _Idle(manners=rules.matcher.manners, sayings=rules.sayings_in(languages) if there else ())
    refused = {match.sentence for match in counted if is_guard(match, Guard.negation)}
    for match in requests:
        word = match.phrase if match.rule.level is not None else None
        if there and word is None:
            word = _word_in(idle.left_of(_clauses_of(match, found)), there)
        if word is not None and match.sentence not in refused:
            return Totality(word=word, meant=Meant.surely)
    return _elsewhere(found, {match.sentence for match in requests}, there, idle) if there else None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Idle:
    """What says nothing about how far a request reaches: courtesy, and sayings."""

    manners: Manners
    sayings: Sequence[str]

    def left_of(self, line: str) -> str:
        """A normal sentence without greeting, please, thanks and sayings."""
        core = self.manners.core(line)
        left = f" {line[core.begin : core.end].strip()} "
        for one in self.sayings:
            left = left.replace(f" {one} ", _NAMED)
        return left


def _elsewhere(found: TextMatches, asking: Set[int], words: Sequence[str], idle: _Idle) -> Totality | None:
    """A word of these that is in no clause of a request; `asking` are the sentences of requests."""
    lines = [(number, line) for number, line in enumerate(found.normal.lines) if _word_in(line, words)]
    hardly = None
    for number, line in lines[:_MOST_LINES]:
        word = _word_in(idle.left_of(line), words)
        if word is not None and (number in asking or width_in_words(line) <= _FEW_WORDS):
            return Totality(word=word, meant=Meant.perhaps)
        hardly = hardly or word
    return Totality(word=hardly, meant=Meant.hardly) if hardly else None


def named_list(text: str, lists: Iterable[tuple[str, str]]) -> str | None:
    """The one list that a text names; None where it names none, or several.

    `lists` are (id, name) pairs; both count as its name. A name within a longer one that was named counts for nothing.
    """
    ids_of: dict[str, set[str]] = {}
    for list_id, name in lists:
        for one in filter(None, map(fold_word, (list_id, name))):
            ids_of.setdefault(_sought(one), set()).add(list_id)
    line = normal_text(text).line.replace("\n", "")
    said = set(line.split())
    named: set[str] = set()
    for one in sorted(ids_of, key=len, reverse=True):
        may_be = is_gapless(one) or one.split(maxsplit=1)[0] in said  # thousands of names, and a text of their length
        if may_be and one in line:
            named |= ids_of[one]
            line = line.replace(one, _NAMED)
    return named.pop() if len(named) == 1 else None


def _clauses_of(match: Match, found: TextMatches) -> str:
    """The folded words of the clauses that the words of a request stand in."""
    start, end = found.normal.sentences[match.sentence]
    text = found.normal.text
    first, last = match.span
    edges = list(_CLAUSE.finditer(text, start, end))
    begin = max((edge.end() for edge in edges if edge.end() <= first), default=start)
    stop = min((edge.start() for edge in edges if edge.start() >= last), default=end)
    return f" {fold(text[begin:stop])} "


def _word_in(line: str, words: Iterable[str]) -> str | None:
    return next((word for word in words if _sought(word) in line), None)


def _sought(words: str) -> str:
    """What to look for in a line ` word word `; where a script leaves no gaps between words, anywhere."""
    return words if is_gapless(words) else f" {words} "
