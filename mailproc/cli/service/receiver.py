"""The webhook receiver that stands beside the demo: a small real HTTP server that verifies every signature."""

import asyncio
import socket
from typing import Any

import uvicorn
from standardwebhooks.webhooks import Webhook, WebhookVerificationError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mailproc.web.server import QuietServer


class Receiver:
    """Takes events on a free loopback port; `events` holds the verified ones by id, `refused` counts the others."""

    def __init__(self, secret: str) -> None:
        self._webhook = Webhook(secret)
        self.events: dict[str, dict[str, Any]] = {}
        self.refused = 0
        self._socket = socket.create_server(("127.0.0.1", 0))
        application = Starlette(routes=[Route("/hook", self._take, methods=["POST"])])
        config = uvicorn.Config(application, log_config=None, access_log=False, lifespan="off", loop="none")
        self._server = QuietServer(config)
        self._task: asyncio.Task[None] | None = None

    @property
    def url(self) -> str:
        """Where events are to be posted."""
        return f"http://127.0.0.1:{self._socket.getsockname()[1]}/hook"

    async def _take(self, request: Request) -> Response:
        body = await request.body()
        try:
            event = self._webhook.verify(body, dict(request.headers))
        except WebhookVerificationError:
            self.refused += 1
            return Response(status_code=401)
        self.events[request.headers["webhook-id"]] = event
        return Response(status_code=204)

    async def start(self) -> None:
        """Serve until stopped."""
        self._task = asyncio.create_task(self._server.serve(sockets=[self._socket]))

    async def stop(self) -> None:
        """Close the door."""
        self._server.should_exit = True
        if self._task:
            await self._task
        self._socket.close()
