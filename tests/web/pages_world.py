"""The pages of two accounts over ASGI on a real database, a client without cookies, and links as senders stamp them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urljoin

import httpx
from page_forms import form_of
from starlette.applications import Starlette

from mailproc.metrics import Metrics
from mailproc.policy.standing.facts import Fact, FactKind
from mailproc.policy.standing.lists import MailingList
from mailproc.policy.standing.send import Send, SendTerms
from mailproc.policy.standing.verdict import Classification
from mailproc.policy.tokens.token import EPOCH, Purpose, Token, make_token
from mailproc.policy.tokens.token_key import number_of, subscriber_of
from mailproc.settings.settings import Settings
from mailproc.store.results import Subscriber
from mailproc.store.store import Store
from mailproc.web.pages.routes import page_routes

SECRET, OTHER_SECRET = bytes(range(32)), bytes(range(1, 33))
KEY, ADDRESS = "17", "pat@example.org"
ACME: dict[str, Any] = {
    "id": "acme",
    "domains": ["reply.acme.example"],
    "lists": {"weekly": "Acme Weekly", "offers": "Acme Offers", "staff": "Acme Staff"},
    "token_keys": {1: SECRET.hex()},
    "pages": {
        "name": "Acme & Sons",
        "url": "https://links.acme.example",
        "profile": {
            "city": {"label": "City", "labels": {"de": "Ort"}, "max_length": 40},
            "size": {"label": "Size", "kind": "choice", "choices": ["S", "M", "L"]},
        },
    },
}
OTHER: dict[str, Any] = {
    "id": "other",
    "domains": ["reply.other.example"],
    "lists": {"weekly": "Other Weekly"},
    "token_keys": {1: OTHER_SECRET.hex()},
}
PUBLIC = [
    MailingList(account_id="acme", id="weekly", name="Acme Weekly", is_public=True),
    MailingList(account_id="acme", id="offers", name="Acme Offers", is_public=True),
]


def link(
    purpose: Purpose,
    about: str = "",
    *,
    key: str = KEY,
    secret: bytes = SECRET,
    day: int | None = None,
    also_send: str = "",
) -> str:
    """The token of a link; `about` is the id of its list or send, `also_send` that of the send beside a list."""
    today = (datetime.now(UTC).date() - EPOCH).days
    token = Token(
        purpose=purpose,
        subscriber=subscriber_of(key),
        message=number_of(about) if about else 0,
        day=today if day is None else day,
        kid=1,
        send=number_of(also_send) if also_send else 0,
    )
    return make_token(token, {1: secret})


def leave_list(list_id: str = "weekly", **more: Any) -> str:
    return link(Purpose.unsubscribe_list, list_id, **more)


def leave_send(send: str = "42", **more: Any) -> str:
    return link(Purpose.unsubscribe_send, send, **more)


def leave_all(**more: Any) -> str:
    return link(Purpose.unsubscribe_all, **more)


def profile(**more: Any) -> str:
    return link(Purpose.profile, **more)


@dataclass
class PagesWorld:
    """Pages that run, and the store behind them."""

    store: Store
    acme: dict[str, Any] = field(default_factory=dict)
    web: dict[str, Any] = field(default_factory=dict)
    keys: dict[int, str] = field(default_factory=lambda: ACME["token_keys"])
    now: datetime | None = None
    lists: list[MailingList] = field(default_factory=lambda: list(PUBLIC))

    def __post_init__(self) -> None:
        self.metrics = Metrics()
        acme = {**ACME, "token_keys": self.keys, "pages": {**ACME["pages"], **self.acme}}
        self.settings = Settings.model_validate({"account": [acme, OTHER], "web": self.web})
        routes = page_routes(self.settings, self.store, lambda: self.lists, self.metrics, self.clock)
        self.client = self.client_from("198.51.100.7")
        self.application = Starlette(routes=routes)
        self.client = self.client_from("198.51.100.7")

    def clock(self) -> datetime:
        return self.now or datetime.now(UTC)

    def client_from(self, host: str) -> httpx.AsyncClient:
        """A browser at this address."""
        transport = httpx.ASGITransport(app=getattr(self, "application", Starlette()), client=(host, 4321))
        return httpx.AsyncClient(transport=transport, base_url="https://links.acme.example")

    async def get(self, path: str, **headers: str) -> httpx.Response:
        return await self.client.get(path, headers=headers)

    async def post(self, path: str, **fields: Any) -> httpx.Response:
        return await self.client.post(path, data=fields)

    async def one_click(self, token: str) -> httpx.Response:
        return await self.client.post(f"/u/{token}", data={"List-Unsubscribe": "One-Click"})

    async def press(self, page: httpx.Response, deed: str, **fields: Any) -> httpx.Response:
        """Send the form of a page that does this, as a browser would; `fields` are what the visitor chose."""
        action, hidden = form_of(page.text, deed)
        return await self.client.post(urljoin(str(page.url), action), data={**hidden, **fields})

    async def facts(self) -> list[Fact]:
        """Everything that is known of anybody by that key, oldest first."""
        return [fact for one in await self.store.persons(KEY) for fact in one.facts]

    async def said(self) -> list[tuple[str, str, str | None]]:
        """The same in short: kind, level and list, sorted."""
        return sorted(((one.kind.value, one.level.value, one.list_id) for one in await self.facts()), key=str)

    async def stopping(self, *list_ids: str) -> list[tuple[str, str | None]]:
        """Level and list of what stops commercial mail to these lists, or to none."""
        terms = SendTerms(account_id="acme", classification=Classification.commercial, list_ids=list_ids)
        found = await self.store.sends.check.stopped(terms, keys=[KEY])
        return [(one.level.value, one.list_id) for stopped in found.values() for one in stopped.blocks]

    async def joined(self) -> list[str]:
        return (await self.store.subscriptions.lists_of("acme", [KEY])).get(KEY, [])


async def world_of(store: Store, lists: Iterable[str] = ("weekly", "offers", "staff"), **more: Any) -> PagesWorld:
    """Pat is known and on these lists; send 42 went to two of them."""
    await store.put_subscribers([Subscriber(account_id="acme", key=KEY, address=ADDRESS)])
    for list_id in lists:
        await store.subscriptions.join("acme", list_id, [KEY])
    send = Send(
        account_id="acme",
        id="42",
        name="March",
        list_ids=("offers", "weekly"),
        classification=Classification.commercial,
        created_at=datetime.now(UTC),
    )
    await store.sends.put(send)
    return PagesWorld(store=store, **more)


OPT_OUT, CONSENT = FactKind.opt_out.value, FactKind.consent.value
