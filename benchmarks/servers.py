"""The servers under load, each run as a process: `python -m benchmarks.servers NAME FOLDER` prints its port and serves.

Ours: `accept-ours` (listener and store, the decider off), `road-ours` (the whole service). Baselines on stock aiosmtpd:
`accept-stock` (one sqlite3 transaction per mail), `road-stock` (same deciding and rows, one transaction per mail),
`road-grouped` (same service behind a stock listener). `web-ours` (pages and API) against `web-bare` (one route).
"""

import asyncio
import contextlib
import json
import random
import signal
import sqlite3
import sys
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import structlog
from aiosmtpd.smtp import SMTP
from aiosmtpd.smtp import Envelope as StockEnvelope
from aiosmtpd.smtp import Session as StockSession

from benchmarks.web import web_bare, web_ours
from mailproc.cli.shell.garbage import keep_for_good
from mailproc.log import configure_logging
from mailproc.mail.arrival.authentication import NOT_CHECKED
from mailproc.mail.arrival.envelope import Envelope, InboundMail
from mailproc.pipeline import decide_mail
from mailproc.rule_sets.files import load_rules
from mailproc.service.intake import inbound_mails
from mailproc.service.service import Service
from mailproc.settings.file import load_settings
from mailproc.settings.settings import Settings
from mailproc.smtp.listener import Listener
from mailproc.smtp.reception import Acceptance
from mailproc.store.engine.database import migrate
from mailproc.store.engine.operation import Context, Operation
from mailproc.store.engine.statement import Transaction
from mailproc.store.road.decisions import RECORD, storable_decision
from mailproc.store.road.mails import ACCEPT, storable_mail
from mailproc.store.store import Store

SETTINGS = """
database = "sqlite+aiosqlite:///mailproc.db"
[smtp]
listen = ["127.0.0.1:0"]
min_free_disk_bytes = 0
[web]
listen = []
[log]
level = "info"
format = "json"
[breaker]
per_hour = 100000000
[[hook]]
name = "file"
type = "jsonl"
path = "events.jsonl"
[[account]]
id = "acme"
domains = ["reply.acme.example"]
sends_from = ["news.acme.example", "192.0.2.0/28"]
"""


def settings_in(folder: Path) -> Settings:
    """The settings of every server here."""
    path = folder / "mailproc.toml"
    path.write_text(SETTINGS, encoding="utf-8")
    return load_settings(path)


_RANDOM = random.Random()  # ids as the service makes them


class AcceptOnly:
    """A reception that stores and does nothing else."""

    def __init__(self, service: Service, store: Store) -> None:
        self._service = service
        self._store = store

    def route(self, rcpt_to: str) -> Acceptance:
        """As the service says."""
        return self._service.route(rcpt_to)

    def busy(self) -> str | None:
        """Never."""
        return None

    async def accept(self, envelope: Envelope, content: bytes) -> str:
        """Store it."""
        return (await self._store.accept(_mails(self._service, envelope, content)))[0].mail_id


def _mails(service: Service, envelope: Envelope, content: bytes) -> list[InboundMail]:
    return inbound_mails(envelope, content, service.accounts, now=datetime.now(UTC), random_bits=_RANDOM.getrandbits)


@contextlib.asynccontextmanager
async def accept_ours(folder: Path) -> AsyncIterator[int]:
    """Listener and store; the decider off."""
    settings = settings_in(folder)
    await migrate(settings.database)
    store = await Store.open(settings.database, settings.store)
    service = Service(settings, load_rules(settings.rules))
    listener = Listener(settings.smtp, AcceptOnly(service, store), log=structlog.get_logger())
    await listener.start()
    keep_for_good()
    yield listener.addresses[0].port
    await listener.stop(1)
    await store.close()


@contextlib.asynccontextmanager
async def road_ours(folder: Path) -> AsyncIterator[int]:
    """The whole service."""
    settings = settings_in(folder)
    await migrate(settings.database)
    service = Service(settings, load_rules(settings.rules))
    await service.start()
    keep_for_good()
    assert service.listener
    yield service.listener.addresses[0].port
    await service.stop()


class OneTransaction:
    """Stock aiosmtpd's handler: one row, one transaction, one commit per mail."""

    def __init__(self, folder: Path) -> None:
        self._connection = sqlite3.connect(folder / "stock.db", isolation_level=None)
        self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.execute("PRAGMA synchronous=FULL")
        self._connection.execute("CREATE TABLE mail (id INTEGER PRIMARY KEY, envelope TEXT, content BLOB)")

    async def handle_DATA(self, server: SMTP, session: StockSession, envelope: StockEnvelope) -> str:  # noqa: N802
        """Insert and commit."""
        said = json.dumps({"mail_from": envelope.mail_from, "rcpt_tos": envelope.rcpt_tos})
        self._connection.execute("BEGIN")
        self._connection.execute("INSERT INTO mail (envelope, content) VALUES (?, ?)", (said, envelope.content))
        self._connection.execute("COMMIT")
        return "250 2.0.0 OK"


@contextlib.asynccontextmanager
async def accept_stock(folder: Path) -> AsyncIterator[int]:
    """Stock aiosmtpd, one INSERT and COMMIT per mail."""
    async with _stock(OneTransaction(folder)) as port:
        yield port


def _accept_and_record(context: Context, payloads: Any) -> Transaction[list[None]]:
    """Both in one transaction, as a straightforward server would."""
    yield from ACCEPT.run(context, [[mail] for mail, _ in payloads])
    yield from RECORD.run(context, [decision for _, decision in payloads])
    return [None for _ in payloads]


_ACCEPT_AND_RECORD: Operation[Any, None] = Operation(name="accept and record", rank=0, run=_accept_and_record)


class DecideAndRecord:
    """Stock aiosmtpd's handler: decide, then all rows in one transaction per mail."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._rules = load_rules(service.settings.rules)

    async def handle_DATA(self, server: SMTP, session: StockSession, envelope: StockEnvelope) -> str:  # noqa: N802
        """The same road, mail by mail."""
        (mail,) = _mails(self._service, _envelope_of(session, envelope), bytes(envelope.content or b""))
        account = self._service.policy_of(mail.account_id)
        decision = decide_mail(mail, NOT_CHECKED, account, self._rules)
        store = self._service.store
        payload = (storable_mail(mail, store._process_id), storable_decision(mail, decision, datetime.now(UTC)))
        await store._journal.submit(_ACCEPT_AND_RECORD, payload)
        return f"250 2.0.0 {mail.id}"


class SameService:
    """Stock aiosmtpd's handler in front of our service: equal grouping."""

    def __init__(self, service: Service) -> None:
        self._service = service

    async def handle_DATA(self, server: SMTP, session: StockSession, envelope: StockEnvelope) -> str:  # noqa: N802
        """Accept as our own listener would."""
        return "250 2.0.0 " + await self._service.accept(
            _envelope_of(session, envelope), bytes(envelope.content or b"")
        )


def _envelope_of(session: StockSession, envelope: StockEnvelope) -> Envelope:
    return Envelope(mail_from=envelope.mail_from, rcpt_tos=tuple(envelope.rcpt_tos), peer=session.peer[0])


@contextlib.asynccontextmanager
async def road_stock(folder: Path) -> AsyncIterator[int]:
    """The same deciding, rows and hook on stock aiosmtpd, one transaction per mail."""
    async with _service_behind_stock(folder, DecideAndRecord, batch_mails=1) as port:
        yield port


@contextlib.asynccontextmanager
async def road_grouped(folder: Path) -> AsyncIterator[int]:
    """The same service behind a stock listener."""
    async with _service_behind_stock(folder, SameService) as port:
        yield port


@contextlib.asynccontextmanager
async def _service_behind_stock(folder: Path, handler: Callable[[Service], Any], **store: int) -> AsyncIterator[int]:
    settings = settings_in(folder)
    settings = settings.model_copy(update={"store": settings.store.model_copy(update=store)})
    await migrate(settings.database)
    service = Service(settings, load_rules(settings.rules))
    await service.start()
    keep_for_good()
    async with _stock(handler(service)) as port:
        yield port
    await service.stop()


@contextlib.asynccontextmanager
async def _stock(handler: Any) -> AsyncIterator[int]:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(handler, hostname="bench.example", loop=loop), "127.0.0.1", 0)
    yield server.sockets[0].getsockname()[1]
    server.close()


SERVERS = {
    "web-ours": (web_ours, True),
    "web-bare": (web_bare, True),
    "accept-ours": (accept_ours, True),
    "road-ours": (road_ours, True),
    "accept-stock": (accept_stock, False),
    "road-stock": (road_stock, False),
    "road-grouped": (road_grouped, False),
}


async def _serve(name: str, folder: Path) -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    async with SERVERS[name][0](folder) as port:
        print(port, flush=True)
        await stop.wait()


def main() -> None:
    """Serve on the loop that the server would have: uvloop for ours, asyncio for stock."""
    name, folder = sys.argv[1], Path(sys.argv[2])
    sys.stderr = (folder / "server.log").open("w", encoding="utf-8")
    configure_logging("info", "json", mask_addresses=True)
    if SERVERS[name][1]:
        import uvloop

        uvloop.run(_serve(name, folder))
    else:
        asyncio.run(_serve(name, folder))


if __name__ == "__main__":
    main()
