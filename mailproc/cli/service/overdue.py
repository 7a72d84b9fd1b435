"""`overdue`: requests of which nobody was told in time, or soon will not have been."""

from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from mailproc.cli.shell.context import ConfigOption, JsonOption, OnlyAccountOption, account_named, settings_of
from mailproc.cli.shell.storage import open_store, run
from mailproc.cli.shell.terminal import EX_TEMPFAIL, is_wide, out, print_json, print_table
from mailproc.policy.hooks.due import Urgency
from mailproc.settings.settings import Settings
from mailproc.store.outbox.requests import Unmet

_COLOURS = {Urgency.late: "bold red", Urgency.near: "yellow", Urgency.waiting: ""}
_LOOK = {"event": "mailproc outbox list", "review": "mailproc review list", "mail": "mailproc mail list"}


def overdue(
    account: OnlyAccountOption = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help="Show so many, the most urgent.")] = 50,
    check: Annotated[bool, typer.Option("--check", help="Exit 75 when one is past its due date.")] = False,
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Show requests that no hook was told of for a day, the most urgent first.

    Counted from receipt to delivery, by due dates of ten business days and two days for one-click (`[due]`). What waits
    for a person or is not decided yet is among them. Of every account unless one is named.

    Example: `mailproc overdue --check`
    """
    settings = settings_of(config)
    found = run(_unmet(settings, account and account_named(settings, account)))
    found.sort(key=lambda one: (one.due_at, one.what, one.id))
    if as_json:
        print_json([_as_json(one) for one in found])
    else:
        _print(found, limit)
    if check and any(one.urgency is Urgency.late for one in found):
        raise typer.Exit(EX_TEMPFAIL)


async def _unmet(settings: Settings, account_id: str | None) -> list[Unmet]:
    async with open_store(settings) as store:
        return [one async for one in store.requests.unmet(account_id)]


def _print(found: list[Unmet], limit: int) -> None:
    if not found:
        out.print("[green]nothing: every request older than a day was told[/]")
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    columns = ("due", "who", "what", "state", *(("account", "received") if is_wide() else ()))
    for column in columns:
        table.add_column(column, overflow="fold", no_wrap=column in ("due", "state", "received"))
    for one in found[:limit]:
        left = one.due_at - datetime.now(UTC)
        days = f"{(-left).days} d late" if one.urgency is Urgency.late else f"in {left.days} d"
        cells = (
            Text(f"{one.due_at:%Y-%m-%d} {days}", style=_COLOURS[one.urgency]),
            Text(one.person or "-"),
            Text(f"{one.hook}, entry {one.id}" if one.hook else f"{one.what} {one.id}"),
            one.state,
            one.account_id,
            f"{one.received_at:%Y-%m-%d %H:%M}",
        )
        table.add_row(*cells[: len(columns)])
    print_table(table)
    if len(found) > limit:
        out.print(f"… and {len(found) - limit} more: --limit, --json", style="dim")
    for what in sorted({one.what for one in found}):
        out.print(f"{what}s: {_LOOK[what]}", style="dim")


def _as_json(one: Unmet) -> dict[str, object]:
    return {
        "account": one.account_id,
        "what": one.what,
        "id": one.id,
        "hook": one.hook,
        "person": one.person,
        "state": one.state,
        "received_at": one.received_at.isoformat(),
        "due_at": one.due_at.isoformat(),
        "urgency": one.urgency.value,
    }
