"""`lists members|join|leave`: who is on a list; neither is a consent or an opt-out."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated

import typer

from mailproc.cli.people.people import PersonArgument
from mailproc.cli.people.person import STANDING_COLOURS
from mailproc.cli.shell.context import AccountOption, ConfigOption, JsonOption, account_named, settings_with_lists
from mailproc.cli.shell.storage import open_store, run
from mailproc.cli.shell.terminal import err, out, print_json
from mailproc.errands.given import check_list, named
from mailproc.errors import NotFound
from mailproc.policy.imports.person_row import derived_key
from mailproc.policy.standing.verdict import verdict
from mailproc.settings.settings import Settings
from mailproc.shapes.records import member_as_json
from mailproc.store.people.subscriptions import Profile
from mailproc.store.results import PersonStatus, Subscriber
from mailproc.store.store import Store

ListArgument = Annotated[str, typer.Argument(help="Id of the list.")]
ListOption = Annotated[str, typer.Option("--list", help="Id of the list.")]
LimitOption = Annotated[int, typer.Option("--limit", "-n", min=1, help="Show at most so many; `export` writes all.")]
Move = Callable[[str, str, list[str]], Awaitable[list[str]]]


def members(
    list_id: ListArgument,
    account: AccountOption = None,
    limit: LimitOption = 100,
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Show who is on a list, in order of key, and who of them gets no mail of it.

    Example: `mailproc lists members weekly --limit 20`
    """
    settings, account_id = _where(config, account, list_id)
    found = run(_members(settings, account_id, list_id, limit + 1))
    shown = found[:limit]
    if as_json:
        print_json([member_as_json(one, list_id) for one in shown])
        return
    for one in shown:
        word = one.standing.status.value
        out.print(f"[{STANDING_COLOURS[word]}]{word:12}[/] ", end="")
        barred = "" if word != "active" or verdict(one.standing, list_id=list_id).may_send else "  (left this list)"
        out.print(f"{one.key:22} {one.address}{barred}", markup=False)
    if not found:
        out.print(f"nobody is on {list_id}", markup=False)
    if len(found) > limit:
        out.print(f"… and more: --limit, or mailproc export --list {list_id}", style="dim", markup=False)


def _where(config: Path | None, account: str | None, list_id: str) -> tuple[Settings, str]:
    """The settings and the account that has this list. Raises as `check_list` does."""
    settings = settings_with_lists(config)
    account_id = account_named(settings, account)
    check_list(settings, account_id, list_id)
    return settings, account_id


async def _members(settings: Settings, account_id: str, list_id: str, limit: int) -> list[Profile]:
    found: list[Profile] = []
    async with open_store(settings) as store:
        async for some in store.subscriptions.all(account_id, list_id):
            found += some
            if len(found) >= limit:
                break
    return found[:limit]


def join(
    person: PersonArgument,
    list_id: ListOption,
    account: AccountOption = None,
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Put somebody on a list; an address that nobody has becomes a subscriber. What stands against mailing stays.

    Example: `mailproc lists join pat@example.org --list weekly`
    """
    settings, account_id = _where(config, account, list_id)
    people, moved = run(_join(settings, account_id, person, list_id))
    if as_json:
        print_json({"list": list_id, "joined": moved, "already": sorted({_key(one) for one in people} - set(moved))})
        return
    for one in people:
        said = "is on" if _key(one) in moved else "was on"
        out.print(f"{one.address or person} (key {one.key}) {said} {list_id}", markup=False)
        if not verdict(one.standing, list_id=list_id).may_send:
            err.print(f"  and gets no mail of it: mailproc why {person} --list {list_id}", markup=False)


async def _join(settings: Settings, account_id: str, person: str, list_id: str) -> tuple[list[PersonStatus], list[str]]:
    async with open_store(settings) as store:
        people = await _subscribers(store, account_id, person)
        if not people and (address := named(person)[0]):
            key = derived_key(account_id, address)
            await store.put_subscribers([Subscriber(account_id=account_id, key=key, address=address)])
            people = await _subscribers(store, account_id, person)
        return people, await _moved(store.subscriptions.join, account_id, person, list_id, people)


def leave(
    person: PersonArgument,
    list_id: ListOption,
    account: AccountOption = None,
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Take somebody off a list. It is no opt-out: a later import may put them on it again.

    Somebody who asked to leave is taken off with `mailproc unsubscribe PERSON --level list --list LIST`.

    Example: `mailproc lists leave pat@example.org --list weekly`
    """
    settings, account_id = _where(config, account, list_id)
    people, moved = run(_leave(settings, account_id, person, list_id))
    if as_json:
        print_json({"list": list_id, "left": moved})
        return
    for one in people:
        said = "is off" if _key(one) in moved else "was not on"
        out.print(f"{one.address or person} (key {one.key}) {said} {list_id}", markup=False)


async def _leave(
    settings: Settings, account_id: str, person: str, list_id: str
) -> tuple[list[PersonStatus], list[str]]:
    async with open_store(settings) as store:
        people = await _subscribers(store, account_id, person)
        return people, await _moved(store.subscriptions.leave, account_id, person, list_id, people)


async def _subscribers(store: Store, account_id: str, person: str) -> list[PersonStatus]:
    """The subscribers whom a key or an address means; an address may be that of several."""
    address, key = named(person)
    found = await store.persons(address or key or "", account_id)
    return [one for one in found if one.key is not None and one.address is not None]


async def _moved(move: Move, account_id: str, person: str, list_id: str, people: list[PersonStatus]) -> list[str]:
    """Move them all. Raises NotFound when there is nobody."""
    if not people:
        raise NotFound(f"{account_id} has no subscriber {person}; `mailproc import` or an address makes one known")
    return await move(account_id, list_id, [_key(one) for one in people])


def _key(one: PersonStatus) -> str:
    return str(one.key)
