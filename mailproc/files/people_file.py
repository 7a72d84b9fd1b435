"""A CSV file about people, read row by row in bounded memory; what is no CSV is refused whole, with its line."""

import contextlib
import csv
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO, TextIO

from mailproc.errors import BadFile, NotFound
from mailproc.files.csv_rules import (
    MAX_LINE,
    NO_COLUMNS,
    TOO_LONG,
    delimiter_of,
    encoding_named,
    encoding_of,
    text_in,
    why_no_csv,
    why_no_text,
    why_undecodable,
)

_ROWS_PER_REPORT = 2000
Row = tuple[int, list[str]]  # the number of its first line, and its cells


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
        self.encoding = encoding_named(encoding) if encoding else encoding_of(binary)
        self._binary = binary
        self._text = text_in(binary, self.encoding)
        self._lines = _Lines(self._text, self.encoding, was_named=encoding is not None)
        with self._telling():
            first = next(self._lines, "")
        self.delimiter = delimiter or delimiter_of(first)
        self._rows = csv.reader(_with_first(first, self._lines), delimiter=self.delimiter, strict=True)
        with self._telling():
            self.head = next(self._rows, [])
        if not any(name.strip() for name in self.head):
            raise BadFile(f"{path}: {NO_COLUMNS}")

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
            raise BadFile(f"{self._path}: line {self._lines.row_began}: {why_no_csv(error)}") from None
        except _NoTextError as error:
            raise BadFile(f"{self._path}: {error}") from None
        except UnicodeError:
            raise BadFile(f"{self._path}: {why_undecodable(self._lines.number + 1, self.encoding)}") from None
        except OSError as error:
            raise BadFile(f"cannot read {self._path}: {error.strerror}") from None


class _NoTextError(Exception):
    """Something in a line is no text; says where."""


class _Lines:
    """Lines of a text for the CSV reader, bounded; it knows where a row began."""

    def __init__(self, text: TextIO, encoding: str, *, was_named: bool) -> None:
        self._text = text
        self._encoding = encoding
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
            raise csv.Error(TOO_LONG)
        if why := why_no_text(line, self.number, self._encoding, was_named=self._was_named):
            raise _NoTextError(why)
        return line


def _with_first(first: str, rest: Iterator[str]) -> Iterator[str]:
    yield first
    yield from rest
