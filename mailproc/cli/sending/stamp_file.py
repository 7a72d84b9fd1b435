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
from typing import TextIO

import typer
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

from mailproc.cli.shell.processes import in_processes
from mailproc.cli.shell.table_file import Rejects, opened, other_than
from mailproc.cli.shell.terminal import EX_DATAERR, err
from mailproc.policy.stamp import HEADER_NAMES, LINK_NAMES, Stamper

_ROWS_PER_UPDATE = 5000
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


def stamp_file(stamper: Stamper, table: Path, target: Path, rejects: Path | None, columns: Columns) -> None:
    """Stamp every row. Exits with 65 when there were rows that could not be; they are told, and left out."""
    started = time.monotonic()
    with ExitStack() as files:
        source = opened(files, table, "r", sys.stdin)
        size = table.stat().st_size if str(table) != "-" else None
        rows = csv.reader(source)
        head = _head(rows)
        stamping = _Stamping(stamper, head, columns)
        output = opened(files, other_than(table, target), "w", sys.stdout)
        refused = Rejects(opened(files, other_than(table, rejects), "w", sys.stdout) if rejects else None)
        csv.writer(output, lineterminator="\n").writerow([*head, *HEADER_NAMES, *stamping.links])
        count = 0
        chunks = _chunks(_read(files, rows, source, size, refused))
        for done in _stamped(stamping, chunks, parallel=size is not None and size > _PARALLEL_FROM_BYTES):
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


_Chunk = list[tuple[int, list[str]]]  # line numbers and rows


@dataclass(frozen=True, slots=True)
class _Done:
    """What became of a chunk: the rows as CSV, how many, and line and reason of those that were refused."""

    text: str
    rows: int
    rejects: tuple[tuple[int, str], ...]


def _chunks(rows: Iterator[tuple[int, list[str]]]) -> Iterator[_Chunk]:
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

    def __init__(self, stamper: Stamper, head: Sequence[str], columns: Columns) -> None:
        self._stamper, self._columns, self._width = stamper, columns, len(head)
        self._key = _place(head, columns.key)
        self._list = _place(head, columns.list_column) if columns.list_column else None
        self._send = _place(head, columns.send_column) if columns.send_column else None
        self.links = tuple(name for name in LINK_NAMES if name in stamper.links("0"))  # those that are served somewhere
        self._run = secrets.token_hex(5)  # with the line's number no two Message-IDs are the same

    def chunk(self, chunk: _Chunk) -> _Done:
        """Many rows."""
        text = io.StringIO()
        written = csv.writer(text, lineterminator="\n")
        rejects = []
        for line, row in chunk:
            try:
                written.writerow(self.row(row, line))
            except ValueError as error:
                rejects.append((line, str(error)))
        return _Done(text=text.getvalue(), rows=len(chunk) - len(rejects), rejects=tuple(rejects))

    def row(self, row: list[str], line: int) -> list[str]:
        """The row with its headers behind it. Raises ValueError, with a sentence, where it cannot be stamped."""
        if len(row) != self._width:
            raise ValueError(f"{len(row)} columns instead of {self._width}")
        list_id = self._columns.list_id if self._list is None else row[self._list].strip() or None
        send = self._columns.send if self._send is None else row[self._send].strip() or None
        found = self._stamper.stamp(row[self._key].strip(), nonce=f"{self._run}x{line}", list_id=list_id, send=send)
        links = self._stamper.links(row[self._key].strip(), list_id=list_id, send=send) if self.links else {}
        return row + [found.get(name, "") for name in HEADER_NAMES] + [links[name] for name in self.links]


def _read(
    files: ExitStack, rows: Iterator[list[str]], source: TextIO, total: int | None, refused: Rejects
) -> Iterator[tuple[int, list[str]]]:
    """Rows with the number of their last line, while progress is shown on a terminal; empty lines are passed over."""
    columns = (TextColumn("stamping"), BarColumn(), TaskProgressColumn(), TextColumn("{task.completed:.0f} bytes"))
    progress = files.enter_context(Progress(*columns, console=err, transient=True, disable=not err.is_terminal))
    task = progress.add_task("", total=total)
    while True:
        try:
            row = next(rows, None)
        except csv.Error as error:
            refused.tell(rows.line_num, str(error))  # type: ignore[attr-defined]
            continue
        if row is None:
            return
        line: int = rows.line_num  # type: ignore[attr-defined]
        if total is not None and not line % _ROWS_PER_UPDATE:
            progress.update(task, completed=source.buffer.tell())
        if row:
            yield line, row


def _head(rows: Iterator[list[str]]) -> list[str]:
    try:
        return next(rows, [])
    except csv.Error as error:
        err.print(f"mailproc: the first line is no CSV: {error}", markup=False)
        raise typer.Exit(EX_DATAERR) from None


def _place(head: Sequence[str], name: str) -> int:
    if name not in head:
        err.print(f"mailproc: there is no column {name!r}; there: {', '.join(head)[:500]}", markup=False)
        raise typer.Exit(EX_DATAERR)
    return list(head).index(name)
