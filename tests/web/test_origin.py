"""Over real sockets: what HTTP asks of every server, at all doors: HEAD is GET without content, and changes nothing."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from typing import Any

import pytest
from pages_world import ACME, KEY, OTHER, leave_all, leave_list, leave_send, profile, world_of

from benchmarks.web_parts import parts_of
from mailproc.policy.tokens.api_token import ApiToken, Scope, digest_of_secret, secret_of
from mailproc.settings.settings import Settings, StoreSettings
from mailproc.store.store import Store
from mailproc.web.application import build_application
from mailproc.web.server import HttpServer

SECRET = secret_of("x" * 43)
HOST = "links.acme.example"
PAGES = [f"/u/{leave_list()}", f"/S/{leave_send()}", f"/p/{profile()}", "/u/broken", "/", "/nothing", "/assets/none"]
WATCHED = ["/healthz", "/readyz"]
ASKED_OF_THE_API = ["/lists", "/lists/weekly", "/lists/none", "/people/17", "/facts", "/requests", "/facts?limit=0"]


@dataclass
class Served:
    """Pages that press their button themselves, and the API, on a socket; with the store behind them."""

    port: int
    store: Store

    async def answer(self, head: str, *headers: str) -> tuple[list[str], bytes]:
        """Status line and headers without what differs from call to call, sorted; and all that follows."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        said = [f"{head} HTTP/1.1", f"Authorization: Bearer {SECRET}", "Connection: close", *headers]
        if not any(one.lower().startswith("host:") for one in headers):
            said.append(f"Host: {HOST}")
        writer.write("\r\n".join([*said, "", ""]).encode())
        top, _, content = (await reader.read()).partition(b"\r\n\r\n")
        writer.close()
        lines = top.decode().split("\r\n")
        return sorted(one for one in lines if not one.startswith(("date:", "ratelimit:"))), content


@pytest.fixture
async def served(sqlite_url: str) -> AsyncIterator[Served]:
    async with AsyncExitStack() as stack:
        store = await Store.open(sqlite_url, StoreSettings())
        stack.push_async_callback(store.close)
        await world_of(store)
        accounts: list[dict[str, Any]] = [{**ACME, "pages": {**ACME["pages"], "link_click": "auto"}}, OTHER]
        parts = parts_of(Settings.model_validate({"account": accounts, "database": sqlite_url}), store)
        token = ApiToken(
            id="t1", account_id="acme", name="tool", scopes=frozenset(Scope), created_at=parts.clock(), created_by="kim"
        )
        await store.tokens.put(replace(token, last_used_at=None), digest_of_secret(SECRET))
        server = HttpServer(("127.0.0.1:0",), build_application(parts))
        await server.start()
        stack.push_async_callback(server.stop)
        yield Served(server.addresses[0][1], store)


@pytest.mark.parametrize("path", [*PAGES, *WATCHED, *(f"/api/v1{path}" for path in ASKED_OF_THE_API)])
async def test_head_is_answered_as_get_is_without_content(served: Served, path: str) -> None:
    of_get, content = await served.answer(f"GET {path}")
    of_head, nothing = await served.answer(f"HEAD {path}")
    assert of_head == of_get
    assert f"content-length: {len(content)}" in of_get
    assert (bool(content), nothing) == (True, b"")


async def test_a_scanner_that_sends_head_takes_nobody_off(served: Served) -> None:
    for token in (leave_list(), leave_send(), leave_all()):
        for door in ("u", "U", "s"):
            said = "List-Unsubscribe=One-Click"
            form = ("Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(said)}", "", said)
            await served.answer(f"HEAD /{door}/{token}?do=leave&{said}", *form)
    await served.answer(f"HEAD /u/{leave_list()}", "X-HTTP-Method-Override: POST")
    assert [fact for one in await served.store.persons(KEY) for fact in one.facts] == []


async def test_where_nothing_can_be_got_head_is_refused_as_get_is(served: Served) -> None:
    of_head, _ = await served.answer("HEAD /api/v1/requests")
    assert {"HTTP/1.1 405 Method Not Allowed", "allow: POST"} <= set(of_head)


async def test_head_shows_no_program_what_its_token_does_not_open(served: Served) -> None:
    await served.store.tokens.revoke("acme", "t1")
    of_head, nothing = await served.answer("HEAD /api/v1/people/17")
    assert ("HTTP/1.1 401 Unauthorized" in of_head, nothing) == (True, b"")


async def test_allow_names_head_beside_get(served: Served) -> None:
    refused, _ = await served.answer("PATCH /api/v1/lists/weekly")
    assert "allow: DELETE, GET, HEAD, PUT" in refused
