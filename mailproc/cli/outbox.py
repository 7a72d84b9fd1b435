"""`outbox list|retry|drop`: events on their way to hooks, and what became of them."""

from typing import Annotated

import typer
from rich.table import Table

from mailproc.cli.context import ConfigOption, JsonOption, open_store, out, print_json, run, settings_of
from mailproc.policy.event import OutboxEntry, OutboxState, event_as_json
from mailproc.settings import Settings

app = typer.Typer(no_args_is_help=True, help="Events on their way to hooks.")
COLOURS = {"pending": "yellow", "delivered": "green", "superseded": "dim", "dead": "red", "dropped": "dim"}
NumberArgument = Annotated[int, typer.Argument(help="Number of the entry, as `outbox list` shows it.")]


@app.command("list")
def show(
    state: Annotated[list[OutboxState] | None, typer.Option("--state", help="Only these; may be repeated.")] = None,
    hook: Annotated[str | None, typer.Option(help="Only this hook's.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="How many, newest first.")] = 50,
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Show events: waiting, delivered, superseded, dead.

    Example: `mailproc outbox list --state dead --state pending`
    """
    entries = run(_entries(settings_of(config), tuple(state or OutboxState), hook, limit))
    if as_json:
        print_json([_as_json(entry) for entry in entries])
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("no", "hook", "person", "version", "type", "state", "tries", "next", "last error"):
        table.add_column(column, overflow="fold", no_wrap=column != "last error")
    for entry in entries:
        waits = f"{entry.next_at:%m-%d %H:%M:%S}" if entry.state is OutboxState.pending else ""
        colour = COLOURS[entry.state.value]
        table.add_row(
            str(entry.id), entry.hook, entry.person, str(entry.version), entry.event.type,
            f"[{colour}]{entry.state.value}[/]", str(entry.attempts), waits, entry.last_error or "",
        )  # fmt: skip
    out.print(table if entries else "nothing there")


@app.command()
def retry(number: NumberArgument, config: ConfigOption = None) -> None:
    """Bring a dead letter back. When a newer event of that person exists, the old one is superseded instead.

    Example: `mailproc outbox retry 42`
    """
    state = run(_retry(settings_of(config), number))
    out.print(f"{number}: now {state.value}", markup=False)


@app.command()
def drop(number: NumberArgument, config: ConfigOption = None) -> None:
    """Give an event up: it will not be delivered. The person's standing stays as it is.

    Example: `mailproc outbox drop 42`
    """
    state = run(_drop(settings_of(config), number))
    out.print(f"{number}: now {state.value}", markup=False)


async def _entries(
    settings: Settings, states: tuple[OutboxState, ...], hook: str | None, limit: int
) -> list[OutboxEntry]:
    async with open_store(settings) as store:
        return await store.outbox_entries(states=states, hook=hook, limit=limit)


async def _retry(settings: Settings, number: int) -> OutboxState:
    async with open_store(settings) as store:
        return await store.retry_entry(number)


async def _drop(settings: Settings, number: int) -> OutboxState:
    async with open_store(settings) as store:
        return await store.drop_entry(number)


def _as_json(entry: OutboxEntry) -> dict[str, object]:
    return {
        "id": entry.id,
        "account": entry.account_id,
        "hook": entry.hook,
        "person": entry.person,
        "version": entry.version,
        "state": entry.state.value,
        "attempts": entry.attempts,
        "next_at": entry.next_at.isoformat(),
        "last_error": entry.last_error,
        "event_id": entry.event.id,
        "event": event_as_json(entry.event),
    }
