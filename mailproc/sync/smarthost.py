"""Handing a mail to the smarthost over SMTP; the only module with aiosmtplib. What it says is an answer, no error."""

import asyncio
import ssl
from collections.abc import Callable

import aiosmtplib

from mailproc.policy.hooks.event import Delivered, Delivery, PermanentFailure, TransientFailure
from mailproc.settings.smarthost import SmarthostSettings

_EXCERPT_CHARS = 200
_PIECE_BYTES = 256 * 1024
_LOGIN_WANTED = frozenset({530, 534, 535, 538})  # RFC 4954 §6: about us, not about this mail
_UTF8_ONLY = "the address needs SMTPUTF8 (RFC 6531), which the smarthost does not offer"


class Smarthost:
    """One server, a connection for each mail."""

    def __init__(self, settings: SmarthostSettings) -> None:
        self._settings = settings
        self._tls: ssl.SSLContext | None = None

    async def send(self, mail_from: str | None, rcpt_to: str, compose: Callable[[bool], bytes]) -> Delivery:
        """Hand over one mail for one recipient; `compose` is asked for its bytes, with or without 8-bit bodies.

        A 5yz to MAIL, RCPT or DATA is permanent. All else comes again: 4yz, a server that greets us with a refusal,
        does not know our password or offers no TLS (an operator's to mend), and a connection that broke, also after the
        final dot, when nobody knows whether the mail arrived.
        """
        settings = self._settings
        client: aiosmtplib.SMTP | None = None
        try:
            client = self._client(await self._tls_context())
            async with asyncio.timeout(settings.timeout_seconds):
                return await self._send(client, mail_from, rcpt_to, compose)
        except TimeoutError:
            return TransientFailure(detail=f"no answer within {settings.timeout_seconds:g} s")
        except (aiosmtplib.SMTPException, OSError) as error:
            why = f": {error.__cause__}" if error.__cause__ and str(error.__cause__) not in str(error) else ""
            return TransientFailure(detail=_said(f"{type(error).__name__}: {error}{why}"))
        finally:
            if client is not None:
                client.close()

    def _client(self, tls: ssl.SSLContext | None) -> aiosmtplib.SMTP:
        settings = self._settings
        return aiosmtplib.SMTP(
            hostname=settings.host,
            port=settings.port_in_force,
            use_tls=settings.tls == "implicit",
            start_tls=settings.tls == "starttls",
            tls_context=tls,
            username=settings.user,
            password=settings.password,
            timeout=settings.timeout_seconds,
        )

    async def _send(
        self, client: aiosmtplib.SMTP, mail_from: str | None, rcpt_to: str, compose: Callable[[bool], bytes]
    ) -> Delivery:
        await client.connect()
        if client.is_ehlo_or_helo_needed:
            await client.ehlo()
        if not rcpt_to.isascii() and not client.supports_extension("smtputf8"):
            return PermanentFailure(detail=_UTF8_ONLY)
        eight_bit = client.supports_extension("8bitmime")
        content = await asyncio.to_thread(compose, eight_bit)
        transmitted = await asyncio.to_thread(as_transmitted, content)
        options = _options(client, content, rcpt_to)
        encoding = "ascii" if rcpt_to.isascii() else "utf-8"
        try:
            await client.mail(mail_from or "", options=options, encoding=encoding)
            await client.rcpt(rcpt_to, encoding=encoding)
            answer = await _hand_over(client, transmitted)
        except aiosmtplib.SMTPResponseException as error:
            return _refused(error)
        await _bid_farewell(client)
        return Delivered(detail=_said(f"{answer.code} {answer.message}"))

    async def _tls_context(self) -> ssl.SSLContext | None:
        """Made once, in a thread: reading whom the system believes takes some 45 ms. Raises OSError."""
        if self._tls is None and self._settings.tls != "none":
            ca_file = self._settings.ca_file
            self._tls = await asyncio.to_thread(ssl.create_default_context, cafile=str(ca_file) if ca_file else None)
        return self._tls


async def _hand_over(client: aiosmtplib.SMTP, transmitted: bytes) -> aiosmtplib.SMTPResponse:
    """DATA and what follows it. Raises SMTPDataError for a refusal, SMTPServerDisconnected.

    The library's own `data` searches the whole mail with expressions, and for as long nothing else runs: 0.8 s for
    25 MB. So the mail was made ready beside the event loop.
    """
    answer = await client.execute_command(b"DATA")
    if answer.code == aiosmtplib.SMTPStatus.start_input:
        if client.protocol is None:
            raise aiosmtplib.SMTPServerDisconnected("the connection broke before the mail")
        client.protocol.write(transmitted)
        answer = await client.protocol.read_response(client.timeout)
        if answer.code == aiosmtplib.SMTPStatus.completed:
            return answer
    raise aiosmtplib.SMTPDataError(answer.code, answer.message)


def as_transmitted(content: bytes) -> bytes:
    """A mail, its lines ending in CRLF, as it stands behind DATA: dots doubled, and the final one.

    Piece by piece, because nothing else runs meanwhile; a piece ends before a line end. Source: RFC 5321 §4.5.2.
    """
    pieces, start = [b"." if content.startswith(b".") else b""], 0
    while start < len(content):
        end = content.find(b"\r\n", start + _PIECE_BYTES)
        end = len(content) if end < 0 else end
        pieces.append(content[start:end].replace(b"\r\n.", b"\r\n.."))
        start = end
    return b"".join((*pieces, b".\r\n" if content.endswith(b"\r\n") or not content else b"\r\n.\r\n"))


def _options(client: aiosmtplib.SMTP, content: bytes, rcpt_to: str) -> list[str]:
    """What MAIL says about the mail, as far as the server understands it (RFC 1870, RFC 6152, RFC 6531)."""
    options = []
    if client.supports_extension("size"):
        options.append(f"SIZE={len(content)}")
    if not content.isascii():
        options.append("BODY=8BITMIME")
    if not rcpt_to.isascii():
        options.append("SMTPUTF8")
    return options


def _refused(error: aiosmtplib.SMTPResponseException) -> Delivery:
    detail = _said(f"{error.code} {error.message}")
    is_final = 500 <= error.code < 600 and error.code not in _LOGIN_WANTED
    return PermanentFailure(detail=detail) if is_final else TransientFailure(detail=detail)


async def _bid_farewell(client: aiosmtplib.SMTP) -> None:
    """The mail is theirs: whatever comes of QUIT does not matter, and nobody waits for it."""
    try:
        async with asyncio.timeout(1):
            await client.quit()
    except (aiosmtplib.SMTPException, OSError, TimeoutError):
        pass


def _said(text: str) -> str:
    line = " ".join(text.split())
    return "".join(char for char in line if char.isprintable())[:_EXCERPT_CHARS]
