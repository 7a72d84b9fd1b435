"""`outbox list|retry|drop`: events on their way to hooks, and what became of them."""

from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from mailproc.cli.context import ConfigOption, JsonOption, open_store, out, print_json, run, settings_of
from mailproc.errors import SettingsError
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
    settings = settings_of(config)
    if hook is not None and hook not in [one.name for one in settings.hook]:
        raise SettingsError(
            [f"hook {hook} is not in the settings; there: {', '.join(one.name for one in settings.hook)}"]
        )
    entries = run(_entries(settings, tuple(state or OutboxState), hook, limit))
    if as_json:
        print_json([_as_json(entry) for entry in entries])
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("no", no_wrap=True, min_width=max([2, *(len(str(entry.id)) for entry in entries)]))
    table.add_column("state", no_wrap=True, min_width=10)
    table.add_column("now", no_wrap=True, min_width=12)
    table.add_column("person", overflow="ellipsis", no_wrap=True, min_width=16)
    table.add_column("hook", overflow="ellipsis", no_wrap=True)
    table.add_column("tries", no_wrap=True, min_width=5)
    table.add_column("next, last error", overflow="ellipsis", no_wrap=True, min_width=16)
    for entry in entries:
        waits = f"{entry.next_at:%m-%d %H:%M:%S} " if entry.state is OutboxState.pending else ""
        shown = f"[{COLOURS[entry.state.value]}]{entry.state.value}[/]"
        kind, _, name = entry.person.partition(":")
        person = escape(f"key {name}" if kind == "k" else name)
        status = entry.event.type.removeprefix("subscriber.")
        ahead = waits + escape(entry.last_error or "")
        table.add_row(str(entry.id), shown, status, person, entry.hook, str(entry.attempts), ahead)
    out.print(table if entries else "nothing there")


@app.command()
def retry(number: NumberArgument, config: ConfigOption = None) -> None:
    """Bring a dead letter back. When a newer event of that person exists, the old one is superseded instead.

    Example: `mailproc outbox retry 42`
    """
    state = run(_retry(settings_of(config), number))
    _print_outcome(number, state, OutboxState.pending)


@app.command()
def drop(number: NumberArgument, config: ConfigOption = None) -> None:
    """Give an event up: it will not be delivered. The person's standing stays as it is.

    Example: `mailproc outbox drop 42`
    """
    state = run(_drop(settings_of(config), number))
    _print_outcome(number, state, OutboxState.dropped)


def _print_outcome(number: int, state: OutboxState, wanted: OutboxState) -> None:
    if state is wanted:
        out.print(f"{number}: now {state.value}", markup=False)
    elif state is OutboxState.superseded:
        out.print(f"{number}: superseded: a newer event tells this person's standing", markup=False)
    else:
        out.print(f"{number}: is {state.value}; nothing was changed", markup=False)


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
