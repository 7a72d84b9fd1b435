"""Long texts are gone through in stretches: the same is found there, and the work stays linear in the text."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from posted import shipped_rules

from mailproc.policy.rules.match import Matcher
from mailproc.policy.rules.rules import read_rules

GAPS = read_rules(
    {
        "r.toml": """
language = "en"
[[rule]]
id = "gap"
action = "unsubscribe"
phrases = ["stop ... news", "退订 ... 邮件", "stop it"]
within_words = 3
hits = ["stop the news"]
misses = ["go on"]
"""
    }
).matcher
SENTENCES = st.lists(
    st.sampled_from(
        ["stop it", "stop stop news", "stop a b c d news", "请退订 这些邮件", "news", "a" * 300, "stop the", "-"]
    ),
    max_size=20,
)


class Counting:
    """A finder that counts the characters it is made to look at."""

    def __init__(self, finder: re.Pattern[str]) -> None:
        self._finder = finder
        self.looked_at = 0

    def search(self, line: str, start: int, end: int) -> re.Match[str] | None:
        found = self._finder.search(line, start, end)
        self.looked_at += (found.end() if found else end) - start
        return found

    def finditer(self, line: str, start: int, end: int) -> Iterator[re.Match[str]]:
        self.looked_at += end - start
        return self._finder.finditer(line, start, end)


@contextmanager
def counted(matcher: Matcher) -> Iterator[list[Counting]]:
    segments = matcher._index.segments
    finders = [segments.finder(number) for number in range(len(segments.finders))]
    segments.finders = [Counting(finder) for finder in finders]
    try:
        yield segments.finders
    finally:
        segments.finders = finders


def characters_looked_at(text: str) -> int:
    matcher = shipped_rules().matcher
    with counted(matcher) as finders:
        matcher.match(text)
    return sum(finder.looked_at for finder in finders)


ALL_EXAMPLES = [example for rule in shipped_rules().rules for example in (*rule.hits, *rule.misses)]


@pytest.mark.parametrize("separator", [". ", "\n", " "])
def test_a_text_of_all_examples_of_all_rules_costs_no_more_than_some_looks_at_each_character(separator: str):
    text = separator.join(ALL_EXAMPLES * 3)[:60_000]
    half = text[:30_000]
    assert characters_looked_at(text) < 2.5 * characters_looked_at(half)
    assert characters_looked_at(text) < 200 * len(text)


@pytest.mark.parametrize(
    "text",
    [
        "stop the a b c d e f g " * 3000,
        "do not " * 9000,
        "please unsubscribe me. " * 2500,
        "keep sending me no " * 3000,
    ],
    ids=["a gap that never ends", "a beginning only", "requests", "negations"],
)
def test_nearly_matching_a_phrase_thousands_of_times_costs_a_bounded_number_of_looks(text: str):
    assert characters_looked_at(text[:60_000]) < 200 * 60_000


@settings(deadline=None)
@given(SENTENCES)
def test_a_text_in_many_stretches_has_the_places_of_its_sentences(sentences: list[str]):
    apart = [match.phrase for sentence in sentences for match in GAPS.match(sentence).matches]
    together = GAPS.match(f".\n{'x' * 600}.\n".join(sentences))
    assert [match.phrase for match in together.matches] == apart


def test_what_stands_behind_thousands_of_sentences_is_found():
    text = "Nothing to see here. " * 2500 + "\nStop the news"
    assert [match.phrase for match in GAPS.match(text).matches] == ["Stop the news"]


def test_after_a_thousand_places_the_rest_of_a_text_is_not_looked_at():
    text = ". ".join(ALL_EXAMPLES * 3)[:60_000]
    found = shipped_rules().matcher.match(text).matches
    assert 100 < len(found) < 1000
    assert found[-1].span[1] < len(text) * 3 / 4


class Exhausted:
    """An RE2 set that ran out of memory: it finds nothing, not even what is in every text."""

    def Match(self, text: str) -> None:
        return None


def test_a_set_that_ran_out_of_memory_costs_time_and_no_request() -> None:
    rule = """
[[rule]]
id = "x-rule"
action = "unsubscribe"
phrases = ["take me off", "no ... mail"]
patterns = ["st+op"]
hits = ["take me off"]
misses = ["hello"]
"""
    whole, exhausted = read_rules({"10-x.toml": rule}).matcher, read_rules({"10-x.toml": rule}).matcher
    exhausted._index.segments.__dict__["_set"], exhausted._pattern_set = Exhausted(), Exhausted()
    for text in ("please take me off", "no more mail", "sttop", "hello"):
        found = [(one.span, one.source) for one in exhausted.match(text).matches]
        assert found == [(one.span, one.source) for one in whole.match(text).matches]
        assert bool(found) == (text != "hello")


def test_conditions_of_their_own_need_no_automaton_of_their_own() -> None:
    matcher = shipped_rules().matcher
    other = matcher.of_rules([replace(rule, max_words=None) for rule in matcher.rules])
    assert other._index.segments is matcher._index.segments
