"""`/u/`: one press takes somebody off what the mail was sent to, and off nothing else; looking changes nothing."""

import contextlib
import sqlite3
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from pages_world import CONSENT, OPT_OUT, PagesWorld, leave_all, leave_list, leave_send, world_of

from mailproc.policy.standing.facts import Channel, Fact, FactKind
from mailproc.policy.standing.lists import MailingList
from mailproc.policy.standing.send import Send
from mailproc.policy.standing.verdict import Classification, verdict
from mailproc.policy.tokens.token_key import number_of
from mailproc.settings.settings import StoreSettings
from mailproc.store.store import Store

OF_WEEKLY = (OPT_OUT, "list", "weekly")


@pytest.fixture
async def world(store: Store) -> PagesWorld:
    return await world_of(store)


@pytest.fixture
async def on_sqlite(sqlite_url: str) -> AsyncIterator[PagesWorld]:
    opened = await Store.open(sqlite_url, StoreSettings())
    yield await world_of(opened)
    await opened.close()


async def test_the_page_names_the_list_and_has_one_button(world: PagesWorld) -> None:
    page = await world.get(f"/u/{leave_list()}")
    assert page.status_code == 200
    assert "Acme Weekly" in page.text
    assert page.text.count("<button") == 1


async def test_one_press_leaves_the_list_of_the_mail_and_says_so(world: PagesWorld) -> None:
    done = await world.press(await world.get(f"/u/{leave_list()}"), "leave")
    assert done.status_code == 200
    assert "You are unsubscribed" in done.text
    assert "Acme Weekly" in done.text
    assert "Acme Offers" not in done.text
    (fact,) = await world.facts()
    assert (fact.kind.value, fact.level.value, fact.list_id, fact.key) == (*OF_WEEKLY, "17")
    assert (fact.channel, fact.evidence["link"]) == (Channel.page, "unsubscribe_list")


async def test_a_press_on_a_mail_to_several_lists_leaves_those_that_the_person_is_on(store: Store) -> None:
    world = await world_of(store, lists=("weekly", "staff"))
    await world.press(await world.get(f"/u/{leave_send()}"), "leave")
    assert await world.said() == [OF_WEEKLY]
    assert (await world.facts())[0].evidence["send"] == "42"


async def test_who_is_on_no_list_that_is_known_leaves_all_that_the_mail_went_to(store: Store) -> None:
    world = await world_of(store, lists=())
    await world.press(await world.get(f"/u/{leave_send()}"), "leave")
    assert await world.said() == [(OPT_OUT, "list", "offers"), OF_WEEKLY]


@pytest.mark.parametrize("token", [leave_all(), leave_send("unheard-of")])
async def test_a_mail_of_no_list_leaves_the_account(world: PagesWorld, token: str) -> None:
    await world.press(await world.get(f"/u/{token}"), "leave")
    assert await world.said() == [(OPT_OUT, "account", None)]


@pytest.mark.parametrize(
    ("send", "told"),
    [
        ("777", "send 777 is not recorded: counts for the account"),
        ("41", "send 41 went to no list: counts for the account"),
        ("42", "send 42 went to offers, weekly: counts for all of them"),
    ],
)
async def test_what_a_send_was_found_to_mean_is_told_as_of_mail(on_sqlite: PagesWorld, send: str, told: str) -> None:
    of_none = Send(
        account_id="acme",
        id="41",
        name="To nobody's list",
        list_ids=(),
        classification=Classification.commercial,
        created_at=datetime.now(UTC),
    )
    await on_sqlite.store.sends.put(of_none)
    await on_sqlite.press(await on_sqlite.get(f"/u/{leave_send(send)}"), "leave")
    assert {one.evidence["meant"] for one in await on_sqlite.facts()} == {told}


async def test_subscribing_again_is_a_consent_of_the_key_alone(world: PagesWorld) -> None:
    left = await world.press(await world.get(f"/u/{leave_list()}"), "leave")
    again = await world.press(left, "again")
    assert "You are subscribed again" in again.text
    consent = (await world.facts())[-1]
    assert (consent.kind.value, consent.list_id, consent.key, consent.address) == (CONSENT, "weekly", "17", None)
    (pat,) = await world.store.persons("17", "acme")
    assert pat.standing.blocks == ()


async def test_undoing_a_press_brings_back_what_that_press_left_and_no_list_that_they_left_before(
    world: PagesWorld,
) -> None:
    await world.one_click(leave_list("weekly"))
    page = await world.get(f"/u/{leave_send()}")  # of a mail to both
    await world.press(page, "leave")
    left = await world.press(page, "leave")
    again = await world.press(left, "again")
    assert "Acme Offers" in again.text
    assert "Acme Weekly" not in again.text
    assert await world.stopping("offers") == []
    assert await world.stopping("weekly") == [("list", "weekly")]


async def test_who_comes_back_is_told_of_what_they_come_back_to(world: PagesWorld) -> None:
    await world.one_click(leave_send())
    page = await world.get(f"/u/{leave_send()}")
    assert "Acme Offers" in page.text
    assert "Acme Weekly" in page.text
    await world.press(page, "again")
    assert await world.stopping("offers", "weekly") == []


@pytest.mark.parametrize("lists", [[], ["staff"], ["made-up"]])
async def test_undoing_reaches_no_list_that_the_link_does_not_leave(world: PagesWorld, lists: list[str]) -> None:
    await world.one_click(leave_send())
    answer = await world.press(await world.get(f"/u/{leave_send()}"), "again", list=lists)
    assert "You are already unsubscribed" in answer.text
    assert {kind for kind, *_ in await world.said()} == {OPT_OUT}


async def test_coming_back_holds_though_the_machine_that_they_left_by_has_a_fast_clock(
    world: PagesWorld, database_url: str
) -> None:
    fast = await Store.open(database_url, StoreSettings(), clock=lambda: datetime.now(UTC) + timedelta(seconds=30))
    elsewhere = PagesWorld(store=fast, now=datetime.now(UTC) + timedelta(seconds=30))
    await elsewhere.one_click(leave_list())
    await fast.close()
    again = await world.press(await world.get(f"/u/{leave_list()}"), "again")
    assert "You are subscribed again" in again.text
    assert await world.stopping("weekly") == []


@pytest.mark.parametrize(("door", "deed"), [("u", "leave"), ("s", "everything")])
async def test_they_are_told_that_they_left_only_when_that_stands(
    on_sqlite: PagesWorld, sqlite_url: str, door: str, deed: str
) -> None:
    page = await on_sqlite.get(f"/{door}/{leave_list()}")
    with contextlib.closing(sqlite3.connect(sqlite_url.partition("///")[2])) as other:  # as if it came to nothing
        other.execute("CREATE TRIGGER gone AFTER INSERT ON fact BEGIN DELETE FROM fact WHERE id = new.id; END")
    answer = await on_sqlite.press(page, deed)
    assert "You are unsubscribed" not in answer.text
    assert f'name="do" value="{deed}"' in answer.text


async def test_a_page_does_not_press_its_button_for_who_has_come_back_since(on_sqlite: PagesWorld) -> None:
    auto = PagesWorld(store=on_sqlite.store, acme={"link_click": "auto"})
    page = await auto.get(f"/u/{leave_list()}")
    assert "data-auto" in page.text
    await auto.press(await auto.press(page, "leave"), "again")
    restored = await auto.get(f"/u/{leave_list()}")
    assert "data-auto" not in restored.text
    assert "<script" not in restored.text
    assert "You are unsubscribed" in (await auto.press(restored, "leave")).text


async def test_who_is_held_by_an_operator_is_promised_no_mail(on_sqlite: PagesWorld) -> None:
    at = datetime.now(UTC)
    held = Fact(kind=FactKind.block, account_id="acme", key="17", occurred_at=at, channel=Channel.command)
    await on_sqlite.store.record_facts([held])
    left = await on_sqlite.press(await on_sqlite.get(f"/u/{leave_list()}"), "leave")
    assert "You are unsubscribed" in left.text
    back = await on_sqlite.press(left, "again")
    assert "<h1>Saved.</h1>" in back.text
    assert "You will receive" not in back.text
    assert "Acme Weekly" in back.text


async def test_pressing_twice_says_the_same_and_is_one_fact(world: PagesWorld) -> None:
    page = await world.get(f"/u/{leave_list()}")
    await world.press(page, "leave")
    again = await world.press(page, "leave")
    assert "You are unsubscribed" in again.text
    assert await world.said() == [OF_WEEKLY]


async def test_who_left_before_is_told_so(world: PagesWorld) -> None:
    await world.one_click(leave_list())
    assert "You are already unsubscribed" in (await world.get(f"/u/{leave_list()}")).text


@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_looking_changes_nothing(world: PagesWorld, method: str) -> None:
    for token in (leave_list(), leave_send(), leave_all()):
        for door in ("u", "s"):
            answer = await world.client.request(method, f"/{door}/{token}?do=leave&List-Unsubscribe=One-Click")
            assert answer.status_code == 200
    assert await world.facts() == []


async def test_only_a_setting_lets_the_page_press_its_button_itself(store: Store) -> None:
    plain, auto = await world_of(store), await world_of(store, acme={"link_click": "auto"})
    page = await plain.get(f"/u/{leave_list()}")
    assert "<script" not in page.text
    assert "script-src" not in page.headers["content-security-policy"]
    page = await auto.get(f"/u/{leave_list()}")
    assert "script-src 'self'" in page.headers["content-security-policy"]
    assert "data-auto" in page.text
    assert await auto.facts() == []


@pytest.mark.parametrize("is_removed", [True, False])
async def test_a_list_that_this_process_does_not_know_now_is_left_by_its_id(store: Store, is_removed: bool) -> None:
    monthly = MailingList(account_id="acme", id="monthly", name="Acme Monthly")
    world = await world_of(store)
    await store.lists.put(monthly)  # of which `world.lists` has not heard
    if is_removed:
        await store.lists.remove("acme", "monthly")
    assert (await world.one_click(leave_list("monthly"))).status_code == 200
    await store.lists.put(monthly)
    (pat,) = await store.persons("17", "acme")
    assert not verdict(pat.standing, list_id="monthly").may_send


async def test_a_list_of_another_account_is_not_taken_for_one_that_is_gone(world: PagesWorld) -> None:
    await world.store.lists.put(MailingList(account_id="other", id="monthly", name="Other Monthly"))
    await world.one_click(leave_list("monthly"))
    assert await world.said() == [(OPT_OUT, "list", f"number-{number_of('monthly')}")]


@pytest.mark.parametrize("key", ["17", "0035g00000AbCdEAAV"])
async def test_a_link_of_a_list_and_a_send_leaves_the_list_and_tells_the_send(world: PagesWorld, key: str) -> None:
    token = leave_list("weekly", key=key, also_send="42")
    page = await world.press(await world.get(f"/u/{token.upper()}"), "leave")
    assert "Acme Weekly" in page.text
    (fact,) = [fact for one in await world.store.persons(key) for fact in one.facts]
    assert (fact.list_id, fact.evidence["send"]) == ("weekly", "42")


async def test_a_list_that_is_gone_is_left_by_its_number_and_no_other(world: PagesWorld) -> None:
    assert (await world.one_click(leave_list("1234"))).status_code == 200
    assert await world.said() == [(OPT_OUT, "list", "number-1234")]
    page = await world.get(f"/u/{leave_list('77')}")
    assert "Unsubscribe from this list?" in page.text
