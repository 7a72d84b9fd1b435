"""Tables in and out of a command: files or standard streams, and a file for the rows that are refused."""

import csv
import io
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Annotated, TextIO, cast

import typer

from mailproc.cli.shell.terminal import EX_NOINPUT, EX_USAGE, err

EncodingOption = Annotated[
    str | None, typer.Option("--encoding", help="Such as windows-1252; else UTF-8, or what the file's mark says.")
]
DelimiterOption = Annotated[
    str | None,
    typer.Option("--delimiter", help="One character, or comma, semicolon, tab, pipe; else as the first line has it."),
]

_REJECTS_SHOWN = 20


class Rejects:
    """Rows that are refused: a CSV file with these columns, the line first; else some of them on standard error."""

    def __init__(self, file: TextIO | None, head: Sequence[str] = ("line", "reason")) -> None:
        self.count = 0
        self._written = csv.writer(file, lineterminator="\n") if file else None
        if self._written:
            self._written.writerow(head)

    def tell(self, line: int, *why: str) -> None:
        """One more."""
        self.count += 1
        if self._written:
            self._written.writerow([line, *why])
        elif self.count <= _REJECTS_SHOWN:
            err.print(f"line {line}: {': '.join(filter(None, why))}", markup=False)
        elif self.count == _REJECTS_SHOWN + 1:
            err.print("more lines are rejected: --rejects FILE keeps them all")


def other_than(table: Path, target: Path) -> Path:
    """The file to write to, which must not be the one that is read. Raises typer.Exit(64)."""
    if str(target) != "-" and target.exists() and table.exists() and target.samefile(table):
        err.print(f"mailproc: {target} is the table itself: it would be overwritten while it is read", markup=False)
        raise typer.Exit(EX_USAGE)
    return target


@contextmanager
def replaced(target: Path, standard: TextIO) -> Iterator[TextIO]:
    """A file to write, which is put in its place when all is written: nobody ever finds half of one.

    What is no ordinary file is written as it is. Raises typer.Exit(66) with a sentence.
    """
    with ExitStack() as files:
        if str(target) == "-" or (target.exists() and not target.is_file()):
            yield opened(files, target, "w", standard)
            return
        if not target.parent.is_dir():
            err.print(f"mailproc: cannot write {target}: there is no folder {target.parent}", markup=False)
            raise typer.Exit(EX_NOINPUT)
        beside = target.with_name(f".{target.name}.{os.getpid()}.part")
        files.callback(beside.unlink, missing_ok=True)
        file = opened(files, beside, "w", standard)
        if target.exists():
            shutil.copymode(target, beside)
        yield file
        file.close()
        beside.replace(target)


def opened(files: ExitStack, path: Path, mode: str, standard: TextIO) -> TextIO:
    """The file, or the standard stream for `-`. Bytes that are no UTF-8 come out as they went in.

    Raises typer.Exit(66) with a sentence.
    """
    encoding = "utf-8-sig" if mode == "r" else "utf-8"
    if str(path) == "-":
        if isinstance(standard, io.TextIOWrapper):
            standard.reconfigure(encoding=encoding, errors="surrogateescape", newline="")
        return standard
    try:
        file = path.open(mode, encoding=encoding, errors="surrogateescape", newline="")
        return files.enter_context(cast(TextIO, file))
    except OSError as error:
        err.print(f"mailproc: cannot open {path}: {error.strerror}", markup=False)
        raise typer.Exit(EX_NOINPUT) from None
