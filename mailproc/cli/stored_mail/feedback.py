"""`feedback sources|release|discard`: who reports, and what waits because nobody trusts its sender."""

from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from mailproc.cli.shell.context import (
    AccountOption,
    ConfigOption,
    JsonOption,
    OnlyAccountOption,
    account_named,
    operator,
    settings_of,
)
from mailproc.cli.shell.storage import open_store, run
from mailproc.cli.shell.terminal import is_wide, out, print_json, print_table
from mailproc.cli.stored_mail import feedback_arm
from mailproc.cli.stored_mail.review_world import world_of
from mailproc.cli.stored_mail.together import MOST, ApplyOption, ByOption, gathered, print_outcomes
from mailproc.policy.account import AccountPolicy
from mailproc.review.together import Outcome, discard_together, release_together
from mailproc.settings.account_policies import policies_of
from mailproc.settings.settings import Settings
from mailproc.store.road.feedback import SourceCounts
from mailproc.watch.feedback_watch import silent_sources

app = typer.Typer(no_args_is_help=True, help="Feedback loops: who reports, and whose word acts.")
app.command()(feedback_arm.arm)
SourceOption = Annotated[
    str,
    typer.Option("--source", help="Id or From domain, as `feedback sources` shows it.", show_default=False),
]
Row = dict[str, object]


@app.command()
def sources(
    account: OnlyAccountOption = None,
    every: Annotated[bool, typer.Option("--all", help="Also known sources that never reported.")] = False,
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Show who sends feedback reports: trusted or not, last seen, what became of them, and who fell silent.

    Examples: `mailproc feedback sources` · `mailproc feedback sources --all --json`
    """
    settings = settings_of(config)
    rows = run(_rows(settings, account and account_named(settings, account), every=every))
    if as_json:
        print_json(rows)
        return
    if not rows:
        out.print("no feedback report yet; `mailproc feedback sources --all` shows the known sources")
        return
    print_table(_table(rows))
    for row in rows:
        if row["silent_since"]:
            text = f"{row['source']} ({row['account']}) has been silent since {str(row['silent_since'])[:10]}"
            out.print(Text(text, style="bold red"))
    if any(row["waiting"] and not row["trusted"] for row in rows):
        out.print("to trust a source whose reports wait: `mailproc feedback arm SAMPLE.eml`, then `feedback release`")


@app.command()
def release(
    source: SourceOption,
    account: AccountOption = None,
    apply: ApplyOption = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show it; that is the default.")] = False,
    by: ByOption = "",
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Decide the waiting reports of a source again, by the settings of today: once it is trusted, they act.

    Only what then acts is released; what still waits says why.

    Examples: `mailproc feedback release --source yahoo` · `mailproc feedback release --source isp.example --apply`
    """
    settings = settings_of(config)
    work = _release(settings, account_named(settings, account), source, by, apply=apply and not dry_run)
    print_outcomes(run(work), what="released", apply=apply and not dry_run, as_json=as_json)


@app.command()
def discard(
    source: SourceOption,
    account: AccountOption = None,
    apply: ApplyOption = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show it; that is the default.")] = False,
    by: ByOption = "",
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Close the waiting reports of a source as no requests: nobody's standing changes.

    Example: `mailproc feedback discard --source forger.example --apply`
    """
    settings = settings_of(config)
    work = _discard(settings, account_named(settings, account), source, by, apply=apply and not dry_run)
    print_outcomes(run(work), what="discarded", apply=apply and not dry_run, as_json=as_json)


def _table(rows: list[Row]) -> Table:
    wide = is_wide()
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("source", "account", "trusted", "last seen", "acted", "waiting", "foreign", "in all"):
        if wide or name not in ("account", "in all"):
            numbers = name in ("acted", "waiting", "foreign", "in all")
            table.add_column(name, justify="right" if numbers else "left", no_wrap=not numbers, overflow="ellipsis")
    for row in rows:
        last = str(row["last_seen"] or "never")[:16].replace("T", " ")
        trusted = Text("yes", style="green") if row["trusted"] else Text("no", style="dim")
        waiting = Text(str(row["waiting"]), style="yellow" if row["waiting"] else "")
        seen = Text(last, style="bold red" if row["silent_since"] else "")
        cells = [Text(str(row["source"])), *([Text(str(row["account"]))] if wide else []), trusted, seen]
        cells += [Text(str(row["acted"])), waiting, Text(str(row["foreign"]))]
        table.add_row(*cells, *([Text(str(row["reports"]))] if wide else []))
    return table


async def _rows(settings: Settings, account_id: str | None, *, every: bool) -> list[Row]:
    limits, now = settings.silence.limits(), datetime.now(UTC)
    rows: list[Row] = []
    async with open_store(settings) as store:
        for policy in policies_of(settings):
            if account_id not in (None, policy.id):
                continue
            seen = {one.source: one for one in await store.loops.source_counts(policy.id)}
            silent = await silent_sources(store, policy, now, limits)
            unseen = [one.id for one in policy.sources.known if one.id not in seen] if every else []
            rows += [_row(policy, one.source, one, silent.get(one.source)) for one in seen.values()]
            rows += [_row(policy, source, None, None) for source in unseen]
    return rows


def _row(policy: AccountPolicy, source: str, counts: SourceCounts | None, silent_since: datetime | None) -> Row:
    known = next((one for one in policy.sources.known if one.id == source), None)
    return {
        "account": policy.id,
        "source": source,
        "name": known.name if known else source,
        "trusted": policy.sources.is_enabled(source, policy.trusted_sources),
        "verified": known.verified if known else None,
        "last_seen": counts.last_at.isoformat() if counts and counts.last_at else None,
        "reports": counts.reports if counts else 0,
        "acted": counts.acted if counts else 0,
        "waiting": counts.waiting if counts else 0,
        "foreign": counts.foreign if counts else 0,
        "silent_since": silent_since.isoformat() if silent_since else None,
    }


async def _release(settings: Settings, account_id: str, source: str, by: str, *, apply: bool) -> list[Outcome]:
    world = world_of(settings)
    names = world.policy_of(account_id).sources.names_of(source)
    async with open_store(settings) as store:
        ids = await store.loops.waiting_reports(account_id, names, limit=MOST)
        work = release_together(store, world, ids, let_go=False, by=operator(by), apply=apply)
        return await gathered(work, len(ids), "deciding again")


async def _discard(settings: Settings, account_id: str, source: str, by: str, *, apply: bool) -> list[Outcome]:
    async with open_store(settings) as store:
        ids = await store.loops.waiting_reports(account_id, [source], limit=MOST)
        note = f"reports of {source}, discarded together"
        work = discard_together(store, ids, by=operator(by), note=note, apply=apply)
        return await gathered(work, len(ids), "discarding")
