"""One connection: bytes in, lines and mails out.

It knows no command: `session.py` does. Everything runs in the callbacks of the event loop, without a task per
connection; only a commit is one, and that belongs to the listener, so that no disconnect can cancel it.
"""

import asyncio
from abc import abstractmethod
from typing import cast

from mailproc.smtp import replies
from mailproc.smtp.data_reader import DataReader
from mailproc.smtp.door import Door
from mailproc.smtp.networks import Client
from mailproc.smtp.proxy import NeedMore, ProxyError, parse_proxy_header
from mailproc.smtp.state import ListenerState
from mailproc.smtp.wire import Phase, Wire

# RFC 5321 §4.5.3.1.4 asks for 512 octets and more with extensions; tokens and SRS addresses are long.
MAX_COMMAND_LINE_BYTES = 2048
# A client may send on while its mail is being stored; beyond this much it is not read.
_MAX_WAITING_INPUT_BYTES = 16 * 1024
# So many commands, then other connections have their turn.
_COMMANDS_PER_TURN = 200
_PROXY_SECONDS = 5.0


class Connection(Wire):
    """aiosmtpd's protocol with its reading replaced; see `session.py` for the commands."""

    def __init__(self, state: ListenerState, door: Door) -> None:
        super().__init__(state, door)
        self.may_xclient = False
        self._counted = False
        self._skipping_line = False
        self._client_has_finished = False
        self._turn: asyncio.Handle | None = None

    # What the session does.

    @abstractmethod
    def greet(self) -> None:
        """Say who we are; the first thing on a connection."""

    @abstractmethod
    def take_line(self, line: bytes) -> None:
        """Obey one command line, without its line end."""

    @abstractmethod
    def take_overlong_line(self) -> None:
        """Refuse a command line that was too long to keep."""

    @abstractmethod
    def take_data(self, reader: DataReader) -> None:
        """More of a mail has come in."""

    @abstractmethod
    def take_mail(self, reader: DataReader) -> None:
        """Take a mail that has come in whole."""

    # The life of a connection, as asyncio tells it.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Let a client in; called for the second time when TLS is ready."""
        self.wire = cast(asyncio.Transport, transport)
        if self.phase is Phase.HANDSHAKE:
            self.tls = True
            self.phase = Phase.COMMAND
            if self.door is Door.TLS:
                self.greet()
                self.flush()
            return
        peername = transport.get_extra_info("peername")
        self.client = self.state.neighbourhood.client(peername[0] if isinstance(peername, tuple) else None)
        self.name = self.state.next_session()
        self.state.connections.add(self)
        if self.client.must_speak_proxy:
            self.phase = Phase.PROXY
            self.watch_until(self._started_at + _PROXY_SECONDS)
        else:
            self._let_in(self.client)

    def _let_in(self, client: Client) -> None:
        """Greet a client, or start TLS first, or send it away."""
        self.phase = Phase.COMMAND
        self.may_xclient = client.may_xclient
        settings = self.state.settings
        self.watch_until(self._heard_at + min(settings.idle_seconds, settings.session_seconds))
        if self.state.stopping:
            self.say_goodbye(replies.SHUTTING_DOWN)
        elif self.count_as(client):
            if self.door is Door.TLS:
                self.start_tls()
            else:
                self.greet()
                self.flush()

    def count_as(self, client: Client) -> bool:
        """Count this connection under the client's network; False: sent away with 421."""
        ledger = self.state.ledger
        self._uncount()
        self.client = client
        if client.network is not None and ledger.is_full():
            self.refuse_and_close(replies.TOO_MANY_CONNECTIONS)
        elif ledger.is_full_for(client):
            self.refuse_and_close(replies.TOO_MANY_CONNECTIONS_FROM_NETWORK)
        else:
            ledger.enter(client)
            self._counted = True
        return self._counted

    def _uncount(self) -> None:
        if self._counted:
            self._counted = False
            self.state.ledger.leave(self.client)

    def connection_lost(self, error: Exception | None) -> None:
        """Clean up. A mail that is being stored is stored all the same."""
        self.phase = Phase.CLOSED
        self.state.connections.discard(self)
        self._uncount()
        self.drop_reader()
        for handle in (self._watch, self._turn):
            if handle is not None:
                handle.cancel()
        self._input.clear()
        self.state.note_quiet()

    def eof_received(self) -> bool:
        """The client sends no more: what it sent is finished before we close, but TLS cannot be kept half open."""
        self._client_has_finished = True
        return not self.tls and (self.phase is Phase.COMMIT or self._turn is not None)

    # Bytes in.

    def data_received(self, data: bytes) -> None:
        """Sort what arrived: mail, or commands."""
        if self.phase is Phase.DATA:
            self._collect(data)
            if self.phase is Phase.DATA:
                return
        elif self.phase is not Phase.CLOSED:
            self._input += data
        if self.phase is Phase.COMMAND:
            self.work_on()
        elif self.phase is Phase.PROXY:
            self._read_proxy_header()
        elif self.phase is Phase.COMMIT and len(self._input) > _MAX_WAITING_INPUT_BYTES:
            self.pause_reading()

    def work_on(self) -> None:
        """Work through the input until there is no whole command left, or something has to be waited for."""
        self._turn = None
        if self.state.stopping and self.phase is Phase.COMMAND:
            self.say_goodbye(replies.SHUTTING_DOWN)
            return
        commands = 0
        while self._input and not self._writing_paused:
            if self.phase is Phase.COMMAND:
                commands += 1
                if commands > _COMMANDS_PER_TURN:
                    self.pause_reading()
                    self._turn = self._loop.call_soon(self.work_on)
                    break
                if not self._next_command():
                    break
            elif self.phase is Phase.DATA:
                data = bytes(self._input)
                self._input.clear()
                self._collect(data)
            else:
                break
        self.flush()
        if self._turn is None:
            self.resume_reading()
            if self._client_has_finished and self.phase is Phase.COMMAND:
                self.close()

    def _next_command(self) -> bool:
        """Take one command line out of the input; False: none is whole yet."""
        end = self._input.find(b"\r\n")
        if end < 0:
            if len(self._input) > MAX_COMMAND_LINE_BYTES:
                self._skipping_line = True
                del self._input[:-1]  # the last byte may be the CR of its end
            return False
        line = bytes(memoryview(self._input)[:end])
        del self._input[: end + 2]
        self._heard_at = self._loop.time()
        if self._skipping_line or end > MAX_COMMAND_LINE_BYTES - 2:
            self._skipping_line = False
            self.take_overlong_line()
        else:
            self.take_line(line)
        return True

    def _collect(self, data: bytes) -> None:
        """Add to the mail that is coming in; after its end the session decides."""
        reader = self.reader
        assert reader is not None
        self._heard_at = self._loop.time()
        rest = reader.feed(data)
        self.take_data(reader)
        if rest is not None:
            self._input += rest
            self.phase = Phase.COMMAND  # or COMMIT, by what becomes of the mail
            self.take_mail(reader)
            self.drop_reader()

    def start_data(self) -> None:
        """Read mail from now on."""
        self.reader = DataReader()
        self.phase = Phase.DATA
        self._data_at = self._loop.time()

    def drop_reader(self) -> None:
        """Stop reading mail, and give back what it held."""
        if self.reader is not None:
            self.state.ledger.bytes_in_hand -= self.reader.held_bytes
            self.reader = None

    def resume(self) -> None:
        """Go on with what the client sent while its mail was being stored."""
        self.phase = Phase.COMMAND
        self._heard_at = self._loop.time()
        self.work_on()

    def _read_proxy_header(self) -> None:
        """Learn who the client of the proxy is; without a valid header the connection is dropped."""
        try:
            source, length = parse_proxy_header(self._input)
        except NeedMore:
            return
        except ProxyError as error:
            self.note_refusal(f"PROXY header: {error}")
            self.abort()
            return
        del self._input[:length]
        self._heard_at = self._loop.time()
        self._let_in(self.client if source is None else self.state.neighbourhood.client(source))
        if self.phase is Phase.COMMAND:
            self.work_on()
