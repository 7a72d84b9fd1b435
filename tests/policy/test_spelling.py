import pytest

from mailproc.policy.rules.spelling import Spellings

SPELLINGS = Spellings(("unsubscribe", "unsubscribed"), known=frozenset({"unterschrieben"}), beginnings=("unsustain",))


@pytest.mark.parametrize("typed", ["unsuscribe", "unsubcribe", "unsubsrcibe", "unsubscribbe", "unsbscribe"])
def test_a_misspelt_word_is_put_right(typed: str):
    assert SPELLINGS.corrected(f" please {typed} me ") == " please unsubscribe me "


@pytest.mark.parametrize("word", ["subscribe", "resubscribe", "unsustainable", "unterschrieben", "unrelated", "un"])
def test_another_word_stays_as_it_is(word: str):
    assert SPELLINGS.corrected(f" {word} ") == f" {word} "


def test_a_nearer_word_is_preferred():
    assert SPELLINGS.corrected(" unsubscribedd ") == " unsubscribed "


def test_without_words_nothing_changes():
    assert Spellings(()).corrected(" unsuscribe ") == " unsuscribe "


@pytest.mark.parametrize("word", ["unsubscribeeee", "unsbcrbe", "unsucsribbe", "unebircsbus"])
def test_three_edits_are_too_many(word: str):
    assert SPELLINGS.corrected(f" {word} ") == f" {word} "


def test_so_many_misspelt_words_are_nobody_s():
    corrected = SPELLINGS.corrected(" unsuscribe" * 400 + " ")
    assert (corrected.count(" unsubscribe"), corrected.count(" unsuscribe")) == (300, 100)
