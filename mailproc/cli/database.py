"""`db migrate|check|backup`: the database's schema, health and copy."""

from pathlib import Path
from typing import Annotated

import typer

from mailproc.cli.context import EX_DATAERR, ConfigOption, JsonOption, open_store, out, print_json, run, settings_of
from mailproc.settings import Settings
from mailproc.store.database import migrate as migrate_database

app = typer.Typer(no_args_is_help=True, help="Make, check and copy the database.")


@app.command()
def migrate(config: ConfigOption = None) -> None:
    """Bring the database to this version's schema; makes it when there is none. Safe to run again.

    Example: `mailproc db migrate --config mailproc.toml`
    """
    settings = settings_of(config)
    steps = run(migrate_database(settings.database))
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
