"""`/s/`: the public lists with a switch each and no other; leaving everything, coming back, and who may not."""

from datetime import UTC, datetime

import pytest
from page_forms import form_of
from pages_world import ADDRESS, CONSENT, OPT_OUT, PagesWorld, leave_all, leave_list, profile, world_of

from mailproc.policy.standing.facts import Channel, Fact, FactKind, Level
from mailproc.policy.standing.lists import MailingList
from mailproc.policy.standing.scope import EVERYWHERE
from mailproc.store.store import Store


@pytest.fixture
async def world(store: Store) -> PagesWorld:
    return await world_of(store, lists=("weekly", "staff"))


def switched_on(page: str) -> list[str]:
    return form_of(page, "choose")[1].get("list", [])


async def test_it_shows_every_public_list_and_no_other(world: PagesWorld) -> None:
    for token in (leave_list(), profile()):
        page = await world.get(f"/s/{token}")
        assert page.text.count('role="switch"') == 2
        assert "Acme Weekly" in page.text
        assert "Acme Offers" in page.text
        assert "Staff" not in page.text
        assert switched_on(page.text) == ["weekly"]


async def test_switching_is_list_level_and_joins_what_is_switched_on(world: PagesWorld) -> None:
    page = await world.press(await world.get(f"/s/{profile()}"), "choose", list=["offers"])
    assert page.status_code == 200
    assert await world.said() == [(CONSENT, "list", "offers"), (OPT_OUT, "list", "weekly")]
    assert switched_on(page.text) == ["offers"]
    assert await world.joined() == ["offers", "staff", "weekly"]


async def test_saving_without_switching_says_nothing(world: PagesWorld) -> None:
    await world.press(await world.get(f"/s/{profile()}"), "choose")
    assert await world.facts() == []


async def test_no_form_reaches_a_list_that_is_not_public(world: PagesWorld) -> None:
    page = await world.get(f"/s/{profile()}")
    await world.press(page, "choose", list=["weekly", "staff", "made-up", "weekly\r\nX: 1"], shown=["weekly", "staff"])
    assert await world.facts() == []
    assert await world.joined() == ["staff", "weekly"]


async def test_leaving_everything_is_account_level_and_can_be_taken_back(world: PagesWorld) -> None:
    done = await world.press(await world.get(f"/s/{leave_list()}"), "everything")
    assert await world.said() == [(OPT_OUT, "account", None)]
    assert switched_on((await world.get(f"/s/{leave_list()}")).text) == []
    page = await world.press(done, "everything-again")
    assert switched_on(page.text) == ["weekly"]
    consent = (await world.facts())[-1]
    assert (consent.level, consent.key, consent.address) == (Level.account, "17", None)


async def test_the_profile_page_leaves_everything_too(world: PagesWorld) -> None:
    await world.press(await world.get(f"/p/{profile()}"), "everything")
    assert await world.said() == [(OPT_OUT, "account", None)]


async def test_who_left_everything_and_switches_one_on_gets_that_one(world: PagesWorld) -> None:
    await world.press(await world.get(f"/s/{profile()}"), "everything")
    page = await world.press(await world.get(f"/s/{profile()}"), "choose", list=["offers"])
    assert switched_on(page.text) == ["offers"]
    (pat,) = await world.store.persons("17", "acme")
    assert {one.list_id for one in pat.standing.blocks} == {"weekly", "staff"}


async def test_that_holds_where_subscriptions_are_kept_elsewhere(store: Store) -> None:
    world = await world_of(store, lists=())
    made = MailingList(account_id="acme", id="monthly", name="Acme Monthly")
    await store.lists.put(made)  # of which `world.lists` has not heard
    await world.press(await world.get(f"/s/{profile()}"), "everything")
    await world.press(await world.get(f"/s/{profile()}"), "choose", list=["offers"])
    assert await world.stopping("offers") == []
    for list_id in ("weekly", "staff", "monthly"):
        assert await world.stopping(list_id) == [("list", list_id)]


async def test_a_page_that_was_open_while_they_left_everything_brings_nothing_back(world: PagesWorld) -> None:
    page = await world.get(f"/s/{profile()}")
    await world.one_click(leave_all())
    saved = await world.press(page, "choose", list=["weekly", "offers"])
    assert "You are unsubscribed from everything" in saved.text
    for list_id in ("weekly", "offers", "staff"):
        assert await world.stopping(list_id) == [("account", None)]


async def test_nothing_here_ends_a_global_opt_out(world: PagesWorld) -> None:
    said = Fact(
        kind=FactKind.opt_out,
        account_id=EVERYWHERE,
        address=ADDRESS,
        level=Level.global_,
        occurred_at=datetime.now(UTC),
        channel=Channel.command,
        evidence={"by": "kim", "reason": "court order"},
    )
    before = await world.get(f"/s/{profile()}")
    await world.store.record_facts([said])
    after = await world.press(before, "choose", list=["weekly", "offers"])
    assert switched_on(after.text) == []
    assert " disabled" in after.text
    assert "Which emails would you like" not in after.text  # nobody is asked what they cannot answer
    assert "everything-again" not in after.text
    (pat,) = await world.store.persons("17", "acme")
    assert [one.level for one in pat.standing.blocks] == [Level.global_]
    assert (CONSENT, "list", "offers") in await world.said()  # refused, and recorded (R14)


async def test_who_is_out_is_visibly_marked(world: PagesWorld) -> None:
    await world.one_click(leave_list())
    await world.press(await world.get(f"/s/{profile()}"), "everything")
    for door in ("s", "p"):
        text = (await world.get(f"/{door}/{profile()}")).text
        assert text.index("<h1>") < text.index('class="notice out"') < text.index("<form")


async def test_somebody_of_whom_only_the_key_is_known_can_choose_as_well(world: PagesWorld) -> None:
    link = leave_list(key="99")
    page = await world.get(f"/s/{link}")
    assert switched_on(page.text) == ["weekly"]  # the mail with the link was sent to it
    page = await world.press(page, "choose", list=["offers"])
    assert switched_on(page.text) == ["offers"]


async def test_a_list_that_is_made_by_command_is_there_at_once(world: PagesWorld) -> None:
    world.lists = world.lists[:1]
    assert (await world.get(f"/s/{profile()}")).text.count('role="switch"') == 1
    world.lists = []
    page = await world.get(f"/s/{profile()}")
    assert page.status_code == 200
    assert form_of(page.text, "everything")
