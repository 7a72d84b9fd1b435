"""No phrase is passed over: wherever it stands, each of its groups of literals has one there."""

import re

from hypothesis import given
from hypothesis import strategies as st
from posted import shipped_rules

from mailproc.policy.rules.literals import ANYTHING, groups_of, in_a_row, literal, one_of, perhaps
from mailproc.policy.rules.normal_text import normal_text
from mailproc.policy.rules.phrase import Phrase, read_phrase
from mailproc.policy.rules.sample_texts import samples_of

WORDS = st.sampled_from(["stop", "the", "news", "take", "me", "off", "stopping", "退订", "邮件", "é-mail"])
CHOICES = st.lists(WORDS, min_size=2, max_size=3).map(" ".join)
PIECES = st.one_of(
    WORDS,
    WORDS.map(lambda word: f"{word}*"),
    WORDS.map(lambda word: f"*{word}"),
    CHOICES.map(lambda words: f"({words.replace(' ', '|')})"),
    CHOICES.map(lambda words: f"[{words.replace(' ', '|')}|a {words}*]"),
    CHOICES.map(lambda words: f"un({words.replace(' ', '|')})s"),
    CHOICES.map(lambda words: f"(({words.replace(' ', '|')}) it|all)"),
)
PHRASES = st.lists(PIECES, min_size=1, max_size=5).map(" ".join).map(lambda text: f"go {text}")


def lacking(phrase: Phrase, text: str) -> list[frozenset[str]]:
    """Groups of which a text has no literal, though every segment of the phrase is found in it."""
    line = normal_text(text).line
    if not all(re.search(segment.span_source, line) for segment in phrase.segments):
        return []  # `mail list` is written together in a text
    groups = [group for segment in phrase.segments for group in segment.literals]
    return [group for group in groups if not any(one in line for one in group)]


@given(PHRASES)
def test_every_text_of_a_phrase_has_a_literal_of_each_group(text: str) -> None:
    phrase = read_phrase(text)
    assert all(phrase.segments[0].literals)
    for said in samples_of(phrase, surrounded=True) or ():
        assert lacking(phrase, said) == []


def test_so_has_every_text_of_the_shipped_rules() -> None:
    phrases = {phrase for rule in shipped_rules().rules for phrase in rule.phrases}
    tried = [(phrase, said) for phrase in phrases for said in samples_of(phrase, surrounded=True) or ()]
    assert len(tried) > 10_000
    assert [(phrase.text, said) for phrase, said in tried if lacking(phrase, said)] == []


def test_hardly_any_shipped_phrase_is_looked_for_in_every_text() -> None:
    segments = {segment for rule in shipped_rules().rules for phrase in rule.phrases for segment in phrase.segments}
    assert [segment.source for segment in segments if segment.literals == (frozenset({" "}),)] == []


def test_words_one_behind_the_other_are_one_literal() -> None:
    (segment,) = read_phrase("take (me|us) off").segments
    assert segment.literals == (frozenset({" take me off ", " take us off "}),)


def test_a_literal_ends_where_any_ending_may_follow() -> None:
    (segment,) = read_phrase("stop newsletter* now").segments
    assert segment.literals == (frozenset({" stop newsletter"}), frozenset({" now "}))


def test_what_may_be_left_out_is_no_condition() -> None:
    assert groups_of([perhaps(literal("please "))], " ") == (frozenset({" "}),)
    assert groups_of([perhaps(literal("please ")), literal("stop ")], " ") == (frozenset({" stop ", " please stop "}),)


def test_where_choices_would_become_too_many_a_new_group_begins() -> None:
    tens, ones = (one_of([literal(f"{name}{number} ") for number in range(10)]) for name in ("ten", "one"))
    assert [len(group) for group in groups_of([tens, ones], " ")] == [10, 10]
    assert in_a_row([tens, ones]).open == frozenset()
    assert in_a_row([tens, ones]).ended == tens.open


def test_what_begins_with_anything_tells_nothing() -> None:
    assert groups_of([in_a_row([ANYTHING, literal("me ")])], " ") == (frozenset({" "}),)
