"""In which language a page speaks: Babel chooses by Accept-Language, and its catalogues are read as they are.

`locale/LANGUAGE/LC_MESSAGES/pages.po` is a catalogue; its folder's name is a locale of Babel's (`de`, `pt_BR`).
English is in the templates themselves. There is no build step: a catalogue is compiled in memory when somebody first
asks for it.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path

from babel import Locale, negotiate_locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations

LOCALES = Path(__file__).parent / "locale"
SOURCE_LANGUAGE = "en"
_MAX_HEADER, _MAX_WANTED = 500, 20
_WANTED = re.compile(
    r"\s*([A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8}){0,3})\s*(?:;\s*q\s*=\s*([01](?:\.[0-9]{0,3})?)\s*)?", re.ASCII
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """One language: its tag for HTML, its direction (`ltr` or `rtl`), and what turns an English text into it."""

    tag: str
    direction: str
    translate: Callable[[str], str]


@cache
def available() -> tuple[str, ...]:
    """The locales that there are texts in, the source language first."""
    found = sorted(path.parent.parent.name for path in LOCALES.glob("*/LC_MESSAGES/pages.po"))
    return (SOURCE_LANGUAGE, *(name for name in found if name != SOURCE_LANGUAGE))


def language_for(accept_language: str, default: str) -> Language:
    """The best for this header (RFC 9110 §12.5.4); where it names none of ours `default`, else English."""
    for wanted in (wanted_languages(accept_language), [default.replace("-", "_")]):
        if found := negotiate_locale(wanted, available(), sep="_"):
            return _language(found)
    return _language(SOURCE_LANGUAGE)


def wanted_languages(accept_language: str) -> list[str]:
    """The languages of the header with `_`, the most wanted first; what cannot be read, and `q=0`, is left out."""
    wanted = []
    for place, part in enumerate(accept_language[:_MAX_HEADER].split(",")[:_MAX_WANTED]):
        match = _WANTED.fullmatch(part)
        weight = float(match[2] or 1) if match else 0.0
        if match and weight:
            wanted.append((-weight, place, match[1].replace("-", "_")))
    return [tag for _, _, tag in sorted(wanted)]


@cache
def _language(name: str) -> Language:
    locale = Locale.parse(name)
    return Language(tag=str(locale).replace("_", "-"), direction=locale.text_direction, translate=_texts(name).gettext)


def _texts(name: str) -> NullTranslations:
    path = LOCALES / name / "LC_MESSAGES" / "pages.po"
    if not path.is_file():
        return NullTranslations()
    with path.open("rb") as file:
        catalogue = read_po(file, locale=name)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Translations(compiled)
