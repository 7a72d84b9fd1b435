"""How much and how slowly a program may send: bodies, pauses, and all that is in hand at once."""

import asyncio
from collections.abc import MutableMapping
from typing import Any

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mailproc.web.api.problems import RETRY_SECONDS, Trouble, problem
from mailproc.web.api.route import HAVE_A_BODY, NDJSON, RFC822

MAX_BODY_BYTES = 2 * 1024 * 1024
MAX_MAIL_BYTES = 26 * 1024 * 1024
MAX_IN_HAND_BYTES = 256 * 1024 * 1024  # of all bodies together
PAUSE_SECONDS = 30.0  # between two pieces of a body
_MAX_PATH = 2000
_LIMITS: dict[str, int | None] = {NDJSON: None, RFC822: MAX_MAIL_BYTES}


class Bounds:
    """Around the whole API. Streams are bounded by the line, and by how long nobody says anything.

    How long nobody reads is the business of the server (`slow_clients.py`).
    """

    def __init__(self, app: ASGIApp, pause_seconds: float = PAUSE_SECONDS, most: int = MAX_IN_HAND_BYTES) -> None:
        self._app = app
        self._pause_seconds = pause_seconds
        self._most = most
        self._in_hand = 0

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
            if limit is not None:
                size = len(message.get("body", b""))
                came, self._in_hand = came + size, self._in_hand + size
                if came > limit:
                    raise Trouble(413, f"a body may have {limit} bytes")
                if self._in_hand > self._most:
                    raise Trouble(503, "too much is being said at this moment", {"Retry-After": RETRY_SECONDS})
            return message

        async def told(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), (b"cache-control", b"no-store"), *_pace(state)]
            await send(message)

        if limit is not None and length.isdigit() and int(length) > limit:
            await problem(413, f"a body may have {limit} bytes")(scope, receive, told)
        elif len(scope["path"]) > _MAX_PATH:
            await problem(404, "there is nothing here")(scope, receive, told)
        else:
            try:
                await self._app(scope, bounded, told)
            except ClientDisconnect:
                pass  # whoever goes away in the middle of a body is no mistake of ours
            finally:
                self._in_hand -= came


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
