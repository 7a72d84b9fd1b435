"""`db migrate|check|rebuild|vacuum|backup`: the database's schema, health, standings and copy."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from mailproc.cli.shell.context import AccountOption, ConfigOption, JsonOption, account_named, settings_of
from mailproc.cli.shell.storage import open_store, run
from mailproc.cli.shell.terminal import EX_DATAERR, err, out, print_json
from mailproc.errors import StoreError, StoreUnavailable
from mailproc.settings.settings import Settings
from mailproc.store.engine.database import migrate as migrate_database

app = typer.Typer(no_args_is_help=True, help="Make, check and copy the database.")

_COLUMNS = (
    SpinnerColumn(),
    TextColumn("account {task.description}"),
    TextColumn("{task.completed:.0f} people"),
    TimeElapsedColumn(),
)


@app.command()
def migrate(config: ConfigOption = None) -> None:
    """Bring the database to this version's schema; makes it when there is none. Safe to stop and to run again.

    Stop `serve` before; a stop or an error leaves the database as it was. What is to be done afterwards is said. Run it
    also when a backup was restored: whoever follows the API's feed of facts hears all that is new then.

    Example: `mailproc db migrate --config mailproc.toml`
    """
    settings = settings_of(config)
    steps = run(migrate_database(settings.database, lambda line: err.print(line, markup=False)))
    out.print("\n".join(steps) if steps else "nothing to do: the schema is current", markup=False)


@app.command()
def check(config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """Check that the file is sound and that every standing is what its facts say. Exit 65 when something is wrong.

    Example: `mailproc db check`
    """
    problems = run(_check(settings_of(config)))
    if as_json:
        print_json({"problems": problems})
    else:
        out.print("\n".join(problems) if problems else "all well", markup=False)
    if problems:
        raise typer.Exit(EX_DATAERR)


async def _check(settings: Settings) -> list[str]:
    async with open_store(settings) as store:
        return await store.check()


@app.command()
def rebuild(
    account: AccountOption = None,
    resume: Annotated[str, typer.Option("--resume", help="Go on where a run stopped, which said how.")] = "",
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Compute every standing anew from its facts, beside a running service; hooks are told of what was another.

    For after a change of `parent`, `account_scope`, `global_scope` or the bounce thresholds, and when `db check` finds
    a standing that is not what its facts say. Safe to stop and to run again.

    Example: `mailproc db rebuild`
    """
    settings = settings_of(config)
    known = account_named(settings, account) if account else None
    people, changed = run(_rebuild(settings, known, resume))
    if as_json:
        print_json({"people": people, "changed": changed})
    else:
        out.print(f"{people} looked at, {changed} changed", markup=False)


async def _rebuild(settings: Settings, account: str | None, cursor: str) -> tuple[int, int]:
    people = changed = 0
    with Progress(*_COLUMNS, console=err, transient=True, disable=not err.is_terminal) as progress:
        bar = progress.add_task("", total=None)
        try:
            async with open_store(settings) as store:
                async for done in store.standings.rebuild(account, cursor):
                    people, changed, cursor = people + done.people, changed + done.changed, done.cursor
                    progress.update(bar, completed=people, description=done.account_id)
        except ValueError as error:
            err.print(f"mailproc: {error}", markup=False)
            raise typer.Exit(EX_DATAERR) from None
        except (StoreError, asyncio.CancelledError):
            err.print(f"stopped; go on with: mailproc db rebuild --resume '{cursor}'", markup=False)
            raise
    return people, changed


@app.command()
def vacuum(config: ConfigOption = None) -> None:
    """Write an SQLite file anew, without what was deleted from it. For PostgreSQL use VACUUM FULL.

    Takes some seconds a gigabyte, and needs as much room beside it; meanwhile a running service answers 451.

    Example: `mailproc db vacuum`
    """
    settings = settings_of(config)
    if not settings.database.startswith("sqlite"):
        raise StoreError("only SQLite is cleaned this way; for PostgreSQL: VACUUM FULL")
    if not run(_vacuum(settings)):
        raise StoreUnavailable("the file is clean, but somebody reads its log: run it again")
    out.print("done: the file holds nothing that was deleted")


async def _vacuum(settings: Settings) -> bool:
    async with open_store(settings) as store:
        return await store.erasure.clean_file(whole=True)


@app.command()
def backup(
    target: Annotated[Path, typer.Argument(help="File to write; must not exist yet.")], config: ConfigOption = None
) -> None:
    """Copy an SQLite database while the service goes on. For PostgreSQL use pg_dump.

    Example: `mailproc db backup /backup/mailproc-2026-03-03.db`
    """
    run(_backup(settings_of(config), target))
    out.print(f"written: {target}", markup=False)


async def _backup(settings: Settings, target: Path) -> None:
    async with open_store(settings) as store:
        await store.backup(target)
