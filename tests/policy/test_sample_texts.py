"""The texts that a phrase may find, as samples: every one of them is really found."""

import pytest
from posted import shipped_rules

from mailproc.policy.rules.phrase import read_phrase
from mailproc.policy.rules.rules import read_rules
from mailproc.policy.rules.sample_texts import MOST_SAMPLES, samples_of


def samples(text: str, *, surrounded: bool = False) -> set[str] | None:
    found = samples_of(read_phrase(text), surrounded=surrounded)
    return None if found is None else {" ".join(one.split()) for one in found}


@pytest.mark.parametrize(
    ("phrase", "texts"),
    [
        ("take me off", {"take me off"}),
        ("(take|get out) me", {"take me", "get out me"}),
        ("[please] stop", {"stop", "please stop"}),
        ("[a|b] c", {"c", "a c", "b c"}),
        ("l(o|oe)schen", {"loschen", "loeschen"}),
        ("unsubscri*", {"unsubscri", "unsubscriqzxvkq"}),
        ("stop ... mail", {"stop mail", "stop qzxvkq mail"}),
        ("^stop$", {"stop"}),
        ("don't", {"dont"}),
        ("配信停止", {"配信停止"}),
    ],
)
def test_every_way_in_which_a_phrase_may_be_said(phrase: str, texts: set[str]) -> None:
    assert samples(phrase) == texts


@pytest.mark.parametrize(
    ("phrase", "text"),
    [("stop", "qzxvkq stop qzxvkq"), ("^stop", "stop qzxvkq"), ("stop$", "qzxvkq stop"), ("^stop$", "stop")],
)
def test_strange_words_stand_where_no_edge_is_asked_for(phrase: str, text: str) -> None:
    assert samples(phrase, surrounded=True) == {text}


def test_a_phrase_with_too_many_ways_has_no_samples() -> None:
    many = " ".join(f"(a{number}|b{number}|c{number}|d{number})" for number in range(9))
    assert samples(many) is None


def test_every_sample_of_every_shipped_phrase_is_found_by_its_rule() -> None:
    rules = shipped_rules()
    missed = []
    for rule in rules.rules:
        where = "subject" if rule.where == {"subject"} else "body"
        for phrase in rule.phrases[:3]:
            for sample in (samples_of(phrase, surrounded=False) or ())[-4:]:
                found = rules.matcher.match(sample, where=where, mailbox=min(rule.mailboxes, default="reply"))  # type: ignore[arg-type]
                if phrase.text not in {match.source for match in found.matches if match.rule is rule}:
                    missed.append((rule.id, phrase.text, sample))
    # "e mailing" is written together before anything is looked for
    assert [one for one in missed if "e mailing" not in one[2]] == []


def test_no_more_samples_than_so_many() -> None:
    for rule in read_rules({}).rules or shipped_rules().rules:
        for phrase in rule.phrases:
            assert len(samples_of(phrase, surrounded=True) or ()) <= MOST_SAMPLES
