"""`import`: people out of a CSV file, read whole before anything is written."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from mailproc.cli.people.import_file import Wanted, import_file
from mailproc.cli.shell.context import (
    AccountOption,
    ConfigOption,
    JsonOption,
    account_named,
    operator,
    settings_with_lists,
)
from mailproc.cli.shell.storage import run
from mailproc.cli.shell.table_file import DelimiterOption, EncodingOption
from mailproc.cli.shell.terminal import EX_DATAERR, EX_USAGE, err
from mailproc.errands.given import check_list
from mailproc.errors import BadFile
from mailproc.files.csv_rules import delimiter_named
from mailproc.policy.imports.person_columns import CONSENTED_AT
from mailproc.policy.imports.person_row import time_written

FileArgument = Annotated[Path, typer.Argument(help="CSV file whose first line names the columns; `-`: standard input.")]
ListsOption = Annotated[
    list[str] | None, typer.Option("--list", help="List that everyone in the file joins; may be repeated.")
]
MapOption = Annotated[
    list[str] | None,
    typer.Option(
        "--map",
        metavar="FIELD=COLUMN",
        help="Which column is email, key, lists or consented_at; any other FIELD is an attribute. May be repeated.",
    ),
]
AttributesOption = Annotated[bool, typer.Option("--attributes", help="Every other column is an attribute, too.")]
ImportRejectsOption = Annotated[
    Path | None, typer.Option("--rejects", help="Where rows go that cannot be taken, as line, column and reason.")
]
ConsentOption = Annotated[
    str | None,
    typer.Option("--consent", metavar="REASON", help="These people consented: how, in a few words; needs when."),
]
ConsentedAtOption = Annotated[
    str | None, typer.Option("--consented-at", metavar="TIME", help="When they did, if no column says it (ISO 8601).")
]
DryRunOption = Annotated[bool, typer.Option("--dry-run", help="Tell what would become of whom, and change nothing.")]


def import_people(
    file: FileArgument,
    account: AccountOption = None,
    lists: ListsOption = None,
    columns: MapOption = None,
    attributes: AttributesOption = False,
    encoding: EncodingOption = None,
    delimiter: DelimiterOption = None,
    rejects: ImportRejectsOption = None,
    consent: ConsentOption = None,
    consented_at: ConsentedAtOption = None,
    dry_run: DryRunOption = False,
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Make people known, with lists and attributes; who is out stays out.

    The whole file is read first: one that is no CSV changes nothing. What was broken off goes on when the same command
    is given again. See docs/how-to/import.md.

    Examples: `mailproc import people.csv --list weekly --dry-run` ·
    `mailproc import kunden.csv --encoding windows-1252 --map email=E-Mail --map key=Nummer --map city=Ort`
    """
    settings = settings_with_lists(config)
    account_id = account_named(settings, account)
    for list_id in lists or ():
        check_list(settings, account_id, list_id)
    named = _named(columns or [])
    at = _consented_at(consent, consented_at, CONSENTED_AT in named)
    evidence = {"by": operator(""), "reason": consent, "file": file.name} if consent else {}
    wanted = Wanted(
        account_id=account_id,
        file=file,
        lists=tuple(dict.fromkeys(lists or ())),
        known_lists=frozenset(next(one.lists for one in settings.account if one.id == account_id)),
        columns=named,
        all_attributes=attributes,
        encoding=encoding,
        delimiter=delimiter_named(delimiter) if delimiter else None,
        rejects=rejects,
        consented_at=at,
        evidence=evidence,
        dry_run=dry_run,
        as_json=as_json,
    )
    if run(import_file(settings, wanted)):
        raise typer.Exit(EX_DATAERR)


def _named(columns: list[str]) -> dict[str, str]:
    """Fields and columns as they were typed. Raises BadFile for what has no `=`, and for a field named twice."""
    named: dict[str, str] = {}
    for text in columns:
        field, equals, column = text.partition("=")
        field = field.strip()
        if not equals or not field or not column.strip():
            raise BadFile(f"--map {text}: say FIELD=COLUMN, as in --map email=E-Mail")
        if field in named:
            raise BadFile(f"--map names {field} twice")
        named[field] = column
    return named


def _consented_at(reason: str | None, text: str | None, has_column: bool) -> datetime | None:
    """When everyone consented; None where a column says it, or nobody says that they did. Raises typer.Exit(64)."""
    if reason is None and (text is not None or has_column):
        err.print("mailproc: a time of consent needs --consent REASON: how did these people consent?")
        raise typer.Exit(EX_USAGE)
    if reason is not None and (not reason.strip() or (text is None) != has_column):
        err.print("mailproc: --consent REASON needs when: either --consented-at TIME or --map consented_at=COLUMN")
        raise typer.Exit(EX_USAGE)
    if text is None:
        return None
    at = time_written(text)
    if at is None or at > datetime.now(UTC):
        err.print(f"mailproc: --consented-at {text!r} is no time of the past; write 2026-03-03", markup=False)
        raise typer.Exit(EX_DATAERR)
    return at
