"""Every language says what the pages say: nothing is missing, nothing doubtful, and the same places are filled."""

import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from messages import catalogue_files, catalogue_of, extracted

from mailproc.web.pages.languages import language_for

LANGUAGES = {"ar", "cs", "da", "de", "es", "fi", "fr", "he", "it", "ja", "nl", "pl", "pt", "pt_BR", "sv", "tr"}
FILES = catalogue_files()
_PLACES = re.compile(r"%\(\w+\)[sd]")

every_catalogue = pytest.mark.parametrize("path", FILES, ids=[one.parent.parent.name for one in FILES])


@pytest.fixture(scope="module")
def texts() -> Catalog:
    return extracted()


def test_the_pages_speak_at_least_these_languages() -> None:
    assert {one.parent.parent.name for one in FILES} >= LANGUAGES


@pytest.mark.parametrize(
    ("wanted", "tag", "direction"),
    [("pt-BR, pt;q=0.9", "pt-BR", "ltr"), ("pt-PT", "pt", "ltr"), ("ar-EG", "ar", "rtl"), ("he-IL", "he", "rtl")],
)
def test_a_country_is_spoken_to_in_its_own_words_or_in_its_language(wanted: str, tag: str, direction: str) -> None:
    language = language_for(wanted, "en")
    assert (language.tag, language.direction) == (tag, direction)
    assert language.translate("Save") != "Save"


def test_the_texts_of_the_pages_are_found(texts: Catalog) -> None:
    assert len(texts) > 30
    assert texts.get("Unsubscribe") is not None


@every_catalogue
def test_a_catalogue_has_the_texts_of_the_pages_and_no_others(texts: Catalog, path: Path) -> None:
    assert {one.id for one in catalogue_of(path)} == {one.id for one in texts}


@every_catalogue
def test_every_text_is_translated_and_none_is_doubtful(path: Path) -> None:
    assert [
        one.id for one in catalogue_of(path) if one.id and (one.fuzzy or not one.string or not all(one.string))
    ] == []


@every_catalogue
def test_no_translation_is_the_english_text_that_was_left(path: Path) -> None:
    same = [one.id for one in catalogue_of(path) if one.id and one.id == one.string and " " in one.id]
    assert same == []


@every_catalogue
def test_every_translation_has_the_places_of_its_text(path: Path) -> None:
    for one in catalogue_of(path):
        if not one.id:
            continue
        ids, strings = ([each] if isinstance(each, str) else list(each) for each in (one.id, one.string))
        for string in strings:
            assert sorted(_PLACES.findall(string)) == sorted(_PLACES.findall(ids[-1])), one.id
            assert string.count("%") == len(_PLACES.findall(string)), one.id
            assert string == string.strip() or ids[-1] != ids[-1].strip(), one.id


@every_catalogue
def test_a_catalogue_has_as_many_plurals_as_its_language(path: Path) -> None:
    catalogue = catalogue_of(path)
    plurals = Catalog(locale=path.parent.parent.name)
    assert f"Plural-Forms: {plurals.plural_forms}" in path.read_text(encoding="utf-8")
    assert [one.id for one in catalogue if one.pluralizable and len(one.string) != plurals.num_plurals] == []
