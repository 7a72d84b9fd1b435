"""`why`: why somebody gets no mail, step by step, and what would change it."""

from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.table import Table

from mailproc.cli.people.people import TIMES
from mailproc.cli.people.why_page import print_why
from mailproc.cli.shell.context import ConfigOption, JsonOption, account_named, operator, settings_with_lists
from mailproc.cli.shell.storage import open_store, run
from mailproc.cli.shell.terminal import EX_USAGE, err, out, print_json, print_table
from mailproc.errands.diagnosis import Diagnosed, Question, diagnose
from mailproc.errands.given import check_list, named, past
from mailproc.policy.standing.scope import EVERYWHERE
from mailproc.policy.standing.verdict import Classification
from mailproc.settings.settings import Settings
from mailproc.shapes.why import why_as_json
from mailproc.store.desk.diagnosis import Counted


def why(
    person: Annotated[
        str | None, typer.Argument(help="An address, or a subscriber key; several people are shown each.")
    ] = None,
    account: Annotated[
        str | None, typer.Option("--account", "-a", help="Account; without it, all that know something.")
    ] = None,
    list_id: Annotated[str | None, typer.Option("--list", "-l", help="About mail of this list.")] = None,
    transactional: Annotated[
        bool, typer.Option("--transactional", "-t", help="About transactional mail; else what the list carries.")
    ] = False,
    at: Annotated[datetime | None, typer.Option("--at", formats=TIMES, help="As it was then, in UTC; now.")] = None,
    order: Annotated[bool, typer.Option("--order", help="Also the other order in use: global first.")] = False,
    counts: Annotated[
        bool, typer.Option("--counts", help="How often which step has answered; nobody is named.")
    ] = False,
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Tell why somebody gets no mail: each step, all that stops it, by what evidence, and what would let mail through.

    Examples: `mailproc why pat@example.org --list weekly` · `mailproc why 1234567890123 --transactional --json`
    """
    settings = settings_with_lists(config)
    if counts == (person is not None):
        err.print("mailproc: name a person, or ask for --counts")
        raise typer.Exit(EX_USAGE)
    if person is None:
        _print_counts(run(_counts(settings)), as_json=as_json)
        return
    named(person)
    known = account_named(settings, account) if account or len(settings.account) == 1 else None
    check_list(settings, known, list_id)
    question = Question(
        person=person.strip(),
        account_id=known,
        list_id=list_id,
        classification=Classification.transactional if transactional else None,
        at=past(at, "--at", datetime.now(UTC)) if at else None,
    )
    found = run(_diagnosed(settings, question))
    if as_json:
        print_json([why_as_json(settings, one, operator("")) for one in found])
        return
    if question.at:
        out.print(f"as it was at {question.at:%Y-%m-%d %H:%M:%S} UTC, by what had happened until then:", style="dim")
    for number, one in enumerate(found):
        if number:
            out.print()
        print_why(settings, one, global_first=order)


async def _diagnosed(settings: Settings, question: Question) -> list[Diagnosed]:
    async with open_store(settings) as store:
        return await diagnose(store, settings, question)


async def _counts(settings: Settings) -> list[Counted]:
    async with open_store(settings) as store:
        return await store.diagnosis.counts()


def _print_counts(counts: list[Counted], *, as_json: bool) -> None:
    if as_json:
        print_json(
            [
                {"account": one.account_id, "step": one.step, "count": one.count, "last_at": one.last_at.isoformat()}
                for one in counts
            ]
        )
        return
    if not counts:
        out.print("nobody has asked yet")
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("account")
    table.add_column("what answered")
    table.add_column("times", justify="right")
    table.add_column("last, UTC")
    for one in counts:
        account = "(nobody known)" if one.account_id == EVERYWHERE else one.account_id
        table.add_row(account, one.step, str(one.count), f"{one.last_at:%Y-%m-%d %H:%M}")
    print_table(table)
