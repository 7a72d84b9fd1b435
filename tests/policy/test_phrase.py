import re

import pytest

from mailproc.policy.rules.phrase import PhraseError, read_phrase


def matches(phrase: str, line: str) -> bool:
    read = read_phrase(phrase)
    assert len(read.segments) == 1
    return re.search(read.segments[0].span_source, line) is not None


@pytest.mark.parametrize(
    ("phrase", "line", "found"),
    [
        ("take me off", " please take me off now ", True),
        ("take me off", " please take me offline ", False),
        ("take (me|us) off", " take us off ", True),
        ("take (me|us) off", " take him off ", False),
        ("take me [right] off", " take me off ", True),
        ("take me [right] off", " take me right off ", True),
        ("unsubscri*", " unsubscription ", True),
        ("*mi", " cancellatemi ", True),
        ("*mi", " cancellatemi2 ", False),
        ("l(o|oe)sch*", " loeschen ", True),
        ("(take off|remove) me", " take off me ", True),
        ("Don't e-mail", " dont email ", True),
        ("Mailing List", " mailinglist ", True),
        ("配信停止", " メール配信停止希望 ", True),
        ("수신 거부", " 수신거부합니다 ", True),
        ("[from [this|your]] list", " from your list ", True),
    ],
)
def test_a_phrase_finds_what_it_says(phrase: str, line: str, found: bool):
    assert matches(phrase, line) is found


@pytest.mark.parametrize("word", ["stop", "stop it", "stone", "take", "takes", "quit", "end", "stop it now"])
def test_a_choice_of_many_finds_each_of_its_words_and_the_longest_first(word: str):
    read = read_phrase("(stop|stop it|stop it now|stone|take|takes|quit|end)")
    found = re.search(read.segments[0].span_source, f" {word} ")
    assert found is not None
    assert found[1] == f"{word} "


def test_gaps_and_edges_are_told_apart():
    phrase = read_phrase("^stop ... newsletter$")
    assert (phrase.begins, phrase.ends, len(phrase.segments)) == (True, True, 2)


@pytest.mark.parametrize(
    ("phrase", "why"),
    [
        ("", "needs words"),
        ("stop ...", "needs words"),
        ("... stop", "needs words"),
        ("(a|b", "without its ')'"),
        ("a|b)", "closes nothing"),
        ("[please]", "nothing at all"),
        ("(|)", "nothing at all"),
        ("*", "nothing at all"),
        ("!!", "where a word should be"),
        ("un[sub]", "inside a word"),
        ("((((((((a))))))))", "too deep"),
        ("[every|single] day$|daily", "has '$' within"),
        ("(every|single day$|daily)", "has '$' within"),
        ("(to jest|^to) spam", "has '^' within"),
        ("a (good )?fit", "has '?' within"),
        ("mails? again", "has '?' within"),
        ("stop$ it", "has '$' within"),
    ],
)
def test_a_phrase_that_cannot_be_read_says_why(phrase: str, why: str):
    with pytest.raises(PhraseError, match=re.escape(why)):
        read_phrase(phrase)
