"""A CSV file of people, read in portions that keep each row as it was written; mistakes with line and column."""

import csv
import io
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import TextIO

from mailproc.cli.terminal import EX_DATAERR, EX_NOINPUT
from mailproc.people_file import MAX_LINE
from mailproc.policy.table_cell import plain_cell

AT_ONCE = 20_000  # rows of a portion
_TOO_LONG = f"a row of more than {MAX_LINE:,} characters: is the quoting right, and is this CSV?"


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
    """An open table: its `head`, then its portions. Raises TableError for what cannot be read."""

    def __init__(self, source: TextIO, delimiter: str) -> None:
        self._source = source
        self._delimiter = delimiter
        self._line = 0  # lines read so far
        first = self._portion(1)
        if first is None or not first.rows:
            raise TableError("line 1 is empty: it must name the columns")
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
        _check_text(text, began)
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
        for number, line in enumerate(iter(lambda: self._source.readline(MAX_LINE), ""), self._line + 1):
            if len(line) >= MAX_LINE:
                raise TableError(f"line {number}: {_TOO_LONG}")
            yield line

    def _read(self, lines: Sequence[str], began: int) -> list[list[str]]:
        reader = csv.reader(lines, delimiter=self._delimiter, strict=True)
        try:
            return list(reader)
        except csv.Error as error:
            raise TableError(f"line {began + reader.line_num}: {error}") from None

    def _quoted(self, lines: list[str]) -> tuple[list[str], list[list[str]]]:
        """The same where a cell in quotes may go on in the next line: each row with all the lines that it takes."""
        began, read, taken = self._line, 0, list[str]()

        def recorded() -> Iterator[str]:
            size = 0
            for line in chain(lines, self._bounded()):
                size = len(line) + (size if taken else 0)
                if size >= MAX_LINE:
                    raise csv.Error(_TOO_LONG)
                taken.append(line)
                yield line

        reader = csv.reader(recorded(), delimiter=self._delimiter, strict=True)
        texts, rows = [], []
        try:
            while read < len(lines) and (row := next(reader, None)) is not None:
                texts.append("".join(taken))
                _check_text(texts[-1], began + read)
                rows.append(row)
                read += len(taken)
                taken.clear()
        except csv.Error as error:
            raise TableError(f"line {began + read + 1}: {_quotes(str(error))}") from None
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


def _check_text(text: str, began: int) -> None:
    """Whether it was UTF-8: what was not is there as lone surrogates."""
    if text.isascii():
        return
    try:
        text.encode()
    except UnicodeEncodeError as error:
        before = text[: error.start]
        line = began + before.count("\n") + 1
        column = error.start - (before.rfind("\n") + 1) + 1
        octet = ord(text[error.start]) - 0xDC00
        where = f"line {line}, character {column}"
        raise TableError(f"{where}: byte {octet:#04x} is no UTF-8; save the file as UTF-8") from None


def opened(files: ExitStack, path: Path) -> TextIO:
    """The file, or standard input for `-`; bytes that are no UTF-8 become lone surrogates. Raises TableError."""
    if str(path) == "-":
        if isinstance(sys.stdin, io.TextIOWrapper):
            sys.stdin.reconfigure(encoding="utf-8-sig", errors="surrogateescape", newline="")
        return sys.stdin
    try:
        return files.enter_context(path.open(encoding="utf-8-sig", errors="surrogateescape", newline=""))
    except OSError as error:
        raise TableError(f"cannot be opened: {error.strerror}", EX_NOINPUT) from None


def _quotes(said: str) -> str:
    return "a cell that begins with a quote never ends" if "unexpected end of data" in said else said
