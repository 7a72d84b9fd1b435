import pytest

from mailproc.policy.rules.word_class import WordClassError, joined_classes, with_words

CLASSES = {"me": ("me", "us"), "mine": ("my (name|address)", "{me}"), "circle": ("a", "{ring}"), "ring": ("{circle}",)}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("remove {me}", "remove (me|us)"),
        ("remove [{me}] now", "remove [(me|us)] now"),
        ("remove {mine}", "remove (my (name|address)|(me|us))"),
        ("{me} and {me}", "(me|us) and (me|us)"),
        ("remove me", "remove me"),
    ],
)
def test_the_words_of_a_class_stand_where_its_name_stood(text: str, said: str):
    assert with_words(text, CLASSES) == said


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("remove {you}", "names the word class {you}, which no file has"),
        ("remove {}", "names the word class {}, which no file has"),
        ("remove {circle}", "names the word class {circle}, which contains itself"),
    ],
)
def test_a_class_that_cannot_be_put_in_says_why(text: str, why: str):
    with pytest.raises(WordClassError) as caught:
        with_words(text, CLASSES)
    assert str(caught.value) == why


def test_classes_that_make_more_text_than_a_phrase_can_be_are_refused():
    doubled = {f"c{n}": (f"{{c{n + 1}}}",) * 10 for n in range(8)} | {"c8": ("word",)}
    with pytest.raises(WordClassError, match="is too long with the words of its classes"):
        with_words("{c0}", doubled)


def test_a_class_of_several_files_has_the_words_of_all_each_once():
    files = ({"me": ("me", "us"), "stop": ("stop",)}, {"me": ("us", "myself")}, {})
    assert joined_classes(files) == {"me": ("me", "us", "myself"), "stop": ("stop",)}
