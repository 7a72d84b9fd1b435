"""A CSV file of people, read in portions that keep each row as it was written; mistakes with line and column."""

import csv
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import Annotated, BinaryIO

import typer

from mailproc.cli.terminal import EX_DATAERR, EX_NOINPUT
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
from mailproc.policy.imports.table_cell import plain_cell

EncodingOption = Annotated[
    str | None, typer.Option("--encoding", help="Such as windows-1252; else UTF-8, or what the file's mark says.")
]
DelimiterOption = Annotated[
    str | None,
    typer.Option("--delimiter", help="One character, or comma, semicolon, tab, pipe; else as the first line has it."),
]

AT_ONCE = 20_000  # rows of a portion


class TableError(Exception):
    """What is wrong with a file, with line and column where that can be told, and the exit code for it."""

    def __init__(self, said: str, code: int = EX_DATAERR) -> None:
        super().__init__(said)
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class Portion:
    """Rows of a table: as they were written, with their line ends, and their cells. Empty lines are left out."""

    texts: Sequence[str]
    rows: Sequence[Sequence[str]]

    def column(self, place: int) -> list[str]:
        """One cell of each row, without the apostrophe that `export` writes before what looks like a formula."""
        return [plain_cell(row[place]) for row in self.rows]


class PeopleTable:
    """An open table: its `head`, then its portions; `encoding` and `delimiter` tell what was found or given.

    Raises TableError for what cannot be read, BadFile for an encoding that there is not.
    """

    def __init__(self, binary: BinaryIO, *, encoding: str | None = None, delimiter: str | None = None) -> None:
        self.encoding = encoding_named(encoding) if encoding else encoding_of(binary)
        self._was_named = encoding is not None
        self._source = text_in(binary, self.encoding)
        self._line = 0  # lines read so far
        self._ahead: list[str] = []  # read already
        self._ahead = list(islice(self._bounded(), 1))
        self.delimiter = delimiter or delimiter_of("".join(self._ahead))
        first = self._portion(1)
        if first is None or not first.rows:
            raise TableError(NO_COLUMNS)
        self.head = list(first.rows[0])
        self.head_text = first.texts[0]

    def place(self, names: Sequence[str], *, named: bool) -> int | None:
        """The column that has one of these names, in any case; None when none has. Raises TableError for several.

        `named`: the user gave this name, so that the column must be there.
        """
        places = [place for place, head in enumerate(self.head) if head.strip().lower() in names]
        if len(places) > 1:
            raise TableError(f"line 1, column {places[1] + 1}: two columns are called {self.head[places[1]].strip()}")
        if named and not places:
            raise TableError(f"line 1: there is no column {names[0]}; there: {', '.join(self.head)[:500]}")
        return places[0] if places else None

    def portions(self) -> Iterator[Portion]:
        """The rows, in order. Each has as many cells as the head."""
        while (portion := self._portion(AT_ONCE)) is not None:
            if portion.rows:
                yield portion

    @property
    def lines(self) -> int:
        """How many lines were read."""
        return self._line

    def _portion(self, count: int) -> Portion | None:
        """The next lines, and what belongs to the last of them; None at the end."""
        began = self._line
        lines = list(islice(self._bounded(), count))
        if not lines:
            return None
        text = "".join(lines)
        self._check_text(text, began)
        if '"' in text:
            texts, rows = self._quoted(lines)
        else:
            self._line += len(lines)
            texts, rows = lines, self._read(lines, began)
        if began:
            self._check_widths(rows, texts, began)
        if [] in rows:
            filled = [place for place, row in enumerate(rows) if row]
            texts, rows = [texts[place] for place in filled], [rows[place] for place in filled]
        return Portion(texts=texts, rows=rows)

    def _bounded(self) -> Iterator[str]:
        """The lines that follow; none is longer than memory should hold. Raises TableError."""
        ahead, self._ahead = self._ahead, []
        number = self._line
        try:
            for line in chain(ahead, iter(lambda: self._source.readline(MAX_LINE), "")):
                number += 1
                if len(line) >= MAX_LINE:
                    raise TableError(f"line {number}: {TOO_LONG}")
                yield line
        except UnicodeError:
            raise TableError(why_undecodable(number + 1, self.encoding)) from None

    def _read(self, lines: Sequence[str], began: int) -> list[list[str]]:
        reader = csv.reader(lines, delimiter=self.delimiter, strict=True)
        try:
            return list(reader)
        except csv.Error as error:
            raise TableError(f"line {began + reader.line_num}: {why_no_csv(error)}") from None

    def _quoted(self, lines: list[str]) -> tuple[list[str], list[list[str]]]:
        """The same where a cell in quotes may go on in the next line: each row with all the lines that it takes."""
        began, read, taken = self._line, 0, list[str]()

        def recorded() -> Iterator[str]:
            size = 0
            for line in chain(lines, self._bounded()):
                size = len(line) + (size if taken else 0)
                if size >= MAX_LINE:
                    raise csv.Error(TOO_LONG)
                taken.append(line)
                yield line

        reader = csv.reader(recorded(), delimiter=self.delimiter, strict=True)
        texts, rows = [], []
        try:
            while read < len(lines) and (row := next(reader, None)) is not None:
                texts.append("".join(taken))
                self._check_text(texts[-1], began + read)
                rows.append(row)
                read += len(taken)
                taken.clear()
        except csv.Error as error:
            raise TableError(f"line {began + read + 1}: {why_no_csv(error)}") from None
        self._line += read
        return texts, rows

    def _check_widths(self, rows: Sequence[Sequence[str]], texts: Sequence[str], began: int) -> None:
        width = len(self.head)
        if set(map(len, rows)) <= {width, 0}:
            return
        place = next(place for place, row in enumerate(rows) if len(row) not in (width, 0))
        line = began + sum(max(1, text.count("\n")) for text in texts[:place]) + 1
        cells = len(rows[place])
        where = f"line {line}, column {min(cells, width) + 1}"
        raise TableError(f"{where}: {cells} cells, but the first line names {width} columns")

    def _check_text(self, text: str, began: int) -> None:
        if why := why_no_text(text, began + 1, self.encoding, was_named=self._was_named):
            raise TableError(why)


def opened(files: ExitStack, path: Path) -> BinaryIO:
    """The file, or standard input for `-`. Raises TableError."""
    if str(path) == "-":
        return sys.stdin.buffer
    try:
        return files.enter_context(path.open("rb"))
    except OSError as error:
        raise TableError(f"cannot be opened: {error.strerror}", EX_NOINPUT) from None
