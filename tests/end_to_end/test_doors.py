"""One meaning, many doors: a command, a mail, a page, an import and the library leave the same facts and events.

Up to channel, time and evidence, which tell the doors apart. A new door is a row of `DOORS`.
"""

import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import pytest
from service_process import ServiceProcess
from starlette.applications import Starlette
from test_trouble import command

from benchmarks.load import Session
from benchmarks.web_parts import parts_of
from mailproc.mail.arrival.authentication import NOT_CHECKED
from mailproc.mail.arrival.envelope import Envelope, InboundMail
from mailproc.metrics import Metrics
from mailproc.pipeline import decide_mail
from mailproc.policy.standing.facts import Channel, Fact, FactKind, Level
from mailproc.policy.standing.lists import MailingList
from mailproc.policy.standing.send import Send
from mailproc.policy.standing.verdict import Classification
from mailproc.policy.tokens.api_token import ApiToken, Scope, digest_of_secret
from mailproc.policy.tokens.token import Purpose, Token, make_token
from mailproc.policy.tokens.token_key import number_of
from mailproc.rule_sets.files import load_rules
from mailproc.settings.file import load_settings
from mailproc.settings.settings import StoreSettings
from mailproc.store.results import Subscriber
from mailproc.store.store import Store
from mailproc.web.application import build_application
from mailproc.web.pages.routes import page_routes
from tests.web.page_forms import form_of

PAT, KEY, DOMAIN = "pat@example.org", "17", "reply.acme.example"
SECRET = bytes(range(32))
SETTINGS = f"""
database = "{{database}}"
rules = "rules"
[[account]]
id = "acme"
domains = ["{DOMAIN}"]
sends_from = ["news.acme.example"]
[account.lists]
weekly = "Acme Weekly"
offers = "Acme Offers"
[account.token_keys]
1 = "{SECRET.hex()}"
[[hook]]
name = "crm"
type = "jsonl"
path = "events.jsonl"
[log]
format = "json"
"""
TOKEN = make_token(
    Token(purpose=Purpose.unsubscribe_list, subscriber=int(KEY), message=number_of("weekly"), day=20800, kid=1),
    {1: SECRET},
)
TOKEN_OF_SEND = make_token(
    Token(purpose=Purpose.unsubscribe_send, subscriber=int(KEY), message=42, day=20800, kid=1), {1: SECRET}
)
TOKEN_OF_UNHEARD_SEND = make_token(
    Token(purpose=Purpose.unsubscribe_send, subscriber=int(KEY), message=43, day=20800, kid=1), {1: SECRET}
)
TOKEN_OF_GONE = make_token(
    Token(purpose=Purpose.unsubscribe_list, subscriber=int(KEY), message=77, day=20800, kid=1), {1: SECRET}
)
TOKEN_OF_ALL = make_token(
    Token(purpose=Purpose.unsubscribe_all, subscriber=int(KEY), message=0, day=20800, kid=1), {1: SECRET}
)
shipped_rules = cache(lambda: load_rules(None))
THEN = datetime(2026, 3, 3, 10, tzinfo=UTC)
MARCH = Send(
    account_id="acme",
    id="42",
    name="March",
    list_ids=("offers", "weekly"),
    classification=Classification.commercial,
    created_at=THEN,
)


class House:
    """A folder with settings and a database of either kind, in which one subscriber is known."""

    def __init__(self, folder: Path, database: str) -> None:
        self.service = ServiceProcess(folder, database)
        self.service.config.write_text(SETTINGS.format(database=database), encoding="utf-8")
        self.folder = folder

    async def typed(self, *words: str) -> None:
        """What an operator types, in a process of its own."""
        code, said = await command(self.service, *words)
        assert code == 0, said

    async def called(self, kind: FactKind, **more: Any) -> None:
        """What a program says to the library."""
        async with self.store() as store:
            said = Fact(kind=kind, account_id="acme", occurred_at=THEN, channel=Channel.api, **more)
            await store.record_facts([said])

    async def visited(self, path: str, do: Callable[[httpx.AsyncClient, str], Awaitable[httpx.Response]]) -> None:
        """What somebody does on a page."""
        async with self.store() as store:
            public = [MailingList(account_id="acme", id="weekly", name="Acme Weekly", is_public=True)]
            settings = load_settings(self.service.config)
            routes = page_routes(settings, store, lambda: public, Metrics(), lambda: datetime.now(UTC))
            transport = httpx.ASGITransport(app=Starlette(routes=routes))
            async with httpx.AsyncClient(transport=transport, base_url="https://links.acme.example") as client:
                answer = await do(client, path)
                assert answer.status_code == 200, answer.text

    async def requested(self, kind: str, person: str, **more: str) -> None:
        """What a program says to the API, by a token that only writes."""
        settings, secret = load_settings(self.service.config), f"mp_{'k' * 43}"
        token = ApiToken(
            id="1", account_id="acme", name="crm", scopes=frozenset({Scope.write}), created_at=THEN, created_by="kim"
        )

        async with self.store() as store:
            await store.tokens.put(token, digest_of_secret(secret))
            transport = httpx.ASGITransport(app=build_application(parts_of(settings, store)))
            async with httpx.AsyncClient(transport=transport, base_url="https://mail.acme.example") as client:
                said = {"kind": kind, "person": person, "channel": "phone", "by": "kim", "reason": "called", **more}
                headers = {"Authorization": f"Bearer {secret}"}
                answer = await client.post("/api/v1/requests", json=said, headers=headers)
                assert answer.status_code == 200, answer.text

    @contextlib.asynccontextmanager
    async def store(self) -> AsyncIterator[Store]:
        """The library itself."""
        opened = await Store.open(self.service.database, StoreSettings(), hooks_of=lambda account_id: ("crm",))
        yield opened
        await opened.close()

    async def mailed(self, to: str, text: str) -> None:
        """What a client says to the real listener; waits until it is decided."""
        await self.service.start()
        session = await Session.open("127.0.0.1", self.service.port)
        answer, *_ = await session.send(PAT, f"{to}@{DOMAIN}", written(to, text))
        assert answer.startswith("250")
        await session.close()
        await self.service.until("SELECT count(*) FROM decision", 1, 60)
        await self.service.terminate()

    async def saved(self, to: str, text: str) -> None:
        """A saved mail, replayed with effect."""
        (self.folder / "saved.eml").write_bytes(written(to, text))
        await self.typed("replay", "--apply", "--to", f"{to}@{DOMAIN}", str(self.folder / "saved.eml"))

    async def decided(self, to: str, text: str) -> None:
        """A mail as the service decides and records it, without the processes around it."""
        async with self.store() as store:
            settings = load_settings(self.service.config)
            envelope = Envelope(mail_from=PAT, rcpt_tos=(f"{to}@{DOMAIN}",))
            mail = InboundMail(
                id="1", account_id="acme", envelope=envelope, content=written(to, text), received_at=THEN
            )
            await store.accept([mail])
            await store.record(mail, decide_mail(mail, NOT_CHECKED, settings.account[0].policy(), shipped_rules()))

    async def imported(self, people: str, *words: str) -> None:
        """A file of people."""
        (self.folder / "people.csv").write_text(people, encoding="utf-8")
        await self.typed("import", str(self.folder / "people.csv"), *words)

    async def facts(self) -> list[tuple[Any, ...]]:
        """What is known, without when, by which door and by what evidence."""
        columns = "kind, account_id, address, key, level, list_id, retracts"
        return await self.service.rows(f"SELECT {columns} FROM fact ORDER BY {columns}")

    async def events(self) -> list[tuple[Any, ...]]:
        """What the hook is told, likewise."""
        found = await self.service.rows("SELECT event FROM outbox ORDER BY id")
        return [event_told(json.loads(event)) for (event,) in found]


async def one_click(client: httpx.AsyncClient, path: str) -> httpx.Response:
    return await client.post(path, data={"List-Unsubscribe": "One-Click"})


def pressing(deed: str, **fields: str) -> Callable[[httpx.AsyncClient, str], Awaitable[httpx.Response]]:
    """Opens a page and sends its form that does this."""

    async def press(client: httpx.AsyncClient, path: str) -> httpx.Response:
        action, hidden = form_of((await client.get(path)).text, deed)
        return await client.post(action, data={**hidden, **fields})

    return press


def written(to: str, text: str) -> bytes:
    return (
        f"Return-Path: <{PAT}>\r\nFrom: {PAT}\r\nTo: {to}@{DOMAIN}\r\nSubject: Re: March news\r\n"
        f"Message-ID: <1@mail.example>\r\nDate: Tue, 3 Mar 2026 10:00:00 +0000\r\n\r\n{text}\r\n"
    ).encode()


def event_told(event: Mapping[str, Any]) -> tuple[Any, ...]:
    data = event["data"]
    blocks = sorted((one["kind"], one["level"], one["list"]) for one in data["standing"]["blocks"])
    who = (data["account"], data["person"]["address"], data["person"]["key"], data["version"])
    return (event["type"], *who, data["standing"]["email_opt_out"], *blocks)


NO_MORE = ("subscriber.unsubscribed", "acme", PAT, KEY, 1, True, ("opt_out", "account", None))
NOT_THIS = ("subscriber.active", "acme", PAT, KEY, 1, False, ("opt_out", "list", "weekly"))
NOT_THESE = (*NOT_THIS[:-1], ("opt_out", "list", "offers"), ("opt_out", "list", "weekly"))
NOT_WHAT_IS_GONE = (*NOT_THIS[:-1], ("opt_out", "list", "number-77"))
# What is meant: the facts and the events that every door leaves.
MEANINGS: dict[str, tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]] = {
    "no more mail": ([("opt_out", "acme", PAT, None, "account", None, None)], [NO_MORE]),
    "not this list": ([("opt_out", "acme", PAT, KEY, "list", "weekly", None)], [NOT_THIS]),
    "not the lists of this send": (
        [("opt_out", "acme", PAT, KEY, "list", list_id, None) for list_id in ("offers", "weekly")],
        [NOT_THESE],
    ),
    "not a list that is gone": ([("opt_out", "acme", PAT, KEY, "list", "number-77", None)], [NOT_WHAT_IS_GONE]),
    "no more mail to this key": ([("opt_out", "acme", PAT, KEY, "account", None, None)], [NO_MORE]),
    "asked for this list": ([("consent", "acme", None, KEY, "list", "weekly", None)], []),
    "asked for mail": ([("consent", "acme", None, KEY, "account", None, None)], []),
}
ON_WEEKLY = {"level": Level.list, "list_id": "weekly"}
BY_HAND = ("--channel", "phone", "--by", "kim", "--reason", "called")
CONSENTED = ("--consent", "at the fair", "--consented-at", "2026-03-03T10:00:00Z")
PLEASE = "Please unsubscribe me."
DOORS: dict[tuple[str, str], Callable[[House], Awaitable[None]]] = {
    ("no more mail", "library"): lambda house: house.called(FactKind.opt_out, address=PAT),
    ("no more mail", "command"): lambda house: house.typed("unsubscribe", PAT, *BY_HAND),
    ("no more mail", "api"): lambda house: house.requested("unsubscribe", PAT),
    ("no more mail", "saved mail"): lambda house: house.saved("reply", PLEASE),
    ("no more mail", "smtp"): lambda house: house.mailed("reply", PLEASE),
    ("not this list", "library"): lambda house: house.called(FactKind.opt_out, key=KEY, **ON_WEEKLY),
    ("not this list", "command"): lambda house: house.typed("unsubscribe", KEY, "--level", "list", "--list", "weekly"),
    ("not this list", "api"): lambda house: house.requested("unsubscribe", KEY, level="list", list="weekly"),
    ("not this list", "saved mail"): lambda house: house.saved(TOKEN, ""),
    ("not this list", "smtp"): lambda house: house.mailed(TOKEN, ""),
    ("not this list", "one click"): lambda house: house.visited(f"/u/{TOKEN}", one_click),
    ("not this list", "page"): lambda house: house.visited(f"/u/{TOKEN}", pressing("leave")),
    ("not this list", "page of lists"): lambda house: house.visited(f"/s/{TOKEN}", pressing("choose", list="")),
    ("not the lists of this send", "library"): lambda house: house.called(
        FactKind.opt_out, key=KEY, level=Level.list, evidence={"send": "42"}
    ),
    ("not the lists of this send", "mail"): lambda house: house.decided(TOKEN_OF_SEND, ""),
    ("not the lists of this send", "one click"): lambda house: house.visited(f"/u/{TOKEN_OF_SEND}", one_click),
    ("not the lists of this send", "page"): lambda house: house.visited(f"/u/{TOKEN_OF_SEND}", pressing("leave")),
    ("not a list that is gone", "mail"): lambda house: house.decided(TOKEN_OF_GONE, ""),
    ("not a list that is gone", "one click"): lambda house: house.visited(f"/u/{TOKEN_OF_GONE}", one_click),
    ("not a list that is gone", "page"): lambda house: house.visited(f"/u/{TOKEN_OF_GONE}", pressing("leave")),
    ("no more mail to this key", "mail about a send that nobody recorded"): lambda house: house.decided(
        TOKEN_OF_UNHEARD_SEND, ""
    ),
    ("no more mail to this key", "one click on a send that nobody recorded"): lambda house: house.visited(
        f"/u/{TOKEN_OF_UNHEARD_SEND}", one_click
    ),
    ("no more mail to this key", "command"): lambda house: house.typed("unsubscribe", KEY, *BY_HAND),
    ("no more mail to this key", "api"): lambda house: house.requested("unsubscribe", KEY),
    ("no more mail to this key", "saved mail"): lambda house: house.saved(TOKEN_OF_ALL, ""),
    ("no more mail to this key", "one click"): lambda house: house.visited(f"/u/{TOKEN_OF_ALL}", one_click),
    ("no more mail to this key", "page"): lambda house: house.visited(f"/s/{TOKEN}", pressing("everything")),
    ("asked for this list", "library"): lambda house: house.called(FactKind.consent, key=KEY, **ON_WEEKLY),
    ("asked for this list", "api"): lambda house: house.requested("resubscribe", KEY, level="list", list="weekly"),
    ("asked for this list", "page"): lambda house: house.visited(
        f"/s/{TOKEN_OF_ALL}", pressing("choose", list="weekly")
    ),
    ("asked for mail", "library"): lambda house: house.called(FactKind.consent, key=KEY),
    ("asked for mail", "command"): lambda house: house.typed("resubscribe", KEY, *BY_HAND),
    ("asked for mail", "api"): lambda house: house.requested("resubscribe", KEY),
    ("asked for mail", "import"): lambda house: house.imported(f"email,key\n{PAT},{KEY}\n", *CONSENTED),
}


@pytest.mark.parametrize(("meaning", "door"), list(DOORS), ids=[" by ".join(door) for door in DOORS])
async def test_whichever_door_it_comes_by_the_same_meaning_leaves_the_same_facts_and_events(
    tmp_path: Path, database_url: str, meaning: str, door: str
) -> None:
    house = House(tmp_path, database_url)
    async with house.store() as store:
        await store.put_subscribers([Subscriber(account_id="acme", key=KEY, address=PAT)])
        await store.sends.put(MARCH)
    await DOORS[meaning, door](house)
    facts, events = MEANINGS[meaning]
    assert await house.facts() == facts
    assert await house.events() == events
