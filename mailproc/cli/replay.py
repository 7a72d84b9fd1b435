"""`replay`: saved mail decided as the live listener would, shown, and changing nothing unless told to apply."""

import os
import secrets
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from mailproc.account_policies import policies_of
from mailproc.authenticity.border import Border
from mailproc.cli.context import (
    EX_DATAERR,
    EX_NOINPUT,
    ConfigOption,
    err,
    keep_for_good,
    open_store,
    out,
    run,
    settings_of,
)
from mailproc.errors import SettingsError
from mailproc.identity import sortable_id
from mailproc.mail.authentication import Authentication
from mailproc.mail.message import load_readers
from mailproc.pipeline import decide_mail
from mailproc.policy.account import AccountPolicy, Accounts
from mailproc.policy.decision import decision_as_json
from mailproc.policy.rules import RuleSet
from mailproc.replay import SavedMail, saved_mail
from mailproc.rule_files import load_rules
from mailproc.settings import Settings

WIDE = 110  # columns: below this a table shows less
PARALLEL_FROM = 200  # fewer files are decided sooner than a second process is up
COLOURS = {"unsubscribe": "red", "bounce": "yellow", "review": "magenta", "forward": "cyan", "record": "dim"}


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What saved mail is decided against; picklable, so that worker processes can make their own."""

    accounts: tuple[AccountPolicy, ...]
    rules: Path | None
    to: str | None


def register(app: typer.Typer) -> None:
    """Hang the command onto the root."""
    app.command()(replay)


def replay(
    paths: Annotated[list[Path], typer.Argument(help="Mail files (.eml), or folders that hold some.")],
    jsonl: Annotated[bool, typer.Option("--jsonl", help="One decision as JSON per line.")] = False,
    apply: Annotated[
        bool, typer.Option("--apply", help="Really do it: accept and record, at each file's own time.")
    ] = False,
    to: Annotated[str | None, typer.Option("--to", help="Envelope recipient, instead of what the headers say.")] = None,
    rules: Annotated[Path | None, typer.Option("--rules", help="Another folder of rules.")] = None,
    jobs: Annotated[int, typer.Option("--jobs", "-j", min=0, help="Processes; 0: one per core for many files.")] = 0,
    config: ConfigOption = None,
) -> None:
    """Decide saved mail, by the same function as the live listener; settings and database are not needed.

    Exit 66 when there is nothing to read, 65 when a file could not be read.

    Examples: `mailproc replay fixtures/emails` · `mailproc replay --jsonl mail.eml | jq .action`
    """
    settings = settings_of(config)
    files = list(mail_files(paths))
    if not files:
        err.print("mailproc: no mail there: give .eml files or folders that hold some")
        raise typer.Exit(EX_NOINPUT)
    world = World(accounts=policies_of(settings), rules=rules or settings.rules, to=to)
    if apply:
        run(_apply(settings, world, files))
        return
    if not settings.account and not jsonl:
        err.print("no settings: mailboxes, tokens and lists are unknown, every report counts as ours", style="yellow")
    rows = _with_progress(_decided(files, world, jobs), len(files), quiet=jsonl)
    failed = _print_lines(rows) if jsonl else _print_table(rows)
    if failed:
        raise typer.Exit(EX_DATAERR)


def mail_files(paths: Iterable[Path]) -> Iterator[Path]:
    """Files as given, and all `*.eml` below folders, in the order of names."""
    for path in paths:
        if path.is_dir():
            yield from sorted(one for one in path.rglob("*.eml") if one.is_file())
        else:
            yield path


def decide_file(path: Path, world: World) -> dict[str, Any]:
    """One file's decision as JSON values, with `file` and `elapsed_ms`; `error` instead when it cannot be read."""
    try:
        saved = read_saved(path, world)
    except OSError as error:
        return {"file": str(path), "error": error.strerror or str(error)}
    rules = _rules(world.rules)  # before the clock starts: reading them takes longer than a hundred mails
    start = time.perf_counter()
    decision = decide_mail(saved.mail, authentication_of(saved), saved.account, rules)
    elapsed = (time.perf_counter() - start) * 1000
    return {"file": str(path), **decision_as_json(decision), "elapsed_ms": round(elapsed, 3)}


def read_saved(path: Path, world: World) -> SavedMail:
    """A file with the envelope it most likely had. Raises OSError."""
    written_at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    return saved_mail(path.read_bytes(), _accounts(world.accounts), world.to, received_at=written_at)


def authentication_of(saved: SavedMail) -> Authentication:
    """What the account's own border servers wrote into the mail; nothing is looked up."""
    return Border().authenticate(saved.mail, saved.account)


@cache
def _rules(folder: Path | None) -> RuleSet:
    load_readers()  # late importers: not on the first mail's account
    rules = load_rules(folder)
    keep_for_good()
    return rules


_known_accounts: dict[int, Accounts] = {}


def _accounts(policies: tuple[AccountPolicy, ...]) -> Accounts:
    return _known_accounts.setdefault(id(policies), Accounts(policies))


def _decided(files: list[Path], world: World, jobs: int) -> Iterator[dict[str, Any]]:
    processes = jobs or (os.cpu_count() or 1 if len(files) >= PARALLEL_FROM else 1)
    if processes == 1:
        for path in files:
            yield decide_file(path, world)
        return
    _rules(world.rules)  # bad rules are told once, not by every process
    chunks = [files[start : start + 50] for start in range(0, len(files), 50)]
    with ProcessPoolExecutor(processes) as pool:
        for answers in pool.map(_decide_chunk, chunks, [world] * len(chunks)):
            yield from answers


def _decide_chunk(files: list[Path], world: World) -> list[dict[str, Any]]:
    return [decide_file(path, world) for path in files]


def _with_progress(rows: Iterator[dict[str, Any]], total: int, *, quiet: bool) -> Iterator[dict[str, Any]]:
    columns = (TextColumn("deciding"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=err, transient=True, disable=quiet or not err.is_terminal) as progress:
        task = progress.add_task("deciding", total=total)
        for row in rows:
            progress.advance(task)
            yield row


def _print_lines(rows: Iterator[dict[str, Any]]) -> int:
    failed = 0
    for row in rows:
        if "error" in row:
            failed += 1
            err.print(f"mailproc: {row['file']}: {row['error']}", markup=False)
        else:
            typer.echo(orjson.dumps(row))
    return failed


def _print_table(rows: Iterator[dict[str, Any]]) -> int:
    table = decision_table("file")
    kinds: Counter[tuple[str, str]] = Counter()
    failed = 0
    for row in rows:
        if "error" in row:
            failed += 1
            err.print(f"mailproc: {row['file']}: {row['error']}", markup=False)
            continue
        kinds[row["kind"], row["action"]] += 1
        table.add_row(Path(row["file"]).name, *decision_cells(row))
    out.print(table)
    for (kind, action), count in sorted(kinds.items()):
        out.print(f"{count:6}  {kind:20} [{COLOURS[action]}]{action}[/]")
    return failed


def decision_table(first: str) -> Table:
    """The table that replay and demo show: what, kind, action, level, who, why."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column(first, overflow="ellipsis", no_wrap=True, max_width=44 if out.width >= WIDE else 26)
    for column in ("kind", "action", "level") if out.width >= WIDE else ("action",):
        table.add_column(column, no_wrap=True, min_width=6)
    table.add_column("who", overflow="fold")
    table.add_column("why", overflow="fold")
    return table


def decision_cells(row: dict[str, Any]) -> tuple[str, ...]:
    """One decision as the cells after the first; on a narrow terminal without kind and level."""
    also = "".join(f" +{one}" for one in row["also"])
    who = escape(", ".join(one["address"] or f"key {one['key']}" for one in row["subscribers"]))
    why = escape(row["reason"]) + (f" [dim]({row['rule']})[/]" if row["rule"] else "")
    action = f"[{COLOURS[row['action']]}]{row['action']}[/]{also}"
    if out.width < WIDE:
        return action, who, why
    return row["kind"], action, row["level"] or "", who, why


async def _apply(settings: Settings, world: World, files: list[Path]) -> None:
    if not settings.account:
        raise SettingsError(["--apply needs settings with an account: give --config"])
    rules = load_rules(world.rules)
    done: Counter[str] = Counter()
    async with open_store(settings) as store:
        for path in files:
            saved = read_saved(path, world)
            mail = replace(saved.mail, id=sortable_id(saved.mail.received_at, secrets.randbits(80)))
            (receipt,) = await store.accept([mail])
            if receipt.duplicate:
                done["already there"] += 1
                continue
            decision = decide_mail(mail, authentication_of(saved), saved.account, rules)
            await store.record(mail, decision)
            done[decision.action.value] += 1
    out.print(f"applied to {settings.database}: " + ", ".join(f"{n} {what}" for what, n in sorted(done.items())))
