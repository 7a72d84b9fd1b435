"""A webhook receiver as the world has them: a real HTTP server on loopback, with a script of good and bad answers."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import web
from jsonschema import Draft202012Validator
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
SCHEMA = json.loads((Path(__file__).parents[2] / "docs/reference/event.schema.json").read_text())
VALIDATOR = Draft202012Validator(SCHEMA)

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True)
class RawRequest:
    """What came over the wire. `peer` tells connections apart."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    peer: tuple[str, int]


@dataclass
class Receiver:
    """Answers by `script`, one entry a request, then by `otherwise`.

    `events` holds what was accepted, once per id and in order; `requests` everything that came, raw.
    `open_now` and `open_most` count the requests under way.
    """

    otherwise: Answer | None = None
    script: list[Answer] = field(default_factory=list)
    requests: list[RawRequest] = field(default_factory=list)
    events: dict[str, dict[str, Any]] = field(default_factory=dict)
    duplicates: int = 0
    refused: int = 0
    open_now: int = 0
    open_most: int = 0
    url: str = ""

    async def __aenter__(self) -> "Receiver":
        application = web.Application()
        application.router.add_route("*", "/{path:.*}", self._take)
        # A handler is let go when its client leaves, as a server in front of an application does it.
        self._runner = web.AppRunner(application, handler_cancellation=True, shutdown_timeout=0.1, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.url = f"http://{host}:{port}/hook"
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    async def _take(self, request: web.Request) -> web.StreamResponse:
        self.open_now += 1
        self.open_most = max(self.open_most, self.open_now)
        try:
            body = await request.read()
            self.requests.append(
                RawRequest(
                    method=request.method,
                    path=request.path,
                    headers={name.lower(): value for name, value in request.headers.items()},
                    body=body,
                    peer=request.transport.get_extra_info("peername")[:2] if request.transport else ("", 0),
                )
            )
            answer = self.script.pop(0) if self.script else self.otherwise
            return await (answer(request) if answer else self.accept(request))
        finally:
            self.open_now -= 1

    async def accept(self, request: web.Request) -> web.StreamResponse:
        """Verify, validate, take once."""
        body = await request.read()
        try:
            event = Webhook(SECRET).verify(body, dict(request.headers))
        except WebhookVerificationError as error:
            self.refused += 1
            return web.Response(status=401, text=str(error))
        VALIDATOR.validate(event)
        event_id = request.headers["webhook-id"]
        if event_id in self.events:
            self.duplicates += 1
            return web.Response(status=200, text="had it already")
        self.events[event_id] = event
        return web.Response(status=204)

    def slowly(self, seconds: float) -> Answer:
        """Accept after a while."""

        async def answer(request: web.Request) -> web.StreamResponse:
            await asyncio.sleep(seconds)
            return await self.accept(request)

        return answer


def says(status: int, text: str = "", content_type: str = "text/plain", **headers: str) -> Answer:
    """Answer with a status; underscores in header names are hyphens."""

    async def answer(request: web.Request) -> web.StreamResponse:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return web.Response(status=status, text=text, content_type=content_type, headers=named)

    return answer


def closes_after(sent: bytes) -> Answer:
    """Send these bytes of an answer, then close the connection."""

    async def answer(request: web.Request) -> web.StreamResponse:
        assert request.transport is not None
        if sent:
            request.transport.write(sent)
        request.transport.close()
        return web.Response()

    return answer


async def hangs(request: web.Request) -> web.StreamResponse:
    """Never answer."""
    await asyncio.Event().wait()
    raise AssertionError


async def talks_for_ever(request: web.Request) -> web.StreamResponse:
    """200 with a body without end."""
    response = web.StreamResponse()
    await response.prepare(request)
    while True:
        await response.write(b"x" * 65_536)
