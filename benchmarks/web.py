"""One-click POSTs and send checks by the API, against a bare FastAPI route with one SQLite commit; servers and load."""

import asyncio
import contextlib
import json
import sqlite3
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import uvloop
from fastapi import FastAPI, Request

from benchmarks.measures import Figure
from benchmarks.process import serving
from benchmarks.web_parts import parts_of
from mailproc.policy.tokens.api_token import ApiToken, Scope, digest_of_secret
from mailproc.policy.tokens.token import Purpose, Token, make_token
from mailproc.policy.tokens.token_key import number_of
from mailproc.settings.account_policies import scopes_of
from mailproc.settings.file import load_settings
from mailproc.store.engine.database import migrate
from mailproc.store.results import Subscriber
from mailproc.store.store import Store
from mailproc.web.application import build_application
from mailproc.web.server import HttpServer

CONNECTIONS = 20
WARM_UP = 100
PEOPLE = 7_000
SECRET = bytes(range(32))
TOKEN = f"mp_{'b' * 43}"
SETTINGS = f"""
database = "sqlite+aiosqlite:///mailproc.db"
[web]
api_calls_per_minute = 100000000
[[account]]
id = "acme"
domains = ["reply.acme.example"]
[account.lists]
weekly = "Acme Weekly"
[account.token_keys]
1 = "{SECRET.hex()}"
[[hook]]
name = "file"
type = "jsonl"
path = "events.jsonl"
"""


@contextlib.asynccontextmanager
async def web_ours(folder: Path) -> AsyncIterator[int]:
    """Pages and API over our store, with people in it."""
    (folder / "mailproc.toml").write_text(SETTINGS, encoding="utf-8")
    settings = load_settings(folder / "mailproc.toml")
    await migrate(settings.database)
    store = await Store.open(settings.database, settings.store, hooks_of=settings.hooks_of, scopes=scopes_of(settings))
    known = [Subscriber(account_id="acme", key=str(one), address=f"p{one}@example.org") for one in range(1, PEOPLE + 1)]
    await store.put_subscribers(known)
    now = datetime.now(UTC)
    scopes = frozenset(Scope)
    token = ApiToken(id="1", account_id="acme", name="bench", scopes=scopes, created_at=now, created_by="bench")
    await store.tokens.put(token, digest_of_secret(TOKEN))
    async with _served(build_application(parts_of(settings, store))) as port:
        yield port
    await store.close()


@contextlib.asynccontextmanager
async def web_bare(folder: Path) -> AsyncIterator[int]:
    """One route of FastAPI that writes one row and commits it."""
    database = sqlite3.connect(folder / "bare.db", isolation_level=None)
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("PRAGMA synchronous = FULL")
    database.execute("CREATE TABLE click (token TEXT, body BLOB)")
    application = FastAPI(openapi_url=None)

    @application.post("/u/{token}")
    async def click(token: str, request: Request) -> dict[str, bool]:
        database.execute("INSERT INTO click VALUES (?, ?)", (token, await request.body()))
        return {"done": True}

    async with _served(application) as port:
        yield port
    database.close()


@contextlib.asynccontextmanager
async def _served(application: FastAPI) -> AsyncIterator[int]:
    server = HttpServer(("127.0.0.1:0",), application)
    await server.start()
    yield server.addresses[0][1]
    await server.stop()


def clicks(first: int, count: int) -> list[bytes]:
    """One-click POSTs of as many people."""
    wanted = []
    for subscriber in range(first, first + count):
        said = Token(
            purpose=Purpose.unsubscribe_list, subscriber=subscriber, message=number_of("weekly"), day=20800, kid=1
        )
        path = f"/u/{make_token(said, {1: SECRET})}"
        wanted.append(_request(path, b"List-Unsubscribe=One-Click", "application/x-www-form-urlencoded"))
    return wanted


def checks(people: int, count: int) -> list[bytes]:
    """Send checks of so many people each."""
    said = [{"address": f"p{one}@example.org"} for one in range(1, people + 1)]
    body = json.dumps({"lists": ["weekly"], "people": said}).encode()
    return [_request("/api/v1/send-checks", body, "application/json")] * count


def _request(path: str, body: bytes, kind: str) -> bytes:
    head = (
        f"POST {path} HTTP/1.1\r\nHost: bench.example\r\nAuthorization: Bearer {TOKEN}\r\n"
        f"Content-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def measured(name: str, warm_up: Sequence[bytes], load: Sequence[bytes]) -> Figure:
    """CPU and requests a second of one server."""
    with tempfile.TemporaryDirectory() as folder, serving(name, Path(folder)) as server:
        uvloop.run(_sent(server.port, warm_up))
        cpu, started = server.cpu_seconds(), time.monotonic()
        uvloop.run(_sent(server.port, load))
        seconds = time.monotonic() - started
        return Figure(cpu_us=(server.cpu_seconds() - cpu) / len(load) * 1e6, per_second=len(load) / seconds)


async def _sent(port: int, load: Sequence[bytes]) -> None:
    waiting = iter(load)
    await asyncio.gather(*(_connection(port, waiting) for _ in range(CONNECTIONS)))


async def _connection(port: int, waiting: Iterator[bytes]) -> None:
    """Requests one after the other on a kept connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for request in waiting:
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 200"):
            raise SystemExit(f"a request was refused: {head[:300].decode('latin-1')}")
        length = head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]
        await reader.readexactly(int(length))
    writer.close()


def pairs(count: int, rounds: int) -> Iterator[tuple[str, Figure, Figure]]:
    """What was measured, ours and bare, each the round with the median ratio."""
    loads = {
        "one-click POST": (clicks(1, WARM_UP), clicks(WARM_UP + 1, count)),
        "send check of one person by the API": (checks(1, WARM_UP), checks(1, count)),
        "send check of 1,000 people by the API": (checks(1000, 5), checks(1000, max(20, count // 50))),
    }
    for what, (warm_up, load) in loads.items():
        found = []
        for _ in range(rounds):
            ours = measured("web-ours", warm_up, load)
            bare = measured("web-bare", clicks(1, WARM_UP), clicks(WARM_UP + 1, count))
            found.append((ours, bare))
        found.sort(key=lambda pair: pair[0].cpu_us / pair[1].cpu_us)
        yield (what, *found[len(found) // 2])
