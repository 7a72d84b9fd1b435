"""`check-send`: before a send, who of these people may be mailed, and why the others may not."""

import time
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

from mailproc.cli.sending.first_met import Notes
from mailproc.cli.sending.send_files import SendFiles
from mailproc.cli.shell.context import AccountOption, ConfigOption, JsonOption, account_named, settings_with_lists
from mailproc.cli.shell.garbage import keep_for_good
from mailproc.cli.shell.storage import open_store, run
from mailproc.cli.shell.table_file import DelimiterOption, EncodingOption
from mailproc.cli.shell.terminal import EX_USAGE, err, out, print_json
from mailproc.errands.sending import check_recorded, record_send, send_of, terms_of
from mailproc.files.csv_rules import delimiter_named
from mailproc.files.people_file import PeopleFile, open_people
from mailproc.policy.standing.send import Send, SendTerms
from mailproc.policy.standing.verdict import Classification
from mailproc.settings.settings import Settings
from mailproc.store.store import Store

if TYPE_CHECKING:
    from mailproc.store.sends.memory_check import MemoryCheck
    from mailproc.store.sends.send_check import SendCheck

KEY_COLUMNS = ("key", "subscriber_key", "subscriberkey")
ADDRESS_COLUMNS = ("address", "email", "e-mail", "mail", "email_address", "emailaddress")

ListsOption = Annotated[list[str] | None, typer.Option("--list", help="List that the send goes to; may be repeated.")]
InOption = Annotated[Path, typer.Option("--in", help="CSV file of people, first line: columns; `-`: standard input.")]
OkOption = Annotated[Path, typer.Option("--out", "-o", help="Where the rows of those go who may be mailed.")]
BlockedOption = Annotated[
    Path | None, typer.Option("--blocked", help="Where the rows of the others go, with what stops each.")
]
SendOption = Annotated[
    str | None, typer.Option("--send", help="Your id of this send: recorded with its lists, for what comes back.")
]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Job:
    """What is to be done; `key` and `address` name columns where the user did."""

    terms: SendTerms
    source: Path
    ok: Path
    blocked: Path | None
    send: str | None
    name: str | None
    create: bool
    in_memory: bool
    key: str | None
    address: str | None
    encoding: str | None
    delimiter: str | None


def check_send(
    source: InOption,
    ok: OkOption,
    blocked: BlockedOption = None,
    account: AccountOption = None,
    lists: ListsOption = None,
    transactional: Annotated[bool, typer.Option("--transactional", help="Receipts, passwords, recalls.")] = False,
    send: SendOption = None,
    name: Annotated[str | None, typer.Option("--name", help="What people call the send; else its id.")] = None,
    create: Annotated[bool, typer.Option("--create", help="Make unknown people known, as active.")] = False,
    in_memory: Annotated[
        bool, typer.Option("--in-memory", help="Read who is out into memory first: for the largest files.")
    ] = False,
    key_column: Annotated[str | None, typer.Option(help="Column of the subscriber key; else `key`.")] = None,
    address_column: Annotated[str | None, typer.Option(help="Column of the address; else `address`, `email`.")] = None,
    encoding: EncodingOption = None,
    delimiter: DelimiterOption = None,
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Divide a file of people into those whom a send may reach and those whom it may not.

    Rows keep their columns and order. Exit 65 for a file with a mistake, 66 for none, 73 where nothing can be written:
    then nothing was.

    Examples: `mailproc check-send --list weekly --send 42 --in march.csv --out ok.csv --blocked blocked.csv` ·
    `mailproc check-send --list weekly --list offers --create --in - --out ok.csv --json < march.csv`
    """
    settings = settings_with_lists(config)
    account_id = account_named(settings, account)
    terms = _terms(settings, account_id, tuple(dict.fromkeys(lists or ())), transactional)
    _check_options(source, [ok, *([blocked] if blocked else [])])
    job = _Job(
        terms=terms,
        source=source,
        ok=ok,
        blocked=blocked,
        send=send,
        name=name,
        create=create,
        in_memory=in_memory,
        key=key_column,
        address=address_column,
        encoding=encoding,
        delimiter=delimiter_named(delimiter) if delimiter else None,
    )
    keep_for_good()  # looking for garbage among rows took more time than reading them
    summary = run(_check(settings, job))
    if as_json:
        print_json(summary)
    else:
        _print(summary)


def _terms(settings: Settings, account_id: str, lists: tuple[str, ...], transactional: bool) -> SendTerms:
    """Raises Unusable as `terms_of` does; typer.Exit(64) where an option is missing."""
    known = next(one for one in settings.account if one.id == account_id)
    if known.lists and not lists and not transactional:
        err.print(
            f"mailproc: name the list that the send goes to with --list: {', '.join(sorted(known.lists))}", markup=False
        )
        raise typer.Exit(EX_USAGE)
    classification = Classification.transactional if transactional else Classification.commercial
    return terms_of(settings, account_id, lists, classification)


def _check_options(source: Path, targets: list[Path]) -> None:
    places = [one.resolve() for one in (*targets, source)]
    if len(set(places)) < len(places) or Path("-") in targets:
        err.print("mailproc: --in, --out and --blocked are three different files; only --in may be `-`")
        raise typer.Exit(EX_USAGE)


async def _check(settings: Settings, job: _Job) -> dict[str, object]:
    """Read, ask and write, portion by portion; then make known and record, and last put the files in place."""
    started = time.monotonic()
    async with open_store(settings) as store:
        if job.send is not None:
            await check_recorded(store, _send(job, job.send))
        with ExitStack() as open_files:
            opening = open_people(job.source, encoding=job.encoding, delimiter=job.delimiter)
            people = open_files.enter_context(opening)
            key, address = _columns(people, job)
            files = open_files.enter_context(SendFiles(job.ok, job.blocked, people))
            met = open_files.enter_context(Notes(store, job.terms.account_id)) if job.create else None
            progress = _progress(open_files)
            check = await _checker(store, job, progress)
            checked_at = datetime.now(UTC)
            task = progress.add_task("checking", total=people.size_bytes, unit="bytes")
            files.begin()
            for portion in people.portions(same_width=True):
                keys = None if key is None else portion.column(key)
                addresses = None if address is None else portion.column(address)
                stopped = await check.stopped(job.terms, addresses=addresses, keys=keys)
                files.write(portion, stopped)
                if met is not None and addresses is not None:
                    await met.note(keys, addresses, stopped)
                progress.update(task, completed=people.bytes_read)
            created = await met.make_known() if met is not None else 0
            if job.send is not None:
                await record_send(store, _send(job, job.send))
            files.keep()
    seconds = time.monotonic() - started
    return {
        "account": job.terms.account_id,
        "lists": list(job.terms.list_ids),
        "classification": job.terms.classification.value,
        "send": job.send,
        "rows": files.ok + files.blocked,
        "ok": files.ok,
        "blocked": files.blocked,
        "reasons": dict(files.reasons.most_common()),
        "created": created,
        "unusable_keys": met.unusable if met is not None else 0,
        "checked_at": checked_at.isoformat(timespec="seconds"),
        "seconds": round(seconds, 2),
    }


def _send(job: _Job, send_id: str) -> Send:
    return send_of(job.terms, send_id, job.name, datetime.now(UTC))


def _columns(people: PeopleFile, job: _Job) -> tuple[int | None, int | None]:
    """Where keys and addresses stand. Raises BadFile when neither does."""
    key = people.place([job.key.lower()] if job.key else KEY_COLUMNS, named=job.key is not None)
    address = people.place([job.address.lower()] if job.address else ADDRESS_COLUMNS, named=job.address is not None)
    if key is None and address is None:
        raise people.bad(
            "line 1: no column is called key, address or email: name one with --key-column or --address-column; "
            f"there: {', '.join(people.head)[:500]}"
        )
    if job.create and address is None:
        raise people.bad("line 1: --create needs a column of addresses: nobody is known by a key alone")
    return key, address


def _progress(files: ExitStack) -> Progress:
    told = TextColumn("{task.completed:.0f} {task.fields[unit]}")
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), told)
    return files.enter_context(Progress(*columns, console=err, transient=True, disable=not err.is_terminal))


async def _checker(store: Store, job: _Job, progress: Progress) -> "SendCheck | MemoryCheck":
    if not job.in_memory:
        return store.sends.check
    check = store.sends.check_in_memory(job.terms.account_id)
    task = progress.add_task("reading who is out", total=None, unit="names")
    async for count in check.load():
        progress.update(task, completed=count)
    return check


def _print(summary: dict[str, object]) -> None:
    out.print(f"{summary['rows']} rows in {summary['seconds']} s: {summary['ok']} may be mailed", end="", markup=False)
    out.print(f", {summary['blocked']} may not; as of {summary['checked_at']}", markup=False)
    reasons = summary["reasons"]
    assert isinstance(reasons, dict)
    for reason, count in reasons.items():
        out.print(f"  {count:>9}  {reason}", markup=False)
    if summary["created"]:
        out.print(f"  {summary['created']} people were unknown, and are known as active now", markup=False)
    if summary["unusable_keys"]:
        out.print(f"  {summary['unusable_keys']} unknown people have keys that no subscriber can have", markup=False)
