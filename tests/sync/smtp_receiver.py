"""Other people's SMTP server: aiosmtpd on loopback, which can refuse, hang up, be silent, want TLS and a password."""

import asyncio
import contextlib
import ssl
import warnings
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from mailproc.settings.smarthost import SmarthostSettings


@dataclass
class SmtpReceiver:
    """Takes mail and keeps it. `says` holds SMTP replies by verb (`MAIL`, `RCPT`, `DATA`); `drops` hangs up there.

    `drops` = "after DATA" takes the mail and hangs up without a reply: the client cannot know.
    """

    says: dict[str, str] = field(default_factory=dict)
    drops: str = ""
    hangs: str = ""
    eight_bit: bool = True
    utf8: bool = False
    tls: ssl.SSLContext | None = None
    implicit: bool = False
    login: tuple[bytes, bytes] | None = None
    mails: list[Envelope] = field(default_factory=list)
    options: list[str] = field(default_factory=list)
    port: int = 0

    async def handle_EHLO(self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]) -> list[str]:  # fmt: skip  # noqa: E501
        session.host_name = hostname
        return [line for line in responses if self.eight_bit or "8BITMIME" not in line]

    async def handle_MAIL(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]) -> str:  # fmt: skip  # noqa: E501
        self.options = list(options)
        envelope.mail_from = address
        return await self._answer("MAIL", server)

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]) -> str:  # fmt: skip  # noqa: E501
        envelope.rcpt_tos.append(address)
        return await self._answer("RCPT", server)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        answer = await self._answer("DATA", server)
        if answer.startswith("250"):
            self.mails.append(envelope)
        if self.drops == "after DATA":
            assert server.transport is not None
            server.transport.abort()
        return answer

    async def _answer(self, verb: str, server: SMTP) -> str:
        if self.hangs == verb:
            await asyncio.sleep(3600)
        if self.drops == verb:
            assert server.transport is not None
            server.transport.abort()
        return self.says.get(verb, "250 OK")

    def _knows(self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, said: Any) -> AuthResult:
        right = isinstance(said, LoginPassword) and (said.login, said.password) == self.login
        return AuthResult(success=right, handled=False)

    def _session(self) -> SMTP:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it cannot know that the socket is encrypted already
            return self._made()

    def _made(self) -> SMTP:
        return SMTP(
            self,
            enable_SMTPUTF8=self.utf8,
            tls_context=None if self.implicit else self.tls,
            require_starttls=self.tls is not None and not self.implicit,
            auth_required=self.login is not None,
            auth_require_tls=self.tls is not None and not self.implicit,
            authenticator=self._knows,
            data_size_limit=64 * 1024 * 1024,
        )

    def settings(self, **more: Any) -> SmarthostSettings:
        """Settings that lead here."""
        return SmarthostSettings.model_validate(
            {"host": "127.0.0.1", "port": self.port, "tls": "none", "timeout_seconds": 20} | more
        )


@contextlib.asynccontextmanager
async def receiving(receiver: SmtpReceiver) -> AsyncIterator[SmtpReceiver]:
    """The server, listening."""
    loop = asyncio.get_running_loop()
    context = receiver.tls if receiver.implicit else None
    server = await loop.create_server(receiver._session, "127.0.0.1", receiver.port, ssl=context)
    receiver.port = server.sockets[0].getsockname()[1]
    try:
        yield receiver
    finally:
        server.close()
