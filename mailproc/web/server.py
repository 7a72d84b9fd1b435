"""The web application on its sockets."""

import asyncio
import contextlib
import socket
from collections.abc import Iterator

import uvicorn
from starlette.types import ASGIApp

from mailproc.errors import SettingsError, why_not_listening
from mailproc.web.slow_clients import PatientProtocol

MOST_CONNECTIONS = 1000
STOP_SECONDS = 5


class QuietServer(uvicorn.Server):
    """A server that leaves signals to the service."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals belong to the service."""
        yield


class HttpServer:
    """The application on its sockets."""

    def __init__(
        self, listen: tuple[str, ...], application: ASGIApp, protocol: type[PatientProtocol] = PatientProtocol
    ) -> None:
        self._listen = listen
        self._protocol = protocol
        self._application = application
        self._sockets: list[socket.socket] = []
        self._server: QuietServer | None = None
        self._task: asyncio.Task[None] | None = None

    @property
    def addresses(self) -> list[tuple[str, int]]:
        """Host and port of each socket."""
        return [one.getsockname()[:2] for one in self._sockets]

    async def start(self) -> None:
        """Bind and serve. Raises SettingsError when an address cannot be had."""
        for address in self._listen:
            host, _, port = address.rpartition(":")
            try:
                family = socket.AF_INET6 if ":" in host else socket.AF_INET
                self._sockets.append(socket.create_server((host.strip("[]"), int(port)), family=family))
            except OSError as error:
                raise SettingsError([f"web.listen: {address}: {why_not_listening(error)}"]) from None
            except ValueError:
                raise SettingsError([f"web.listen: {address}: write host:port; nothing else is served here"]) from None
        config = uvicorn.Config(
            self._application,
            log_config=None,
            access_log=False,
            lifespan="off",
            loop="none",
            http=self._protocol,
            limit_concurrency=MOST_CONNECTIONS,  # beyond that 503: one-click clients come back
            proxy_headers=False,  # whose X-Forwarded-For is believed, the settings say (limits.py)
            server_header=False,
            timeout_graceful_shutdown=STOP_SECONDS,
        )
        self._server = QuietServer(config)
        self._task = asyncio.create_task(self._server.serve(sockets=self._sockets))

    async def stop(self) -> None:
        """Finish what is being answered, then close."""
        if self._server and self._task:
            self._server.should_exit = True
            await self._task
        for one in self._sockets:
            one.close()
