"""`replay`: saved mail decided as the live listener would, shown, and changing nothing unless told to apply."""

import asyncio
import secrets
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import orjson
import typer

from mailproc.cli.saved_mail.deciding import (
    World,
    code_of_unread,
    decide_file,
    decide_saved,
    each_decided,
    failed,
    read_saved,
    rules_of,
    world_of,
)
from mailproc.cli.saved_mail.decision_table import print_decisions
from mailproc.cli.saved_mail.explain_page import COLOURS
from mailproc.cli.shell.context import ConfigOption, settings_with_lists
from mailproc.cli.shell.terminal import EX_NOINPUT, err, out
from mailproc.errors import BadFile, SettingsError
from mailproc.files.mail_files import MailFile, find_mail
from mailproc.files.replay import SavedMail
from mailproc.identity import sortable_id
from mailproc.policy.rules.rules import RuleSet
from mailproc.settings.settings import Settings

if TYPE_CHECKING:
    from mailproc.store.store import Store

ROWS_AT_ONCE = 1000
_NOT_READ = "not read"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What became of one mail: its decision as a line of JSON, or why there is none."""

    file: str
    error: str | None
    line: bytes


def replay(
    paths: Annotated[list[Path], typer.Argument(help="Mail (.eml), mbox files, Maildirs, or folders that hold some.")],
    jsonl: Annotated[bool, typer.Option("--jsonl", help="One decision as JSON per line.")] = False,
    apply: Annotated[
        bool, typer.Option("--apply", help="Really do it: accept and record, at each file's own time.")
    ] = False,
    forward: Annotated[
        bool, typer.Option("--forward", help="With --apply: what is for people is forwarded to them, old as it is.")
    ] = False,
    to: Annotated[str | None, typer.Option("--to", help="Envelope recipient, instead of what the headers say.")] = None,
    rules: Annotated[Path | None, typer.Option("--rules", help="Another folder of rules.")] = None,
    verify: Annotated[
        bool, typer.Option("--verify", help="Look up DKIM and DMARC where the outcome hinges on the sender.")
    ] = False,
    jobs: Annotated[int, typer.Option("--jobs", "-j", min=0, help="Processes; 0: one per core for many mails.")] = 0,
    config: ConfigOption = None,
) -> None:
    """Decide saved mail, by the same function as the live listener; settings and database are not needed.

    What a named border server wrote into Authentication-Results is believed; without that, DNS is asked with --verify
    only, and never about SPF: a saved mail does not tell its client.
    A mail that crashes the program is told and left out, the others are decided; so is one that cannot be read.
    Exit 66 when there is nothing to read, 65 when a file could not be read, or is clearly no mail.

    Examples: `mailproc replay fixtures/emails` · `mailproc replay --jsonl mail.eml | jq .action`
    """
    settings = settings_with_lists(config)
    world = world_of(settings, rules, to, verify=verify)
    if apply:
        from mailproc.cli.shell.storage import run  # here: who applies nothing needs no SQL

        run(_apply(settings, world, paths, forwards=forward))
        return
    if not settings.account and not jsonl:
        err.print("no settings: mailboxes, tokens and lists are unknown, every report counts as ours", style="yellow")
    rules_of(world.rules)  # bad rules are told once, not by every process
    done: Counter[str] = Counter()
    answers = _told(each_decided(partial(_answer, world=world), paths, jobs, _lost), done)
    _print_lines(answers) if jsonl else _print_tables(answers, paths)
    if not done["mails"]:
        _say_that_nothing_is_there()
    if done["failed"]:
        raise typer.Exit(code_of_unread(paths))


def _say_that_nothing_is_there() -> NoReturn:
    err.print("mailproc: no mail there: give .eml files, mbox files, Maildirs, or folders that hold some")
    raise typer.Exit(EX_NOINPUT)


def _answer(mail: MailFile, world: World) -> Answer:
    row = decide_file(mail, world)
    return Answer(file=mail.name, error=row.get("error"), line=orjson.dumps(row))


def _lost(mail: MailFile, why: str) -> Answer:
    return Answer(file=mail.name, error=why, line=orjson.dumps(failed(mail, why)))


def _told(answers: Iterator[Answer], done: Counter[str]) -> Iterator[Answer]:
    """The answers that are decisions; the others are told as they come, and counted."""
    for answer in answers:
        done["mails"] += 1
        if answer.error is None:
            yield answer
        else:
            done["failed"] += 1
            err.print(f"mailproc: {answer.file}: {answer.error}", markup=False)


def _print_lines(answers: Iterator[Answer]) -> None:
    for answer in answers:
        sys.stdout.buffer.write(answer.line + b"\n")
    sys.stdout.flush()


def _print_tables(answers: Iterator[Answer], paths: list[Path]) -> None:
    """Tables of so many rows, so that a million mails are shown as they are decided; then the sums."""
    sums: Counter[tuple[str, str]] = Counter()
    above = f"{paths[0]}/" if len(paths) == 1 and out.is_terminal else ""  # who reads it knows which folder they named
    while some := list(islice(answers, ROWS_AT_ONCE)):
        rows = [(answer.file.removeprefix(above), orjson.loads(answer.line)) for answer in some]
        sums.update((row["kind"], row["action"]) for _, row in rows)
        print_decisions("file", rows)
    for (kind, action), count in sorted(sums.items()):
        out.print(f"{count:6}  {kind:20} [{COLOURS[action]}]{action}[/]")


async def _apply(settings: Settings, world: World, paths: list[Path], *, forwards: bool) -> None:
    if not settings.account:
        raise SettingsError(["--apply needs settings with an account: give --config"])
    from mailproc.cli.shell.storage import open_store

    rules = rules_of(world.rules)
    done: Counter[str] = Counter()
    async with open_store(settings, forwards=forwards) as store:
        for file in find_mail(paths):
            try:
                saved = read_saved(file, world)
            except BadFile as error:
                err.print(f"mailproc: {file.name}: {error}", markup=False)
                done[_NOT_READ] += 1
            else:
                done[await _apply_one(store, saved, rules, world)] += 1
    if not done:
        _say_that_nothing_is_there()
    out.print(f"applied to {settings.database}: " + ", ".join(f"{n} {what}" for what, n in sorted(done.items())))
    if done[_NOT_READ]:
        raise typer.Exit(code_of_unread(paths))


async def _apply_one(store: "Store", saved: SavedMail, rules: RuleSet, world: World) -> str:
    """Accept and record one mail at its own time; gives what was done.

    A time that lies ahead is that of a wrong clock: it came now, or a review of it would not be due for years.
    """
    received_at = min(saved.mail.received_at, datetime.now(UTC))
    mail = replace(saved.mail, id=sortable_id(received_at, secrets.randbits(80)), received_at=received_at)
    (receipt,) = await store.accept([mail])
    if receipt.duplicate:
        return "already there"
    decision = await asyncio.to_thread(decide_saved, replace(saved, mail=mail), rules, world.verification)
    await store.record(mail, decision)
    return decision.action.value
