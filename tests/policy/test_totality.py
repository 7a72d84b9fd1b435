"""How far a person's words reach: one list that is named, a word that means everything, and neither."""

import pytest
from posted import shipped_rules

from mailproc.policy.rules.rules import read_rules
from mailproc.policy.rules.totality import Meant, Totality, named_list, totality_in

LISTS = {"weekly": "Acme Weekly", "digest": "Acme Weekly Digest", "offers": "Acme Offers", "news": "新闻周刊"}.items()


FOOTER = "Bitte abmelden.\nDiese E-Mail und alle ihre Anhänge sind vertraulich."


def total(text: str) -> Totality | None:
    return totality_in(shipped_rules().matcher.match(text), shipped_rules())


@pytest.mark.parametrize(
    ("text", "list_id"),
    [
        ("Take me off Acme Weekly please", "weekly"),
        ("unsubscribe offers, thanks", "offers"),
        ("Take me off Acme Weekly Digest please", "digest"),
        ("请取消订阅新闻周刊", "news"),
        ("unsubscribe from Acme Weekly and Acme Offers", None),
        ("unsubscribe from Acme Weekly and Acme Weekly Digest", None),
        ("unsubscribe me", None),
        ("", None),
    ],
)
def test_one_list_is_named_and_a_longer_name_is_not_the_shorter_one(text: str, list_id: str | None) -> None:
    assert named_list(text, LISTS) == list_id


def test_a_name_that_two_lists_share_names_neither() -> None:
    assert named_list("take me off the news", [("a", "The News"), ("b", "The News")]) is None


@pytest.mark.parametrize(
    ("text", "word", "meant"),
    [
        ("take me off all lists", "all", Meant.surely),
        ("Take me and my wife off all your lists, thanks", "all", Meant.surely),
        ("nehmt mich aus allen Verteilern", "allen", Meant.surely),
        ("Отпишите меня от всего", "от всего", Meant.surely),
        ("הסר אותי מכל הרשימות", "מכל", Meant.surely),
        ("take me off Acme Weekly, you all write well", "all", Meant.perhaps),
        ("Please unsubscribe me. From everything.", "everything", Meant.perhaps),
        ("alles", "alles", Meant.perhaps),
        (FOOTER, "alle", Meant.hardly),
    ],
)
def test_a_word_of_totality_counts_in_the_clause_of_a_request(text: str, word: str, meant: Meant) -> None:
    assert total(text) == Totality(word=word, meant=meant)


@pytest.mark.parametrize("text", ["Hi all, unsubscribe me", "unsubscribe me, I read her blog", "small talk", ""])
def test_a_greeting_another_language_and_part_of_a_word_say_nothing(text: str) -> None:
    assert total(text) is None


def test_what_a_rule_never_narrows_is_asked_for_everything() -> None:
    rules = read_rules(
        {
            "10-en.toml": """
language = "en"
[[rule]]
id = "en-gone"
action = "unsubscribe"
level = "account"
phrases = ["erase me"]
hits = ["erase me"]
misses = ["erase it"]
"""
        }
    )
    found = rules.matcher.match("Please erase me now")
    assert totality_in(found, rules) == Totality(word="erase me", meant=Meant.surely)


@pytest.mark.parametrize(
    "text",
    [
        "Kindly unsubscribe me from this list if at all possible",
        "unsubscribe me from this list after all",
        "First of all take me off this list",
        "All I want is for you to unsubscribe me from this list",
        "Désinscrivez-moi tout de suite de cette liste",
        "Dadme de baja sobre todo de esta lista",
        "Bitte auf alle Fälle von diesem Newsletter abmelden",
        "Her hafta gelen bu listeden çıkarın beni",
    ],
)
def test_a_saying_with_such_a_word_says_nothing(text: str) -> None:
    assert total(text) is None


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("After all unsubscribe me from all lists", "all"),
        ("Désinscrivez-moi tout de suite de toutes vos listes", "toutes"),
        ("Unsubscribe me from everything if at all possible", "everything"),
    ],
)
def test_beside_a_saying_such_a_word_counts(text: str, word: str) -> None:
    assert total(text) == Totality(word=word, meant=Meant.surely)
