"""`status`, `unsubscribe`, `resubscribe`: one person's standing, seen and changed by hand."""

import re
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated

import typer

from mailproc.cli.context import (
    EX_DATAERR,
    EX_USAGE,
    ConfigOption,
    JsonOption,
    account_named,
    err,
    open_store,
    out,
    print_json,
    run,
    settings_of,
)
from mailproc.policy.address import is_address
from mailproc.policy.facts import Channel, Fact, FactKind, Level
from mailproc.settings import Settings
from mailproc.store.results import PersonStatus, Recorded, ReviewItem
from mailproc.store.review_reports import ReviewFilter

STANDING_COLOURS = {"unsubscribed": "bold red", "bounced": "yellow", "held": "magenta", "active": "green"}


class ByHand(StrEnum):
    """By which channel a request reached the person who enters it (R48)."""

    command = "command"
    phone = "phone"
    letter = "letter"
    chat = "chat"


PersonArgument = Annotated[str, typer.Argument(help="An address, or a subscriber key.")]
AccountOption = Annotated[str | None, typer.Option("--account", "-a", help="Account; not needed when there is one.")]
LevelOption = Annotated[Level, typer.Option(help="How far it reaches. `global` is for operators of the installation.")]
ListOption = Annotated[str | None, typer.Option("--list", help="Which list, with --level list.")]
ChannelOption = Annotated[ByHand, typer.Option(help="How the request came.")]
ReceivedOption = Annotated[
    datetime | None,
    typer.Option(
        "--received-at", formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"], help="When, in UTC; now."
    ),
]
ByOption = Annotated[str, typer.Option("--by", help="Who enters it.")]
ReasonOption = Annotated[str, typer.Option("--reason", help="Why, in a few words; kept with the fact.")]


def register(app: typer.Typer) -> None:
    """Hang the commands onto the root."""
    app.command()(status)
    app.command()(unsubscribe)
    app.command()(resubscribe)


def status(
    person: PersonArgument, account: AccountOption = None, as_json: JsonOption = False, config: ConfigOption = None
) -> None:
    """Show whether somebody may be mailed, since when not, and by what evidence.

    Examples: `mailproc status pat@example.org` · `mailproc status 1234567890123 --json`
    """
    settings = settings_of(config)
    address, key = named(person)
    known = account_named(settings, account) if account else None
    found, waiting = run(_persons(settings, address or key or "", known))
    if as_json:
        print_json([_as_json(one, waiting) for one in found])
        return
    if not found:
        out.print(f"{person}: nothing is known, so nothing stands against mailing", markup=False)
    for one in found:
        _print_person(one)
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


async def _persons(settings: Settings, person: str, account: str | None) -> tuple[list[PersonStatus], list[ReviewItem]]:
    """Who is meant, and what waits that names them."""
    async with open_store(settings) as store:
        waiting = await store.desk.reviews(ReviewFilter(account_id=account, person=person))
        return await store.persons(person, account), waiting


def _print_person(one: PersonStatus) -> None:
    word = one.standing.status.value
    name = one.address or f"key {one.key}"
    out.print(
        f"[{STANDING_COLOURS[word]}]{word.upper() if word != 'active' else word}[/]  {name}  (account {one.account_id})"
    )
    for block in one.standing.blocks:
        where = f"list {block.list_id}" if block.list_id else block.level.value
        out.print(
            f"  blocked at {where} level since {block.since:%Y-%m-%d %H:%M} UTC: {block.kind.value} by {block.channel}"
        )
    for fact in one.facts:
        told = [f"{name} {value}" for name, value in fact.evidence.items() if name != "mail"]
        line = f"  {fact.occurred_at:%Y-%m-%d %H:%M}  {fact.kind.value:10} {fact.channel.value:16} {', '.join(told)}"
        out.print(line, markup=False)


def _as_json(one: PersonStatus, waiting: list[ReviewItem]) -> dict[str, object]:
    return {
        "account": one.account_id,
        "address": one.address,
        "key": one.key,
        "status": one.standing.status.value,
        "version": one.version,
        "reviews": [item.id for item in waiting if item.account_id == one.account_id],
        "blocks": [
            {
                "kind": block.kind.value,
                "level": block.level.value,
                "list": block.list_id,
                "since": block.since.isoformat(),
                "channel": block.channel,
                "fact": block.fact_id,
            }
            for block in one.standing.blocks
        ],
        "facts": [
            {
                "id": fact.id,
                "kind": fact.kind.value,
                "level": fact.level.value,
                "list": fact.list_id,
                "occurred_at": fact.occurred_at.isoformat(),
                "channel": fact.channel.value,
                "evidence": dict(fact.evidence),
                "retracts": fact.retracts,
            }
            for fact in one.facts
        ],
    }


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
    settings = settings_of(config)
    now = datetime.now(UTC)
    when = received_at.replace(tzinfo=UTC) if received_at else now
    if when > now:
        err.print("mailproc: --received-at lies in the future")
        raise typer.Exit(EX_DATAERR)
    address, key = named(person)
    account_id = account_named(settings, account)
    known_lists = next(one.lists for one in settings.account if one.id == account_id)
    if list_id is not None and list_id not in known_lists:
        err.print(
            f"mailproc: {account_id} has no list {list_id}; there: {', '.join(known_lists) or 'none'}", markup=False
        )
        raise typer.Exit(EX_DATAERR)
    fact = Fact(
        kind=kind,
        account_id=account_id,
        address=address,
        key=key,
        level=level,
        list_id=list_id,
        occurred_at=when,
        channel=Channel(channel.value),
        evidence={name: value for name, value in (("by", by), ("reason", reason)) if value},
    )
    recorded = run(_record(settings, fact))
    if as_json:
        print_json([{"person": change.person, "status": change.status.value} for change in recorded.changes])
        return
    for change in recorded.changes:
        said = f"{person}: now [{STANDING_COLOURS[change.status.value]}]{change.status.value}[/]"
        out.print(said + (f"; {'off' if kind is FactKind.opt_out else 'on'} list {list_id}" if list_id else ""))
    if recorded.unclear:
        err.print(f"mailproc: {recorded.unclear}; if one is meant, give the key", markup=False)
    if not recorded.changes:
        out.print(f"{person}: recorded; the standing stays as it was (see `mailproc status {person}`)", markup=False)


async def _record(settings: Settings, fact: Fact) -> Recorded:
    async with open_store(settings) as store:
        return await store.record_facts([fact])
