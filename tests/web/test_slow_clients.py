"""Over real sockets: who dawdles with a request is cut off, and others are served meanwhile."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from mailproc.web.server import HttpServer
from mailproc.web.slow_clients import PatientProtocol

WHOLE = b"GET / HTTP/1.1\r\nHost: links.acme.example\r\n\r\n"


class Hasty(PatientProtocol):
    head_seconds = 0.05


async def hello(request: Request) -> PlainTextResponse:
    return PlainTextResponse(f"hello {request.client.host if request.client else ''}")


@pytest.fixture
async def port() -> AsyncIterator[int]:
    server = HttpServer(("127.0.0.1:0",), Starlette(routes=[Route("/", hello)]), Hasty)
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
