"""`sends add|list|show`: which lists a send went to, so that what comes back is traced to them."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.table import Table

from mailproc.cli.context import AccountOption, ConfigOption, JsonOption, account_named, check_list, settings_with_lists
from mailproc.cli.send_lines import send_as_json
from mailproc.cli.storage import open_store, run
from mailproc.cli.terminal import EX_DATAERR, EX_NOINPUT, err, out, print_json, print_table
from mailproc.errors import StoreError
from mailproc.policy.facts import Fact
from mailproc.policy.send import Send
from mailproc.policy.verdict import Classification
from mailproc.settings import Settings
from mailproc.store.store import Store

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
    for list_id in lists or ():
        check_list(settings, account_id, list_id)
    one = Send(
        account_id=account_id,
        id=_usable(send),
        name=name or send,
        list_ids=tuple(sorted(set(lists or ()))),
        classification=Classification.transactional if transactional else Classification.commercial,
        created_at=datetime.now(UTC),
    )
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


async def sends_behind(store: Store, facts: Iterable[Fact]) -> list[Send]:
    """The recorded sends that these facts came of, by the numbers in their tokens; each once, in order."""
    found: dict[tuple[str, str], Send] = {}
    for fact in facts:
        number = fact.evidence.get("send", "")
        if number.isascii() and number.isdigit():
            sends = await store.sends.of_number(fact.account_id, int(number))
            found.update({(one.account_id, one.id): one for one in sends})
    return list(found.values())


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


async def record_send(store: Store, one: Send) -> Send:
    """Record a send when it is new; gives what is recorded. Raises typer.Exit(65) as `check_send_id` does."""
    kept = await store.sends.put(one)
    _check_same(kept, one)
    return kept


async def check_send_id(store: Store, one: Send) -> None:
    """Raises typer.Exit(65) where one by this id went to other lists, or was of another kind; or for no usable id."""
    _usable(one.id)
    kept = await store.sends.find(one.account_id, one.id)
    if kept is not None:
        _check_same(kept, one)


def _check_same(kept: Send, one: Send) -> None:
    if (kept.list_ids, kept.classification) == (one.list_ids, one.classification):
        return
    lists = ", ".join(kept.list_ids) or "no list"
    err.print(
        f"mailproc: send {one.id} is recorded as {kept.classification.value} to {lists}, since"
        f" {kept.created_at:%Y-%m-%d %H:%M} UTC; what came back is traced by that: take another id",
        markup=False,
    )
    raise typer.Exit(EX_DATAERR)


def _usable(send: str) -> str:
    if not send.strip() or send != send.strip() or not send.isprintable() or len(send) > 200:
        err.print("mailproc: the id of a send is 1 to 200 printable characters", markup=False)
        raise typer.Exit(EX_DATAERR)
    return send


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
