"""What stands around the listener in its tests: the service behind it and a client before it."""

import asyncio
import contextlib
import os
import socket
import ssl
import struct
from collections.abc import AsyncIterator

import structlog

from mailproc.mail.arrival.envelope import Envelope
from mailproc.settings.settings import SmtpSettings
from mailproc.smtp.listener import Listener
from mailproc.smtp.reception import Acceptance

DOMAIN = "reply.example.com"


class RecordingReception:
    """Stands in for the service: knows one domain, keeps what it is given, fails or waits when told to."""

    def __init__(self) -> None:
        self.accepted: list[tuple[Envelope, bytes]] = []
        self.failures: list[BaseException] = []
        self.gate: asyncio.Event | None = None
        self.waiting = asyncio.Event()
        self.reason_to_wait: str | None = None
        self.keep_content = True

    def route(self, rcpt_to: str) -> Acceptance:
        local, _, domain = rcpt_to.lower().rpartition("@")
        if rcpt_to.lower() == "postmaster":
            return Acceptance.OK
        if domain != DOMAIN:
            return Acceptance.UNKNOWN_DOMAIN
        if local == "bug":
            raise RuntimeError("secret of the implementation")
        return Acceptance.UNKNOWN_MAILBOX if local.startswith("nobody") else Acceptance.OK

    def busy(self) -> str | None:
        return self.reason_to_wait

    async def accept(self, envelope: Envelope, content: bytes) -> str:
        if self.gate is not None:
            self.waiting.set()
            await self.gate.wait()
        if self.failures:
            raise self.failures.pop(0)
        self.accepted.append((envelope, content if self.keep_content else b""))
        return f"mail-{len(self.accepted)}"

    @property
    def contents(self) -> list[bytes]:
        return [content for _, content in self.accepted]


class Client:
    """A client that says lines and hears whole replies."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    async def reply(self) -> str:
        """One reply, its lines joined; empty when the server has closed the connection."""
        lines = []
        while True:
            try:
                line = await self.reader.readline()
            except ConnectionError:
                line = b""
            lines.append(line.decode().rstrip("\r\n"))
            if line[3:4] != b"-":
                return "\n".join(lines)

    async def ask(self, line: str) -> str:
        self.send(line.encode() + b"\r\n")
        return await self.reply()

    def send(self, data: bytes) -> None:
        self.writer.write(data)

    def drip(self, data: bytes) -> None:
        """Send past the stream: bytes for a server that has just hung up are no error that hides its last words."""
        with contextlib.suppress(OSError):
            os.write(self.writer.get_extra_info("socket").fileno(), data)

    async def hello(self, verb: str = "EHLO") -> str:
        await self.reply()
        return await self.ask(f"{verb} client.example.org")

    async def begin(self, rcpt_to: str = f"reply@{DOMAIN}", mail_from: str = "pat@example.org") -> None:
        """Say everything up to the content."""
        assert (await self.ask(f"MAIL FROM:<{mail_from}>"))[:3] == "250"
        assert (await self.ask(f"RCPT TO:<{rcpt_to}>"))[:3] == "250"
        assert (await self.ask("DATA"))[:3] == "354"

    async def bring(self, content: bytes = b"Subject: stop\r\n\r\nplease\r\n") -> str:
        """Bring one mail; returns the last reply."""
        await self.begin()
        self.send(content + b".\r\n")
        return await self.reply()

    async def start_tls(self, context: ssl.SSLContext, hostname: str) -> None:
        assert (await self.ask("STARTTLS"))[:3] == "220"
        await self.writer.start_tls(context, server_hostname=hostname)

    def reset(self) -> None:
        """Vanish, as a crashed client does: the server sees an error, not an end."""
        connection = self.writer.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()

    async def close(self) -> None:
        self.writer.close()
        with contextlib.suppress(OSError):
            await self.writer.wait_closed()


@contextlib.asynccontextmanager
async def connected(
    host: str, port: int, context: ssl.SSLContext | None = None, hostname: str | None = None
) -> AsyncIterator[Client]:
    if port == 0:
        reader, writer = await asyncio.open_unix_connection(host)
    else:
        reader, writer = await asyncio.open_connection(host, port, ssl=context, server_hostname=hostname)
    client = Client(reader, writer)
    try:
        yield client
    finally:
        await client.close()


@contextlib.asynccontextmanager
async def listening(
    reception: RecordingReception | None = None, *, free_disk_bytes: object = None, **settings: object
) -> AsyncIterator[Listener]:
    settings.setdefault("listen", ("127.0.0.1:0",))
    listener = Listener(
        SmtpSettings(**settings),  # type: ignore[arg-type]
        reception or RecordingReception(),
        log=structlog.get_logger(),
        free_disk_bytes=free_disk_bytes,  # type: ignore[arg-type]
    )
    await listener.start()
    try:
        yield listener
    finally:
        await listener.stop(0)


async def until(condition: object, seconds: float = 10.0) -> None:
    """Wait for something that the other side does in its own time."""
    async with asyncio.timeout(seconds):
        while not condition():  # type: ignore[operator]
            await asyncio.sleep(0.005)
