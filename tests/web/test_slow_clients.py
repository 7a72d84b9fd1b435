"""Over real sockets: who dawdles with a request is cut off, and others are served meanwhile."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from mailproc.web.server import HttpServer
from mailproc.web.slow_clients import PatientProtocol

MUCH = 8_000_000
WHOLE = b"GET / HTTP/1.1\r\nHost: links.acme.example\r\n\r\n"


class Hasty(PatientProtocol):
    head_seconds = 0.05
    read_seconds = 0.05


async def much(request: Request) -> PlainTextResponse:
    return PlainTextResponse("x" * MUCH)


async def hello(request: Request) -> PlainTextResponse:
    return PlainTextResponse(f"hello {request.client.host if request.client else ''}")


@pytest.fixture
async def port() -> AsyncIterator[int]:
    server = HttpServer(("127.0.0.1:0",), Starlette(routes=[Route("/", hello), Route("/much", much)]), Hasty)
    await server.start()
    yield server.addresses[0][1]
    await server.stop()


async def said(port: int, *pieces: bytes) -> bytes:
    """What the server says until it closes, when these pieces come each long after the other."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for piece in pieces:
        writer.write(piece)
        await asyncio.sleep(0.01)
    try:
        return await reader.read()
    except ConnectionError:
        return b""
    finally:
        writer.close()


async def test_who_never_ends_the_head_of_a_request_is_cut_off(port: int) -> None:
    assert await said(port, b"GET / HTTP/1.1\r\n", b"X: 1\r\n", b"Y: 1\r\n") == b""
    assert await said(port) == b""


async def test_so_is_who_dawdles_with_a_second_one_after_a_first_was_answered(port: int) -> None:
    answer = await said(port, WHOLE, b"GET / HTTP/1.1\r\n")
    assert answer.startswith(b"HTTP/1.1 200")
    assert answer.count(b"HTTP/1.1") == 1


async def test_a_head_in_pieces_that_is_whole_in_time_is_answered(port: int) -> None:
    answer = await said(port, WHOLE[:7], WHOLE[7:-2] + b"Connection: close\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 200")


async def test_nobody_is_believed_to_speak_for_others_by_the_server_itself(port: int) -> None:
    forged = WHOLE[:-2] + b"X-Forwarded-For: 203.0.113.9\r\nConnection: close\r\n\r\n"
    assert b"hello 127.0.0.1" in await said(port, forged)


@dataclass
class Watched:
    """A server of which it is told when it looks whether somebody reads, and when it lets somebody go."""

    port: int
    protocol: type[PatientProtocol]
    looks: asyncio.Queue[None]
    lost: asyncio.Event


@pytest.fixture
async def watched() -> AsyncIterator[Watched]:
    looks, lost = asyncio.Queue[None](), asyncio.Event()

    class Told(Hasty):
        def _let_go_unless_read(self, left_before: float) -> None:
            looks.put_nowait(None)
            super()._let_go_unless_read(left_before)

        def connection_lost(self, exc: Exception | None) -> None:
            lost.set()
            super().connection_lost(exc)

    server = HttpServer(("127.0.0.1:0",), Starlette(routes=[Route("/much", much)]), Told)
    await server.start()
    yield Watched(server.addresses[0][1], Told, looks, lost)
    await server.stop()


async def asked_for_much(port: int, times: int) -> socket.socket:
    """A client with little room for what it is told."""
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 262_144)
    client.setblocking(False)
    loop = asyncio.get_running_loop()
    await loop.sock_connect(client, ("127.0.0.1", port))
    await loop.sock_sendall(client, WHOLE.replace(b"GET /", b"GET /much") * times)
    return client


async def read(client: socket.socket, most: int) -> int:
    """How much comes, until it is so much or the other side closes."""
    count = 0
    with contextlib.suppress(ConnectionError):
        while count < most and (some := await asyncio.get_running_loop().sock_recv(client, 1_000_000)):
            count += len(some)
    return count


@pytest.mark.parametrize("times", [1, 3])
async def test_who_takes_nothing_of_an_answer_is_cut_off(watched: Watched, times: int) -> None:
    with await asked_for_much(watched.port, times) as client:
        await watched.lost.wait()
        assert await read(client, MUCH) < MUCH


async def test_who_takes_it_slowly_gets_all_of_it(watched: Watched) -> None:
    watched.protocol.read_seconds = 0.3  # TCP itself may rest for less between two pieces
    with await asked_for_much(watched.port, 1) as client:
        count = 0
        for _ in range(2):
            await watched.looks.get()
            count += await read(client, 1_000_000)
        assert count + await read(client, MUCH - count) >= MUCH
