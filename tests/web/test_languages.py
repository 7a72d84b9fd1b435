"""The language of a page is the best for Accept-Language, and no header makes it anything but one of ours."""

import pytest

from mailproc.web.pages.languages import available, language_for, wanted_languages


@pytest.mark.parametrize(
    ("header", "tag", "direction"),
    [
        ("de-CH,de;q=0.9,en;q=0.8", "de", "ltr"),
        ("ar-EG", "ar", "rtl"),
        ("HE", "he", "rtl"),
        ("tlh, fr;q=0.5, de;q=0.7", "de", "ltr"),
        ("de;q=0, fr;q=0.1", "fr", "ltr"),
        ("en-US,en;q=0.5", "en", "ltr"),
    ],
)
def test_the_most_wanted_that_there_is(header: str, tag: str, direction: str) -> None:
    language = language_for(header, "en")
    assert (language.tag, language.direction) == (tag, direction)


@pytest.mark.parametrize(
    "header", ["", "*", "tlh", "../../etc/passwd", ";q=1", "de;q=x", "d" * 5000, ",," * 5000, "\x00"]
)
def test_who_asks_for_none_of_ours_gets_the_accounts(header: str) -> None:
    assert language_for(header, "de").tag == "de"
    assert language_for(header, "tlh").tag == "en"


def test_only_so_much_of_a_header_is_read() -> None:
    assert len(wanted_languages(",".join(["de"] * 1000))) == 20


def test_there_are_ten_languages_at_least() -> None:
    assert len(available()) > 10
