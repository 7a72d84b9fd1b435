"""A CSV file about people, read row by row in bounded memory; what is no CSV is refused whole, with its line."""

import codecs
import contextlib
import csv
import io
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO, TextIO

from mailproc.errors import BadFile, NotFound

MAX_LINE = 1024 * 1024  # characters of a line, and of a row that goes over several lines
DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|"}
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_ROWS_PER_REPORT = 2000
Row = tuple[int, list[str]]  # the number of its first line, and its cells


def delimiter_named(text: str) -> str:
    """The delimiter that somebody typed, as a character or by its name. Raises BadFile."""
    found = DELIMITERS.get(text, text)
    if len(found) != 1 or found in '"\r\n\0':
        raise BadFile(f"{text!r} is no delimiter: give one character, or {', '.join(DELIMITERS)}")
    return found


@contextlib.contextmanager
def open_people(path: Path, *, encoding: str | None = None, delimiter: str | None = None) -> Iterator["PeopleFile"]:
    """Open a file, `-` for standard input; what is not given is looked for.

    Raises NotFound when it cannot be opened, BadFile when its first line names no columns or it is no CSV.
    """
    if str(path) == "-":
        yield PeopleFile(path, sys.stdin.buffer, encoding, delimiter)
        return
    try:
        binary = path.open("rb")
    except OSError as error:
        raise NotFound(f"cannot open {path}: {error.strerror}") from None
    with binary:
        yield PeopleFile(path, binary, encoding, delimiter)


class PeopleFile:
    """An open file: `encoding` and `delimiter` tell what was found or given, `head` the names of the columns."""

    def __init__(self, path: Path, binary: BinaryIO, encoding: str | None, delimiter: str | None) -> None:
        self._path = path
        self.size_bytes = os.fstat(binary.fileno()).st_size if str(path) != "-" else None
        self.encoding = _encoding_named(encoding) if encoding else _encoding_of(binary)
        self._binary = binary
        self._text = io.TextIOWrapper(binary, self.encoding, newline="")
        self._lines = _Lines(self._text, encoding is not None)
        with self._telling():
            first = next(self._lines, "")
        self.delimiter = delimiter or _delimiter_of(first)
        self._rows = csv.reader(_with_first(first, self._lines), delimiter=self.delimiter, strict=True)
        with self._telling():
            self.head = next(self._rows, [])
        if not any(name.strip() for name in self.head):
            raise BadFile(f"{path}: the first line is empty; it has to name the columns")

    def rows(self, report: Callable[[int], None] = lambda size_bytes: None) -> Iterator[Row]:
        """Every row that is not empty, with the number of its first line; `report` hears how far it has come, in bytes.

        Raises BadFile with the line for broken quoting, a line that is too long, NUL, and bytes of another encoding.
        """
        with self._telling():
            while True:
                line = self._lines.begin_row()
                cells = next(self._rows, None)
                if cells is None:
                    return
                if not line % _ROWS_PER_REPORT:
                    report(self._binary.tell() if self.size_bytes is not None else 0)
                if cells:
                    yield line, cells

    @contextlib.contextmanager
    def _telling(self) -> Iterator[None]:
        """Errors of reading, as sentences that name the line."""
        try:
            yield
        except csv.Error as error:
            raise BadFile(f"{self._path}: line {self._lines.row_began}: {_meaning(error)}") from None
        except UnicodeError:
            raise BadFile(f"{self._path}: {self._undecodable()}") from None
        except OSError as error:
            raise BadFile(f"cannot read {self._path}: {error.strerror}") from None

    def _undecodable(self) -> str:
        """Which line is not of this encoding, and what to do; text is decoded in blocks, so it has to be looked for."""
        line, advice = self._lines.number + 1, "an old spreadsheet on Windows writes --encoding windows-1252"
        if self.size_bytes is not None and self.encoding.startswith("utf-8"):
            self._binary.seek(0)
            line, has_nul = _first_undecodable(self._binary, self.encoding)
            advice = "with NUL between its letters it may be --encoding utf-16-le" if has_nul else advice
        return f"line {line} is not {self.encoding.removesuffix('-sig').upper()}; name its encoding: {advice}"


class _Lines:
    """Lines of a text for the CSV reader, bounded; it knows where a row began."""

    def __init__(self, text: TextIO, was_named: bool) -> None:
        self._text = text
        self._was_named = was_named
        self._row_size = 0
        self.number = 0
        self.row_began = 1

    def begin_row(self) -> int:
        """Count a row's size anew; gives the number of its first line."""
        self._row_size = 0
        self.row_began = self.number + 1
        return self.row_began

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = self._text.readline(MAX_LINE)
        if not line:
            raise StopIteration
        self.number += 1
        self._row_size += len(line)
        if self._row_size >= MAX_LINE:
            raise csv.Error(f"a row of more than {MAX_LINE:,} characters: is the quoting right, and is this CSV?")
        if "\0" in line:
            hint = "" if self._was_named else "; if it is UTF-16 without its mark, say --encoding utf-16-le"
            raise csv.Error(f"NUL in the text: this is no CSV{hint}")
        return line


def _with_first(first: str, rest: Iterator[str]) -> Iterator[str]:
    yield first
    yield from rest


def _encoding_named(name: str) -> str:
    try:
        found = codecs.lookup(name)
        "".encode(found.name)  # some codecs are for bytes alone
    except (LookupError, TypeError):
        raise BadFile(f"{name!r} is no encoding that is known here; for example utf-8, windows-1252, utf-16") from None
    return "utf-8-sig" if found.name == "utf-8" else found.name


def _encoding_of(binary: BinaryIO) -> str:
    start = binary.peek(4)[:4] if isinstance(binary, io.BufferedReader) else b""
    return next((encoding for bom, encoding in _BOMS if start.startswith(bom)), "utf-8")


def _delimiter_of(first: str) -> str:
    """The delimiter that the first line has most of, outside of quotes; a comma where it has none."""
    unquoted = "".join(first.split('"')[::2])
    best = max(DELIMITERS.values(), key=unquoted.count)
    return best if best in unquoted else ","


def _first_undecodable(binary: BinaryIO, encoding: str) -> tuple[int, bool]:
    """The number of the first line that is not of this encoding, and whether there is a NUL in it."""
    for number, line in enumerate(iter(lambda: binary.readline(MAX_LINE), b""), start=1):
        try:
            line.decode(encoding)
        except UnicodeError:
            return number, b"\0" in line
    return 1, False


def _meaning(error: csv.Error) -> str:
    """What the CSV reader says, as it concerns whoever wrote the file."""
    text = str(error)
    if "expected after" in text:
        return "a quote ends in the middle of a cell; quotes within quotes are doubled"
    if "unexpected end of data" in text:
        return "a quote that begins here never ends"
    if "field larger than field limit" in text:
        return f"a cell of more than {csv.field_size_limit():,} characters: is a quote missing?"
    return text
