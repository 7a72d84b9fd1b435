"""A load of SMTP mail: closed loop (as fast as the server takes it) or open loop (exponential gaps), latencies kept."""

import asyncio
import contextlib
import random
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from typing import cast


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


class Session(asyncio.Protocol):
    """One SMTP connection of a well-behaved client that pipelines the envelope (RFC 2920).

    It does as little as can be: whatever the client costs, the server under load does not get.
    """

    def __init__(self) -> None:
        self._transport: asyncio.Transport
        self._received = b""
        self._replies: list[bytes] = []
        self._expected = 0
        self._waiter: asyncio.Future[list[bytes]] | None = None
        self._closed: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    @classmethod
    async def open(cls, host: str, port: int) -> "Session":
        """Connect and greet. Raises OSError, ConnectionError."""
        _, session = await asyncio.get_running_loop().create_connection(cls, host, port)
        await session._answers(1)
        session._transport.write(b"EHLO load.example\r\n")
        await session._answers(1)
        return session

    async def send(self, mail_from: str, rcpt_to: str, content: bytes) -> tuple[str, float]:
        """Send one mail; content in SMTP form without the final dot. Returns the answer and the seconds it took."""
        envelope = b"MAIL FROM:<%b>\r\nRCPT TO:<%b>\r\nDATA\r\n" % (mail_from.encode(), rcpt_to.encode())
        self._transport.write(envelope)
        replies = await self._answers(3)
        if not replies[2].startswith(b"354"):
            return next(reply for reply in replies if reply[:1] in b"45").decode("ascii", "replace"), 0.0
        self._transport.write(content + b".\r\n")
        start = time.perf_counter()
        [reply] = await self._answers(1)
        return reply.decode("ascii", "replace"), time.perf_counter() - start

    async def close(self) -> None:
        """Say goodbye."""
        with contextlib.suppress(OSError):
            self._transport.write(b"QUIT\r\n")
            self._transport.close()
            await self._closed

    def _answers(self, count: int) -> asyncio.Future[list[bytes]]:
        """So many replies, each its last line."""
        self._expected = count
        self._waiter = asyncio.get_running_loop().create_future()
        self._hand_out()
        return self._waiter

    def _hand_out(self) -> None:
        if self._waiter is None or self._waiter.done():
            return
        if len(self._replies) >= self._expected:
            answers, self._replies = self._replies[: self._expected], self._replies[self._expected :]
            self._waiter.set_result(answers)
        elif self._closed.done():
            self._waiter.set_exception(ConnectionError("the server closed the connection"))

    # What asyncio tells.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        """Keep the last line of each reply."""
        *lines, self._received = (self._received + data).split(b"\r\n")
        self._replies += [line for line in lines if line[3:4] != b"-"]
        self._hand_out()

    def connection_lost(self, error: Exception | None) -> None:
        """End."""
        if not self._closed.done():
            self._closed.set_result(None)
        self._hand_out()


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
