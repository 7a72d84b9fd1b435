"""The real application over a real store of either kind, called as programs call it."""

import secrets
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import httpx

from benchmarks.web_parts import parts_of
from mailproc.mail.arrival.authentication import NOT_CHECKED
from mailproc.mail.arrival.envelope import Envelope, InboundMail
from mailproc.pipeline import decide_mail
from mailproc.policy.tokens.api_token import ApiToken, Scope, digest_of_secret, secret_of
from mailproc.settings.account_policies import scopes_of
from mailproc.settings.settings import Settings
from mailproc.store.store import Store
from mailproc.web.application import Parts, build_application
from mailproc.web.parts import utc_now

ASKS = b"From: pat@example.org\r\nTo: reply@reply.acme.example\r\nSubject: Re: unsubscribe\r\n\r\nwhen is it?\r\n"
SECRET = bytes(range(32)).hex()
SETTINGS: dict[str, Any] = {
    "account": [
        {
            "id": name,
            "domains": [f"reply.{name}.example"],
            "sends_from": [f"news.{name}.example"],
            "lists": {"weekly": "Weekly", "offers": "Offers"},
            "token_keys": {"1": SECRET},
        }
        for name in ("acme", "zeta")
    ],
    "hook": [{"name": "crm", "type": "jsonl", "path": "events.jsonl"}],
}


@dataclass(kw_only=True)
class Api:
    """Programs with tokens, before one application."""

    parts: Parts
    application: Any
    stack: AsyncExitStack
    clock: Callable[[], datetime]
    tokens: dict[str, str] = field(default_factory=dict)

    @property
    def store(self) -> Store:
        return self.parts.store

    async def token(self, *scopes: Scope, account: str = "acme", expires_at: datetime | None = None) -> tuple[str, str]:
        """A new token: its secret and its id."""
        token = ApiToken(
            id=secrets.token_hex(8),
            account_id=account,
            name="tool",
            scopes=frozenset(scopes or Scope),
            created_at=self.clock(),
            created_by="kim",
            expires_at=expires_at,
        )
        secret = secret_of(secrets.token_urlsafe(32))
        await self.store.tokens.put(token, digest_of_secret(secret))
        return secret, token.id

    async def program(self, *scopes: Scope, account: str = "acme") -> httpx.AsyncClient:
        """A client with a token of its own."""
        return await self.with_token((await self.token(*scopes, account=account))[0])

    async def with_token(self, secret: str | None) -> httpx.AsyncClient:
        transport = httpx.ASGITransport(app=self.application, raise_app_exceptions=False)
        headers = {} if secret is None else {"Authorization": f"Bearer {secret}"}
        client = httpx.AsyncClient(transport=transport, base_url="http://mailproc.example/api/v1", headers=headers)
        return await self.stack.enter_async_context(client)


async def opened_api(
    database: str,
    stack: AsyncExitStack,
    *,
    pages_url: str | None = None,
    parent: str | None = None,
    clock: Callable[[], datetime] = utc_now,
    **web: Any,
) -> Api:
    accounts_said = [{**one, "parent": parent, "pages": {"url": pages_url}} for one in SETTINGS["account"]]
    settings = Settings.model_validate({**SETTINGS, "account": accounts_said, "web": web, "database": database})
    store = await Store.open(
        database,
        settings.store,
        hooks_of=settings.hooks_of,
        scopes=scopes_of(settings),
        clock=clock,
    )
    stack.push_async_callback(store.close)
    parts = parts_of(settings, store, clock)
    return Api(parts=parts, application=build_application(parts), stack=stack, clock=clock)


async def a_review(api: Api) -> str:
    """A mail of Pat that waits for a person."""
    envelope = Envelope(mail_from="pat@example.org", rcpt_tos=("reply@reply.acme.example",))
    mail = InboundMail(id="m1", account_id="acme", envelope=envelope, content=ASKS, received_at=api.clock())
    await api.store.accept([mail])
    policy = api.parts.accounts().get("acme")
    assert policy is not None
    await api.store.record(mail, decide_mail(mail, NOT_CHECKED, policy, api.parts.rules()))
    return mail.id
