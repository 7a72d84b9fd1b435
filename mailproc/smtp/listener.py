"""The listener: opens the doors of the settings, makes a session of each connection, and closes without losing mail."""

import asyncio
import socket
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NamedTuple

from structlog.typing import FilteringBoundLogger

from mailproc.errors import SettingsError, why_not_listening
from mailproc.settings.settings import SmtpSettings
from mailproc.smtp.door import Door
from mailproc.smtp.lmtp_session import LmtpSession
from mailproc.smtp.mail_session import MailSession
from mailproc.smtp.reception import Reception
from mailproc.smtp.sockets import BACKLOG, open_sockets, path_of
from mailproc.smtp.state import ListenerState

_SESSIONS: dict[Door, type[MailSession]] = {Door.SMTP: MailSession, Door.TLS: MailSession, Door.LMTP: LmtpSession}
_KEYS = {Door.SMTP: "listen", Door.TLS: "tls_listen", Door.LMTP: "lmtp_listen"}
# To send the last replies, before connections are closed hard.
_LAST_WORDS_SECONDS = 0.5


class Address(NamedTuple):
    """Where one socket listens; a unix socket has its path as `host` and port 0."""

    host: str
    port: int


class _Opening(NamedTuple):
    """One open socket; `path` is removed when it is closed."""

    door: Door
    address: Address
    server: asyncio.Server
    path: Path | None


class Listener:
    """All SMTP and LMTP ports of a process.

    Raises SettingsError with every mistake in networks and certificates. `free_disk_bytes` is asked at most once a
    second; None: the disk is not watched.
    """

    def __init__(
        self,
        settings: SmtpSettings,
        reception: Reception,
        *,
        log: FilteringBoundLogger,
        free_disk_bytes: Callable[[], int] | None = None,
    ) -> None:
        self._state = ListenerState(settings, reception, log=log, free_disk_bytes=free_disk_bytes)
        self._open: list[_Opening] = []

    async def start(self) -> None:
        """Open all doors, or none: raises SettingsError for an entry that is malformed or cannot be had."""
        try:
            for door, key in _KEYS.items():
                for specification in getattr(self._state.settings, key):
                    await self._open_door(door, key, specification)
        except SettingsError:
            self._close_doors()
            raise

    async def _open_door(self, door: Door, key: str, specification: str) -> None:
        try:
            for listening in open_sockets(specification):
                address = _address_of(listening)
                server = await self._serve(door, listening)
                self._open.append(_Opening(door, address, server, path_of(specification)))
        except OSError as error:
            raise SettingsError([f"smtp.{key}: {specification}: {why_not_listening(error)}"]) from error

    async def _serve(self, door: Door, listening: socket.socket) -> asyncio.Server:
        loop = asyncio.get_running_loop()
        session = partial(_SESSIONS[door], self._state, door)
        if listening.family == socket.AF_UNIX:
            return await loop.create_unix_server(session, sock=listening, backlog=BACKLOG)
        return await loop.create_server(session, sock=listening, backlog=BACKLOG)

    @property
    def addresses(self) -> tuple[Address, ...]:
        """Where we listen: `listen`, then `tls_listen`, then `lmtp_listen`; empty before start and after stop."""
        return tuple(address for door in Door for address in self.addresses_of(door))

    def addresses_of(self, door: Door) -> tuple[Address, ...]:
        """Where one kind of door listens."""
        return tuple(opening.address for opening in self._open if opening.door is door)

    @property
    def connections(self) -> int:
        """Connections that are open now."""
        return len(self._state.connections)

    @property
    def bytes_in_hand(self) -> int:
        """Bytes of mail held in memory: coming in, or being stored."""
        return self._state.ledger.bytes_in_hand

    def reload_certificates(self) -> None:
        """Read certificate and key again; raises SettingsError, and the old ones stay in use."""
        if self._state.certificate is not None:
            self._state.certificate.reload()

    async def stop(self, grace_seconds: float) -> None:
        """Close the doors and tell clients to come back (421); what is in hand is finished within the grace."""
        self._state.stopping = True
        self._close_doors()
        for connection in list(self._state.connections):
            connection.shut()
        if not await self._state.wait_until_quiet(grace_seconds):
            await self._cut_off()

    async def _cut_off(self) -> None:
        """End what outlasted the grace; none of these clients has had a 250."""
        self._state.log.warning("grace is over", connections=self.connections)
        for connection in list(self._state.connections):
            connection.cut()
        self._state.cancel_commits()
        if not await self._state.wait_until_quiet(_LAST_WORDS_SECONDS):
            for connection in list(self._state.connections):
                connection.abort()
            await self._state.wait_until_quiet(_LAST_WORDS_SECONDS)

    def _close_doors(self) -> None:
        for opening in self._open:
            opening.server.close()
            if opening.path is not None:
                opening.path.unlink(missing_ok=True)
        self._open.clear()


def _address_of(listening: socket.socket) -> Address:
    name = listening.getsockname()
    return Address(name, 0) if isinstance(name, str) else Address(name[0], name[1])
