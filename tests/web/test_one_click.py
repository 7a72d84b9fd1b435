"""The one-click POST of mail clients (RFC 8058): done at once, without context, and it tells a stranger nothing."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from pages_world import (
    KEY,
    OPT_OUT,
    OTHER_SECRET,
    SECRET,
    PagesWorld,
    leave_all,
    leave_list,
    leave_send,
    link,
    profile,
    world_of,
)

from mailproc.policy.standing.facts import Channel, Fact, FactKind, Level, retraction_of
from mailproc.policy.standing.send import SendTerms
from mailproc.policy.standing.verdict import Classification
from mailproc.policy.tokens.token import Purpose
from mailproc.settings.settings import StoreSettings
from mailproc.store.results import Subscriber
from mailproc.store.store import Store
from mailproc.web.pages import reception

URLENCODED = {"content-type": "application/x-www-form-urlencoded"}
MULTIPART = {"content-type": "multipart/form-data; boundary=x"}
PART = b'--x\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--x--\r\n'


@pytest.fixture
async def world(store: Store) -> PagesWorld:
    return await world_of(store)


@pytest.fixture
async def on_sqlite(sqlite_url: str) -> AsyncIterator[PagesWorld]:
    """For what no database makes a difference to."""
    opened = await Store.open(sqlite_url, StoreSettings())
    yield await world_of(opened)
    await opened.close()


async def chunks() -> AsyncIterator[bytes]:
    for at in range(0, len(PART), 7):
        yield PART[at : at + 7]


async def test_a_click_leaves_the_lists_of_its_mail_and_answers_200_in_a_line(world: PagesWorld) -> None:
    answer = await world.one_click(leave_send())
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/plain; charset=utf-8")
    assert len(answer.content) < 100
    assert not answer.cookies
    assert await world.said() == [(OPT_OUT, "list", "offers"), (OPT_OUT, "list", "weekly")]
    assert {one.channel for one in await world.facts()} == {Channel.one_click}


async def test_clicks_that_are_repeated_are_one(world: PagesWorld) -> None:
    for _ in range(3):
        assert (await world.one_click(leave_all())).status_code == 200
    assert await world.said() == [(OPT_OUT, "account", None)]


async def test_a_click_after_a_change_of_address_holds_for_the_new_one(world: PagesWorld) -> None:
    await world.one_click(leave_all())
    for key in (KEY, "18"):
        await world.store.put_subscribers([Subscriber(account_id="acme", key=key, address="pat@example.net")])
    terms = SendTerms(account_id="acme", classification=Classification.commercial)
    assert list(await world.store.sends.check.stopped(terms, keys=[KEY, "18"])) == [0]
    for _ in range(2):
        await world.one_click(leave_all())
    assert [one.address for one in await world.facts()] == ["pat@example.org", "pat@example.net"]
    assert list(await world.store.sends.check.stopped(terms, keys=[KEY, "18"])) == [0, 1]


async def test_a_click_before_they_were_known_is_said_of_their_address_by_the_next(world: PagesWorld) -> None:
    for _ in range(2):
        await world.one_click(leave_all(key="99"))
        await world.store.put_subscribers([Subscriber(account_id="acme", key="99", address="kim@example.org")])
    [kim] = await world.store.persons("99", "acme")
    assert [one.address for one in kim.facts] == [None, "kim@example.org"]


@pytest.mark.parametrize("channel", [Channel.command, Channel.reply, Channel.import_])
async def test_a_click_stands_when_what_others_said_is_taken_back(world: PagesWorld, channel: Channel) -> None:
    at = datetime.now(UTC)
    said = Fact(kind=FactKind.opt_out, account_id="acme", key=KEY, occurred_at=at, channel=channel)
    await world.store.record_facts([said])
    (theirs,) = await world.facts()
    assert (await world.one_click(leave_all())).status_code == 200
    await world.store.record_facts([retraction_of(theirs, by="kim", reason="a mistake", at=datetime.now(UTC))])
    assert [kind for kind, *_ in await world.said()] == [OPT_OUT, OPT_OUT, "retraction"]
    assert await world.stopping("weekly") == [("account", None)]


async def test_a_click_stands_though_the_machine_that_took_a_consent_has_a_fast_clock(
    world: PagesWorld, database_url: str
) -> None:
    fast = await Store.open(database_url, StoreSettings(), clock=lambda: datetime.now(UTC) + timedelta(seconds=30))
    ahead = datetime.now(UTC) + timedelta(seconds=30)
    for list_id, level in ((None, Level.account), ("weekly", Level.list)):
        consent = Fact(
            kind=FactKind.consent,
            account_id="acme",
            key=KEY,
            level=level,
            list_id=list_id,
            occurred_at=ahead,
            channel=Channel.page,
        )
        await fast.record_facts([consent])
    await fast.close()
    assert (await world.one_click(leave_list())).status_code == 200
    assert await world.stopping("weekly") == [("list", "weekly")]
    assert (await world.one_click(leave_all())).status_code == 200
    assert await world.stopping("offers") == [("account", None)]


@pytest.mark.parametrize(
    ("content", "headers"),
    [
        (b"List-Unsubscribe=One-Click", URLENCODED),
        (b"list-unsubscribe=ONE-CLICK\r\n", URLENCODED),
        (b"x=1&List-Unsubscribe=One-Click&y=2", URLENCODED),
        (b"List-Unsubscribe=One-Click", {}),
        (PART, MULTIPART),
        (PART, URLENCODED),
        (b"List-Unsubscribe=One-Click", MULTIPART),
        ("chunked", MULTIPART),
        (PART, {**MULTIPART, "cookie": "session=1", "referer": "https://elsewhere.example/", "origin": "null"}),
    ],
)
async def test_however_a_client_writes_it(on_sqlite: PagesWorld, content: bytes | str, headers: dict[str, str]) -> None:
    body = chunks() if content == "chunked" else content
    for path in (f"/u/{leave_list()}", f"/U/{leave_list().upper()}"):
        answer = await on_sqlite.client.post(path, content=body, headers=headers)
        assert answer.status_code == 200
        body = content if isinstance(content, bytes) else chunks()
    assert await on_sqlite.said() == [(OPT_OUT, "list", "weekly")]


async def test_a_link_that_nobody_signed_gets_the_same_answer_and_does_nothing(on_sqlite: PagesWorld) -> None:
    real = await on_sqlite.one_click(leave_list("offers"))
    for token in (
        leave_list(secret=bytes(32)),
        "u-" + "a" * 48,
        link(Purpose.bounce),
        link(Purpose.reply, "42"),
        profile(),
    ):
        forged = await on_sqlite.one_click(token)
        assert (forged.status_code, forged.content) == (200, real.content)
        assert forged.headers == real.headers
    assert await on_sqlite.said() == [(OPT_OUT, "list", "offers")]


@pytest.mark.parametrize("path", ["/u/unsubscribe", "/u/", "/u/u-short", "/u/..%2f..%2fetc%2fpasswd"])
async def test_what_has_not_even_the_shape_of_a_link_is_not_found(on_sqlite: PagesWorld, path: str) -> None:
    answer = await on_sqlite.client.post(path, data={"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 404
    assert await on_sqlite.facts() == []


async def test_a_link_of_another_account_concerns_that_account_alone(world: PagesWorld) -> None:
    assert (await world.one_click(leave_list(secret=OTHER_SECRET))).status_code == 200
    (pat,) = await world.store.persons("17", "acme")
    assert pat.standing.blocks == ()
    (stranger,) = await world.store.persons("17", "other")
    assert [one.list_id for one in stranger.standing.blocks] == ["weekly"]


@pytest.mark.parametrize("body", [b"", b"List-Unsubscribe=", b"do=leave", b"{}", b"\x00" * 100])
async def test_a_post_that_says_something_else_changes_nothing(on_sqlite: PagesWorld, body: bytes) -> None:
    answer = await on_sqlite.client.post(f"/u/{leave_list()}", content=body, headers=URLENCODED)
    assert answer.status_code == 400
    assert await on_sqlite.facts() == []


async def test_other_methods_are_refused(on_sqlite: PagesWorld) -> None:
    for method in ("PUT", "DELETE", "PATCH", "OPTIONS"):
        answer = await on_sqlite.client.request(method, f"/u/{leave_list()}")
        assert answer.status_code == 405
    assert await on_sqlite.facts() == []


async def test_it_is_not_said_to_be_done_while_the_store_cannot_do_it(sqlite_url: str) -> None:
    store = await Store.open(sqlite_url, StoreSettings(busy_timeout_seconds=0.05))
    world = await world_of(store)
    path = f"/u/{leave_list()}"
    page = await world.get(path)
    other = sqlite3.connect(sqlite_url.partition("///")[2], isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    answer = await world.one_click(leave_list())
    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) > 0
    assert "lock" not in answer.text
    assert "sqlite" not in answer.text.lower()
    pressed = await world.press(page, "leave")
    assert (pressed.status_code, pressed.headers["retry-after"]) == (503, "61")
    other.execute("ROLLBACK")
    other.close()
    assert await world.facts() == []
    assert (await world.one_click(leave_list())).status_code == 200
    assert await world.said() == [(OPT_OUT, "list", "weekly")]
    await store.close()


async def test_a_link_is_as_good_after_years_and_after_a_new_key(store: Store) -> None:
    world = await world_of(store, keys={1: SECRET.hex(), 2: bytes(32).hex()})
    assert (await world.one_click(leave_list(day=0))).status_code == 200
    assert await world.said() == [(OPT_OUT, "list", "weekly")]


async def test_a_body_that_is_too_big_is_refused_unread(on_sqlite: PagesWorld) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(1000):
            given.append(1)
            yield b"x" * 8192

    given: list[int] = []
    answer = await on_sqlite.client.post(f"/u/{leave_list()}", content=endless(), headers=URLENCODED)
    assert answer.status_code == 413
    assert len(given) < 20
    assert await on_sqlite.facts() == []


async def test_providers_that_click_for_all_their_people_are_not_held_up(store: Store) -> None:
    world = await world_of(store, web={"page_requests_per_minute": 1, "bad_links_per_minute": 1})
    for number in range(5):
        assert (await world.one_click(leave_list(key=str(100 + number)))).status_code == 200
        assert (await world.one_click("u-" + "a" * 48)).status_code == 200


async def test_one_link_may_not_be_clicked_without_end(store: Store) -> None:
    world = await world_of(store, web={"link_requests_per_minute": 2})
    answers = [(await world.one_click(leave_list())).status_code for _ in range(3)]
    assert answers == [200, 200, 429]
    assert (await world.one_click(leave_list(key="18"))).status_code == 200


async def test_who_has_one_link_of_somebody_cannot_use_up_another(on_sqlite: PagesWorld) -> None:
    world = await world_of(on_sqlite.store, web={"link_requests_per_minute": 2})
    flood = [leave_list("offers"), leave_list("offers").upper(), leave_list("offers")]
    assert [(await world.one_click(token)).status_code for token in flood] == [200, 200, 429]
    assert [(await world.get(f"/s/{token}")).status_code for token in flood] == [200, 200, 429]
    assert (await world.one_click(leave_list("weekly"))).status_code == 200
    assert (await world.get(f"/u/{leave_all()}")).status_code == 200


async def test_scanners_that_look_at_a_link_leave_its_click_alone(on_sqlite: PagesWorld) -> None:
    world = await world_of(on_sqlite.store, web={"link_requests_per_minute": 2})
    looks = [(await world.get(f"/{door}/{leave_list()}")).status_code for door in ("u", "s", "u", "u")]
    assert looks == [200, 200, 429, 429]
    assert (await world.one_click(leave_list())).status_code == 200
    assert await world.said() == [(OPT_OUT, "list", "weekly")]


async def test_clicks_leave_the_pages_of_their_link_alone(on_sqlite: PagesWorld) -> None:
    world = await world_of(on_sqlite.store, web={"link_requests_per_minute": 1})
    assert [(await world.one_click(leave_list())).status_code for _ in range(2)] == [200, 429]
    assert (await world.get(f"/s/{leave_list()}")).status_code == 200


async def test_a_click_counts_from_when_it_came(world: PagesWorld) -> None:
    world.now = world.clock() - timedelta(seconds=9)
    await world.one_click(leave_list())
    assert [one.occurred_at for one in await world.facts()] == [world.now]


async def test_a_link_of_a_key_that_was_retired_is_nobodys(on_sqlite: PagesWorld) -> None:
    world = PagesWorld(store=on_sqlite.store, keys={2: SECRET.hex()})
    assert (await world.one_click(leave_list())).status_code == 200
    assert (await world.get(f"/u/{leave_list()}")).status_code == 404
    assert await world.facts() == []


async def test_a_body_that_comes_too_slowly_is_not_waited_for(
    on_sqlite: PagesWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def slow() -> AsyncIterator[bytes]:
        yield b"List-Unsubscribe="
        await asyncio.sleep(3600)

    monkeypatch.setattr(reception, "BODY_SECONDS", 0.01)
    answer = await on_sqlite.client.post(f"/u/{leave_list()}", content=slow(), headers=URLENCODED)
    assert answer.status_code == 408
    assert await on_sqlite.facts() == []


@pytest.mark.parametrize("inside", ["%0D%0A", "%0A", "%20", "=", "=3D", "=%0D%0A", "%250A", "%E2%80%8B"])
async def test_a_link_that_was_broken_on_its_way_is_understood(on_sqlite: PagesWorld, inside: str) -> None:
    token = leave_list()
    path = f"/u/{token[:30]}{inside}{token[30:]}"
    assert (await on_sqlite.get(path)).status_code == 200
    answer = await on_sqlite.client.post(path, data={"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    assert await on_sqlite.said() == [(OPT_OUT, "list", "weekly")]
