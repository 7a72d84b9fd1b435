"""Over real sockets: what HTTP asks of every server, at all doors: HEAD is GET without content, targets may be URLs."""

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


async def test_head_is_answered_as_get_is_without_content(served: Served) -> None:
    for path in [*PAGES, *WATCHED, *(f"/api/v1{path}" for path in ASKED_OF_THE_API)]:
        of_get, content = await served.answer(f"GET {path}")
        of_head, nothing = await served.answer(f"HEAD {path}")
        assert of_head == of_get, path
        assert f"content-length: {len(content)}" in of_get, path
        assert (bool(content), nothing) == (True, b""), path


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


WHOLE = [
    "http://links.acme.example/healthz",
    "HTTP://LINKS.acme.example:8080/healthz",
    "https://links.acme.example/healthz",
    "http://[2001:db8::1]:8080/healthz?x=1",
    "http://192.0.2.7/healthz",
]


async def test_a_whole_url_is_taken_for_its_path(served: Served) -> None:
    by_path = await served.answer("GET /healthz")
    for target in WHOLE:
        assert await served.answer(f"GET {target}") == by_path, target


async def test_a_page_by_its_whole_url_is_the_page_by_its_path(served: Served) -> None:
    odd = ["", "?x=1", f"//u/{leave_list()}", "/%2e%2e/healthz", "/http://links.acme.example/healthz", "/a%0Ab"]
    for path in [*PAGES, *odd]:
        by_path = await served.answer(f"GET {path if path.startswith('/') else '/' + path}")
        assert await served.answer(f"GET https://{HOST}{path}") == by_path, path


async def test_the_api_by_its_whole_url_is_the_api_by_its_path(served: Served) -> None:
    for path in ("/lists/weekly", "/facts?limit=1", "/facts?limit=0", "/people/17", "/nothing"):
        for method in ("GET", "HEAD"):
            by_path = await served.answer(f"{method} /api/v1{path}")
            assert await served.answer(f"{method} http://{HOST}/api/v1{path}") == by_path, path


async def test_a_press_by_a_whole_url_is_one(served: Served) -> None:
    said = "List-Unsubscribe=One-Click"
    form = ("Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(said)}", "", said)
    lines, _ = await served.answer(f"POST https://{HOST}/u/{leave_list()}", f"Host: {HOST}", *form)
    assert "HTTP/1.1 200 OK" in lines
    assert [fact.list_id for one in await served.store.persons(KEY) for fact in one.facts] == ["weekly"]


async def test_the_host_of_a_whole_url_counts_and_no_other(served: Served) -> None:
    there = await served.answer("GET /nothing", f"Host: {HOST}")
    nobodys = await served.answer("GET /nothing", "Host: elsewhere.example")
    assert b"Acme" in there[1]
    assert b"Acme" not in nobodys[1]
    for said in ("elsewhere.example", HOST, "", "elsewhere.example:80"):
        assert await served.answer(f"GET http://{HOST}/nothing", f"Host: {said}") == there, said
        assert await served.answer("GET http://elsewhere.example/nothing", f"Host: {said}") == nobodys, said


async def test_a_whole_url_needs_no_host_beside_it_where_http_needs_none(served: Served) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
    writer.write(f"GET http://{HOST}/nothing HTTP/1.0\r\n\r\n".encode())
    assert b"Acme" in await reader.read()
    writer.close()


NOT_ONE_HOST: list[tuple[str, ...]] = [(), ("Host: a.example", "Host: b.example")]
NO_TARGETS = [
    "http:///healthz",
    "http://",
    "https://:443/healthz",
    "http:/healthz",
    "http:healthz",
    "http://pat:secret@links.acme.example/healthz",
    "http://links.acme.example@elsewhere.example/healthz",
    "http://links.acme.example%2fhealthz",
    "http://links.acme.example%0d%0aX:1/healthz",
    "http://links.acme.example:http/healthz",
    "http://links.acme.example:80:80/healthz",
    "http://links.acme.example#/healthz",
    "http://links.acme.example\\healthz",
    "http://[2001:db8::1/healthz",
    f"http://{'x' * 300}/healthz",
    "ftp://links.acme.example/healthz",
    "links.acme.example:80",
    "healthz",
    "%2fhealthz",
    "*",
]


async def test_what_is_neither_a_path_nor_a_url_of_ours_is_refused(served: Served) -> None:
    for target in NO_TARGETS:
        lines, content = await served.answer(f"GET {target}")
        assert "HTTP/1.1 400 Bad Request" in lines, target
        assert content == b"this is no target of a request\n"
        assert await served.answer(f"HEAD {target}") == (lines, b"")
    assert "HTTP/1.1 404 Not Found" in (await served.answer("OPTIONS *"))[0]


async def test_who_names_no_host_or_two_is_refused_with_a_whole_url_as_with_a_path(served: Served) -> None:
    asked = [(path, hosts) for path in ("/healthz", f"http://{HOST}/healthz") for hosts in NOT_ONE_HOST]
    for target, hosts in asked:
        reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
        writer.write("\r\n".join([f"GET {target} HTTP/1.1", *hosts, "", ""]).encode())
        assert (await reader.read()).startswith(b"HTTP/1.1 400")
        writer.close()
