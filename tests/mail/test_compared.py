"""Tables of phrases: the cheap look never misses what the whole table would find."""

import pytest

from mailproc.mail.automatic.auto_phrases import AWAY, DECLARATIONS, UNATTENDED
from mailproc.mail.automatic.compared import Phrases, any_of, compared, core_of, signs_of
from mailproc.mail.automatic.desk_phrases import ACK_TEXTS, THANKS
from mailproc.mail.automatic.gone_phrases import ABANDONED, GONE


@pytest.mark.parametrize(
    ("pattern", "core"),
    [
        ("no longer with us", "no longer with us"),
        ("mailbox[^.!?]{0,40} not read", " not read"),
        ("a[^.]{0,9}b.{1,80}?c", "c"),
        ("(?:mailbox[^.!?]{0,40} not) read", "(?:mailbox[^.!?]{0,40} not) read"),
        (r"thanks \([^.]{0,9}once", "once"),
        ("gap at the end.{0,9}", "gap at the end.{0,9}"),
    ],
)
def test_the_core_of_a_pattern_stands_behind_its_last_gap(pattern: str, core: str) -> None:
    assert core_of(pattern) == core


@pytest.mark.parametrize("pattern", [*DECLARATIONS, *UNATTENDED, *AWAY, *ACK_TEXTS, *THANKS, *ABANDONED, *GONE])
def test_every_pattern_has_a_core_that_says_something(pattern: str) -> None:
    assert not signs_of([core_of(pattern)])("a mail in which people say hello, and nothing else.")
    any_of([core_of(pattern)])


def test_phrases_finds_what_the_table_finds() -> None:
    phrases = Phrases(["mailbox[^.!?]{0,40} not read", "no longer here"])
    assert phrases.search("this mailbox is not read").group() == "mailbox is not read"
    assert [hit.group() for hit in phrases.finditer("no longer here, no longer here")] == ["no longer here"] * 2
    assert phrases.search("this one is not read") is None
    assert list(phrases.finditer("hello")) == []


def test_texts_are_compared_without_what_nobody_sees() -> None:
    assert compared("I’m\u200b AWAY \n\n until ５") == "i'm away until 5"
