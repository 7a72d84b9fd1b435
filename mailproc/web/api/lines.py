"""Lines of JSON in and out (NDJSON), some at a time: however many there are, a thousand are in memory."""

import json
from codecs import BOM_UTF8
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


Names = tuple[str, str]  # key and address, empty where a line has none
Told = dict[str, Any]
_Line = Names | str  # or why there are none


async def answered(
    request: Request, work: Callable[[Sequence[Names]], Awaitable[list[Told]]], refused: Callable[[str], Told]
) -> StreamingResponse:
    """A line of answer for each line, in their order, and a last one `{"done": true, "lines": …}`.

    `work` answers some lines together, `refused` one that cannot be read, by what is wrong with it and where. Where an
    error comes in between, the last line has a `problem` and its `status` instead, and nothing after it was looked at.
    The token must hold to the end.
    """

    async def told(some: Sequence[_Line]) -> list[Told]:
        named = [one for one in some if not isinstance(one, str)]
        answers = iter(await work(named) if named else ())
        return [refused(one) if isinstance(one, str) else next(answers) for one in some]

    portions = _portions(request)
    begun = await told(await anext(portions, []))

    async def further(some: Sequence[_Line]) -> list[Told]:
        await token_of(request)
        return await told(some)

    return _Both(_written(begun, portions, further), media_type=NDJSON)


async def _written(
    begun: list[Told],
    portions: AsyncIterator[list[_Line]],
    work: Callable[[Sequence[_Line]], Awaitable[list[Told]]],
) -> AsyncIterator[bytes]:
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


async def _portions(request: Request) -> AsyncIterator[list[_Line]]:
    """What is on each line, a thousand lines at most together; empty lines are passed over.

    Raises Trouble 413 for a line that is too long, however it comes.
    """
    some: list[_Line] = []
    rest, number = b"", 0
    async for chunk in request.stream():
        *whole, rest = (rest + chunk).split(b"\n")
        for line in whole:
            number += 1
            if line.strip():
                some.append(_names(line, number))
            if len(some) == AT_ONCE:
                yield some
                some = []
        _check_length(rest, number + 1)
    if rest.strip():
        some.append(_names(rest, number + 1))
    if some:
        yield some


def _check_length(line: bytes, number: int) -> None:
    if len(line) > MAX_LINE_BYTES:
        raise Trouble(413, f"line {number}: a line may have {MAX_LINE_BYTES} bytes")


def _names(line: bytes, number: int) -> _Line:
    """Key and address on a line; or a sentence with its place. Raises Trouble 413 for a line that is too long."""
    _check_length(line, number)
    value = _value(line)
    if isinstance(value, str):
        return f"line {number}{value}"
    for name in ("key", "address"):
        if not isinstance(value.get(name), str | None):
            return f"line {number}: {name} is text"
    return value.get("key") or "", value.get("address") or ""


def _value(line: bytes) -> dict[str, Any] | str:
    """The object on a line; or where in it something is wrong, and what."""
    line = line.removeprefix(BOM_UTF8)
    try:
        value = json.loads(line.decode())
    except UnicodeDecodeError as error:
        place = len(line[: error.start].decode()) + 1
        return f", character {place}: byte {line[error.start]:#04x} is no UTF-8"
    except json.JSONDecodeError as error:
        return f", character {error.pos + 1}: {error.msg}"
    except RecursionError:
        return ": values within values within values"
    except ValueError:  # so far Python turns no number of more than 4,300 digits into an int
        return ": a number of too many digits"
    return value if isinstance(value, dict) else ": a line is one JSON object"
