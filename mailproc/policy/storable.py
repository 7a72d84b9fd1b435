"""Text that every database and every JSON writer takes: no NUL, no lone surrogates, no control characters."""

import re

_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f]")
_SURROGATES = re.compile("[\ud800-\udfff]")


def storable_text(text: str) -> str:
    """The same text, of the same length, with U+FFFD in place of what cannot be stored; line feeds and tabs stay."""
    if text.isprintable():
        return text
    text = _CONTROL.sub("\ufffd", text)
    return text if text.isascii() else _SURROGATES.sub("\ufffd", text)


def short_text(text: str, limit: int = 200) -> str:
    """One line of at most `limit` characters, storable; what is longer ends in an ellipsis."""
    line = " ".join(storable_text(text[: limit * 4]).split())
    return line if len(line) <= limit else line[: limit - 1] + "…"
