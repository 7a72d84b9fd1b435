"""`demo`: the real service on loopback, every fixture through SMTP, and what became of each, checked."""

import asyncio
import base64
import json
import secrets
import shutil
import smtplib
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table

from mailproc.cli.saved_mail.decision_table import print_decisions
from mailproc.cli.service.receiver import Receiver
from mailproc.cli.service.serve import run_on_fast_loop
from mailproc.cli.shell.terminal import EX_NOINPUT, EX_SOFTWARE, err, out, print_table, while_rules_are_read
from mailproc.errors import MailprocError
from mailproc.files.mail_files import find_mail
from mailproc.files.replay import saved_mail
from mailproc.log import configure_logging
from mailproc.policy.account import Accounts, Route
from mailproc.policy.decision import LISTS_MEANT
from mailproc.policy.hooks.event import OutboxState
from mailproc.rule_sets.files import load_rules
from mailproc.service.service import Service
from mailproc.settings.file import load_settings
from mailproc.settings.shipped import shipped
from mailproc.store.engine.database import create_if_new

PATIENCE_SECONDS = 20
MOST = 100_000
STANDING_COLOURS = {"unsubscribed": "red", "bounced": "yellow", "held": "magenta", "active": "green"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What the demo saw after the last mail: decisions by digest, standings by person, events that did not arrive."""

    decisions: dict[str, dict[str, Any]]
    standings: dict[str, str]
    delivered: int
    superseded: int
    missing: list[str]


def demo(
    folder: Annotated[
        Path | None,
        typer.Argument(
            help="Saved mail with golden decisions, account.toml and standings.json; else the fixtures of the source."
        ),
    ] = None,
    work: Annotated[Path, typer.Option(help="Where the demo's database and settings are made anew.")] = Path(
        "var/demo"
    ),
) -> None:
    """Start the real service, send it every saved mail by SMTP, and show what became of each.

    Exit 0 only if every decision equals its golden decision, every standing is as expected and every event arrived.

    Example: `mailproc demo`
    """
    folder = folder or shipped("fixtures") / "emails"
    if missing := _missing_in(folder):
        advice = "name a folder that has it, or run the demo in a checkout of the source"
        err.print(f"mailproc: {folder} has no {missing}: {advice}", markup=False)
        raise typer.Exit(EX_NOINPUT)
    configure_logging("error", "console", mask_addresses=True)
    problems: list[str] = []
    run_on_fast_loop(_demo(folder, work, problems))
    if problems:
        for problem in problems:
            err.print(f"[red]✗[/] {problem}")
        raise typer.Exit(EX_SOFTWARE)
    out.print("[green]✓[/] every decision, standing and event is as expected")
    _what_next(folder, work)


def _missing_in(folder: Path) -> str | None:
    """The first file, as a path in the folder, that mail and its golden decisions need and that is not there."""
    golden = [Path(mail.path).with_suffix(".decision.json") for mail in find_mail([folder])] if folder.is_dir() else []
    for path in (folder / "account.toml", folder / "standings.json", *golden):
        if not path.exists():
            return str(path.relative_to(folder))
    return None


async def _demo(folder: Path, work: Path, problems: list[str]) -> None:
    start = time.monotonic()
    secret = "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()
    receiver = Receiver(secret)
    await receiver.start()
    config = _write_settings(folder, work, receiver.url, secret)
    settings = load_settings(config, {})
    await create_if_new(settings.database)
    with while_rules_are_read():
        rules = load_rules(settings.rules)
    service = Service(settings, rules)
    await service.start()
    try:
        files = [Path(mail.path) for mail in find_mail([folder])]
        await asyncio.to_thread(_send_all, files, service.addresses()["smtp"][0], service.accounts)
        await _until_quiet(service)
        seen = await _look(service, receiver)
    finally:
        await service.stop()
        await receiver.stop()
    _show(files, seen, folder, problems)
    out.print(f"{len(files)} mails in {time.monotonic() - start:.1f} s")


def _write_settings(folder: Path, work: Path, url: str, secret: str) -> Path:
    """A settings file of its own, so that the commands shown at the end work on what the demo left."""
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    config = work / "mailproc.toml"
    config.write_text(
        'database = "sqlite+aiosqlite:///mailproc.db"\n'
        '[smtp]\nlisten = ["127.0.0.1:0"]\nrelays = ["127.0.0.0/8"]\nmin_free_disk_bytes = 0\n'
        "[breaker]\nper_hour = 1000\n"  # months of mail come within seconds here
        '[web]\nlisten = ["127.0.0.1:0"]\n'
        f'[[hook]]\nname = "crm"\ntype = "webhook"\nurl = "{url}"\nsecret = "{secret}"\n'
        + (folder / "account.toml").read_text(encoding="utf-8"),
        encoding="utf-8",
    )
    config.chmod(0o600)
    return config


def _send_all(files: list[Path], address: str, accounts: Accounts) -> None:
    host, _, port = address.rpartition(":")
    fallback = f"reply@{next(iter(accounts)).domains[0]}"  # for garbage that names no recipient
    columns = (TextColumn("sending by SMTP to " + address), BarColumn(), MofNCompleteColumn())
    with smtplib.SMTP(host, int(port)) as client, Progress(*columns, console=err, transient=True) as progress:
        client.ehlo("demo.example")
        for path in progress.track(files, description="sending"):
            saved = saved_mail(path.read_bytes(), accounts)
            envelope = saved.mail.envelope
            known = [one for one in envelope.rcpt_tos if isinstance(accounts.route(one), Route)]
            client.sendmail(envelope.mail_from or "", known or [fallback], saved.mail.content)


async def _until_quiet(service: Service) -> None:
    """Until every mail is decided and every event settled. Raises MailprocError when that takes too long."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        waiting, _ = await service.store.undecided.count()
        if not waiting and not await service.store.outbox.entries(states=(OutboxState.pending,), limit=1):
            return
        await asyncio.sleep(0.05)
    raise MailprocError(f"not everything was decided and delivered within {PATIENCE_SECONDS} s")


async def _look(service: Service, receiver: Receiver) -> Seen:
    decisions = [row.decision for row in await service.store.decisions(limit=MOST)]
    entries = await service.store.outbox.entries(limit=MOST)
    delivered = [entry for entry in entries if entry.state is OutboxState.delivered]
    missing = [f"{one.event.id} did not arrive" for one in delivered if one.event.id not in receiver.events]
    missing += [
        f"{one.event.id} is {one.state}" for one in entries if one.state in (OutboxState.dead, OutboxState.pending)
    ]
    if receiver.refused:
        missing.append(f"{receiver.refused} signatures were wrong")
    return Seen(
        decisions={row["mail"]: dict(row) for row in decisions},
        standings=_newest_standings(receiver.events.values()),
        delivered=len(delivered),
        superseded=sum(entry.state is OutboxState.superseded for entry in entries),
        missing=missing,
    )


def _newest_standings(events: Iterable[dict[str, Any]]) -> dict[str, str]:
    """What the receiver knows of each person by now: the event of the highest version counts."""
    newest: dict[str, dict[str, Any]] = {}
    for event in events:
        person = event["data"]["person"]
        name = f"key {person['key']}" if person["key"] else person["address"]
        if name not in newest or newest[name]["version"] < event["data"]["version"]:
            newest[name] = event["data"]
    return {name: data["standing"]["status"] for name, data in newest.items()}


def _show(files: list[Path], seen: Seen, folder: Path, problems: list[str]) -> None:
    rows = []
    for path in files:
        golden = json.loads(path.with_suffix(".decision.json").read_text(encoding="utf-8"))
        name = str(path.relative_to(folder).with_suffix(""))
        row = seen.decisions.get(golden["mail"])
        if row is None:
            problems.append(f"{name}: no decision was recorded")
            continue
        rows.append((name, row))
        as_decided = {**row, "evidence": [one for one in row["evidence"] if one["rule"] != LISTS_MEANT]}
        if wrong := sorted(key for key in golden if key != "facts" and golden[key] != as_decided.get(key)):
            problems.append(f"{name}: differs from its golden decision in {', '.join(wrong)}")
    print_decisions("mail", rows)
    print_table(_standings_table(seen))
    expected = json.loads((folder / "standings.json").read_text(encoding="utf-8"))
    problems.extend(
        f"{person}: {seen.standings.get(person)}, expected {expected.get(person)}"
        for person in sorted(expected.keys() | seen.standings.keys())
        if expected.get(person) != seen.standings.get(person)
    )
    out.print(
        f"[bold]{seen.delivered}[/] events reached the webhook, signatures verified; "
        f"{seen.superseded} older ones were superseded by newer before they left"
    )
    problems.extend(f"event {one}" for one in seen.missing)


def _standings_table(seen: Seen) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold", title="whose standing changed", title_justify="left")
    table.add_column("person")
    table.add_column("standing")
    for person, status in sorted(seen.standings.items(), key=lambda item: (item[1], item[0])):
        table.add_row(person, f"[{STANDING_COLOURS[status]}]{status}[/]")
    return table


def _what_next(folder: Path, work: Path) -> None:
    sample = next(iter(sorted((folder / "reply").glob("*unsubscribe-over-quote.eml"))), folder)
    out.print("\nTry next:", markup=False)
    config = _short(work / "mailproc.toml")
    out.print(f"  .venv/bin/mailproc explain {_short(sample)} --config {config}", markup=False)
    out.print(f"  .venv/bin/mailproc outbox list --config {config}", markup=False)


def _short(path: Path) -> str:
    try:
        return str(path.resolve().relative_to(Path.cwd()))
    except ValueError:
        return str(path)
