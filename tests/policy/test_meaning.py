import pytest

from mailproc.policy.rules.meaning import Meanings
from mailproc.policy.rules.normal_text import normal_text

ENTRIES = (
    ("en", "common", "the"),
    ("en", "common", "and"),
    ("en", "no", "no"),
    ("en", "no", "don't"),
    ("en", "no-longer", "no longer"),
    ("en", "send", "send*"),
    ("en", "mail", "e-mail*"),
    ("en", "mail", "sendmail"),
    ("en", "stop", "put* an end"),
    ("it", "mail", "no"),
    ("it", "common", "il"),
    ("ja", "send", "送ら"),
    ("ja", "no", "送らない"),
    ("ja", "mail", "メール"),
    ("he", "list", "רשימ*"),
    ("ar", "mail", "رسائل"),
)


def meant(text: str) -> list[tuple[str, str]]:
    normal = normal_text(text)
    found = Meanings(ENTRIES).read(normal).words
    return [(word.meaning, text[slice(*normal.span_in(word.sentence, *word.line_span))]) for word in found]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("The sender and the end", [("send", "sender")]),
        ("Sendmail and the rest", [("mail", "Sendmail")]),
        ("the E-Mails, and I DON'T", [("mail", "E-Mails"), ("no", "DON'T")]),
        ("and no   longer the", [("no", "no"), ("no-longer", "no   longer")]),
        ("the putting an end and no", [("stop", "putting an end"), ("no", "no")]),
        ("もうメールを 送らない で", [("mail", "メール"), ("no", "送らない")]),
        ("מהרשימה", [("list", "מהרשימה")]),
        ("والرسائل", [("mail", "والرسائل")]),
        ("nothing that is known", []),
        ("", []),
    ],
    ids=[
        "a beginning",
        "a whole word before a beginning",
        "folded",
        "a sequence beside its word",
        "a sequence with a beginning",
        "in scripts without gaps the longest, spaces do not matter",
        "Hebrew clitics",
        "Arabic clitics",
        "nothing",
        "no text",
    ],
)
def test_a_word_means(text: str, said: list[tuple[str, str]]):
    assert meant(text) == said


def test_a_text_is_read_in_the_language_that_knows_most_of_it():
    assert meant("the no and the") == [("no", "no")]
    assert meant("il no il il") == [("mail", "no")]


def test_two_languages_that_know_as_much_are_read_both():
    assert meant("no") == [("mail", "no"), ("no", "no")]


def test_places_count_words_within_a_sentence():
    found = Meanings(ENTRIES).read(normal_text("no e-mail. And send the e-mail")).words
    assert [(word.meaning, word.sentence, word.place) for word in found] == [
        ("no", 0, 0),
        ("mail", 0, 1),
        ("send", 1, 1),
        ("mail", 1, 3),
    ]


def test_how_much_of_a_text_is_known_is_told():
    assert Meanings(ENTRIES).read(normal_text("the green and red")).known == 0.5
    assert Meanings(ENTRIES).read(normal_text("")).known == 0


def test_a_word_that_is_none_takes_no_time_and_no_room():
    meanings = Meanings(ENTRIES)
    assert meanings.read(normal_text("send" + "x" * 60_000)).words == ()
    assert meanings.read(normal_text("send" + "x" * 36)).words != ()
