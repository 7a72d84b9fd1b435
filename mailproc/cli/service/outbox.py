"""`outbox list|retry|drop`: events on their way to hooks, and what became of them."""

from collections import Counter
from enum import StrEnum
from typing import Annotated

import typer
from rich.markup import escape
from rich.progress import track
from rich.table import Table

from mailproc.cli.shell.context import ConfigOption, JsonOption, settings_of
from mailproc.cli.shell.storage import open_store, run
from mailproc.cli.shell.terminal import EX_USAGE, err, out, print_json, print_table
from mailproc.errors import SettingsError
from mailproc.policy.hooks.alarm import ALARM_EVENT
from mailproc.policy.hooks.event import OutboxEntry, OutboxState
from mailproc.policy.hooks.forwarding import forwarding_hook
from mailproc.settings.settings import Settings
from mailproc.shapes.records import entry_as_json
from mailproc.store.outbox.forwards import FORWARD_EVENT
from mailproc.store.store import Store

app = typer.Typer(no_args_is_help=True, help="Events on their way to hooks.")
COLOURS = {
    "pending": "yellow",
    "delivered": "green",
    "superseded": "dim",
    "dead": "red",
    "dropped": "dim",
    "held": "magenta",
}
NumberArgument = Annotated[
    int | None, typer.Argument(help="Number of the entry, as `outbox list` shows it.", show_default=False)
]
AllOption = Annotated[bool, typer.Option("--all", help="Every entry in that state.")]
HookOption = Annotated[str | None, typer.Option(help="With --all: only this hook's.")]


class Waiting(StrEnum):
    """What can be changed in bulk."""

    dead = "dead"
    held = "held"
    dropped = "dropped"
    pending = "pending"


@app.command("list")
def show(
    state: Annotated[list[OutboxState] | None, typer.Option("--state", help="Only these; may be repeated.")] = None,
    hook: Annotated[str | None, typer.Option(help="Only this hook's.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="How many, newest first.")] = 50,
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Show events and forwarded mail: waiting, delivered, superseded, dead, held.

    Example: `mailproc outbox list --state dead --state pending`
    """
    settings = settings_of(config)
    _check_hook(settings, hook)
    entries = run(_entries(settings, tuple(state or OutboxState), hook, limit))
    if as_json:
        print_json([entry_as_json(entry) for entry in entries])
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
        person = escape(_person(entry))
        status = entry.event.type.removeprefix("subscriber.").removeprefix("mail.")
        ahead = waits + escape(entry.last_error or "")
        table.add_row(str(entry.id), shown, status, person, entry.hook, str(entry.attempts), ahead)
    print_table(table) if entries else out.print("nothing there")


def _check_hook(settings: Settings, hook: str | None) -> None:
    known = [one.name for one in settings.hook] + [forwarding_hook(one.id) for one in settings.account]
    if hook is not None and hook not in known:
        raise SettingsError([f"hook {hook} is not in the settings; there: {', '.join(known)}"])


def _person(entry: OutboxEntry) -> str:
    if entry.event.type == FORWARD_EVENT:
        return str(entry.event.data.get("from") or "nobody known")
    if entry.event.type == ALARM_EVENT:
        return str(entry.event.data["subject"])
    kind, _, name = entry.person.partition(":")
    return f"key {name}" if kind == "k" else name


@app.command()
def retry(
    number: NumberArgument = None,
    everything: AllOption = False,
    hook: HookOption = None,
    state: Annotated[Waiting, typer.Option(help="With --all: only these.")] = Waiting.dead,
    config: ConfigOption = None,
) -> None:
    """Bring a dead letter back, or let a held mail go; with --all every one.

    When a newer event of that person exists, the old one is superseded instead.

    Examples: `mailproc outbox retry 42` · `mailproc outbox retry --all --hook crm --state dead`
    """
    _change(settings_of(config), number, everything, hook, state, OutboxState.pending)


@app.command()
def drop(
    number: NumberArgument = None,
    everything: AllOption = False,
    hook: HookOption = None,
    state: Annotated[Waiting, typer.Option(help="With --all: only these.")] = Waiting.held,
    config: ConfigOption = None,
) -> None:
    """Give an event up: it will not be delivered. The person's standing stays as it is.

    Examples: `mailproc outbox drop 42` · `mailproc outbox drop --all --hook forward/acme --state held`
    """
    _change(settings_of(config), number, everything, hook, state, OutboxState.dropped)


def _change(
    settings: Settings, number: int | None, everything: bool, hook: str | None, state: Waiting, wanted: OutboxState
) -> None:
    if (number is not None) == everything:
        err.print("mailproc: name the entry by its number, or say --all")
        raise typer.Exit(EX_USAGE)
    _check_hook(settings, hook)
    if number is not None:
        _print_outcome(number, run(_one(settings, number, wanted)), wanted)
        return
    became = run(_every(settings, hook, OutboxState(state.value), wanted))
    told = ", ".join(f"{count} now {word}" for word, count in sorted(became.items()))
    out.print(told or f"nothing is {state.value}", markup=False)


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
        return await store.outbox.entries(states=states, hook=hook, limit=limit)


async def _one(settings: Settings, number: int, wanted: OutboxState) -> OutboxState:
    async with open_store(settings) as store:
        return await _changed(store, number, wanted)


async def _changed(store: Store, number: int, wanted: OutboxState) -> OutboxState:
    return await (store.outbox.drop(number) if wanted is OutboxState.dropped else store.outbox.retry(number))


async def _every(settings: Settings, hook: str | None, state: OutboxState, wanted: OutboxState) -> Counter[str]:
    """Change all that are in that state now, the oldest first; gives how many became what."""
    became: Counter[str] = Counter()
    async with open_store(settings) as store:
        numbers = await store.desk.outbox_numbers(state, hook)
        for number in track(numbers, wanted.value, console=err, transient=True, disable=not err.is_terminal):
            became[(await _changed(store, number, wanted)).value] += 1
    return became
