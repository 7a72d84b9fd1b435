"""`status`, `unsubscribe`, `resubscribe`: one person's standing, seen and changed by hand."""

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated

import typer

from mailproc.cli.people.person import STANDING_COLOURS, print_status
from mailproc.cli.sending.send_lines import print_sends
from mailproc.cli.shell.context import (
    AccountOption,
    ConfigOption,
    JsonOption,
    account_named,
    operator,
    settings_with_lists,
)
from mailproc.cli.shell.storage import open_store, run
from mailproc.cli.shell.terminal import EX_NOPERM, EX_USAGE, err, out, print_json
from mailproc.errands.by_hand import Entered, Request, enter
from mailproc.errands.given import check_list, named, past
from mailproc.errands.sending import sends_behind
from mailproc.errands.waiting import waiting_for
from mailproc.policy.standing.facts import Channel, FactKind, Level
from mailproc.policy.standing.scope import GlobalScope
from mailproc.policy.standing.send import Send
from mailproc.settings.settings import Settings
from mailproc.shapes.person import status_as_json
from mailproc.shapes.records import send_as_json
from mailproc.store.results import PersonStatus, ReviewItem

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
    then = past(at, "--at", datetime.now(UTC)) if at else None
    found, waiting = run(_persons(settings, address or key or "", known, then))
    if as_json:
        print_json(
            [
                {
                    **status_as_json(settings, one.person, one.waiting, list_id),
                    "sends": [send_as_json(send) for send in one.sends],
                }
                for one in found
            ]
        )
        return
    if then:
        out.print(f"as it was at {then:%Y-%m-%d %H:%M:%S} UTC, by what had happened until then:", style="dim")
    if not found:
        out.print(f"{person}: nothing is known, so nothing stands against mailing", markup=False)
    for one in found:
        print_status(settings, one.person, list_id)
        print_sends(one.sends)
    for item in waiting:
        out.print(f"  waits for a person, due {item.due_at:%Y-%m-%d}: {item.reason}", markup=False)
        out.print(f"    mailproc review show {item.id}", style="dim")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """A person with what waits now and names them, and the sends that what happened to them came of."""

    person: PersonStatus
    waiting: list[ReviewItem]
    sends: list[Send]


async def _persons(
    settings: Settings, person: str, account: str | None, at: datetime | None
) -> tuple[list[_Seen], list[ReviewItem]]:
    """Who is meant, and all that waits now and names them, also where nothing else is known of them."""
    async with open_store(settings) as store:
        found = [
            _Seen(
                person=one,
                waiting=[] if at else await waiting_for(store, one.account_id, one.address, one.key),
                sends=await sends_behind(store, one.facts),
            )
            for one in await store.standings.of(person, account, at=at)
        ]
        waiting = [] if at else await waiting_for(store, account, person)
        waiting += [item for one in found for item in one.waiting]
        return found, list({(item.account_id, item.id): item for item in waiting}.values())


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
    request = Request(
        kind=kind,
        person=person,
        account_id=_whose(settings, account, level),
        level=level,
        list_id=list_id,
        channel=Channel(channel.value),
        received_at=past(received_at, "--received-at", datetime.now(UTC)) if received_at else datetime.now(UTC),
        by=by if level is Level.global_ else operator(by),  # what holds everywhere is entered by a name that was given
        reason=reason,
    )
    entered = run(_entered(settings, request))
    recorded, account_id = entered.recorded, entered.account_id
    if as_json:
        print_json([{"person": change.person, "status": change.status.value} for change in recorded.changes])
        return
    for change in recorded.changes:
        said = f"{person}: now [{STANDING_COLOURS[change.status.value]}]{change.status.value}[/]"
        said += f" in account {change.account_id}" if change.account_id != account_id else ""
        out.print(said + (f"; {'off' if kind is FactKind.opt_out else 'on'} list {list_id}" if list_id else ""))
    if recorded.unclear:
        err.print(f"mailproc: {recorded.unclear}; if one is meant, give the key", markup=False)
    if entered.still_global:
        err.print(
            f"mailproc: refused: {person} is out globally, which only `resubscribe --level global` lifts", markup=False
        )
        raise typer.Exit(EX_NOPERM)
    if not recorded.changes:
        out.print(f"{person}: recorded; nothing changes by it (see `mailproc why {person}`)", markup=False)


async def _entered(settings: Settings, request: Request) -> Entered:
    async with open_store(settings) as store:
        return await enter(store, settings, request)


def _whose(settings: Settings, account: str | None, level: Level) -> str | None:
    """The account that a request is entered for; for the level of a whole installation it need not be named."""
    if level is Level.global_ and settings.global_scope is GlobalScope.installation:
        return account
    return account_named(settings, account)
