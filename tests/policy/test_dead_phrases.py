"""Phrases that can never win are found by trying each with everything that it may find."""

import pytest
from posted import shipped_rules

from mailproc.policy.rules.dead_phrases import dead_phrases
from mailproc.policy.rules.rules import RuleSet, read_rules


def a_rule(rule_id: str, *phrases: str, hits: str = "", language: str = "en", **lines: str) -> str:
    """A rule with these phrases; its first phrase is its example."""
    keys = {"action": '"unsubscribe"', **lines}
    if "guard" in lines:
        del keys["action"]
    return (
        f'[[rule]]\nid = "{rule_id}"\nlanguages = ["{language}"]\nphrases = {list(phrases)}\n'
        f'hits = ["{hits or phrases[0]}"]\nmisses = ["xyz"]\n'
        + "".join(f"{key} = {value}\n" for key, value in keys.items())
    )


def rules_of(*rules: str) -> RuleSet:
    return read_rules({"10-x.toml": "".join(rules)})


def dead(*rules: str) -> list[tuple[str, str, str, bool]]:
    found = [one for one in dead_phrases(rules_of(*rules)) if one is not None]
    return [(one.rule.id, one.phrase, one.by.id, one.guarded) for one in found]


@pytest.mark.parametrize(
    ("wide", "narrow"),
    [
        ("take me off", "take me off the list"),
        ("(take|get) me off", "get me off"),
        ("unsubscri*", "unsubscribe"),
        ("stop ... mail", "stop mail"),
        ("[please] stop", "please stop"),
        ("stop", "^stop"),
        ("stop", "stop"),
        ("退会", "退会 お願い"),
    ],
)
def test_a_phrase_that_another_one_of_its_rule_always_finds_is_superfluous(wide: str, narrow: str) -> None:
    found = dead(a_rule("xx", wide, narrow, hits="take me off get me off unsubscribe stop mail 退会"))
    assert found in ([("xx", narrow, "xx", False)], [("xx", wide, "xx", False)] if wide == narrow else [])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("take me off", "take us off"),
        ("(take|get) me off", "(get|put) me off"),
        ("unsubscribe", "unsubscri*"),
        ("stop mail", "stop ... mail"),
        ("^stop", "stop"),
        ("stop$", "stop it"),
        ("a b", "b c"),
    ],
)
def test_a_phrase_that_finds_more_or_other_things_lives(one: str, other: str) -> None:
    example = "take me off. take us off. get me off. unsubscribe. stop mail. stop. stop it. a b. b c"
    found = dead(a_rule("xx", other, hits=example), a_rule("yy", one, hits=example))
    assert [row for row in found if row[0] == "xx"] == []


@pytest.mark.parametrize(
    "narrower",
    [
        {"max_words": "5"},
        {"max_sentence_words": "5"},
        {"first_lines": "2"},
        {"alone": '"text"'},
        {"where": '["subject"]'},
        {"mailboxes": '["feedback"]'},
        {"action": '"review"'},
        {"also": '["alert"]'},
        {"level": '"account"'},
    ],
)
def test_a_rule_that_counts_less_often_or_does_something_else_makes_no_other_superfluous(
    narrower: dict[str, str],
) -> None:
    found = dead(a_rule("wide", "stop the mail"), a_rule("narrow", "stop", hits="stop", **narrower))
    assert [row for row in found if row[0] == "wide"] == []


def test_rules_of_different_languages_each_have_a_right_to_the_same_word() -> None:
    assert dead(a_rule("en-no", "no"), a_rule("es-no", "no", language="es")) == []


def test_of_two_alike_the_later_is_superfluous() -> None:
    assert dead(a_rule("first", "stop"), a_rule("second", "stop")) == [("second", "stop", "first", False)]


@pytest.mark.parametrize("guard", ["talk", "false_friend", "negation", "third_person"])
def test_a_phrase_in_which_a_guard_stands_never_counts(guard: str) -> None:
    found = dead(
        a_rule("request", "stop", "do not stop mail", hits="stop"),
        a_rule("guard", "not stop", guard=f'"{guard}"'),
    )
    assert ("request", "do not stop mail", "guard", True) in found


def test_a_phrase_that_stands_up_to_the_guard_lives() -> None:
    found = dead(
        a_rule("request", "not stop mail", despite='["talk"]'),
        a_rule("guard", "not stop", guard='"talk"'),
    )
    assert [row for row in found if row[3]] == []


def test_a_guard_is_not_dead_for_being_one() -> None:
    assert dead(a_rule("one", "bus stop", guard='"false_friend"'), a_rule("two", "the shop", guard='"talk"')) == []


def test_none_of_the_shipped_phrases_is_always_taken_out_by_a_guard() -> None:
    assert [one for one in dead_phrases(shipped_rules()) if one is not None and one.guarded] == []
