"""`status`, `unsubscribe`, `resubscribe`: one person's standing, seen and changed by hand."""

import re
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated

import typer

from mailproc.account_policies import scopes_of
from mailproc.cli.context import (
    AccountOption,
    ConfigOption,
    JsonOption,
    account_named,
    check_list,
    operator,
    settings_with_lists,
)
from mailproc.cli.person import STANDING_COLOURS, print_status, status_as_json
from mailproc.cli.send_lines import print_sends, send_as_json
from mailproc.cli.sends import sends_behind
from mailproc.cli.storage import open_store, run
from mailproc.cli.terminal import EX_DATAERR, EX_NOPERM, EX_USAGE, err, out, print_json
from mailproc.policy.address import is_address
from mailproc.policy.facts import Channel, Fact, FactKind, Level
from mailproc.policy.scope import ENTERPRISE, EVERYWHERE, GlobalScope
from mailproc.policy.send import Send
from mailproc.settings import Settings
from mailproc.store.desk.review_reports import ReviewFilter
from mailproc.store.results import PersonStatus, Recorded, ReviewItem

_EARLIEST = datetime(1980, 1, 1, tzinfo=UTC)
TIMES = ["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]


class ByHand(StrEnum):
    """By which channel a request reached the person who enters it (R48)."""

    command = "command"
    phone = "phone"
    letter = "letter"
    chat = "chat"


PersonArgument = Annotated[str, typer.Argument(help="An address, or a subscriber key.")]
LevelOption = Annotated[Level, typer.Option(help="How far it reaches. `global` is for operators of the installation.")]
ListOption = Annotated[str | None, typer.Option("--list", help="Which list, with --level list.")]
ChannelOption = Annotated[ByHand, typer.Option(help="How the request came.")]
ReceivedOption = Annotated[
    datetime | None,
    typer.Option("--received-at", formats=TIMES, help="When, in UTC; now."),
]
ByOption = Annotated[str, typer.Option("--by", help="Who enters it; else your user name. Given always for `global`.")]
ReasonOption = Annotated[str, typer.Option("--reason", help="Why, in a few words; kept with the fact.")]


def status(
    person: PersonArgument,
    account: AccountOption = None,
    list_id: Annotated[str | None, typer.Option("--list", help="Also tell about mail of this list.")] = None,
    at: Annotated[datetime | None, typer.Option("--at", formats=TIMES, help="As it was then, in UTC; now.")] = None,
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Show whether somebody may be mailed, since when not, and by what evidence; now or at a time.

    Examples: `mailproc status pat@example.org` · `mailproc status 1234567890123 --at 2026-03-03 --json`
    """
    settings = settings_with_lists(config)
    address, key = named(person)
    known = account_named(settings, account) if account else None
    check_list(settings, known, list_id)
    then = past(at, "--at") if at else None
    found, waiting, sends = run(_persons(settings, address or key or "", known, then))
    if as_json:
        persons = zip(found, sends, strict=True)
        print_json(
            [
                {**status_as_json(settings, one, waiting, list_id), "sends": [send_as_json(send) for send in of_one]}
                for one, of_one in persons
            ]
        )
        return
    if then:
        out.print(f"as it was at {then:%Y-%m-%d %H:%M:%S} UTC, by what had happened until then:", style="dim")
    if not found:
        out.print(f"{person}: nothing is known, so nothing stands against mailing", markup=False)
    for one, of_one in zip(found, sends, strict=True):
        print_status(settings, one, list_id)
        print_sends(of_one)
    for item in waiting:
        out.print(f"  waits for a person, due {item.due_at:%Y-%m-%d}: {item.reason}", markup=False)
        out.print(f"    mailproc review show {item.id}", style="dim")


def named(person: str) -> tuple[str | None, str | None]:
    """A person as (address, key), one of them None. Raises typer.Exit(65) for what is neither."""
    person = person.strip()
    if "@" in person:
        if is_address(person):
            return person, None
    elif re.fullmatch(r"[\w.:-]{1,128}", person):
        return None, person
    err.print(f"mailproc: {person!r} is no address and no subscriber key", markup=False)
    raise typer.Exit(EX_DATAERR)


async def _persons(
    settings: Settings, person: str, account: str | None, at: datetime | None
) -> tuple[list[PersonStatus], list[ReviewItem], list[list[Send]]]:
    """Who is meant, what waits now that names them, and the sends that what happened to each came of."""
    async with open_store(settings) as store:
        waiting = [] if at else await store.desk.reviews(ReviewFilter(account_id=account, person=person))
        found = await store.standings.of(person, account, at=at)
        return found, waiting, [await sends_behind(store, one.facts) for one in found]


def unsubscribe(
    person: PersonArgument,
    account: AccountOption = None,
    level: LevelOption = Level.account,
    list_id: ListOption = None,
    channel: ChannelOption = ByHand.command,
    received_at: ReceivedOption = None,
    by: ByOption = "",
    reason: ReasonOption = "",
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Take somebody off, by hand; the hooks are told.

    Example: `mailproc unsubscribe pat@example.org --channel phone --by kim --reason "called the hotline"`
    """
    _enter(FactKind.opt_out, person, account, level, list_id, channel, received_at, by, reason, as_json, config)


def resubscribe(
    person: PersonArgument,
    account: AccountOption = None,
    level: LevelOption = Level.account,
    list_id: ListOption = None,
    channel: ChannelOption = ByHand.command,
    received_at: ReceivedOption = None,
    by: ByOption = "",
    reason: ReasonOption = "",
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Enter that somebody asked to get mail again; ends earlier opt-outs at that level. The hooks are told.

    Example: `mailproc resubscribe pat@example.org --channel chat --by kim --reason "asked to be put back"`
    """
    _enter(FactKind.consent, person, account, level, list_id, channel, received_at, by, reason, as_json, config)


def _enter(
    kind: FactKind,
    person: str,
    account: str | None,
    level: Level,
    list_id: str | None,
    channel: ByHand,
    received_at: datetime | None,
    by: str,
    reason: str,
    as_json: bool,
    config: ConfigOption,
) -> None:
    if (level is Level.list) != (list_id is not None):
        err.print("mailproc: --level list and --list NAME belong together")
        raise typer.Exit(EX_USAGE)
    settings = settings_with_lists(config)
    when = past(received_at, "--received-at") if received_at else datetime.now(UTC)
    address, key = named(person)
    who = by if level is Level.global_ else operator(by)  # what holds everywhere nobody enters without giving a name
    evidence = {name: value for name, value in (("by", who), ("reason", reason)) if value}
    if level is Level.global_:
        account_id, enterprise = _whose_global(settings, account)
        address, key = address or run(_address_of(settings, str(key), account)), None
        evidence |= {ENTERPRISE: enterprise} if enterprise else {}
    else:
        account_id = account_named(settings, account)
        check_list(settings, account_id, list_id)
    fact = Fact(
        kind=kind,
        account_id=account_id,
        address=address,
        key=key,
        level=level,
        list_id=list_id,
        occurred_at=when,
        channel=Channel(channel.value),
        evidence=evidence,
    )
    recorded, still_global = run(_record(settings, fact))
    if as_json:
        print_json([{"person": change.person, "status": change.status.value} for change in recorded.changes])
        return
    for change in recorded.changes:
        said = f"{person}: now [{STANDING_COLOURS[change.status.value]}]{change.status.value}[/]"
        said += f" in account {change.account_id}" if change.account_id != account_id else ""
        out.print(said + (f"; {'off' if kind is FactKind.opt_out else 'on'} list {list_id}" if list_id else ""))
    if recorded.unclear:
        err.print(f"mailproc: {recorded.unclear}; if one is meant, give the key", markup=False)
    if still_global:
        err.print(
            f"mailproc: refused: {person} is out globally, which only `resubscribe --level global` lifts", markup=False
        )
        raise typer.Exit(EX_NOPERM)
    if not recorded.changes:
        out.print(f"{person}: recorded; nothing changes by it (see `mailproc why {person}`)", markup=False)


async def _record(settings: Settings, fact: Fact) -> tuple[Recorded, bool]:
    """What it changed, and whether consent met a global opt-out, which it does not lift (R14)."""
    async with open_store(settings) as store:
        recorded = await store.record_facts([fact])
        if fact.kind is not FactKind.consent or fact.level is Level.global_:
            return recorded, False
        people = await store.standings.of(fact.address or fact.key or "", fact.account_id)
    return recorded, any(block.level is Level.global_ for one in people for block in one.standing.blocks)


async def _address_of(settings: Settings, key: str, account: str | None) -> str:
    """The address of a subscriber key. Raises typer.Exit(65) where several accounts mean different people by it."""
    async with open_store(settings) as store:
        addresses = {one.address for one in await store.persons(key, account)}
    if len(addresses) == 1 and (address := addresses.pop()):
        return address
    err.print(f"mailproc: which address does {key!r} have? Name the address, or --account", markup=False)
    raise typer.Exit(EX_DATAERR)


def _whose_global(settings: Settings, account: str | None) -> tuple[str, str | None]:
    """Where a global opt-out is recorded, and of whose enterprise it is; None: of everyone's."""
    if settings.global_scope is GlobalScope.installation:
        return EVERYWHERE, None
    return EVERYWHERE, scopes_of(settings).enterprise_of(account_named(settings, account))


def past(at: datetime, option: str) -> datetime:
    """A time that somebody typed, aware. Raises typer.Exit(65) for the future, and for what is no time of any mail."""
    then = at.replace(tzinfo=UTC)
    if then > datetime.now(UTC):
        err.print(f"mailproc: {option} lies in the future")
        raise typer.Exit(EX_DATAERR)
    if then < _EARLIEST:
        err.print(f"mailproc: {option} lies before {_EARLIEST:%Y}: is the year right?")
        raise typer.Exit(EX_DATAERR)
    return then
