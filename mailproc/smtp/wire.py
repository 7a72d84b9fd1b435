"""The near end of a connection: replies out, TLS, time limits, and how it closes. `connection.py` reads."""

import asyncio
from abc import abstractmethod
from asyncio.sslproto import SSLProtocol
from enum import Enum, auto
from typing import cast

from aiosmtpd.smtp import SMTP

from mailproc.smtp import replies
from mailproc.smtp.data_reader import DataReader
from mailproc.smtp.door import Door
from mailproc.smtp.state import ListenerState

_HANDSHAKE_SECONDS = 30
_LINGER_SECONDS = 5.0


class Phase(Enum):
    """What the next bytes of the client are."""

    PROXY = auto()  # the header of a proxy in front
    HANDSHAKE = auto()  # TLS, not ours to read
    COMMAND = auto()
    DATA = auto()
    COMMIT = auto()  # to wait until the mail before them is stored
    CLOSED = auto()  # of no interest any more


class TlsLayer(SSLProtocol):
    """TLS between socket and session.

    asyncio's keeps 256 kB for each connection: a thousand idle ones would hold 256 MB.
    """

    max_size = 16 * 1024


class Wire(SMTP):
    """aiosmtpd's protocol with its writing, timing and TLS replaced.

    Replies that belong to one chunk of input go out in one write. One timer serves all limits of a connection.
    """

    wire: asyncio.Transport  # the socket, or TLS over it

    def __init__(self, state: ListenerState, door: Door) -> None:
        # aiosmtpd's constructor looks through its own methods each time, a fifth of the cost of a connection;
        # nothing that it sets is used here.
        self.state = state
        self.door = door
        self.name = ""
        self.client = state.neighbourhood.stranger()
        self.tls = False
        self.phase = Phase.CLOSED
        self.reader: DataReader | None = None
        self._loop = asyncio.get_running_loop()
        self._input = bytearray()
        self._output: list[bytes] = []
        self._reading_paused = False
        self._writing_paused = False
        self._watch: asyncio.TimerHandle | None = None
        self._started_at = self._heard_at = self._data_at = self._loop.time()

    @abstractmethod
    def forget_dialogue(self) -> None:
        """Forget what the client said; it begins anew (RFC 3207 §4.2)."""

    @abstractmethod
    def work_on(self) -> None:
        """Go on with the input that is there."""

    @abstractmethod
    def drop_reader(self) -> None:
        """Stop reading mail, and give back what it held."""

    # Replies.

    def reply(self, reply: bytes) -> None:
        """Say something, at the end of this turn."""
        self._output.append(reply)

    def flush(self) -> None:
        """Send what was said, in one write."""
        if self._output and self.phase is not Phase.CLOSED:
            self.wire.write(self._output[0] if len(self._output) == 1 else b"".join(self._output))
        self._output.clear()

    def pause_writing(self) -> None:
        """The client does not read our replies: then it is not read either."""
        self._writing_paused = True
        self.pause_reading()

    def resume_writing(self) -> None:
        """The client reads again."""
        self._writing_paused = False
        if self.phase in (Phase.COMMAND, Phase.DATA):
            self.work_on()

    def pause_reading(self) -> None:
        """Read nothing for now; what the client sends stays in the kernel, and then with the client."""
        if not self._reading_paused:
            self._reading_paused = True
            self.wire.pause_reading()

    def resume_reading(self) -> None:
        """Read again, unless the client does not read us."""
        if self._reading_paused and not self._writing_paused:
            self._reading_paused = False
            self.wire.resume_reading()

    # The end.

    def note_refusal(self, why: str, reply: bytes = b"", **more: object) -> None:
        """Log that something was refused, and why."""
        self.state.log.info(
            "refused", session=self.name, peer=self.client.host, reply=replies.status_of(reply), why=why, **more
        )

    def refuse_and_close(self, reply: bytes) -> None:
        """Log and give a last reply, and close."""
        self.note_refusal(replies.text_of(reply), reply)
        self.say_goodbye(reply)

    def say_goodbye(self, reply: bytes) -> None:
        """Give a last reply and close."""
        self.reply(reply)
        self.flush()
        self.close()

    def close(self) -> None:
        """Close once everything is sent; a client that never reads it would keep the connection for ever."""
        if self.phase is not Phase.CLOSED:
            self.drop_reader()
            self.phase = Phase.CLOSED
            self._input.clear()
            self.wire.close()
            self.watch_until(self._loop.time() + _LINGER_SECONDS)

    def shut(self) -> None:
        """End this connection because the listener stops; a mail that is coming in or being stored is finished."""
        if self.phase is Phase.COMMAND:
            self.say_goodbye(replies.SHUTTING_DOWN)
        elif self.phase in (Phase.PROXY, Phase.HANDSHAKE):
            self.abort()

    def cut(self) -> None:
        """End this connection because the grace is over; its client keeps the mail."""
        if self.phase is not Phase.CLOSED:
            self.say_goodbye(replies.SHUTTING_DOWN)

    def abort(self) -> None:
        """End this connection now; what was not sent yet is lost."""
        self.wire.abort()

    # TLS.

    def start_tls(self) -> None:
        """Start the handshake; what came in clear is forgotten, commands and state (RFC 3207 §4.2)."""
        self.flush()
        self.forget_dialogue()
        # Only behind a proxy's header may the client's first TLS record have come with it.
        leftover = bytes(self._input) if self.door is Door.TLS else b""
        self._input.clear()
        self.phase = Phase.HANDSHAKE
        certificate = self.state.certificate
        assert certificate is not None
        over: asyncio.Future[None] = self._loop.create_future()
        over.add_done_callback(self._handshake_over)
        layer = TlsLayer(
            self._loop, self, certificate.context, over, server_side=True, ssl_handshake_timeout=_HANDSHAKE_SECONDS
        )
        plain, self.wire = self.wire, cast(asyncio.Transport, layer._app_transport)
        plain.set_protocol(layer)
        layer.connection_made(plain)
        if leftover:
            layer.get_buffer(len(leftover))[: len(leftover)] = leftover
            layer.buffer_updated(len(leftover))

    def _handshake_over(self, over: "asyncio.Future[None]") -> None:
        error = None if over.cancelled() else over.exception()
        if self.phase is Phase.HANDSHAKE:  # connection_made was not called again: it failed
            self.note_refusal(f"TLS handshake failed: {error!r}")
            self.connection_lost(None)

    # Time.

    def watch_until(self, at: float) -> None:
        """Look at the limits again at this time of the loop."""
        if self._watch is not None:
            self._watch.cancel()
        self._watch = self._loop.call_at(at, self._check_time)

    def _check_time(self) -> None:
        now = self._loop.time()
        if self.phase is Phase.CLOSED:
            self.abort()
        elif self.phase is Phase.PROXY:
            self.note_refusal("no PROXY header came")
            self.abort()
        else:
            due_at, last_words = self._deadline(now)
            if now >= due_at:
                self.refuse_and_close(last_words)
            else:
                self.watch_until(due_at)

    def _deadline(self, now: float) -> tuple[float, bytes]:
        """When this connection will have lasted too long, and what it is told then."""
        settings = self.state.settings
        idle = settings.idle_seconds
        if self.phase in (Phase.COMMIT, Phase.HANDSHAKE):  # the client waits for us, or TLS has a limit of its own
            return now + idle, b""
        due = [(self._heard_at + idle, replies.TIMED_OUT)]
        if not self.client.relay:
            due.append((self._started_at + settings.session_seconds, replies.SESSION_TOO_LONG))
        if self.reader is not None:
            look_at = self._data_at + idle
            if now >= look_at:
                slow = self.reader.received_bytes < settings.data_bytes_per_second * (now - self._data_at)
                look_at = now if slow else now + idle / 4
            due.append((look_at, replies.DATA_TOO_SLOW))
        return min(due)
