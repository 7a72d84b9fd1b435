"""What all connections of one listener share."""

import asyncio
import contextlib
import secrets
import time
from collections.abc import Callable, Coroutine
from typing import Any, Protocol

from structlog.typing import FilteringBoundLogger

from mailproc.errors import SettingsError
from mailproc.settings.settings import SmtpSettings
from mailproc.smtp import replies
from mailproc.smtp.door import Door
from mailproc.smtp.ledger import Ledger
from mailproc.smtp.networks import Neighbourhood, parse_networks
from mailproc.smtp.reception import Reception
from mailproc.smtp.tls import Certificate

# What a relay brings may be larger than the limit, and is parked; what is larger than this many limits is refused.
RELAY_SIZE_FACTOR = 8
_DISK_LOOKED_AT_EVERY_SECONDS = 1.0


class OpenConnection(Protocol):
    """What the listener does to its connections when it stops; see `wire.py`."""

    def shut(self) -> None:
        """Close, but finish the mail in hand."""
        ...

    def cut(self) -> None:
        """Close, whatever is in hand."""
        ...

    def abort(self) -> None:
        """Close without a last word."""
        ...


class ListenerState:
    """Settings, counts and the service behind; everything here outlives a connection."""

    def __init__(
        self,
        settings: SmtpSettings,
        reception: Reception,
        *,
        log: FilteringBoundLogger,
        free_disk_bytes: Callable[[], int] | None,
    ) -> None:
        self.settings = settings
        self.reception = reception
        self.log: FilteringBoundLogger = log.bind()  # once, not for each line
        self.stopping = False
        self.connections: set[OpenConnection] = set()
        self.ledger = Ledger(
            max_connections=settings.max_connections,
            max_connections_per_network=settings.max_connections_per_network,
            max_bytes_in_hand=settings.max_bytes_in_hand,
        )
        self.neighbourhood, self.certificate = _read_settings(settings)
        self._free_disk_bytes = free_disk_bytes
        self._disk_looked_at = float("-inf")
        self._disk_is_full = False
        self._commits: set[asyncio.Task[str]] = set()
        self._quiet: asyncio.Event = asyncio.Event()
        self._extended_hellos: dict[tuple[Door, bool, bool, bool], bytes] = {}
        # Tells sessions of this run from those of another, in logs that are read together.
        self._run = secrets.token_hex(3)
        self._sessions = 0

    def next_session(self) -> str:
        """Name a session, for the log."""
        self._sessions += 1
        return f"{self._run}-{self._sessions}"

    def commit(self, work: Coroutine[Any, Any, str], done: Callable[[asyncio.Task[str]], None]) -> None:
        """Run a commit that belongs to no connection: it goes on when the client is gone, and `stop` waits for it."""

        def finish(task: asyncio.Task[str]) -> None:
            self._commits.discard(task)
            done(task)
            if self.stopping:
                self.note_quiet()

        task = asyncio.get_running_loop().create_task(work)
        self._commits.add(task)
        task.add_done_callback(finish)

    def note_quiet(self) -> None:
        """Wake up `wait_until_quiet` when nothing is in hand any more."""
        if not self.connections and not self._commits:
            self._quiet.set()

    async def wait_until_quiet(self, timeout_seconds: float) -> bool:
        """Wait until no connection and no commit is left; False: some are, and the time is over."""
        self._quiet.clear()
        self.note_quiet()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout_seconds):
                await self._quiet.wait()
        return self._quiet.is_set()

    def cancel_commits(self) -> None:
        """Give up on commits that outlasted the grace; none of their clients has had a 250."""
        for task in self._commits:
            task.cancel()

    def disk_is_full(self) -> bool:
        """Say whether free disk is below the limit; looked at once a second at most."""
        if self._free_disk_bytes is None:
            return False
        now = time.monotonic()
        if now - self._disk_looked_at >= _DISK_LOOKED_AT_EVERY_SECONDS:
            self._disk_looked_at = now
            self._disk_is_full = self._free_disk_bytes() < self.settings.min_free_disk_bytes
        return self._disk_is_full

    def extended_hello(self, door: Door, *, tls: bool, relay: bool, may_xclient: bool) -> bytes:
        """Answer to EHLO and LHLO; the keywords depend on who asks and how (made once for each)."""
        kind = (door, tls, relay, may_xclient)
        if kind not in self._extended_hellos:
            keywords = ["PIPELINING", f"SIZE {self.max_size_bytes(relay=relay)}", "8BITMIME", "SMTPUTF8"]
            keywords.append("ENHANCEDSTATUSCODES")
            if self.certificate is not None and not tls:
                keywords.append("STARTTLS")
            if may_xclient:
                keywords.append("XCLIENT NAME ADDR PORT PROTO HELO LOGIN DESTADDR DESTPORT REVERSE_NAME")
            self._extended_hellos[kind] = replies.extended_hello(self.settings.hostname, keywords)
        return self._extended_hellos[kind]

    def max_size_bytes(self, *, relay: bool) -> int:
        """Size beyond which mail is refused."""
        return self.settings.max_size_bytes * (RELAY_SIZE_FACTOR if relay else 1)


def _read_settings(settings: SmtpSettings) -> tuple[Neighbourhood, Certificate | None]:
    """Make of the settings what only this room can judge; raises SettingsError with all mistakes at once."""
    problems: list[str] = []
    for key in ("relays", "proxy_from", "xclient_from"):
        try:
            parse_networks(getattr(settings, key))
        except ValueError as error:
            problems.append(f"smtp.{key}: {error}")
    certificate = None
    if settings.tls_cert is not None:
        try:
            certificate = Certificate(settings.tls_cert, settings.tls_key)
        except SettingsError as error:
            problems += error.problems
    elif settings.tls_listen or settings.require_tls:
        problems.append("smtp.tls_cert: tls_listen and require_tls need a certificate")
    if problems:
        raise SettingsError(problems)
    neighbourhood = Neighbourhood(
        relays=settings.relays, proxy_from=settings.proxy_from, xclient_from=settings.xclient_from
    )
    return neighbourhood, certificate
