"""Cells that a spreadsheet would run as a formula are written with an apostrophe before them, and read without it."""

import re

# What Excel, LibreOffice and Google Sheets take for the beginning of a formula, behind any apostrophes: the one that is
# added is then always the one to be taken away.
_FORMULA = re.compile(r"'*[=+\-@\t\r\n]")
_WRITTEN = re.compile(r"'+[=+\-@\t\r\n]")


def neutral_cell(text: str) -> str:
    """The text as a spreadsheet shows it and does not run it."""
    return "'" + text if _FORMULA.match(text) else text


def plain_cell(text: str) -> str:
    """The text that `neutral_cell` was given; any other stays as it is."""
    return text[1:] if text[:1] == "'" and _WRITTEN.match(text) else text
