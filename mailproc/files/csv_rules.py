"""What a CSV file that somebody gives us may be: encoding, delimiter and bounds, and what its faults are called."""

import codecs
import csv
import io
import re
from typing import BinaryIO, TextIO

from mailproc.errors import BadFile

MAX_LINE = 1024 * 1024  # characters of a line, and of a row that goes over several lines
DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|"}
NO_COLUMNS = "line 1 is empty: it has to name the columns"
_BOMS = (  # that of UTF-32 begins like one of UTF-16
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_OTHER_FILES = (
    (b"PK\x03\x04", "an Excel workbook or a ZIP file: save it as CSV"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook: save it as CSV"),
    (b"\x1f\x8b", "a file of gzip: unpack it"),
)
_ESCAPED = 0xDC00  # a byte that is no text is there as this and its value (PEP 383)


def delimiter_named(text: str) -> str:
    """The delimiter that somebody typed, as a character or by its name. Raises BadFile."""
    found = DELIMITERS.get(text, text)
    if len(found) != 1 or found in '"\r\n\0':
        raise BadFile(f"{text!r} is no delimiter: give one character, or {', '.join(DELIMITERS)}")
    return found


def delimiter_of(first: str) -> str:
    """The delimiter that the first line has most of, outside of quotes; a comma where it has none."""
    unquoted = "".join(first.split('"')[::2])
    best = max(DELIMITERS.values(), key=unquoted.count)
    return best if best in unquoted else ","


def encoding_named(name: str) -> str:
    """The encoding that somebody typed; a mark before UTF-8 is passed over. Raises BadFile."""
    try:
        found = codecs.lookup(name)
        "".encode(found.name)  # some codecs are for bytes alone
    except (LookupError, TypeError):
        raise BadFile(f"{name!r} is no encoding that is known here; for example utf-8, windows-1252, utf-16") from None
    return "utf-8-sig" if found.name == "utf-8" else found.name


def encoding_of(binary: BinaryIO) -> str:
    """What the mark of a file says of its encoding; UTF-8 where there is none."""
    start = _start(binary)
    return next((encoding for bom, encoding in _BOMS if start.startswith(bom)), "utf-8")


def why_other_file(binary: BinaryIO) -> str | None:
    """What people take for a CSV file and is none, by how it begins, and what to do; None for all else."""
    start = _start(binary)
    return next((f"line 1: this is {kind}" for mark, kind in _OTHER_FILES if start.startswith(mark)), None)


def _start(binary: BinaryIO) -> bytes:
    return binary.peek(4)[:4] if isinstance(binary, io.BufferedReader) else b""


def text_in(binary: BinaryIO, encoding: str) -> TextIO:
    """The text of a file, line ends as they are; bytes that are none are left for `why_no_text` to tell."""
    return io.TextIOWrapper(binary, encoding, errors="surrogateescape", newline="")


def why_no_text(text: str, line: int, encoding: str, *, was_named: bool) -> str | None:
    """What is no text in these lines, of which the first has this number, and where; None when all is well."""
    if "\0" in text:
        hint = "" if was_named else "; if it is UTF-16 without its mark, say --encoding utf-16-le"
        return f"{_character(text, text.index(chr(0)), line)}: NUL in the text: this is no CSV{hint}"
    if text.isascii():
        return None
    try:
        text.encode()
    except UnicodeEncodeError as error:
        place = _character(text, error.start, line)
        return f"{place}: byte {ord(text[error.start]) - _ESCAPED:#04x} is no {_shown(encoding)}; {_ADVICE}"
    return None


def why_undecodable(line: int, encoding: str) -> str:
    """What is to be said where decoding itself gave up, somewhere in the block that begins on this line."""
    return f"line {line} or soon behind it is not {_shown(encoding)}; {_ADVICE}"


def why_too_long(line: int) -> str:
    """What is to be said of a row that begins on this line and has more characters than a row may have."""
    return f"line {line}, column 1: a row of more than {MAX_LINE:,} characters: is the quoting right, and is this CSV?"


def why_no_csv(error: csv.Error, row: str, line: int, delimiter: str) -> str:
    """What the CSV reader says of a row that begins on this line, with its place, as it concerns who wrote the file."""
    text = str(error)
    if "expected after" in text:
        text = "a quote ends in the middle of a cell; quotes within quotes are doubled"
    elif "unexpected end of data" in text:
        text = "a quote that begins here never ends"
    elif "field larger than field limit" in text:
        text = f"a cell of more than {csv.field_size_limit():,} characters: is a quote missing?"
    return f"{_cell_at_fault(row, line, delimiter)}: {text}"


def _cell_at_fault(row: str, line: int, delimiter: str) -> str:
    """The line and the column of the first cell of a row that is too long, or is not followed by another one."""
    unquoted_end = re.compile(f"[\\r\\n{re.escape(delimiter)}]")
    column, start, end = 0, 0, -1
    while end < 0 or (end - start <= csv.field_size_limit() and row.startswith(delimiter, end)):
        column, start = column + 1, end + 1
        if row.startswith('"', start):
            end = _quoted_end(row, start)
        else:
            found = unquoted_end.search(row, start)
            end = found.start() if found else len(row)
    return f"line {line + _line_ends(row[:start])}, column {column}"


def _quoted_end(row: str, start: int) -> int:
    """Where a cell in quotes ends, which begins there; the end of the row when it never does."""
    end = row.find('"', start + 1)
    while row.startswith('""', end) and end >= 0:
        end = row.find('"', end + 2)
    return end + 1 if end >= 0 else len(row)


_ADVICE = "name its encoding: an old spreadsheet on Windows writes --encoding windows-1252"


def _character(text: str, at: int, line: int) -> str:
    """Where a character stands in lines of which the first has this number."""
    before = text[:at]
    begin = max(before.rfind("\n"), before.rfind("\r"))
    return f"line {line + _line_ends(before)}, character {at - begin}"


def _line_ends(text: str) -> int:
    """How many lines end in it: by LF, CRLF or CR."""
    return text.count("\n") + text.count("\r") - text.count("\r\n")


def _shown(encoding: str) -> str:
    return encoding.removesuffix("-sig").upper()
