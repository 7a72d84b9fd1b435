"""A database with millions of people who are out, made quickly: rows of the shapes that the store writes."""

import asyncio
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg

from mailproc.policy.standing.facts import Channel, Fact, FactKind
from mailproc.store.engine.columns import address_key_of, json_text, micros_of
from mailproc.store.engine.database import migrate
from mailproc.store.engine.people_tables import fact

ACCOUNT = "acme"
_AT = datetime(2026, 3, 3, 9, 12, tzinfo=UTC)
_COLUMNS = tuple(column.name for column in fact.columns)
_SPREAD = 0x9E3779B97F4A7C15  # an odd number: all addresses differ, and neighbours are no neighbours in the index
# Made anew when all rows are there: sorting once is many times faster than inserting in no order.
_LATE_INDEXES = ("fact_address_idx", "fact_recorded_idx", "fact_place_idx")


def address(number: int) -> str:
    """Somebody's address; below the count of a database it is out, beyond it nobody knows it."""
    spread = number * _SPREAD & 2**64 - 1
    return f"p{spread:016x}@example{spread % 997}.org"


def sqlite_with(count: int, folder: Path) -> str:
    """A new file with so many people out; gives its URL. Ten million take about 4 GB and some minutes."""
    path = folder / "suppressed.db"
    url = f"sqlite+aiosqlite:///{path}"
    asyncio.run(migrate(url))
    connection = sqlite3.connect(path, isolation_level=None)
    connection.executescript("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA cache_size=-262144")
    select = "SELECT sql FROM sqlite_master WHERE name = ?"
    made = [connection.execute(select, (name,)).fetchone()[0] for name in _LATE_INDEXES]
    for name in _LATE_INDEXES:
        connection.execute(f"DROP INDEX {name}")
    connection.execute("BEGIN")
    marks = ",".join("?" * len(_COLUMNS))
    connection.executemany(f"INSERT INTO fact ({','.join(_COLUMNS)}) VALUES ({marks})", _rows(count))
    connection.execute("COMMIT")
    for statement in made:
        connection.execute(statement)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.close()
    return url


async def fill_postgres(url: str, count: int) -> None:
    """The same in a database with current tables."""
    connection = await asyncpg.connect(url.replace("postgresql+asyncpg", "postgresql"))
    made = [
        await connection.fetchval("SELECT indexdef FROM pg_indexes WHERE indexname = $1", name)
        for name in _LATE_INDEXES
    ]
    for name in _LATE_INDEXES:
        await connection.execute(f"DROP INDEX {name}")
    await connection.copy_records_to_table("fact", records=_rows(count), columns=_COLUMNS)
    for statement in made:
        await connection.execute(statement)
    await connection.execute("VACUUM ANALYZE fact")
    await connection.close()


def _rows(count: int) -> Iterator[tuple[Any, ...]]:
    """Opt-outs by reply; ids in order, which spares the table the disorder that real ones bring over years."""
    like = Fact(
        kind=FactKind.opt_out,
        account_id=ACCOUNT,
        address=address(0),
        occurred_at=_AT,
        channel=Channel.reply,
        evidence={"mail": "sha256:0"},  # a real one has some hundred bytes more
    )
    at, evidence, step = micros_of(_AT), json_text(dict(like.evidence)), 2**128 // count
    for number in range(count):
        written = address(number)
        row = {
            "account_id": like.account_id,
            "id": f"{number * step:032x}",
            "kind": like.kind.value,
            "address": written,
            "address_key": address_key_of(written),
            "key": None,
            "level": like.level.value,
            "list_id": None,
            "occurred_at": at,
            "about_mail_of": None,
            "began_at": at,
            "channel": like.channel.value,
            "evidence": evidence,
            "retracts": None,
            "recorded_at": at + number,
            "place": 0,  # nobody follows
            "loose_key": None,  # each is its own loose form
        }
        yield tuple(row[name] for name in _COLUMNS)
