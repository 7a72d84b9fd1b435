"""A garden shop and the people it writes to: the real service on a free port of loopback, with a real SQLite file."""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from mailproc.policy.pages.profile import AttributeKind
from mailproc.policy.standing.lists import MailingList
from mailproc.policy.standing.send import Send
from mailproc.policy.standing.verdict import Classification
from mailproc.policy.tokens.token import EPOCH, Purpose, Token, make_token
from mailproc.policy.tokens.token_key import number_of
from mailproc.rule_sets.files import load_rules
from mailproc.service.service import Service
from mailproc.settings.pages import AttributeSettings, PagesSettings
from mailproc.settings.settings import AccountSettings, Settings, SmtpSettings, StoreSettings, WebSettings
from mailproc.store.results import Subscriber
from mailproc.store.store import Store

SECRET = "5f" * 32
LISTS = {
    "weekly": "Weekly letter",
    "offers": "Offers and sales",
    "seeds": "Seeds of the month",
    "courses": "Courses in your region",
}
SEND = "2026-11-21"
PROFILE = {
    "first name": AttributeSettings(label="First name", labels={"de": "Vorname", "ar": "الاسم الأول"}, required=True),
    "city": AttributeSettings(label="City", labels={"de": "Ort", "ar": "المدينة"}),
    "birthday": AttributeSettings(
        label="Birthday", labels={"de": "Geburtstag", "ar": "تاريخ الميلاد"}, kind=AttributeKind.date
    ),
    "garden": AttributeSettings(
        label="Garden",
        labels={"de": "Garten", "ar": "الحديقة"},
        kind=AttributeKind.choice,
        choices=("Balcony", "Allotment", "Orchard"),
    ),
    "post": AttributeSettings(
        label="Printed catalogue by post",
        labels={"de": "Gedruckter Katalog per Post", "ar": "كتالوج مطبوع بالبريد"},
        kind=AttributeKind.yes_no,
    ),
}
ATTRIBUTES = {"first name": "Pat", "city": "Ghent", "birthday": "1986-04-12", "garden": "Allotment", "post": "yes"}


@dataclass
class Acme:
    """The running shop. Everybody who visits is a person of their own, so that no test meets another's doings."""

    service: Service
    host: str
    _numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1001))

    async def person(self, *lists: str) -> str:
        """Somebody on these lists, with a profile; gives the key."""
        key, store = str(next(self._numbers)), self.service.store
        await store.put_subscribers([Subscriber(account_id="acme", key=key, address=f"pat.{key}@example.org")])
        for list_id in lists:
            await store.subscriptions.join("acme", list_id, [key])
        await store.link_holders.correct("acme", key, ATTRIBUTES)
        return key

    def link(self, door: str, key: str, purpose: Purpose, about: str = "") -> str:
        """A link of that person: `u`, `s` or `p`; `about` names the list or the send."""
        message = number_of(about) if about else 0
        day = (datetime.now(UTC).date() - EPOCH).days
        token = Token(purpose=purpose, subscriber=int(key), message=message, day=day, kid=0)
        return f"http://{self.host}/{door}/{make_token(token, {0: bytes.fromhex(SECRET)})}"

    async def lists_of(self, key: str) -> list[str]:
        """The lists that the next mail to that person may be of."""
        holder = await self.service.store.link_holders.of("acme", key)
        return sorted(one for one in LISTS if holder.presser.is_on(one))

    async def attributes_of(self, key: str) -> dict[str, str]:
        """The attributes as they are kept."""
        return dict((await self.service.store.subscriptions.attributes_of("acme", [key])).get(key, {}))


async def open_shop(database_url: str, lists: Mapping[str, str] = LISTS, **pages: Any) -> Acme:
    """Start the service, with these public lists; `pages` are settings of its pages."""
    await _furnish(database_url, lists)
    looks = {"name": "Acme Gardens", "accent": "#0b6e4f", "contact": "hello@acme.example", "profile": PROFILE, **pages}
    account = AccountSettings(
        id="acme", domains=("reply.acme.example",), token_keys={0: SECRET}, pages=PagesSettings(**looks)
    )
    settings = Settings(
        database=database_url,
        smtp=SmtpSettings(listen=(), min_free_disk_bytes=0),
        web=WebSettings(listen=("127.0.0.1:0",), link_requests_per_minute=10_000, page_requests_per_minute=100_000),
        account=(account,),
    )
    service = Service(settings, load_rules(None))
    await service.start()
    return Acme(service=service, host=service.addresses()["web"][0])


async def _furnish(database_url: str, lists: Mapping[str, str]) -> None:
    store = await Store.open(database_url, StoreSettings())
    for list_id, name in lists.items():
        await store.lists.put(MailingList(account_id="acme", id=list_id, name=name, is_public=True))
    await store.lists.put(MailingList(account_id="acme", id="staff", name="Staff only"))
    send = Send(
        account_id="acme",
        id=SEND,
        name="Late autumn",
        list_ids=("offers", "weekly"),
        classification=Classification.commercial,
        created_at=datetime.now(UTC),
    )
    await store.sends.put(send)
    await store.close()
