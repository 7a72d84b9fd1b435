"""`mailproc selftest` against a running service: the probe's whole road, what it does not disturb, and how it fails."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from service_process import ServiceProcess, running

HOOKS = """
[[hook]]
name = "crm"
type = "jsonl"
path = "crm.jsonl"
[[hook]]
name = "watch"
type = "jsonl"
path = "watch.jsonl"
probes = true
"""
TABLES = ("mail", "decision", "fact", "standing", "subscriber", "outbox", "review")


@pytest.fixture
async def service(tmp_path: Path, database_url: str) -> AsyncIterator[ServiceProcess]:
    async with running(tmp_path, database_url, tables=HOOKS) as started:
        yield started


@pytest.fixture
def stopped(tmp_path: Path, database_url: str) -> ServiceProcess:
    """Settings and a database, and no service."""
    return ServiceProcess(tmp_path, database_url, tables=HOOKS)


async def selftest(service: ServiceProcess, *words: str) -> tuple[int | None, list[dict[str, Any]]]:
    where = ("--server", f"127.0.0.1:{service.port}")
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "mailproc", "selftest", "--config", str(service.config), "--json", *where, *words,
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, _ = await process.communicate()
    return process.returncode, json.loads(out)


async def test_a_probe_goes_the_whole_road_only_hooks_that_want_it_are_told_and_nothing_of_it_stays(
    service: ServiceProcess,
) -> None:
    code, [told] = await selftest(service)
    assert (code, told["passed"], told["failed"]) == (0, True, None)
    assert list(told["legs"]) == [
        "probe may be mailed", "250 of the listener", "decision", "standing", "send check", "hook watch",
    ]  # fmt: skip
    assert told["seconds"] < 300
    [event] = [json.loads(line) for line in (service.folder / "watch.jsonl").read_text(encoding="utf-8").splitlines()]
    assert (event["type"], event["data"]["probe"]) == ("subscriber.unsubscribed", True)
    crm = service.folder / "crm.jsonl"
    assert not crm.exists() or crm.read_text(encoding="utf-8") == ""
    assert [await service.rows(f"SELECT count(*) FROM {table}") for table in TABLES] == [[(0,)]] * len(TABLES)


async def test_a_listener_that_is_not_there_fails_the_leg_and_leaves_nothing(stopped: ServiceProcess) -> None:
    code, [told] = await selftest(stopped)
    assert (code, told["passed"]) == (69, False)
    assert told["failed"].startswith("250 of the listener")
    assert await stopped.rows("SELECT count(*) FROM subscriber") == [(0,)]


async def test_an_account_whose_requests_wait_for_people_is_skipped(stopped: ServiceProcess) -> None:
    by_hand = stopped.config.read_text(encoding="utf-8").replace('id = "acme"', 'id = "acme"\nautomatic = false')
    stopped.config.write_text(by_hand, encoding="utf-8")
    code, [told] = await selftest(stopped)
    assert (code, told["passed"], "automatic = false" in told["skipped"]) == (0, False, True)


async def test_a_hook_that_does_not_answer_fails_when_the_time_is_over_and_nothing_stays(
    service: ServiceProcess,
) -> None:
    (service.folder / "watch.jsonl").mkdir()  # nothing can be written there
    code, [told] = await selftest(service, "--limit", "8")
    assert (code, "hook watch" in told["failed"]) == (69, True)
    assert [await service.rows(f"SELECT count(*) FROM {table}") for table in TABLES] == [[(0,)]] * len(TABLES)


async def test_a_mail_that_is_taken_when_the_time_is_over_leaves_nothing_either(service: ServiceProcess) -> None:
    pipes: list[asyncio.Task[None]] = []

    async def pipe(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        while data := await source.read(4096):
            target.write(data)
        target.close()

    async def late(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(3)  # a slow way to the listener
        to_reader, to_writer = await asyncio.open_connection("127.0.0.1", service.port)
        pipes.extend([asyncio.create_task(pipe(reader, to_writer)), asyncio.create_task(pipe(to_reader, writer))])

    async with await asyncio.start_server(late, "127.0.0.1", 0) as slow:
        port = slow.sockets[0].getsockname()[1]
        code, [told] = await selftest(service, "--limit", "2", "--server", f"127.0.0.1:{port}")
        await asyncio.gather(*pipes)
    assert (code, told["failed"]) == (69, "after 2 s it still waits for: 250 of the listener")
    await service.terminate()
    assert [await service.rows(f"SELECT count(*) FROM {table}") for table in TABLES] == [[(0,)]] * len(TABLES)
