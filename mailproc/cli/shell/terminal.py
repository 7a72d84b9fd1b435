"""What a command says and to whom: consoles, JSON, and the exit code that an error becomes (sysexits.h)."""

import contextlib
import io
import json
import multiprocessing
import os
import re
from collections.abc import Iterable

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from mailproc.errors import (
    BadFile,
    ContentDropped,
    MailprocError,
    NotFound,
    Refused,
    RulesError,
    SettingsError,
    StoreFull,
    StoreUnavailable,
    Unusable,
)
from mailproc.policy.storable import storable_text

EX_USAGE, EX_DATAERR, EX_NOINPUT, EX_UNAVAILABLE, EX_SOFTWARE, EX_TEMPFAIL, EX_CONFIG = 64, 65, 66, 69, 70, 75, 78
EX_CANTCREAT, EX_NOPERM = 73, 77

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)

_WIDE = 110
_UNBOUNDED = 10_000  # columns: more than any row of ours needs
# Control characters of ISO 6429, and those that turn the direction of writing.
_HIDDEN = re.compile("[\x80-\x9f\u202a-\u202e\u2066-\u2069]")
_CODES: tuple[tuple[type[MailprocError], int], ...] = (
    (SettingsError, EX_CONFIG),
    (RulesError, EX_CONFIG),
    (NotFound, EX_NOINPUT),
    (BadFile, EX_DATAERR),
    (Unusable, EX_DATAERR),
    (ContentDropped, EX_NOINPUT),
    (Refused, EX_NOPERM),
    (StoreUnavailable, EX_TEMPFAIL),
    (StoreFull, EX_TEMPFAIL),
    (MailprocError, EX_UNAVAILABLE),
)


def exit_code_of(error: MailprocError) -> int:
    """The sysexits code for an error of ours."""
    return next(code for kind, code in _CODES if isinstance(error, kind))


def print_json(value: object) -> None:
    """One JSON document on standard output."""
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2, default=str))


def harmless(text: str) -> str:
    """Words out of a mail, as long as before, without what a terminal would obey and what hides other words."""
    return _HIDDEN.sub("\ufffd", storable_text(text))


def while_rules_are_read() -> contextlib.AbstractContextManager[object]:
    """Says so to whoever watches a terminal: the first time takes seconds. Of several processes the first says it."""
    if not err.is_terminal or multiprocessing.parent_process() is not None:
        return contextlib.nullcontext()
    return err.status("reading the rules; where they are new, trying their examples")


def in_pipe() -> bool:
    """Whether a program or a file gets what is printed, and nothing says how wide it may be (`$COLUMNS`)."""
    return not out.is_terminal and not os.environ.get("COLUMNS")


def columns() -> int:
    """How wide a table may be: as the terminal says; in a pipe as wide as what is in it."""
    return _UNBOUNDED if in_pipe() else out.width


def is_wide() -> bool:
    """Whether a table has room for all its columns in one line."""
    return columns() >= _WIDE


def print_labelled(rows: Iterable[tuple[str, Text]], *, width: int, style: str = "dim", indent: int = 0) -> None:
    """Texts beside their labels, folded below themselves where they are too long; in a pipe each is one line."""
    table = Table.grid(padding=(0, 1))
    table.add_column(style=style, no_wrap=True, width=width + indent)
    table.add_column(overflow="fold")
    for label, text in rows:
        table.add_row(Text(" " * indent + label), text)
    print_table(table)


def print_table(table: Table) -> None:
    """A table as wide as it may be; in a pipe nothing of it is cut off, folded, or filled up with spaces."""
    if not in_pipe():
        out.print(table, soft_wrap=False)
        return
    for column in table.columns:
        column.max_width, column.no_wrap = None, True
    text = io.StringIO()
    Console(file=text, width=_UNBOUNDED, color_system=None).print(table)
    for line in text.getvalue().splitlines():
        typer.echo(line.rstrip())
