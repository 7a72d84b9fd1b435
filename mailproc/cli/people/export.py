"""`export`: the subscribers of an account as CSV, as many as there are, in bounded memory."""

import csv
import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated, TextIO

import typer
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from mailproc.cli.shell.context import AccountOption, ConfigOption, account_named, settings_with_lists
from mailproc.cli.shell.storage import open_store, run
from mailproc.cli.shell.table_file import replaced
from mailproc.cli.shell.terminal import err
from mailproc.errands.given import check_list
from mailproc.policy.imports.table_cell import neutral_cell
from mailproc.policy.standing.standing import Standing, Status
from mailproc.settings.settings import Settings
from mailproc.store.people.subscriptions import Profile

_COLUMNS = (SpinnerColumn(), TextColumn("{task.completed:.0f} people"), TimeElapsedColumn())
_HEAD = ("key", "email", "status", "blocked", "lists")

OutOption = Annotated[Path, typer.Option("--out", "-o", help="Where the rows go; else to standard output.")]
OnListOption = Annotated[str | None, typer.Option("--list", help="Only those on this list.")]
StatusOption = Annotated[Status | None, typer.Option("--status", help="Only those of this standing.")]
RawOption = Annotated[
    bool, typer.Option("--raw", help="For programs: leave cells as they are that a spreadsheet would run as formulas.")
]


def export(
    account: AccountOption = None,
    list_id: OnListOption = None,
    status: StatusOption = None,
    target: OutOption = Path("-"),
    raw: RawOption = False,
    config: ConfigOption = None,
) -> None:
    """Write the subscribers of an account with standing, lists and attributes.

    CSV in UTF-8, in order of key. A cell that a spreadsheet would run as a formula begins with an apostrophe, which
    `mailproc import` takes away again. Importing an export changes nothing.

    Examples: `mailproc export --out people.csv` · `mailproc export --list weekly --status unsubscribed`
    """
    settings = settings_with_lists(config)
    account_id = account_named(settings, account)
    check_list(settings, account_id, list_id)
    count = run(_export(settings, account_id, list_id, status, target, raw))
    if str(target) != "-":
        err.print(f"{count:,} people written to {target}", markup=False)


async def _export(
    settings: Settings, account_id: str, list_id: str | None, status: Status | None, target: Path, raw: bool
) -> int:
    count = 0
    with ExitStack() as files:
        progress = files.enter_context(_progress(target))
        task = progress.add_task("")
        async with open_store(settings) as store:
            attributes = await store.subscriptions.attribute_names(account_id)
            written = _Written(files.enter_context(replaced(target, sys.stdout)), attributes, raw=raw)
            async for some in store.subscriptions.all(account_id, list_id):
                written.write([one for one in some if status in (None, one.standing.status)])
                count += len(some)
                progress.update(task, completed=count)
    return written.count


def _progress(target: Path) -> Progress:
    return Progress(*_COLUMNS, console=err, transient=True, disable=not err.is_terminal or str(target) == "-")


class _Written:
    """People as rows of a CSV file."""

    def __init__(self, file: TextIO, attributes: Sequence[str], *, raw: bool) -> None:
        self.count = 0
        self._cell: Callable[[str], str] = str if raw else neutral_cell
        self._attributes = attributes
        self._rows = csv.writer(file, lineterminator="\n")
        self._rows.writerow([*_HEAD, *map(self._cell, attributes)])

    def write(self, people: Sequence[Profile]) -> None:
        """Some more."""
        self.count += len(people)
        self._rows.writerows([self._cell(cell) for cell in self._cells(one)] for one in people)

    def _cells(self, one: Profile) -> list[str]:
        own = [one.key, one.address, one.standing.status.value, _blocked(one.standing), ";".join(one.lists)]
        return own + [one.attributes.get(name, "") for name in self._attributes]


def _blocked(standing: Standing) -> str:
    """What stands against mailing, in a few words each."""
    return "; ".join(
        f"{f'list {block.list_id}' if block.list_id else block.level.value}: {block.kind.value} by {block.channel}"
        f" {block.since:%Y-%m-%d}"
        for block in standing.blocks
    )
