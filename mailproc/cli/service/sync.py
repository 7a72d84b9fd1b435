"""`sync push`: present standings to a hook, for its first connection and for repair."""

from typing import Annotated

import typer

from mailproc.cli.shell.context import ConfigOption, JsonOption, settings_of
from mailproc.cli.shell.storage import open_store, run
from mailproc.cli.shell.terminal import out, print_json
from mailproc.errors import SettingsError
from mailproc.settings.settings import Settings

app = typer.Typer(no_args_is_help=True, help="What hooks are told.")


@app.callback()
def _group() -> None:
    """What hooks are told."""


@app.command()
def push(
    hook: Annotated[str, typer.Argument(help="Name of the hook.")],
    account: Annotated[
        list[str] | None, typer.Option("--account", help="Only these accounts; may be repeated.")
    ] = None,
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Queue everybody's present standing for a hook; a running service delivers them.

    Example: `mailproc sync push crm`
    """
    settings = settings_of(config)
    queued = run(_push(settings, hook, _accounts_of(settings, hook, account)))
    if as_json:
        print_json({"hook": hook, "queued": queued})
    else:
        out.print(f"{queued} standings queued for {hook}", markup=False)


def _accounts_of(settings: Settings, hook: str, asked: list[str] | None) -> list[str]:
    found = next((one for one in settings.hook if one.name == hook), None)
    if found is None:
        raise SettingsError([f"hook {hook} is not in the settings; there: {', '.join(h.name for h in settings.hook)}"])
    served = [account.id for account in settings.account if hook in settings.hooks_of(account.id)]
    if wrong := sorted(set(asked or ()) - set(served)):
        raise SettingsError([f"hook {hook} does not get the events of {', '.join(wrong)}"])
    return asked or served


async def _push(settings: Settings, hook: str, accounts: list[str]) -> int:
    async with open_store(settings) as store:
        return await store.outbox.push(hook, accounts)
