"""A load of SMTP mail: closed loop (as fast as the server takes it) or open loop (exponential gaps), latencies kept."""

import asyncio
import contextlib
import random
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field


@dataclass(kw_only=True)
class Load:
    """What came of a load: seconds from the final dot to its answer, and what was not answered with 250."""

    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    @property
    def per_second(self) -> float:
        """Mails answered with 250 a second."""
        return len(self.latencies) / self.seconds if self.seconds else 0.0

    def percentile(self, share: float) -> float:
        """Seconds below which this share of the answers came; 0 when there was none."""
        ordered = sorted(self.latencies)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else 0.0


class Session:
    """One SMTP connection of a well-behaved client that pipelines the envelope (RFC 2920)."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    @classmethod
    async def open(cls, host: str, port: int) -> "Session":
        """Connect and greet. Raises OSError, ConnectionError."""
        reader, writer = await asyncio.open_connection(host, port)
        session = cls(reader, writer)
        await session._reply()
        await session._ask(b"EHLO load.example\r\n")
        return session

    async def send(self, mail_from: str, rcpt_to: str, content: bytes) -> tuple[str, float]:
        """Send one mail; content in SMTP form without the final dot. Returns the answer and the seconds it took."""
        self._writer.write(b"MAIL FROM:<%b>\r\nRCPT TO:<%b>\r\nDATA\r\n" % (mail_from.encode(), rcpt_to.encode()))
        replies = [await self._reply() for _ in range(3)]
        if not replies[2].startswith("354"):
            return next(reply for reply in replies if reply[0] in "45"), 0.0
        self._writer.write(content)
        self._writer.write(b".\r\n")
        await self._writer.drain()
        start = time.perf_counter()
        return await self._reply(), time.perf_counter() - start

    async def close(self) -> None:
        """Say goodbye."""
        with contextlib.suppress(OSError):
            self._writer.write(b"QUIT\r\n")
            self._writer.close()
            await self._writer.wait_closed()

    async def _ask(self, line: bytes) -> str:
        self._writer.write(line)
        return await self._reply()

    async def _reply(self) -> str:
        while True:
            line = await self._reader.readline()
            if not line:
                raise ConnectionError("the server closed the connection")
            if line[3:4] != b"-":
                return line.decode("ascii", "replace").rstrip()


Mail = tuple[str, str, bytes]


async def closed_loop(host: str, port: int, mails: Iterator[Mail], *, sessions: int, keep: bool = True) -> Load:
    """Send all mails over so many sessions, each as fast as it is answered; `keep` False: one connection per mail."""
    load = Load()

    async def one_session() -> None:
        session = await Session.open(host, port) if keep else None
        for mail in mails:
            current = session or await Session.open(host, port)
            _note(load, *await current.send(*mail))
            if session is None:
                await current.close()
        if session:
            await session.close()

    start = time.perf_counter()
    await asyncio.gather(*(one_session() for _ in range(sessions)))
    load.seconds = time.perf_counter() - start
    return load


async def open_loop(
    host: str,
    port: int,
    mails: Iterator[Mail],
    *,
    sessions: int,
    rate: float,
    beside: Callable[[], Awaitable[None]] | None = None,
) -> Load:
    """Send mails at exponential gaps, whatever the server does; `beside` runs meanwhile and is ended with the load."""
    load = Load()
    free: asyncio.Queue[Session] = asyncio.Queue()
    for _ in range(sessions):
        free.put_nowait(await Session.open(host, port))
    chance = random.Random(1)
    other = asyncio.create_task(beside()) if beside else None

    async def one_mail(mail: Mail) -> None:
        session = await free.get()
        try:
            _note(load, *await session.send(*mail))
        finally:
            free.put_nowait(session)

    start = time.perf_counter()
    due, running = start, set()
    for mail in mails:
        due += chance.expovariate(rate)
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        task = asyncio.create_task(one_mail(mail))
        running.add(task)
        task.add_done_callback(running.discard)
    await asyncio.gather(*running)
    load.seconds = time.perf_counter() - start
    if other:
        other.cancel()
    while not free.empty():
        await free.get_nowait().close()
    return load


def _note(load: Load, reply: str, seconds: float) -> None:
    if reply.startswith("250"):
        load.latencies.append(seconds)
    else:
        load.refused.append(reply)
