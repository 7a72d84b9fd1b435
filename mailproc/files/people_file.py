"""A CSV file about people, read in portions of bounded size; what is no CSV is refused whole, with its line."""

import contextlib
import csv
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import BinaryIO

from mailproc.errors import BadFile, NotFound
from mailproc.files.csv_rules import (
    MAX_LINE,
    NO_COLUMNS,
    delimiter_of,
    encoding_named,
    encoding_of,
    text_in,
    why_no_csv,
    why_no_text,
    why_other_file,
    why_too_long,
    why_undecodable,
)
from mailproc.policy.imports.row_width import why_other_width
from mailproc.policy.imports.table_cell import plain_cell

_ROWS_AT_ONCE = 20_000
_CHARACTERS_AT_ONCE = 4 * MAX_LINE


@dataclass(frozen=True, slots=True, kw_only=True)
class Portion:
    """Rows, but empty ones: the number of each one's first line, its text with its line ends, and its cells."""

    lines: Sequence[int]
    texts: Sequence[str]
    rows: Sequence[Sequence[str]]

    def column(self, place: int) -> list[str]:
        """One cell of each row, without the apostrophe that `export` writes before what looks like a formula."""
        return [plain_cell(row[place]) for row in self.rows]


@contextlib.contextmanager
def open_people(
    path: Path, *, encoding: str | None = None, delimiter: str | None = None, any_bytes: bool = False
) -> Iterator["PeopleFile"]:
    """Open a file, `-` for standard input; what is not given is looked for.

    With `any_bytes` those of another encoding are no mistake: what writes them with surrogateescape writes the same.
    Raises NotFound when it cannot be opened, BadFile when its first line names no columns or it is no CSV.
    """
    if str(path) == "-":
        yield PeopleFile(path, sys.stdin.buffer, encoding, delimiter, any_bytes=any_bytes)
        return
    try:
        binary = path.open("rb")
    except OSError as error:
        raise NotFound(f"cannot open {path}: {error.strerror}") from None
    with binary:
        yield PeopleFile(path, binary, encoding, delimiter, any_bytes=any_bytes)


class PeopleFile:
    """An open file: its first row as `head` and as it was written, `encoding` and `delimiter` as found or given.

    All of it raises BadFile with the line: for broken quoting, too long a row, NUL, bytes of another encoding.
    """

    def __init__(
        self, path: Path, binary: BinaryIO, encoding: str | None, delimiter: str | None, *, any_bytes: bool = False
    ) -> None:
        self._path = path
        self._any_bytes = any_bytes
        self._binary = binary
        self.size_bytes = os.fstat(binary.fileno()).st_size if str(path) != "-" else None
        if (other := why_other_file(binary)) is not None:
            raise self.bad(other)
        self.encoding = encoding_named(encoding) if encoding else encoding_of(binary)
        self._was_named = encoding is not None
        self._text = text_in(binary, self.encoding)
        self._line = 0  # lines that are in a portion
        self._ahead: list[str] = []  # read already, and in none
        self._ahead = list(islice(self._bounded(0), 1))
        self.delimiter = delimiter or delimiter_of("".join(self._ahead))
        first = self._portion(1)
        if first is None or not any(name.strip() for row in first.rows for name in row):
            raise self.bad(NO_COLUMNS)
        self.head = list(first.rows[0])
        self.head_text = first.texts[0]

    def bad(self, why: str) -> BadFile:
        """The error that says what is wrong with this file; `why` names the line."""
        return BadFile(f"{self._path}: {why}")

    def place(self, names: Sequence[str], *, named: bool) -> int | None:
        """The column that has one of these names, in any case; None when none has. Raises BadFile for several.

        `named`: the user gave this name, so that the column must be there.
        """
        places = [place for place, head in enumerate(self.head) if head.strip().lower() in names]
        if len(places) > 1:
            raise self.bad(f"line 1, column {places[1] + 1}: two columns are called {self.head[places[1]].strip()}")
        if named and not places:
            raise self.bad(f"line 1: there is no column {names[0]}; there: {', '.join(self.head)[:500]}")
        return places[0] if places else None

    @property
    def bytes_read(self) -> int:
        """How far reading has come, for progress; 0 for standard input."""
        return self._binary.tell() if self.size_bytes is not None else 0

    def portions(self, *, same_width: bool = False) -> Iterator[Portion]:
        """The rows behind the first, in order. With `same_width` every row must have as many cells as the first."""
        while (portion := self._portion(_ROWS_AT_ONCE)) is not None:
            if same_width:
                self._check_widths(portion)
            if portion.rows:
                yield portion

    def _portion(self, most: int) -> Portion | None:
        """The next lines, and what belongs to the last of them; None at the end."""
        began = self._line
        texts = list(islice(self._bounded(began), most))
        if not texts:
            return None
        self._check_text("".join(texts), began)
        if len(texts[-1]) >= MAX_LINE or (rows := self._one_a_line(texts)) is None:
            portion = self._over_lines(texts)
        else:
            self._line += len(texts)
            portion = Portion(lines=range(began + 1, self._line + 1), texts=texts, rows=rows)
        if [] not in portion.rows:
            return portion
        filled = [place for place, row in enumerate(portion.rows) if row]
        return Portion(
            lines=[portion.lines[place] for place in filled],
            texts=[portion.texts[place] for place in filled],
            rows=[portion.rows[place] for place in filled],
        )

    def _bounded(self, number: int) -> Iterator[str]:
        """The lines that follow the one of this number, until they are a portion.

        One that is longer than a row may be is the last, and cut there: `_over_lines` knows the row that it belongs to.
        """
        ahead, self._ahead = self._ahead, []
        size = 0
        try:
            for line in chain(ahead, iter(lambda: self._text.readline(MAX_LINE), "")):
                number += 1
                size += len(line)
                yield line
                if size > _CHARACTERS_AT_ONCE or len(line) >= MAX_LINE:
                    return
        except UnicodeError:
            raise self.bad(why_undecodable(number + 1, self.encoding)) from None
        except OSError as error:
            raise BadFile(f"cannot read {self._path}: {error.strerror}") from None

    def _one_a_line(self, texts: Sequence[str]) -> list[list[str]] | None:
        """The rows where each is one line; None where one goes over several, or is no CSV."""
        try:
            rows = list(csv.reader(texts, delimiter=self.delimiter, strict=True))
        except csv.Error:
            return None
        return rows if len(rows) == len(texts) else None

    def _over_lines(self, texts: list[str]) -> Portion:
        """The same where a cell in quotes may go on in the next line: each row with all the lines that it takes."""
        began, read, taken = self._line, 0, list[str]()

        def recorded() -> Iterator[str]:
            size = 0
            for line in chain(texts, self._bounded(began + len(texts))):
                size = len(line) + (size if taken else 0)
                if size >= MAX_LINE:
                    raise self.bad(why_too_long(began + read + 1))
                taken.append(line)
                yield line

        reader = csv.reader(recorded(), delimiter=self.delimiter, strict=True)
        lines, whole, rows = list[int](), list[str](), list[list[str]]()
        try:
            while read < len(texts) and (row := next(reader, None)) is not None:
                lines.append(began + read + 1)
                whole.append("".join(taken))
                self._check_text(whole[-1], began + read)
                rows.append(row)
                read += len(taken)
                taken.clear()
        except csv.Error as error:
            raise self.bad(why_no_csv(error, "".join(taken), began + read + 1, self.delimiter)) from None
        self._line += read
        return Portion(lines=lines, texts=whole, rows=rows)

    def _check_widths(self, portion: Portion) -> None:
        width = len(self.head)
        if set(map(len, portion.rows)) <= {width}:
            return
        place = next(place for place, row in enumerate(portion.rows) if len(row) != width)
        raise self.bad(f"line {portion.lines[place]}, {why_other_width(len(portion.rows[place]), width)}")

    def _check_text(self, text: str, began: int) -> None:
        if self._any_bytes and "\0" not in text:
            return
        if why := why_no_text(text, began + 1, self.encoding, was_named=self._was_named):
            raise self.bad(why)
