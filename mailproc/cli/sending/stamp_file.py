"""A CSV file of people in, the same rows with their headers out: streaming, whatever the size."""

import csv
import io
import os
import secrets
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import typer
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

from mailproc.cli.shell.processes import in_processes
from mailproc.cli.shell.table_file import Rejects, other_than, replaced
from mailproc.cli.shell.terminal import EX_DATAERR, err
from mailproc.files.people_file import PeopleFile, open_people
from mailproc.policy.imports.row_width import why_other_width
from mailproc.policy.imports.table_cell import plain_cell
from mailproc.policy.stamp import HEADER_NAMES, LINK_NAMES, Stamper

_CHUNK_ROWS = 100
_PARALLEL_FROM_BYTES = 1_000_000  # what is less is done before processes have started


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """Which columns of a table say what; `list_id` and `send` are for all rows where no column says it."""

    key: str
    list_column: str | None
    send_column: str | None
    list_id: str | None
    send: str | None


def stamp_file(
    stamper: Stamper, table: Path, target: Path, rejects: Path | None, columns: Columns, delimiter: str | None = None
) -> None:
    """Stamp every row. Exits with 65 when there were rows that could not be; they are told, and left out.

    Raises NotFound, BadFile as `open_people` does: what is no CSV is refused whole, and no file is left of it.
    """
    started = time.monotonic()
    with ExitStack() as files:
        source = files.enter_context(open_people(table, delimiter=delimiter, any_bytes=True))
        stamping = _Stamping(stamper, source, columns)
        output = files.enter_context(replaced(other_than(table, target), sys.stdout))
        kept = files.enter_context(replaced(other_than(table, rejects), sys.stdout)) if rejects else None
        refused = Rejects(kept)
        output.write(stamping.written([[*source.head, *HEADER_NAMES, *stamping.links]]))
        count = 0
        chunks = _chunks(_read(files, source))
        for done in _stamped(stamping, chunks, parallel=(source.size_bytes or 0) > _PARALLEL_FROM_BYTES):
            output.write(done.text)
            count += done.rows
            for line, reason in done.rejects:
                refused.tell(line, reason)
    seconds = time.monotonic() - started
    err.print(
        f"{count} rows stamped, {refused.count} rejected, in {seconds:.1f} s ({count / max(seconds, 0.001):.0f}/s)"
    )
    if refused.count:
        raise typer.Exit(EX_DATAERR)


_Row = tuple[int, Sequence[str]]  # the number of its first line, and its cells
_Chunk = list[_Row]


@dataclass(frozen=True, slots=True)
class _Done:
    """What became of a chunk: the rows as CSV, how many, and line and reason of those that were refused."""

    text: str
    rows: int
    rejects: tuple[tuple[int, str], ...]


def _chunks(rows: Iterator[_Row]) -> Iterator[_Chunk]:
    while chunk := list(islice(rows, _CHUNK_ROWS)):
        yield chunk


def _stamped(stamping: "_Stamping", chunks: Iterator[_Chunk], *, parallel: bool) -> Iterator[_Done]:
    processes = os.cpu_count() or 1
    if not parallel or processes == 1:
        return map(stamping.chunk, chunks)
    return in_processes(stamping.chunk, chunks, processes, _lost)


def _lost(chunk: _Chunk, why: str) -> _Done:
    return _Done(text="", rows=0, rejects=tuple((line, why) for line, _ in chunk))


class _Stamping:
    """One row after the other."""

    def __init__(self, stamper: Stamper, source: PeopleFile, columns: Columns) -> None:
        self._stamper, self._columns = stamper, columns
        self._width, self._delimiter = len(source.head), source.delimiter
        names = (columns.key, columns.list_column, columns.send_column)
        self._key, self._list, self._send = (_place(source, name) for name in names)
        self.links = tuple(name for name in LINK_NAMES if name in stamper.links("0"))  # those that are served somewhere
        self._run = secrets.token_hex(5)  # with the line's number no two Message-IDs are the same

    def chunk(self, chunk: _Chunk) -> _Done:
        """Many rows."""
        rows, rejects = [], []
        for line, row in chunk:
            try:
                rows.append(self.row(row, line))
            except ValueError as error:
                rejects.append((line, str(error)))
        return _Done(text=self.written(rows), rows=len(rows), rejects=tuple(rejects))

    def written(self, rows: Sequence[Sequence[str]]) -> str:
        """Rows as CSV, with the delimiter that they came with."""
        text = io.StringIO()
        csv.writer(text, delimiter=self._delimiter, lineterminator="\n").writerows(rows)
        return text.getvalue()

    def row(self, row: Sequence[str], line: int) -> list[str]:
        """The row with its headers behind it. Raises ValueError, with a sentence, where it cannot be stamped."""
        if (why := why_other_width(len(row), self._width)) is not None:
            raise ValueError(why)
        key = _said(row, self._key)
        list_id = self._columns.list_id if self._list is None else _said(row, self._list) or None
        send = self._columns.send if self._send is None else _said(row, self._send) or None
        found = self._stamper.stamp(key, nonce=f"{self._run}x{line}", list_id=list_id, send=send)
        links = self._stamper.links(key, list_id=list_id, send=send) if self.links else {}
        return [*row, *(found.get(name, "") for name in HEADER_NAMES), *(links[name] for name in self.links)]


def _read(files: ExitStack, source: PeopleFile) -> Iterator[_Row]:
    """Rows with the number of their first line, while progress is shown on a terminal; empty lines are passed over."""
    columns = (TextColumn("stamping"), BarColumn(), TaskProgressColumn(), TextColumn("{task.completed:.0f} bytes"))
    progress = files.enter_context(Progress(*columns, console=err, transient=True, disable=not err.is_terminal))
    task = progress.add_task("", total=source.size_bytes)
    for portion in source.portions():
        yield from zip(portion.lines, portion.rows, strict=True)
        progress.update(task, completed=source.bytes_read)


def _place(source: PeopleFile, name: str | None) -> int | None:
    return source.place([name.lower()], named=True) if name else None


def _said(row: Sequence[str], place: int | None) -> str:
    """What a cell says; empty where there is no such column."""
    return "" if place is None else plain_cell(row[place].strip())
