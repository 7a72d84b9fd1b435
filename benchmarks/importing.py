"""How fast people are imported: against a bare executemany of the same rows, and beside a listener that takes mail."""

import contextlib
import csv
import itertools
import json
import random
import resource
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import uvloop

from benchmarks.load import Load, closed_loop, open_loop
from benchmarks.mails import replies
from benchmarks.process import serving
from benchmarks.servers import settings_in

_CHUNK = 4000
_SESSIONS = 20
_PRAGMAS = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-65536;"
_SUBSCRIBER = "INSERT INTO subscriber VALUES ('acme', ?, ?, ?, ?, 0) ON CONFLICT DO NOTHING"
_SUBSCRIPTION = "INSERT INTO subscription VALUES ('acme', 'weekly', ?, 0) ON CONFLICT DO NOTHING"


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What a process needed: seconds on the wall and of CPU."""

    seconds: float
    cpu_seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """An import beside a listener under load."""

    seconds: float
    load: Load


def against_bare(people: int) -> tuple[Work, Work]:
    """The whole command, from its start to its end; and the same rows written with nothing around it, in file order."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _prepare(folder, people)
        shutil.copy(folder / "mailproc.db", folder / "bare.db")
        ours = _measured(_command(folder), people)
        began, cpu = time.perf_counter(), time.process_time()
        _bare(folder)
        bare = Work(seconds=time.perf_counter() - began, cpu_seconds=time.process_time() - cpu)
        return ours, bare


def beside_a_listener(people: int, rate: float) -> Beside:
    """The same while mail comes at exponential gaps, and is decided and told to a hook."""
    with tempfile.TemporaryDirectory() as name, serving("road-ours", Path(name)) as server:
        folder = Path(name)
        _write_people(folder, people)
        _lists(folder)
        uvloop.run(closed_loop("127.0.0.1", server.port, replies(200, first=10**7), sessions=_SESSIONS))
        began = time.perf_counter()
        with subprocess.Popen(_command(folder), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
            mails = itertools.takewhile(lambda _: process.poll() is None, replies(10**6))
            load = uvloop.run(open_loop("127.0.0.1", server.port, mails, sessions=_SESSIONS, rate=rate))
            seconds = time.perf_counter() - began
            _check(process.stdout.read() if process.stdout else b"", people)
        return Beside(seconds=seconds, load=load)


def _prepare(folder: Path, people: int) -> None:
    settings_in(folder)
    _run(folder, "db", "migrate")
    _lists(folder)
    _write_people(folder, people)


def _lists(folder: Path) -> None:
    _run(folder, "lists", "add", "weekly")


def _run(folder: Path, *words: str) -> None:
    command = [sys.executable, "-m", "mailproc", *words, "--config", str(folder / "mailproc.toml")]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def _command(folder: Path) -> list[str]:
    words = ["import", str(folder / "people.csv"), "--list", "weekly", "--json"]
    return [sys.executable, "-m", "mailproc", *words, "--config", str(folder / "mailproc.toml")]


def _write_people(folder: Path, people: int) -> None:
    """Addresses in no order, without keys: each gives its own."""
    chance = random.Random(1)
    with (folder / "people.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["email", "name"])
        rows.writerows([f"person.{chance.getrandbits(44):x}@example.org", f"Pat {n}"] for n in range(people))


def _measured(command: list[str], people: int) -> Work:
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    seconds, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    _check(done.stdout, people)
    cpu_seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Work(seconds=seconds, cpu_seconds=cpu_seconds)


def _check(said: bytes, people: int) -> None:
    """Raises SystemExit when fewer were imported than there were."""
    if json.loads(said or b"{}").get("new") != people:
        raise SystemExit(f"the import did not do its work: {said.decode()[:500]}")


def _bare(folder: Path) -> None:
    with contextlib.closing(sqlite3.connect(folder / "bare.db", isolation_level=None)) as connection:
        connection.executescript(_PRAGMAS)
        for chunk in _rows_of(folder / "people.csv"):
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany(_SUBSCRIBER, [(f"x{address}", address, address, address) for address in chunk])
            connection.executemany(_SUBSCRIPTION, [(f"x{address}",) for address in chunk])
            connection.execute("COMMIT")


def _rows_of(path: Path) -> Iterator[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        addresses = (row[0] for row in itertools.islice(csv.reader(file), 1, None))
        while chunk := list(itertools.islice(addresses, _CHUNK)):
            yield chunk
