"""Lines of JSON in and out (NDJSON), some at a time: however many there are, a thousand are in memory."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any

from fastapi import Request
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from mailproc.errors import StoreError
from mailproc.web.api.caller import token_of
from mailproc.web.api.problems import NO_STORE, Trouble
from mailproc.web.api.route import NDJSON

AT_ONCE = 1000
MAX_LINE_BYTES = 8192


class _Both(StreamingResponse):
    """An answer that is written while the request is still read: nobody else may listen to the client meanwhile."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Only write; who goes away ends the reading."""
        await self.stream_response(send)


Work = Callable[[Sequence[Any]], Awaitable[list[dict[str, Any]]]]


async def answered(request: Request, work: Work) -> StreamingResponse:
    """A line of answer for each line, in their order, and a last one `{"done": true, "lines": …}`.

    `work` gets the values of some lines, None for one that is no JSON object. Where an error comes in between, the last
    line has a `problem` and its `status` instead, and nothing after it was looked at. The token must hold to the end.
    """
    portions = _portions(request)
    first: list[Any] = await anext(portions, [])
    begun = await work(first) if first else []

    async def further(some: Sequence[Any]) -> list[dict[str, Any]]:
        await token_of(request)
        return await work(some)

    return _Both(_written(begun, portions, further), media_type=NDJSON)


async def _written(begun: list[dict[str, Any]], portions: AsyncIterator[list[Any]], work: Work) -> AsyncIterator[bytes]:
    count = len(begun)
    yield _lines(begun)
    try:
        async for some in portions:
            told = await work(some)
            count += len(told)
            yield _lines(told)
    except (StoreError, Trouble) as error:
        what, status = (error.detail, error.status_code) if isinstance(error, Trouble) else (NO_STORE, 503)
        yield _lines([{"problem": str(what), "status": status, "lines": count}])
        return
    yield _lines([{"done": True, "lines": count}])


def _lines(told: list[dict[str, Any]]) -> bytes:
    return "".join(f"{json.dumps(one)}\n" for one in told).encode("ascii")


async def _portions(request: Request) -> AsyncIterator[list[Any]]:
    """What is on each line, a thousand lines at most together; empty lines are passed over."""
    some: list[Any] = []
    rest = b""
    async for chunk in request.stream():
        *whole, rest = (rest + chunk).split(b"\n")
        if len(rest) > MAX_LINE_BYTES:
            raise Trouble(413, f"a line may have {MAX_LINE_BYTES} bytes")
        for line in whole:
            if line.strip():
                some.append(_value(line))
            if len(some) == AT_ONCE:
                yield some
                some = []
    if rest.strip():
        some.append(_value(rest))
    if some:
        yield some


def _value(line: bytes) -> dict[str, Any] | None:
    if len(line) > MAX_LINE_BYTES:
        return None
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None
