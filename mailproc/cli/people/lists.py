"""`lists list|add|set|remove|members|join|leave`: what an account sends, and what people may leave alone."""

from dataclasses import replace
from typing import Annotated

import typer
from rich.table import Table

from mailproc.cli.people import list_members
from mailproc.cli.shell.context import AccountOption, ConfigOption, JsonOption, account_named, settings_of
from mailproc.cli.shell.storage import open_store, run
from mailproc.cli.shell.terminal import EX_DATAERR, EX_NOINPUT, err, out, print_json, print_table
from mailproc.errands.given import check_removable, usable_list_id
from mailproc.policy.standing.lists import MailingList
from mailproc.policy.standing.verdict import Classification
from mailproc.settings.account_policies import lists_of
from mailproc.settings.settings import Settings
from mailproc.shapes.records import list_as_json

app = typer.Typer(no_args_is_help=True, help="Lists and publications of an account.")
app.command("members")(list_members.members)
app.command("join")(list_members.join)
app.command("leave")(list_members.leave)

ListArgument = Annotated[str, typer.Argument(help="Id of the list, as sends, tokens and List-Id name it.")]
NameOption = Annotated[str | None, typer.Option("--name", help="As people call it; else its id.")]
AlsoOption = Annotated[
    list[str] | None, typer.Option("--also", help="Another name that people write; may be repeated.")
]
PublicOption = Annotated[bool | None, typer.Option("--public/--private", help="Whether subscribers see it.")]
ClassOption = Annotated[Classification | None, typer.Option("--classification", help="What kind of mail it is.")]


@app.command("list")
def show(account: AccountOption = None, as_json: JsonOption = False, config: ConfigOption = None) -> None:
    """Show the lists of all accounts, or of one: those of the settings and those made here.

    Example: `mailproc lists list --account acme`
    """
    settings = settings_of(config)
    known = account_named(settings, account) if account else None
    found = [one for one in run(_known(settings)) if known in (None, one.account_id)]
    if as_json:
        print_json([list_as_json(one) for one in found])
        return
    if not found:
        out.print("no lists: every opt-out is one of the whole account", markup=False)
        return
    table = Table("account", "list", "name", "also", "classification", "public", box=None)
    for one in found:
        row = (one.account_id, one.id, one.name, ", ".join(one.spellings), one.classification.value)
        table.add_row(*row, "yes" if one.is_public else "no")
    print_table(table)


@app.command()
def add(
    list_id: ListArgument,
    account: AccountOption = None,
    name: NameOption = None,
    also: AlsoOption = None,
    public: PublicOption = None,
    classification: ClassOption = None,
    config: ConfigOption = None,
) -> None:
    """Make a list known. Account opt-outs cover it from its first day.

    Example: `mailproc lists add weekly --name "Acme Weekly" --also "the weekly" --public`
    """
    settings = settings_of(config)
    known = _find(settings, account_named(settings, account), list_id)
    if known is not None:
        err.print(f"mailproc: {known.account_id} has a list {list_id}; `lists set` changes it", markup=False)
        raise typer.Exit(EX_DATAERR)
    made = MailingList(account_id=account_named(settings, account), id=usable_list_id(list_id), name=list_id)
    _put(settings, made, name, also, public, classification)


@app.command("set")
def change(
    list_id: ListArgument,
    account: AccountOption = None,
    name: NameOption = None,
    also: AlsoOption = None,
    public: PublicOption = None,
    classification: ClassOption = None,
    config: ConfigOption = None,
) -> None:
    """Change what is given, and leave the rest; `--also` gives all other names anew. Opt-outs are not touched.

    Example: `mailproc lists set weekly --private --classification transactional`
    """
    settings = settings_of(config)
    known = _find(settings, account_named(settings, account), list_id)
    if known is None:
        raise _unknown(account_named(settings, account), list_id)
    _put(settings, known, name, also, public, classification)


@app.command()
def remove(list_id: ListArgument, account: AccountOption = None, config: ConfigOption = None) -> None:
    """Let a list go. Opt-outs from it stay, and hold should it come back.

    Example: `mailproc lists remove weekly`
    """
    settings = settings_of(config)
    account_id = account_named(settings, account)
    check_removable(settings, account_id, list_id)
    if not run(_remove(settings, account_id, list_id)):
        raise _unknown(account_id, list_id)
    out.print(f"removed: {list_id}", markup=False)


def _put(
    settings: Settings,
    one: MailingList,
    name: str | None,
    also: list[str] | None,
    public: bool | None,
    classification: Classification | None,
) -> None:
    made = replace(
        one,
        name=one.name if name is None else name,
        spellings=one.spellings if also is None else tuple(also),
        is_public=one.is_public if public is None else public,
        classification=classification or one.classification,
    )
    run(_store(settings, made))
    told = "public" if made.is_public else "not public"
    out.print(f"{made.account_id}: {made.id} ({made.name}), {made.classification.value}, {told}", markup=False)


def _find(settings: Settings, account_id: str, list_id: str) -> MailingList | None:
    return next((one for one in run(_known(settings)) if (one.account_id, one.id) == (account_id, list_id)), None)


def _unknown(account_id: str, list_id: str) -> typer.Exit:
    err.print(f"mailproc: {account_id} has no list {list_id}; `mailproc lists list` shows them", markup=False)
    return typer.Exit(EX_NOINPUT)


async def _known(settings: Settings) -> list[MailingList]:
    async with open_store(settings) as store:
        return lists_of(settings, await store.lists.all())


async def _store(settings: Settings, one: MailingList) -> None:
    async with open_store(settings) as store:
        await store.lists.put(one)


async def _remove(settings: Settings, account_id: str, list_id: str) -> bool:
    async with open_store(settings) as store:
        return await store.lists.remove(account_id, list_id)
