"""Pages of the API are bounded by how long they are, too: they end early, and the next one goes on."""

from typing import Any

import httpx
import pytest
from api_house import Api

from mailproc.mail.arrival.authentication import NOT_CHECKED
from mailproc.mail.arrival.envelope import Envelope, InboundMail
from mailproc.pipeline import decide_mail
from mailproc.store.engine import reader
from mailproc.store.people import subscriptions

HEAD = b"From: pat@example.org\r\nTo: reply@reply.acme.example\r\nSubject: Re: unsubscribe\r\n"
SHORT = HEAD + b"\r\nwhen is it?\r\n"
UTF_8 = b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
LONG = HEAD + UTF_8 + ("😀 " * 200 + "\r\n").encode() * 170  # the longest text that is kept; 400 kB where it is told
PAGED = ("/decisions", "/reviews", "/outbox", "/facts", "/sends", "/lists/weekly/members")
COUNT = 5


async def take(api: Api, content: bytes, count: int) -> None:
    """So many mails like this, each of which waits for a person."""
    policy = api.parts.accounts().get("acme")
    assert policy is not None
    envelope = Envelope(mail_from="pat@example.org", rcpt_tos=("reply@reply.acme.example",))
    mails = [
        InboundMail(
            id=f"m{n}", account_id="acme", envelope=envelope, content=content + b"%d" % n, received_at=api.clock()
        )
        for n in range(count)
    ]
    await api.store.accept(mails)
    decided = decide_mail(mails[0], NOT_CHECKED, policy, api.parts.rules())
    for mail in mails:
        await api.store.record(mail, decided)


async def walked(program: httpx.AsyncClient, path: str, **params: Any) -> list[list[Any]]:
    """The items of each page, to the last one."""
    pages: list[list[Any]] = []
    cursor: dict[str, str] = {}
    while True:
        page = (await program.get(path, params={**params, **cursor})).json()
        pages.append(page["items"])
        if page["next"] is None:
            return pages
        cursor = {"cursor": page["next"]}


async def test_a_page_of_long_decisions_ends_early_and_the_next_goes_on(api: Api) -> None:
    await take(api, LONG, 24)
    program = await api.program()
    for path, name in (("/decisions", "mail"), ("/reviews", "id")):
        answer = await program.get(path, params={"limit": 1000})
        assert 3_000_000 < len(answer.content) < 6_000_000, path
        assert answer.json()["next"] is not None
        pages = await walked(program, path, limit=1000)
        assert [len(page) > 1 for page in pages[:-1]] == [True] * (len(pages) - 1)
        assert len({one[name] for page in pages for one in page}) == sum(map(len, pages)) == 24


async def test_every_list_ends_a_long_page_early_and_leaves_nothing_out(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = await api.program()
    await take(api, SHORT, 1)
    for n in range(COUNT):
        attributes = {"city": "x" * 100}
        await program.put(f"/people/{n}", json={"address": f"p{n}@example.org", "attributes": attributes})
        await program.put(f"/lists/weekly/members/{n}")
        await program.post("/requests", json={"kind": "unsubscribe", "person": str(n), "reason": "x" * 100})
        await program.post("/sends", json={"id": f"s{n}", "lists": ["weekly"], "name": "x" * 100})
    whole = {path: await walked(program, path, limit=1000) for path in PAGED}
    for room in (reader, subscriptions):
        monkeypatch.setattr(room, "MOST_PAGE_BYTES", 99)
    for path in PAGED:
        [items] = whole[path]
        assert items
        assert await walked(program, path, limit=1000) == [[one] for one in items], path


async def test_a_follower_of_facts_gets_all_of_them_by_short_pages(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    program = await api.program()
    for n in range(COUNT):
        await program.post("/requests", json={"kind": "unsubscribe", "person": f"p{n}@example.org"})
    monkeypatch.setattr(reader, "MOST_PAGE_BYTES", 0)
    told: list[str] = []
    params: dict[str, str] = {}
    while found := (page := (await program.get("/facts", params=params)).json())["items"]:
        told += [one["address"] for one in found]
        params = {"cursor": page["follow"]}
    assert told == [f"p{n}@example.org" for n in range(COUNT)]


async def test_the_last_page_says_so_though_it_is_long(small_api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    for room in (reader, subscriptions):
        monkeypatch.setattr(room, "MOST_PAGE_BYTES", 0)
    program = await small_api.program()
    for path in PAGED:
        assert (await program.get(path)).json()["next"] is None, path
    await take(small_api, SHORT, 1)
    await program.put("/people/1", json={"address": "p1@example.org"})
    await program.put("/lists/weekly/members/1")
    await program.post("/requests", json={"kind": "unsubscribe", "person": "1"})
    await program.post("/sends", json={"id": "s1", "lists": ["weekly"]})
    for path in PAGED:
        page = (await program.get(path)).json()
        assert (len(page["items"]), page["next"]) == (1, None), path
