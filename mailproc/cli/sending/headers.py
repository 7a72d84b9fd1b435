"""`headers`: what to stamp on outgoing mail, for one person or for a whole CSV file."""

import secrets
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from mailproc.cli.sending.stamp_file import Columns, stamp_file
from mailproc.cli.shell.context import AccountOption, ConfigOption, JsonOption, account_named, settings_with_lists
from mailproc.cli.shell.storage import open_store, run
from mailproc.cli.shell.table_file import DelimiterOption
from mailproc.cli.shell.terminal import EX_DATAERR, EX_USAGE, err, out, print_json
from mailproc.errands.given import named
from mailproc.errors import NotFound
from mailproc.files.csv_rules import delimiter_named
from mailproc.policy.stamp import Stamper
from mailproc.settings.settings import Settings

PersonOption = Annotated[str | None, typer.Option("--person", help="A subscriber key, or an address that one has.")]
ListOption = Annotated[
    str | None, typer.Option("--list", help="List that the mail goes to: its button leaves only it.")
]
SendOption = Annotated[str | None, typer.Option("--send", help="Your id of this send, any text; numbers are shortest.")]
LinksOption = Annotated[
    str | None,
    typer.Option(
        "--links-base",
        help="Where links are served, https://…/u/; without it `url` of [account.pages] counts, and without that "
        "List-Unsubscribe has a mailto only, and no List-Unsubscribe-Post: one-click needs an https link (RFC 8058).",
    ),
]
CsvOption = Annotated[Path | None, typer.Option("--csv", help="Stamp every row of this file; `-`: standard input.")]
OutOption = Annotated[Path, typer.Option("--out", "-o", help="Where the rows go with the headers as more columns.")]
RejectsOption = Annotated[
    Path | None, typer.Option("--rejects", help="Where rows go that cannot be stamped, as line and reason.")
]


def headers(
    account: AccountOption = None,
    person: PersonOption = None,
    list_id: ListOption = None,
    send: SendOption = None,
    links_base: LinksOption = None,
    table: CsvOption = None,
    target: OutOption = Path("-"),
    rejects: RejectsOption = None,
    key_column: Annotated[str, typer.Option(help="CSV column of the subscriber key.")] = "key",
    list_column: Annotated[str | None, typer.Option(help="CSV column of the list, instead of --list.")] = None,
    send_column: Annotated[str | None, typer.Option(help="CSV column of the send, instead of --send.")] = None,
    delimiter: DelimiterOption = None,
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Print what to stamp on outgoing mail, so that replies, bounces and reports tell who was mailed.

    Unsubscribe-Link and Profile-Link are for the text of the mail: they lead to our pages (docs/how-to/pages.md).
    Return-Path is the envelope's sender (MAIL FROM). Sign all of these fields with DKIM. See docs/how-to/stamp-mail.md.

    Examples: `mailproc headers --person 1234567890123 --list news --send 42` ·
    `mailproc headers --csv march.csv --key-column contact_id --send 42 --out stamped.csv --rejects rejects.csv`
    """
    if (person is None) == (table is None):
        err.print("mailproc: give either --person or --csv")
        raise typer.Exit(EX_USAGE)
    settings = settings_with_lists(config)
    account_id = account_named(settings, account)
    known = next(one for one in settings.account if one.id == account_id)
    try:
        links_base = links_base or known.pages.links_base
        stamper = Stamper(known.policy(), issued_on=datetime.now(UTC).date(), links_base=links_base)
        if person is not None:
            key = _key_of(settings, account_id, person)
            stamped = stamper.stamp(key, nonce=secrets.token_hex(6), list_id=list_id, send=send)
            stamped |= stamper.links(key, list_id=list_id, send=send)
    except ValueError as error:
        err.print(f"mailproc: {error}", markup=False)
        raise typer.Exit(EX_DATAERR) from None
    if table is not None:
        columns = Columns(key=key_column, list_column=list_column, send_column=send_column, list_id=list_id, send=send)
        stamp_file(stamper, table, target, rejects, columns, delimiter_named(delimiter) if delimiter else None)
    elif as_json:
        print_json(stamped)
    else:
        for name, value in stamped.items():
            out.print(f"{name}: {value}", markup=False)


def _key_of(settings: Settings, account_id: str, person: str) -> str:
    """The key itself, or that of the only subscriber with this address. Raises NotFound; ValueError for several."""
    address, key = named(person)
    if key is not None:
        return key
    keys = run(_keys_at(settings, account_id, address or ""))
    if not keys:
        raise NotFound(
            f"no subscriber of {account_id} with a key has the address {address}: what is stamped names a key; "
            "give the one that your CRM has for this person (--person KEY)"
        )
    if len(keys) > 1:
        raise ValueError(f"{len(keys)} subscribers have the address {address}; give one's key: {', '.join(keys)}")
    return keys[0]


async def _keys_at(settings: Settings, account_id: str, address: str) -> list[str]:
    async with open_store(settings) as store:
        return [one.key for one in await store.persons(address, account_id) if one.key is not None]
