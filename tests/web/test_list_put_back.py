"""A list of the settings alone that was taken out, left by a link meanwhile, and put back: the opt-out holds (R6)."""

from datetime import UTC, datetime

import pytest
from pages_world import ACME, CONSENT, KEY, OPT_OUT, PUBLIC, PagesWorld, leave_list, leave_send, world_of

from mailproc.errands.diagnosis import Question, diagnose
from mailproc.policy.standing.list_number import numbered
from mailproc.policy.standing.lists import MailingList
from mailproc.policy.standing.send import Send, SendTerms
from mailproc.policy.standing.verdict import Classification, verdict
from mailproc.policy.standing.why import Step
from mailproc.policy.tokens.token_key import number_of
from mailproc.settings.settings import Settings
from mailproc.store.results import Subscriber
from mailproc.store.store import Store

BY_NUMBER = numbered(number_of("monthly"))
MONTHLY = MailingList(account_id="acme", id="monthly", name="Acme Monthly", is_public=True)
THEN = datetime(2026, 3, 3, 10, tzinfo=UTC)
PUT_BACK = Settings.model_validate({"account": [{**ACME, "lists": {**ACME["lists"], "monthly": "Acme Monthly"}}]})


@pytest.fixture
async def world(store: Store) -> PagesWorld:
    """Pat has left the list while no settings named it; now it is there again."""
    without = await world_of(store, lists=("weekly",))
    assert (await without.one_click(leave_list("monthly"))).status_code == 200
    assert await without.said() == [(OPT_OUT, "list", BY_NUMBER)]
    await store.subscriptions.join("acme", "monthly", [KEY])
    return PagesWorld(store=store, lists=[*PUBLIC, MONTHLY])


async def test_a_send_check_leaves_them_out_in_the_database_and_in_memory(world: PagesWorld) -> None:
    check = world.store.sends.check_in_memory("acme")
    async for _ in check.load():
        pass
    for list_id, is_stopped in (("monthly", True), ("weekly", False)):
        terms = SendTerms(account_id="acme", classification=Classification.commercial, list_ids=(list_id,))
        assert bool(await world.store.sends.check.stopped(terms, keys=[KEY])) is is_stopped
        assert bool(await check.stopped(terms, keys=[KEY])) is is_stopped


async def test_why_and_status_name_what_stops_mail(world: PagesWorld) -> None:
    (found,) = await diagnose(world.store, PUT_BACK, Question(person=KEY, account_id="acme", list_id="monthly"))
    assert found.why.answered_by == Step.list
    (pat,) = await world.store.persons(KEY, "acme")
    assert not verdict(pat.standing, list_id="monthly").may_send
    assert verdict(pat.standing, list_id="weekly").may_send


async def test_the_remedy_of_why_lets_mail_through(world: PagesWorld) -> None:
    (found,) = await diagnose(world.store, PUT_BACK, Question(person=KEY, account_id="acme", list_id="monthly"))
    await world.store.record_facts([fact for change in found.why.changes for fact in change.facts])
    assert await world.stopping("monthly") == []


async def test_pages_show_that_they_have_left_it(world: PagesWorld) -> None:
    assert "already" in (await world.get(f"/u/{leave_list('monthly')}")).text
    page = await world.get(f"/s/{leave_list()}")
    shown = [line for line in page.text.splitlines() if 'name="list"' in line]
    assert [("checked" in line) for line in shown if 'value="monthly"' in line] == [False]
    assert [("checked" in line) for line in shown if 'value="weekly"' in line] == [True]


async def test_pressing_again_adds_nothing(world: PagesWorld) -> None:
    await world.one_click(leave_list("monthly"))
    assert await world.said() == [(OPT_OUT, "list", BY_NUMBER)]


@pytest.mark.parametrize("is_out", [False, True])
async def test_who_switches_it_on_again_gets_it_and_no_other(world: PagesWorld, is_out: bool) -> None:
    if is_out:
        await world.press(await world.get(f"/s/{leave_list()}"), "everything")
    page = await world.get(f"/s/{leave_list()}")
    await world.press(page, "choose", list=["monthly"] if is_out else ["weekly", "monthly"])
    assert (CONSENT, "list", "monthly") in await world.said()
    assert await world.stopping("monthly") == []
    assert bool(await world.stopping("weekly")) is is_out


async def test_who_joined_it_while_it_was_gone_is_one_of_its_members(store: Store) -> None:
    without = await world_of(store, lists=())
    await without.press(await without.press(await without.get(f"/u/{leave_list('monthly')}"), "leave"), "again")
    await store.put_subscribers([Subscriber(account_id="acme", key=key, address=f"{key}@example.org") for key in "234"])
    for key, list_id in (("2", "monthly"), ("3", "monthly"), ("3", BY_NUMBER), ("4", "weekly")):
        await store.subscriptions.join("acme", list_id, [key])
    found = [[one.key for one in some] async for some in store.subscriptions.all("acme", "monthly")]
    assert found == [[KEY, "2", "3"]]
    assert [[one.key for one in some] async for some in store.subscriptions.all("acme", "monthly", KEY)] == [["2", "3"]]
    assert await store.subscriptions.join("acme", "monthly", [KEY, "2", "4"]) == ["4"]
    assert await store.subscriptions.leave("acme", "monthly", [KEY, "3", "99"]) == [KEY, "3"]
    assert [[one.key for one in some] async for some in store.subscriptions.all("acme", "monthly")] == [["2", "4"]]


async def test_a_press_on_a_send_leaves_it_too_where_they_joined_it_while_it_was_gone(store: Store) -> None:
    without = await world_of(store, lists=("weekly",))
    await without.press(await without.press(await without.get(f"/u/{leave_list('monthly')}"), "leave"), "again")
    assert await without.joined() == [BY_NUMBER, "weekly"]
    world = PagesWorld(store=store, lists=[*PUBLIC, MONTHLY])
    kind = Classification.commercial
    send = Send(
        account_id="acme", id="50", name="50", list_ids=("monthly", "weekly"), classification=kind, created_at=THEN
    )
    await store.sends.put(send)
    assert (await world.one_click(leave_send("50"))).status_code == 200
    assert await world.stopping("monthly") != []
    assert await world.stopping("weekly") != []
