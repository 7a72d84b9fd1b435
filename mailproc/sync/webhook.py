"""The hook `webhook`: events posted over HTTP, signed as Standard Webhooks wants it; the only module with aiohttp."""

import asyncio
import base64
import binascii
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path

import aiohttp
from standardwebhooks.webhooks import Webhook

from mailproc.errors import SettingsError
from mailproc.policy.hooks.event import Delivered, Delivery, PermanentFailure, SyncEvent, TransientFailure
from mailproc.settings.settings import HookSettings
from mailproc.sync.body import event_body

_SECRET_PREFIX = "whsec_"  # noqa: S105 - the public prefix, no secret
_SECRET_BYTES = range(24, 65)  # Standard Webhooks: 24 to 64 random bytes
_LATER = frozenset({408, 425, 429})
_ANSWER_BYTES = 65_536
_EXCERPT_CHARS = 200
# Below the five seconds after which common servers close an idle connection: a request sent into a closing one fails.
_KEEP_ALIVE_SECONDS = 4


class WebhookHook:
    """Posts to one URL over kept connections. Redirects are never followed: the signature was meant for this URL."""

    def __init__(self, settings: HookSettings, *, clock: Callable[[], datetime]) -> None:
        if not settings.url:
            raise SettingsError([f"hook {settings.name}: a hook of type webhook needs `url`"])
        self.name = settings.name
        self.in_flight = settings.workers
        self._url = settings.url
        self._timeout_seconds = settings.timeout_seconds
        self._clock = clock
        self._signers = tuple(Webhook(secret) for secret in _secrets_of(settings))
        self._session: aiohttp.ClientSession | None = None

    async def deliver(self, event: SyncEvent) -> Delivery:
        """Post the event: 2xx is delivered; 408, 425, 429, 3xx, 5xx, timeouts and broken connections come again.

        Any other 4xx is a dead letter. An answer counts once it is whole, up to 64 kB of it.
        """
        body = event_body(event)
        try:
            async with (
                asyncio.timeout(self._timeout_seconds),
                self._opened().post(
                    self._url, data=body, headers=self._headers(event, body), allow_redirects=False
                ) as answer,
            ):
                return self._outcome_of(answer, await _beginning_of(answer))
        except TimeoutError:
            return TransientFailure(detail=f"no answer within {self._timeout_seconds:g} s")
        except (aiohttp.ClientError, OSError) as error:
            # The URL may hold a credential of the operator's.
            said = str(error).replace(self._url, "the URL") or "connection lost"
            return TransientFailure(detail=f"{type(error).__name__}: {said}"[:_EXCERPT_CHARS])

    async def close(self) -> None:
        """Close the kept connections."""
        if self._session:
            await self._session.close()
            self._session = None

    def _opened(self) -> aiohttp.ClientSession:
        """The session, made at the first delivery because it belongs to the running loop."""
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=self.in_flight, keepalive_timeout=_KEEP_ALIVE_SECONDS),
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=aiohttp.ClientTimeout(total=None),  # ours spans the whole delivery
                auto_decompress=False,
                headers={
                    "User-Agent": "mailproc",
                    "Content-Type": "application/json",
                    "Accept-Encoding": "identity",
                },
            )
        return self._session

    def _headers(self, event: SyncEvent, body: bytes) -> dict[str, str]:
        now = self._clock()
        text = body.decode()
        return {
            "webhook-id": event.id,
            "webhook-timestamp": str(int(now.timestamp())),  # of this attempt
            "webhook-signature": " ".join(signer.sign(event.id, now, text) for signer in self._signers),
        }

    def _outcome_of(self, answer: aiohttp.ClientResponse, beginning: bytes) -> Delivery:
        status = answer.status
        if 200 <= status < 300:
            return Delivered(detail=f"HTTP {status}")
        if status == 410:
            return PermanentFailure(detail="HTTP 410: endpoint gone")
        if 300 <= status < 400:
            return TransientFailure(detail=f"HTTP {status}: redirects are not followed")
        detail = f"HTTP {status}{_excerpt(answer, beginning)}"
        if status in _LATER or status >= 500:
            return TransientFailure(
                detail=detail, retry_after_seconds=retry_after_seconds(answer.headers.get("Retry-After"), self._clock())
            )
        return PermanentFailure(detail=detail)


def retry_after_seconds(value: str | None, now: datetime) -> float | None:
    """Read Retry-After in both forms, seconds and HTTP-date; None when absent or unreadable. RFC 9110 §10.2.3."""
    said = (value or "").strip()
    if not said or not said.isascii() or len(said) > 64:
        return None
    if said.isdecimal():
        return float(said)
    try:
        at = parsedate_to_datetime(said)
    except ValueError:
        return None
    if at.tzinfo is None:
        at = at.replace(tzinfo=UTC)
    return max(0.0, (at - now).total_seconds())


async def _beginning_of(answer: aiohttp.ClientResponse) -> bytes:
    """Up to 64 kB of the answer's body; the connection is closed on what is longer."""
    beginning = b""
    async for chunk in answer.content.iter_any():
        beginning += chunk
        if len(beginning) >= _ANSWER_BYTES:
            break
    return beginning[:_ANSWER_BYTES]


def _excerpt(answer: aiohttp.ClientResponse, beginning: bytes) -> str:
    """What a program said about its refusal, on one line; nothing where it sent a page for people."""
    if answer.content_type not in ("text/plain", "application/json", "application/problem+json"):
        return ""
    words = " ".join(beginning[: 4 * _EXCERPT_CHARS].decode("utf-8", "replace").split())
    words = "".join(char for char in words if char.isprintable())[:_EXCERPT_CHARS]
    return f": {words}" if words else ""


def _secrets_of(settings: HookSettings) -> list[str]:
    """The secrets to sign with: the setting, then the lines of the file; several during a change of secrets.

    Raises SettingsError, whose text never holds a secret.
    """
    secrets = [settings.secret] if settings.secret else []
    if settings.secret_file:
        secrets += _lines_of(settings.secret_file, settings.name)
    if not secrets:
        raise SettingsError([f"hook {settings.name}: needs `secret` or `secret_file`, so that its receiver can verify"])
    for secret in secrets:
        if not _is_secret(secret):
            raise SettingsError(
                [f"hook {settings.name}: a secret is {_SECRET_PREFIX} and base64 of 24 to 64 random bytes"]
            )
    return secrets


def _lines_of(path: Path, name: str) -> list[str]:
    try:
        return path.read_text(encoding="ascii").split()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not a text file"
        raise SettingsError([f"hook {name}: cannot read secret_file {path}: {reason}"]) from None


def _is_secret(secret: str) -> bool:
    if not secret.startswith(_SECRET_PREFIX):
        return False
    encoded = secret.removeprefix(_SECRET_PREFIX).rstrip("=")
    try:
        key = base64.b64decode(encoded + "=" * (-len(encoded) % 4), validate=True)
    except (binascii.Error, ValueError):
        return False
    return len(key) in _SECRET_BYTES
