"""Releasing or discarding many reviews: what `review`, `feedback` and `breaker` share of it."""

from collections.abc import AsyncIterator
from typing import Annotated

import typer
from rich.progress import Progress
from rich.table import Table
from rich.text import Text

from mailproc.cli.shell.terminal import err, out, print_json, print_table
from mailproc.review.together import Outcome

MOST = 100_000  # reviews that one command looks at
SHOWN = 20
ByOption = Annotated[str, typer.Option("--by", help="Who does it; your user name.", show_default=False)]
ApplyOption = Annotated[bool, typer.Option("--apply", help="Really do it; else it is only shown.")]


async def gathered(outcomes: AsyncIterator[Outcome], total: int, doing: str) -> list[Outcome]:
    """All outcomes, with a bar where a terminal watches."""
    found: list[Outcome] = []
    with Progress(console=err, transient=True, disable=not err.is_terminal) as progress:
        task = progress.add_task(doing, total=total)
        async for one in outcomes:
            found.append(one)
            progress.advance(task)
    return found


def print_outcomes(outcomes: list[Outcome], *, what: str, apply: bool, as_json: bool) -> None:
    """What became of each; `what` is `released` or `discarded`."""
    if as_json:
        print_json([_as_json(one) for one in outcomes])
        return
    if outcomes:
        print_table(_table(outcomes[:SHOWN], what))
    if len(outcomes) > SHOWN:
        out.print(f"… and {len(outcomes) - SHOWN} more (--json shows all)", style="dim")
    able = sum(one.acts for one in outcomes) if what == "released" else len(outcomes)
    done = sum(one.applied for one in outcomes)
    end = f"{done} {what}" if apply else f"{able} would be {what}; do it with --apply"
    out.print(f"{len(outcomes)} waiting, {end}", style="bold")


def _table(outcomes: list[Outcome], what: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("mail", no_wrap=True, min_width=26)
    table.add_column("who", overflow="ellipsis", no_wrap=True, max_width=36)
    table.add_column("what", overflow="fold")
    for one in outcomes:
        who = ", ".join(one.people[:2]) + (f" and {len(one.people) - 2} more" if len(one.people) > 2 else "")
        goes = what == "discarded" or one.acts
        said = Text(f"{what} " if one.applied else "", style="green") + Text(one.reason, style="" if goes else "yellow")
        table.add_row(one.mail_id, Text(who or "nobody named"), said if goes else Text("still waits: ") + said)
    return table


def _as_json(one: Outcome) -> dict[str, object]:
    return {
        "mail": one.mail_id,
        "people": list(one.people),
        "acts": one.acts,
        "applied": one.applied,
        "reason": one.reason,
    }
