"""`breaker list|release|discard`: what the breaker holds, let go or closed together."""

from collections.abc import Sequence
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from mailproc.cli.shell.context import ConfigOption, JsonOption, OnlyAccountOption, account_named, operator, settings_of
from mailproc.cli.shell.storage import open_store, run
from mailproc.cli.shell.terminal import EX_USAGE, err, out, print_json, print_table
from mailproc.cli.stored_mail.review_world import world_of
from mailproc.cli.stored_mail.together import MOST, ApplyOption, ByOption, gathered, print_outcomes
from mailproc.policy.deciding.breaker import HELD, counter_in, reason_of
from mailproc.review.together import Outcome, discard_together, release_together
from mailproc.settings.settings import Settings
from mailproc.store.desk.review_reports import ReviewFilter
from mailproc.store.results import ReviewItem
from mailproc.store.store import Store

app = typer.Typer(no_args_is_help=True, help="Floods of mail that nothing proves, held for a person.")
CounterOption = Annotated[
    str | None, typer.Option("--counter", help="What it is held by, as `breaker list` shows it.", show_default=False)
]
AllOption = Annotated[bool, typer.Option("--all", help="Everything that is held.")]


@app.command("list")
def show(account: OnlyAccountOption = None, as_json: JsonOption = False, config: ConfigOption = None) -> None:
    """Show what is held: by which network or rule, how many, and by when somebody must have looked.

    Example: `mailproc breaker list`
    """
    settings = settings_of(config)
    held = run(_held(settings, account and account_named(settings, account)))
    groups: dict[tuple[str, str], list[ReviewItem]] = {}
    for item in held:
        groups.setdefault((item.account_id, counter_in(item.reason) or ""), []).append(item)
    if as_json:
        print_json([_group_as_json(*name, items) for name, items in groups.items()])
        return
    if not groups:
        out.print("nothing is held")
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("account", "held by", "mails", "due", "the most urgent"):
        whole = column in ("mails", "due", "the most urgent")
        table.add_column(column, overflow="fold", no_wrap=whole, justify="right" if column == "mails" else "left")
    for (account_id, counter), items in groups.items():
        table.add_row(account_id, Text(counter), str(len(items)), f"{items[0].due_at:%Y-%m-%d}", items[0].id)
    print_table(table)
    out.print("look at one with `mailproc review show`, then `breaker release` or `breaker discard`", style="dim")


@app.command()
def release(
    counter: CounterOption = None,
    everything: AllOption = False,
    account: OnlyAccountOption = None,
    apply: ApplyOption = False,
    by: ByOption = "",
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Let go what is held: each mail is decided as it would have been, and is not counted again.

    Example: `mailproc breaker release --counter "network 203.0.113.0/24" --apply`
    """
    settings = settings_of(config)
    _one_of_both(counter, everything)
    outcomes = run(_release(settings, counter, account and account_named(settings, account), by, apply=apply))
    print_outcomes(outcomes, what="released", apply=apply, as_json=as_json)


@app.command()
def discard(
    counter: CounterOption = None,
    everything: AllOption = False,
    account: OnlyAccountOption = None,
    apply: ApplyOption = False,
    by: ByOption = "",
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Close what is held as no request: nobody's standing changes, and it is written down who said so.

    Example: `mailproc breaker discard --counter "network 203.0.113.0/24" --apply`
    """
    settings = settings_of(config)
    _one_of_both(counter, everything)
    outcomes = run(_discard(settings, counter, account and account_named(settings, account), by, apply=apply))
    print_outcomes(outcomes, what="discarded", apply=apply, as_json=as_json)


def _one_of_both(counter: str | None, everything: bool) -> None:
    if (counter is not None) == everything:
        err.print("mailproc: name what it is held by with --counter, or say --all; `mailproc breaker list` shows both")
        raise typer.Exit(EX_USAGE)


async def _held(settings: Settings, account_id: str | None) -> list[ReviewItem]:
    async with open_store(settings) as store:
        return await _held_in(store, account_id, None)


async def _held_in(store: Store, account_id: str | None, counter: str | None) -> list[ReviewItem]:
    reason = f"{HELD} (" if counter is None else reason_of(counter)
    found = await store.desk.reviews(ReviewFilter(account_id=account_id, reason=reason), limit=MOST)
    return [item for item in found if item.reason.startswith(reason)]


async def _release(
    settings: Settings, counter: str | None, account_id: str | None, by: str, *, apply: bool
) -> list[Outcome]:
    world = world_of(settings)
    async with open_store(settings) as store:
        ids = [item.id for item in await _held_in(store, account_id, counter)]
        work = release_together(store, world, ids, let_go=True, by=operator(by), apply=apply)
        return await gathered(work, len(ids), "deciding again")


async def _discard(
    settings: Settings, counter: str | None, account_id: str | None, by: str, *, apply: bool
) -> list[Outcome]:
    async with open_store(settings) as store:
        ids = [item.id for item in await _held_in(store, account_id, counter)]
        note = "held by the breaker, discarded together"
        work = discard_together(store, ids, by=operator(by), note=note, apply=apply)
        return await gathered(work, len(ids), "discarding")


def _group_as_json(account_id: str, counter: str, items: Sequence[ReviewItem]) -> dict[str, object]:
    return {
        "account": account_id,
        "counter": counter,
        "mails": len(items),
        "due_at": items[0].due_at.isoformat(),
        "ids": [item.id for item in items],
    }
