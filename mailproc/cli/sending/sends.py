"""`sends add|list|show`: which lists a send went to, so that what comes back is traced to them."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.table import Table

from mailproc.cli.shell.context import AccountOption, ConfigOption, JsonOption, account_named, settings_with_lists
from mailproc.cli.shell.storage import open_store, run
from mailproc.cli.shell.terminal import EX_NOINPUT, err, out, print_json, print_table
from mailproc.errands.sending import record_send, send_of, sends_behind, terms_of
from mailproc.errors import StoreError
from mailproc.policy.standing.facts import Fact
from mailproc.policy.standing.send import Send
from mailproc.policy.standing.verdict import Classification
from mailproc.settings.settings import Settings
from mailproc.shapes.records import send_as_json

app = typer.Typer(no_args_is_help=True, help="Sends, and the lists that each went to.")

SendArgument = Annotated[str, typer.Argument(help="Your id of the send, as `headers --send` and the feed have it.")]


@app.command()
def add(
    send: SendArgument,
    account: AccountOption = None,
    lists: Annotated[list[str] | None, typer.Option("--list", help="List it goes to; may be repeated.")] = None,
    name: Annotated[str | None, typer.Option("--name", help="What people call it; else its id.")] = None,
    transactional: Annotated[bool, typer.Option("--transactional", help="Receipts, passwords, recalls.")] = False,
    config: ConfigOption = None,
) -> None:
    """Record a send with its lists; `check-send --send` does it, too.

    Example: `mailproc sends add 42 --list weekly --list offers --name "March issue"`
    """
    settings = settings_with_lists(config)
    account_id = account_named(settings, account)
    classification = Classification.transactional if transactional else Classification.commercial
    terms = terms_of(settings, account_id, lists or (), classification)
    one = send_of(terms, send, name, datetime.now(UTC))
    _print(run(_add(settings, one)))


@app.command("list")
def show_all(
    account: AccountOption = None,
    limit: Annotated[int, typer.Option(help="How many.", min=1)] = 50,
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Show recorded sends of an account, newest first.

    Example: `mailproc sends list --limit 10`
    """
    settings = settings_with_lists(config)
    found = run(_newest(settings, account_named(settings, account), limit))
    if as_json:
        print_json([send_as_json(one) for one in found])
        return
    if not found:
        out.print("no sends: `mailproc sends add`, or `check-send --send`, records one", markup=False)
        return
    table = Table("send", "name", "lists", "classification", "recorded", "number", box=None)
    for one in found:
        lists = ", ".join(one.list_ids) or "-"
        when = f"{one.created_at:%Y-%m-%d %H:%M}"
        table.add_row(one.id, one.name, lists, one.classification.value, when, str(one.number))
    print_table(table)


@app.command()
def show(
    send: SendArgument, account: AccountOption = None, as_json: JsonOption = False, config: ConfigOption = None
) -> None:
    """Show one send by its id, or by the number that `token read` told.

    Example: `mailproc sends show 42`
    """
    settings = settings_with_lists(config)
    account_id = account_named(settings, account)
    found = run(_named(settings, account_id, send))
    if not found:
        err.print(f"mailproc: {account_id} has no send {send}; `mailproc sends list` shows them", markup=False)
        raise typer.Exit(EX_NOINPUT)
    if as_json:
        print_json([send_as_json(one) for one in found])
        return
    for one in found:
        _print(one)


def stored_sends(settings: Settings, facts: Sequence[Fact]) -> list[Send]:
    """The same, where a database is there."""
    if not any("send" in fact.evidence for fact in facts):
        return []
    try:
        return run(_sends_behind(settings, facts))
    except StoreError:
        return []


async def _sends_behind(settings: Settings, facts: Sequence[Fact]) -> list[Send]:
    async with open_store(settings) as store:
        return await sends_behind(store, facts)


def _print(one: Send) -> None:
    lists = f"to {', '.join(one.list_ids)}" if one.list_ids else "to no list"
    when = f"{one.created_at:%Y-%m-%d %H:%M} UTC"
    out.print(f"{one.account_id}: send {one.id} ({one.name}), {one.classification.value}, {lists}", markup=False)
    out.print(f"  recorded {when}; tokens name it {one.number}", markup=False)


async def _add(settings: Settings, one: Send) -> Send:
    async with open_store(settings) as store:
        return await record_send(store, one)


async def _newest(settings: Settings, account_id: str, limit: int) -> list[Send]:
    async with open_store(settings) as store:
        return await store.sends.newest(account_id, limit)


async def _named(settings: Settings, account_id: str, send: str) -> list[Send]:
    async with open_store(settings) as store:
        found = await store.sends.find(account_id, send)
        if found is not None:
            return [found]
        return list(await store.sends.of_number(account_id, int(send))) if send.isascii() and send.isdigit() else []
