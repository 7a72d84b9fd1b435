"""One file imported: read and sorted, then written or only tried, with progress and what became of whom."""

import asyncio
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from mailproc.cli.shell.garbage import keep_for_good
from mailproc.cli.shell.storage import open_store
from mailproc.cli.shell.table_file import Rejects, opened, other_than
from mailproc.cli.shell.terminal import err, out, print_json
from mailproc.errors import BadFile, StoreError, StoreFull
from mailproc.files.people_file import PeopleFile, open_people
from mailproc.files.sorted_rows import SortedRows
from mailproc.policy.imports.imported import ImportCounts
from mailproc.policy.imports.person_columns import PersonColumns, columns_of
from mailproc.policy.imports.person_row import Rejected, RowReading
from mailproc.settings.settings import Settings
from mailproc.store.imports.importing import ImportRun
from mailproc.store.store import Store

_HEAD = ("line", "column", "reason")
_NOBODY = ImportCounts()


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What somebody asked for; `consented_at` and `evidence` stand with each consent, None and empty for none."""

    account_id: str
    file: Path
    lists: tuple[str, ...]
    known_lists: frozenset[str]
    columns: Mapping[str, str]
    all_attributes: bool
    encoding: str | None
    delimiter: str | None
    rejects: Path | None
    consented_at: datetime | None
    evidence: Mapping[str, str]
    dry_run: bool
    as_json: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """What came of it: rows that were taken, people among them, rows that were refused; `resumed` of an earlier run."""

    rows: int
    rejected: int
    counts: ImportCounts = _NOBODY
    resumed: int = 0


async def import_file(settings: Settings, wanted: Wanted) -> bool:
    """Import a file, and print what became of whom; gives whether rows were refused. Raises BadFile, StoreError."""
    began = time.monotonic()
    keep_for_good()  # rows are no cycles: looking for some among them took a quarter of the time
    with SortedRows() as rows, _progress() as progress:
        told = _read(wanted, rows, progress)
        async with open_store(settings) as store:
            work = _tried if wanted.dry_run else _imported
            told = await work(store, wanted, rows, told, progress)
    seconds = time.monotonic() - began
    if wanted.as_json:
        print_json(_as_json(wanted, told, seconds))
    else:
        _print(wanted, told, seconds)
    return bool(told.rejected)


def _read(wanted: Wanted, rows: SortedRows, progress: Progress) -> _Told:
    """Read the whole file; what cannot be taken is told."""
    with ExitStack() as files:
        opening = open_people(wanted.file, encoding=wanted.encoding, delimiter=wanted.delimiter)
        file = files.enter_context(opening)
        reading = _reading(wanted, file)
        target = other_than(wanted.file, wanted.rejects) if wanted.rejects else None
        refused = Rejects(opened(files, target, "w", sys.stdout) if target else None, _HEAD)
        task = progress.add_task("reading", total=file.size_bytes)
        with _room_for_rows():
            for portion in file.portions():
                for line, cells in zip(portion.lines, portion.rows, strict=True):
                    row = reading.read(cells)
                    if isinstance(row, Rejected):
                        refused.tell(line, row.column, row.reason)
                    else:
                        rows.add(row)
                progress.update(task, completed=file.bytes_read)
        progress.remove_task(task)
    return _Told(rows=rows.taken, rejected=refused.count)


def _reading(wanted: Wanted, file: PeopleFile) -> RowReading:
    try:
        columns = columns_of(file.head, wanted.columns, all_attributes=wanted.all_attributes)
    except ValueError as error:
        raise BadFile(f"{wanted.file}: {error}") from None
    _tell_what_was_assumed(file, columns)
    return RowReading(
        account_id=wanted.account_id,
        columns=columns,
        now=datetime.now(UTC),
        lists=wanted.lists,
        known_lists=wanted.known_lists,
        consented_at=wanted.consented_at,
    )


def _tell_what_was_assumed(file: PeopleFile, columns: PersonColumns) -> None:
    said = [f"{field} = column {name!r}" for field, name in columns.guessed]
    if columns.attributes:
        said.append(f"attributes: {', '.join(name for _, name in columns.attributes)}")
    if columns.key is None:
        said.append("no key: each address gives its own")
    if columns.ignored:
        said.append(f"not imported: {', '.join(columns.ignored)}")
    err.print(
        f"{file.encoding.removesuffix('-sig')}, {file.delimiter!r} between cells; {'; '.join(said)}", markup=False
    )


@contextmanager
def _room_for_rows() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StoreFull(f"no room for temporary files: {error.strerror} (they go where TMPDIR says)") from None


async def _imported(store: Store, wanted: Wanted, rows: SortedRows, told: _Told, progress: Progress) -> _Told:
    run = ImportRun(account_id=wanted.account_id, id=rows.digest(), evidence=wanted.evidence)
    task = progress.add_task("importing", total=told.rows)
    states = store.imports.run(run, rows)
    try:
        told = replace(told, resumed=(await anext(states)).counts.people)
        if told.resumed:
            err.print(f"going on where an earlier run stopped: {told.resumed:,} people are done")
        async for state in states:
            told = replace(told, counts=state.counts)
            progress.update(task, completed=state.counts.people)
    except (StoreError, asyncio.CancelledError):
        done = max(told.resumed, told.counts.people)
        err.print(f"stopped: {done:,} people are imported; the same command again goes on from there", markup=False)
        raise
    return told


async def _tried(store: Store, wanted: Wanted, rows: SortedRows, told: _Told, progress: Progress) -> _Told:
    task = progress.add_task("trying", total=told.rows)
    async for counts in store.imports.preview(wanted.account_id, rows):
        told = replace(told, counts=counts)
        progress.update(task, completed=counts.people)
    return told


@contextmanager
def _progress() -> Iterator[Progress]:
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as progress:
        yield progress


def _print(wanted: Wanted, told: _Told, seconds: float) -> None:
    counts = told.counts
    tense = "would be " if wanted.dry_run else ""
    out.print(
        f"{wanted.account_id}: {counts.new:,} {tense}new, {counts.updated:,} {tense}updated, "
        f"{counts.unchanged:,} unchanged, {told.rejected:,} rows rejected, in {seconds:.1f} s",
        markup=False,
    )
    if repeated := told.rows - counts.people:
        out.print(f"  {repeated:,} rows named somebody again; of each cell the last word counts", markup=False)
    if counts.stayed_out:
        levels = (
            f"{counts.out_global:,} globally, {counts.out_account:,} for the account, {counts.out_list:,} from a list"
        )
        out.print(f"  {counts.stayed_out:,} stay opted out: {levels}", markup=False)
    if counts.held or counts.bounced:
        out.print(f"  {counts.bounced:,} bounced and {counts.held:,} held: they get no mail either", markup=False)
    if wanted.evidence:
        written = f"{counts.consents:,} consents {tense}recorded; none of people against whom something stands"
        out.print(f"  {written}", markup=False)
    if counts.consents_left_out:
        out.print(
            f"  {counts.consents_left_out:,} consents left out: they could end a request that came before and is not "
            "decided yet; settle `mailproc review list` and `mailproc mail waiting`, then give the same command again",
            markup=False,
        )
    if wanted.dry_run:
        out.print("  nothing was changed", markup=False)


def _as_json(wanted: Wanted, told: _Told, seconds: float) -> dict[str, object]:
    counts = told.counts
    return {
        "account": wanted.account_id,
        "file": str(wanted.file),
        "dry_run": wanted.dry_run,
        "rows": told.rows,
        "rejected": told.rejected,
        "repeated": told.rows - counts.people,
        "new": counts.new,
        "updated": counts.updated,
        "unchanged": counts.unchanged,
        "stayed_out": {"global": counts.out_global, "account": counts.out_account, "list": counts.out_list},
        "bounced": counts.bounced,
        "held": counts.held,
        "consents": counts.consents,
        "consents_left_out": counts.consents_left_out,
        "resumed_at": told.resumed,
        "seconds": round(seconds, 3),
    }
