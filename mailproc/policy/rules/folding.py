"""Characters and words made comparable: letter case, accents, apostrophes, and what is written apart or together."""

import re
import unicodedata
from functools import lru_cache

# Scripts that leave no gaps between words: Thai, Lao, Myanmar, Khmer, Chinese, Japanese. Korean glues particles on.
_GAPLESS = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uac00-\ud7af\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff]"
)
# Written apart or together at will: read as together.
TOGETHER = (
    (" e mail", " email"),
    (" un subscri", " unsubscri"),
    (" news letter", " newsletter"),
    (" mailing list", " mailinglist"),
    (" mail list", " mailinglist"),
    (" opt out", " optout"),
    (" opt in", " optin"),
)
_APART = tuple(
    (apart[1:], re.compile(rf"(?<![^\W_]){apart[1:]}", re.IGNORECASE), together[1:]) for apart, together in TOGETHER
)
_LETTERS_WITHOUT_PARTS = str.maketrans({"đ": "d", "ð": "d", "ø": "o", "ł": "l", "ı": "i", "æ": "ae", "œ": "oe"})
_APOSTROPHES = "'\u2019\u2018\u02bc\u00b4`\uff07"
_COMBINING = re.compile("[\u0300-\u036f]+")
# What mail programs write on their own, and the one letter that casefold spells with two.
_TYPOGRAPHY = (
    *((mark, "'") for mark in "\u2019\u2018\u00b4"),
    *((mark, " ") for mark in "\u00a0\u201c\u201d\u201e\u2013\u2014\u2026\u2022\u20ac"),
    ("ß", "ss"),
)
# Accents, Cyrillic, Hebrew and Arabic vowel signs; marks of other scripts are letters in all but name.
_STRIPPED_MARKS = (
    (0x0300, 0x036F),
    (0x0483, 0x0487),
    (0x0591, 0x05C7),
    (0x0610, 0x061A),
    (0x064B, 0x065F),
    (0x0670, 0x0670),
)
# A few characters stand for whole phrases: U+FDFA for four words of Arabic. A text of them would grow eighteenfold.
_LONGEST_SPELLING = 8
_INVISIBLE = frozenset("\u00ad\u0640\u200b\u200c\u200d\u2060\ufeff")


class _Folding(dict[int, str]):
    """What becomes of a character: letters and digits folded, apostrophes alike, line feeds kept, all else a gap."""

    def __missing__(self, code: int) -> str:
        folded = _fold_character(chr(code))
        if len(self) < 50_000:
            self[code] = folded
        return folded


def _fold_character(character: str) -> str:
    if character == "\n":
        return "\n"
    if character in _APOSTROPHES:
        return "'"
    if character in _INVISIBLE or unicodedata.category(character) == "Cf":
        return ""
    parts = unicodedata.normalize("NFKD", character.casefold())
    kept = "".join(part for part in parts if not any(low <= ord(part) <= high for low, high in _STRIPPED_MARKS))
    if len(kept) > _LONGEST_SPELLING:
        return " "
    whole = unicodedata.normalize("NFKC", kept).casefold().translate(_LETTERS_WITHOUT_PARTS)
    return "".join(part if part.isalnum() or unicodedata.category(part)[0] == "M" else " " for part in whole)


FOLDING = _Folding()
_FOLDED_ASCII = bytes([ord(FOLDING[code]) for code in range(128)]).ljust(256)


def fold(text: str) -> str:
    """Words of a text, folded and one space apart, without spaces at the ends; for phrases as for text."""
    line = " " + " ".join(fold_line(text.replace("\n", " ")).split()) + " "
    for apart, together in TOGETHER:
        line = line.replace(apart, together)
    return line[1:-1]


@lru_cache(maxsize=16_384)
def fold_word(word: str) -> str:
    """The same for words of rule files, which stand there again and again."""
    return fold(word)


def write_together(phrase: str) -> str:
    """A phrase as written in a rule file, with the same words written together as in normal text."""
    lowered = phrase.lower()
    for apart, finder, together in _APART:
        if apart in lowered:
            phrase = finder.sub(together, phrase)
    return phrase


def is_gapless(text: str) -> bool:
    """Whether a text has a letter of a script that leaves no gaps between words."""
    return not text.isascii() and _GAPLESS.search(text) is not None


def width_in_words(text: str) -> int:
    """How many words a stretch of normal text is wide; where words have no gaps, two characters count as one."""
    words = text.split()
    if text.isascii():
        return len(words)
    return sum((len(word) + 1) // 2 if is_gapless(word) else 1 for word in words)


def fold_line(text: str) -> str:
    """The same text with every character folded; line feeds stay, gaps may be several spaces wide."""
    text = _plainer(text)
    if text.isascii():  # one letter for one, which bytes do in a fifth of the time
        text = text.encode().translate(_FOLDED_ASCII).decode()
    else:
        text = text.translate(FOLDING)
    return text.replace("n't", "nt").replace("'", " ")


def _plainer(text: str) -> str:
    """The same text without accents where that makes it ASCII, which folds ten times as fast; else unchanged."""
    if text.isascii():
        return text
    plain = text
    for character, ascii_one in _TYPOGRAPHY:
        plain = plain.replace(character, ascii_one)
    plain = _COMBINING.sub("", unicodedata.normalize("NFKD", plain))
    return plain if plain.isascii() else text
