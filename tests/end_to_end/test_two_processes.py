"""Two processes on one database, changing the same people at once, lose no change and never wait for each other."""

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

import pytest
from crowd import SCOPES
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from mailproc.settings.settings import StoreSettings
from mailproc.store.store import Store

CROWD = Path(__file__).parent / "crowd.py"
ROUNDS = {"sqlite": 10, "postgresql": 20}


async def crowded(url: str, seed: int, rounds: int) -> list[dict[str, Any]]:
    """What one process acknowledged until its end."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(CROWD), url, str(seed), str(rounds), stdout=asyncio.subprocess.PIPE
    )
    out, _ = await asyncio.wait_for(process.communicate(), 240)
    assert process.returncode == 0, f"seed {seed} ended with {process.returncode}"
    return [json.loads(line) for line in out.splitlines()]


def lines_of(one: list[dict[str, Any]] | BaseException) -> list[dict[str, Any]]:
    """What it told; both have ended before one that failed is heard."""
    if isinstance(one, BaseException):
        raise one
    return one


async def rows(url: str, query: str) -> list[tuple[Any, ...]]:
    engine = create_async_engine(url)
    async with engine.connect() as connection:
        found = [tuple(row) for row in await connection.execute(text(query))]
    await engine.dispose()
    return found


@pytest.mark.timeout(300)
async def test_two_processes_that_change_the_same_people_at_once_lose_nothing_and_never_deadlock(
    database_url: str,
) -> None:
    rounds = ROUNDS[database_url.partition("+")[0]]
    both = await asyncio.gather(*(crowded(database_url, seed, rounds) for seed in (1, 2)), return_exceptions=True)
    told = [line for some in both for line in lines_of(some)]

    recorded = {json.loads(evidence)["mark"] for (evidence,) in await rows(database_url, "SELECT evidence FROM fact")}
    acknowledged = {mark for line in told for mark in line.get("facts", ())}
    assert len(acknowledged) > rounds
    assert acknowledged - recorded == set(), "a change was acknowledged and is lost"

    decided = {mail_id for (mail_id,) in await rows(database_url, "SELECT mail_id FROM decision")}
    assert {line["decided"] for line in told if "decided" in line} == decided

    given: dict[tuple[str, str], set[str]] = {}
    for account, key, address in (line["address"] for line in told if "address" in line):
        given.setdefault((account, key), set()).add(address)
    has = await rows(database_url, "SELECT account_id, key, address FROM subscriber")
    assert {(account, key) for account, key, _ in has} == set(given)
    assert [row for row in has if row[2] not in given[row[0], row[1]]] == []

    await the_standing_is_that_of_all_facts_and_what_hooks_were_told_last(database_url)
    assert await deadlocks(database_url) == 0


async def the_standing_is_that_of_all_facts_and_what_hooks_were_told_last(url: str) -> None:
    store = await Store.open(url, StoreSettings(), scopes=SCOPES)
    try:
        assert await store.check() == []
        assert sum([done.changed async for done in store.standings.rebuild()]) == 0
    finally:
        await store.close()
    last = {
        (account, person): json.loads(event)
        for account, person, event in await rows(url, "SELECT account_id, person, event FROM outbox ORDER BY id")
    }
    assert last
    for account, person, version, status in await rows(url, "SELECT account_id, person, version, status FROM standing"):
        event = last[account, person]
        assert event["data"]["standing"]["status"] == status
        assert event["data"]["version"] == version


async def deadlocks(url: str) -> int:
    """How often PostgreSQL had to end one transaction for another's sake; SQLite has one writer at a time."""
    if not url.startswith("postgresql"):
        return 0
    [(count,)] = await rows(url, "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
    return int(count)
