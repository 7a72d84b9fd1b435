"""Clients that dawdle: who does not send a head or take an answer in time is cut off, so that nobody can hold many."""

import asyncio
from math import inf
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol

HEAD_SECONDS = 15.0
READ_SECONDS = 15.0
_LEAST_READ_BYTES = 65_536


class PatientProtocol(H11Protocol):
    """HTTP/1.1 with an end to patience: a request's head must be whole some seconds after its first byte.

    Of an answer that waits to be taken some of it must be, again and again. Bodies are the business of whoever reads
    them; between requests uvicorn's own keep-alive time counts.
    """

    head_seconds = HEAD_SECONDS
    read_seconds = READ_SECONDS

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._deadline: asyncio.TimerHandle | None = None
        self._reading: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """From now on we wait for a head."""
        super().connection_made(transport)
        transport.set_write_buffer_limits(high=0)  # whatever waits to be taken pauses us, and more is written after it
        self._watch()

    def data_received(self, data: bytes) -> None:
        """Some of a request, or all of it."""
        super().data_received(data)
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nobody is waited for any more."""
        self._unwatch()
        self._take_it_as_read()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        """Something waits to be taken."""
        super().pause_writing()
        self._take_it_as_read()
        self._wait_for_reader(inf)

    def resume_writing(self) -> None:
        """All of it was taken."""
        super().resume_writing()
        self._take_it_as_read()

    def _wait_for_reader(self, left_before: float) -> None:
        self._reading = self.loop.call_later(self.read_seconds, self._let_go_unless_read, left_before)

    def _let_go_unless_read(self, left_before: float) -> None:
        left = self.transport.get_write_buffer_size()
        if left > left_before - _LEAST_READ_BYTES:
            self.transport.abort()  # to close would wait for the reader
        else:
            self._wait_for_reader(left)

    def _take_it_as_read(self) -> None:
        if self._reading is not None:
            self._reading.cancel()
            self._reading = None

    def _watch(self) -> None:
        is_waiting = self.cycle is None or self.cycle.response_complete
        if not is_waiting:
            self._unwatch()
        elif self._deadline is None:
            self._deadline = self.loop.call_later(self.head_seconds, self._cut_off)

    def _unwatch(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _cut_off(self) -> None:
        self._deadline = None
        if self.cycle is None or self.cycle.response_complete:
            self.transport.abort()
