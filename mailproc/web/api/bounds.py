"""How much and how slowly a program may send: bodies, pauses, and answers that nobody reads."""

import asyncio
from collections.abc import MutableMapping
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mailproc.web.api.problems import Trouble, problem
from mailproc.web.api.route import HAVE_A_BODY, NDJSON, RFC822

MAX_BODY_BYTES = 2 * 1024 * 1024
MAX_MAIL_BYTES = 26 * 1024 * 1024
PAUSE_SECONDS = 30.0  # between two pieces of a body, and until a piece of an answer is taken
_MAX_PATH = 2000
_LIMITS: dict[str, int | None] = {NDJSON: None, RFC822: MAX_MAIL_BYTES}


class Bounds:
    """Around the whole API. Streams are bounded by the line, and by how long nobody says or reads anything."""

    def __init__(self, app: ASGIApp, pause_seconds: float = PAUSE_SECONDS) -> None:
        self._app = app
        self._pause_seconds = pause_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit = _limit_of(scope["path"].removeprefix(scope.get("root_path", "")))
        length = dict(scope["headers"]).get(b"content-length", b"0")
        state: MutableMapping[str, Any] = scope.setdefault("state", {})
        came = 0

        async def bounded() -> Message:
            nonlocal came
            try:
                async with asyncio.timeout(self._pause_seconds):
                    message = await receive()
            except TimeoutError:
                raise Trouble(408, f"nothing came for {self._pause_seconds:g} seconds") from None
            came += len(message.get("body", b""))
            if limit is not None and came > limit:
                raise Trouble(413, f"a body may have {limit} bytes")
            return message

        async def told(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), (b"cache-control", b"no-store"), *_pace(state)]
            async with asyncio.timeout(self._pause_seconds):  # who reads nothing is let go
                await send(message)

        if limit is not None and length.isdigit() and int(length) > limit:
            await problem(413, f"a body may have {limit} bytes")(scope, receive, told)
        elif len(scope["path"]) > _MAX_PATH:
            await problem(404, "there is nothing here")(scope, receive, told)
        else:
            await self._app(scope, bounded, told)


def _limit_of(path: str) -> int | None:
    """By the whole path: a subscriber or a list may be called `stream`, too."""
    return _LIMITS.get(HAVE_A_BODY.get(path, ""), MAX_BODY_BYTES)


def _pace(state: MutableMapping[str, Any]) -> list[tuple[bytes, bytes]]:
    """How often the caller may call (draft-ietf-httpapi-ratelimit-headers-10); nothing for nobody known."""
    if (pace := state.get("pace")) is None:
        return []
    per_minute, left, seconds = pace
    return [
        (b"ratelimit-policy", f'"token";q={per_minute};w=60'.encode()),
        (b"ratelimit", f'"token";r={left};t={seconds}'.encode()),
    ]
