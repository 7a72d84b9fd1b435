"""A real `mailproc serve` in a process of its own, which tests may kill, and a look into its database from outside."""

import asyncio
import contextlib
import itertools
import json
import os
import signal
import socket
import sqlite3
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncpg
from english_rules import english_rules

ACCOUNT = """
[[account]]
id = "acme"
domains = ["reply.acme.example"]
sends_from = ["news.acme.example"]
"""
REPLY_BOX = "reply@reply.acme.example"


# Below those that systems give out by themselves, and each worker of a test run has its own: what was free when it was
# asked for is not taken by a neighbour before the service listens there.
_WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
_PORTS = itertools.cycle(range(20_000 + 500 * (_WORKER % 24), 20_500 + 500 * (_WORKER % 24)))


def free_port() -> int:
    """A port that nobody listens on and nobody else is given."""
    for port in itertools.islice(_PORTS, 500):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise AssertionError("no port is free")


class ServiceProcess:
    """`mailproc serve` with settings of its own; the ports stay the same over restarts.

    Its rules are the English ones alone: it is there in half the time, and whose mail must not be lost writes English.
    A test that writes settings of its own has those that it names there, or all.
    """

    def __init__(
        self,
        folder: Path,
        database: str,
        *,
        tables: str = "",
        environment: dict[str, str] | None = None,
        program: tuple[str, ...] = ("-m", "mailproc"),
    ) -> None:
        self.folder = folder
        self.program = program
        self.database = database
        self.port = free_port()
        self.web_port = free_port()
        self.environment = environment or {}
        self.config = folder / "mailproc.toml"
        self.log_file = folder / "serve.log"
        self.config.write_text(
            f'database = "{database}"\nrules = "{english_rules(folder / "rules")}"\n{tables}\n{ACCOUNT}'
            + ("" if "[smtp]" in tables else "\n[smtp]\n")
            + ("" if "[breaker]" in tables else "\n[breaker]\nper_hour = 100000\n")  # a day's mail within seconds
            + ("" if "[log]" in tables else '\n[log]\nformat = "json"\nmask_addresses = false\n'),
            encoding="utf-8",
        )
        self.process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Start and wait until it greets."""
        await self.launch()
        await self.greets()

    async def launch(self) -> None:
        """Start without waiting for its greeting, which does not come from one that ends before."""
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("MAILPROC_")},
            "MAILPROC_SMTP__LISTEN": f"127.0.0.1:{self.port}",
            "MAILPROC_SMTP__MIN_FREE_DISK_BYTES": "0",
            "MAILPROC_WEB__LISTEN": f"127.0.0.1:{self.web_port}",
            **self.environment,
        }
        with self.log_file.open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                sys.executable, *self.program, "serve", "--config", str(self.config),
                stdout=log, stderr=log, env=environment, start_new_session=True,
            )  # fmt: skip

    async def greets(self) -> None:
        """Wait until it greets; an AssertionError with the end of its log when it ends before."""
        assert self.process
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            if self.process.returncode is not None:
                raise AssertionError(f"serve ended with {self.process.returncode}: {self.log_text()[-3000:]}")
            with contextlib.suppress(OSError, TimeoutError):
                reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
                try:
                    if (await asyncio.wait_for(reader.readline(), 2)).startswith(b"220"):
                        return
                finally:
                    writer.close()
                    await writer.wait_closed()
            await asyncio.sleep(0.02)
        raise AssertionError(f"serve did not greet: {self.log_text()[-3000:]}")

    async def kill(self) -> None:
        """SIGKILL: as a power cut, but for the disk."""
        await self._end(signal.SIGKILL)

    async def ended_before(self, statement: str, wanted: object, seconds: float) -> bool:
        """Whether it ended by itself before the first value of a statement's first row was as wanted."""
        assert self.process
        end = asyncio.create_task(self.process.wait())
        come = asyncio.create_task(self.until(statement, wanted, seconds))
        await asyncio.wait((end, come), return_when=asyncio.FIRST_COMPLETED)
        if end.done():
            come.cancel()
            await asyncio.wait((come,))
            return True
        end.cancel()
        await come
        return False

    async def terminate(self) -> float:
        """SIGTERM; returns the seconds until it was gone."""
        start = time.monotonic()
        await self._end(signal.SIGTERM)
        return time.monotonic() - start

    async def _end(self, number: int) -> None:
        if self.process and self.process.returncode is None:
            self.process.send_signal(number)
            await asyncio.wait_for(self.process.wait(), 30)

    def log_text(self) -> str:
        return self.log_file.read_text(encoding="utf-8", errors="replace") if self.log_file.exists() else ""

    def log_lines(self, event: str) -> list[dict[str, Any]]:
        """Log lines of one event."""
        lines = []
        for line in self.log_text().splitlines():
            with contextlib.suppress(ValueError):
                found = json.loads(line)
                if isinstance(found, dict) and found.get("event") == event:
                    lines.append(found)
        return lines

    async def rows(self, statement: str) -> list[tuple[Any, ...]]:
        """What a statement finds in the database, read from outside."""
        if self.database.startswith("sqlite"):
            path = self.database.removeprefix("sqlite+aiosqlite:///")
            with contextlib.closing(sqlite3.connect(path, timeout=10)) as connection:
                return connection.execute(statement).fetchall()
        connection = await asyncpg.connect(self.database.replace("postgresql+asyncpg", "postgresql"))
        try:
            return [tuple(row) for row in await connection.fetch(statement)]
        finally:
            await connection.close()

    async def until(self, statement: str, wanted: object, seconds: float) -> None:
        """Wait until the first value of a statement's first row is as wanted."""
        deadline = time.monotonic() + seconds
        found: object = None
        while time.monotonic() < deadline:
            found = (await self.rows(statement))[0][0]
            if found == wanted:
                return
            await asyncio.sleep(0.05)
        raise AssertionError(f"{statement}: {found} after {seconds} s, wanted {wanted}\n{self.log_text()[-2000:]}")


@contextlib.asynccontextmanager
async def running(folder: Path, database: str, **options: Any) -> AsyncIterator[ServiceProcess]:
    """A started service that is gone at the end, whatever happened."""
    service = ServiceProcess(folder, database, **options)
    await service.start()
    try:
        yield service
    finally:
        await service.kill()


def reply_mail(sender: str, text: str, subject: str = "Re: March news") -> bytes:
    """A person's reply as it stands on the wire."""
    return (
        f"From: {sender}\r\nTo: {REPLY_BOX}\r\nSubject: {subject}\r\nDate: Tue, 3 Mar 2026 10:00:00 +0000\r\n"
        f"Message-ID: <{sender.replace('@', '.')}@mail.example>\r\nMIME-Version: 1.0\r\n"
        f"Content-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n"
    ).encode()
