"""Whatever colours an account has, its texts can be read; and a logo is a picture."""

import pytest

from mailproc.policy.pages.colour import READABLE, contrast, is_colour, readable, text_on
from mailproc.policy.pages.picture import picture_type

COLOURS = ["#000", "#ffffff", "#ffe600", "#1f4fd8", "#777777", "#ff0000", "#0f0"]


def test_contrast_is_that_of_the_guidelines() -> None:
    assert round(contrast("#000000", "#ffffff"), 2) == 21
    assert contrast("#123456", "#123456") == 1
    assert round(contrast("#777777", "#ffffff"), 2) == 4.48


@pytest.mark.parametrize("colour", COLOURS)
@pytest.mark.parametrize("behind", ["#ffffff", "#1b1e25"])
def test_a_shade_of_every_colour_can_be_read(colour: str, behind: str) -> None:
    assert contrast(readable(colour, behind), behind) >= READABLE


@pytest.mark.parametrize("colour", COLOURS)
def test_text_on_every_colour_can_be_read(colour: str) -> None:
    assert contrast(text_on(colour), colour) >= READABLE - 0.3


@pytest.mark.parametrize("text", ["red", "#12", "#12345", "#1234567", "#fff;}", "url(x)", "", "#ggg", "#fff\n"])
def test_nothing_else_is_a_colour(text: str) -> None:
    assert not is_colour(text)


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"\x89PNG\r\n\x1a\n...", "image/png"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"GIF89a", "image/gif"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "image/webp"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", None),
        (b"<?xml version='1.0'?><svg/>", None),
        (b"<html>", None),
        (b"", None),
    ],
)
def test_a_picture_is_known_by_its_first_bytes(content: bytes, kind: str | None) -> None:
    assert picture_type(content) == kind
