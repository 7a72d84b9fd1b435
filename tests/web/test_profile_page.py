"""`/p/`: what is marked public is shown and corrected, and nothing else; hostile values stay text."""

from datetime import UTC, datetime

import pytest
from markupsafe import escape
from pages_world import ACME, KEY, PagesWorld, leave_all, leave_list, profile, world_of

from mailproc.policy.tokens.token import EPOCH
from mailproc.store.store import Store


@pytest.fixture
async def world(store: Store) -> PagesWorld:
    world = await world_of(store)
    await store.link_holders.correct("acme", KEY, {"city": "Bern", "score": "very bad"})
    return world


async def kept(world: PagesWorld) -> dict[str, str]:
    return (await world.store.subscriptions.attributes_of("acme", [KEY]))[KEY]


async def test_it_shows_what_is_public_and_nothing_else(world: PagesWorld) -> None:
    page = await world.get(f"/p/{profile()}")
    assert 'value="Bern"' in page.text
    assert "score" not in page.text
    assert "very bad" not in page.text
    assert "pat@example.org" not in page.text
    assert f'href="../s/{profile()}"' in page.text


async def test_what_is_corrected_is_kept_and_the_rest_stays(world: PagesWorld) -> None:
    answer = await world.press(await world.get(f"/p/{profile()}"), "correct", **{"a.city": "Köln", "a.size": "M"})
    assert answer.status_code == 200
    assert 'value="Köln"' in answer.text
    assert await kept(world) == {"city": "Köln", "score": "very bad", "size": "M"}


async def test_what_is_not_public_cannot_be_written(world: PagesWorld) -> None:
    page = await world.get(f"/p/{profile()}")
    await world.press(
        page, "correct", **{"a.city": "Bern", "a.score": "good", "score": "good", "a.email": "x@y.example"}
    )
    assert await kept(world) == {"city": "Bern", "score": "very bad"}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("a.city", "x" * 41),
        ("a.city", "Bern\r\nBcc: all"),
        ("a.city", "a\u202eb"),
        ("a.size", "XXL"),
        ("a.size", "S, M"),
    ],
)
async def test_what_does_not_fit_is_told_beside_its_field_and_nothing_is_kept(
    world: PagesWorld, field: str, value: str
) -> None:
    answer = await world.press(await world.get(f"/p/{profile()}"), "correct", **{"a.city": "Ulm", field: value})
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text
    assert await kept(world) == {"city": "Bern", "score": "very bad"}


@pytest.mark.parametrize("value", ["<script>1</script>", '"><img src=x>', "{{ 7*7 }}", "%(sender)s", "'; DROP TABLE"])
async def test_what_looks_like_a_program_stays_text(world: PagesWorld, value: str) -> None:
    answer = await world.press(await world.get(f"/p/{profile()}"), "correct", **{"a.city": value})
    assert answer.status_code == 200
    assert "<script>" not in answer.text
    assert "<img src=x" not in answer.text
    assert (await kept(world))["city"] == value
    assert f'value="{escape(value)}"' in (await world.get(f"/p/{profile()}")).text


async def test_an_unsubscribe_link_opens_no_profile(world: PagesWorld) -> None:
    for token in (leave_list(), leave_all(), "p" + leave_all()[1:]):
        page = await world.get(f"/p/{token}")
        assert page.status_code == 404
        assert "Bern" not in page.text


async def test_a_profile_link_leaves_no_list_by_itself(world: PagesWorld) -> None:
    assert (await world.get(f"/u/{profile()}")).status_code == 404
    assert await world.facts() == []


async def test_a_profile_link_grows_old_and_still_opens_the_lists(world: PagesWorld) -> None:
    today = (datetime.now(UTC).date() - EPOCH).days
    assert (await world.get(f"/p/{profile(day=today - 400)}")).status_code == 200
    old = await world.get(f"/p/{profile(day=today - 401)}")
    assert old.status_code == 410
    assert "Bern" not in old.text
    assert (await world.get(f"/s/{profile(day=today - 401)}")).status_code == 200


async def test_of_somebody_unknown_nothing_is_kept(world: PagesWorld) -> None:
    page = await world.get(f"/p/{profile(key='99')}")
    assert page.status_code == 200
    assert "a.city" not in page.text
    assert await world.store.link_holders.correct("acme", "99", {"city": "Rome"}) is False


YES_NO = {"paper": {"label": "By post", "kind": "yes-no"}}
SIZES = {"size": {"label": "Size", "kind": "choice", "choices": ["S", "M"], "required": True}}


async def test_a_page_that_was_open_for_long_writes_only_what_was_changed_on_it(world: PagesWorld) -> None:
    page = await world.get(f"/p/{profile()}")
    await world.store.link_holders.correct("acme", KEY, {"size": "L"})
    answer = await world.press(page, "correct", **{"a.city": "Ulm", "a.size": ""})
    assert await kept(world) == {"city": "Ulm", "score": "very bad", "size": "L"}
    assert '<option value="L" selected>' in answer.text


async def test_what_was_changed_is_known_from_the_first_page_also_after_a_mistake(world: PagesWorld) -> None:
    wrong = await world.press(await world.get(f"/p/{profile()}"), "correct", **{"a.city": "x" * 41})
    await world.store.link_holders.correct("acme", KEY, {"size": "L"})
    assert (await world.press(wrong, "correct", **{"a.city": "Ulm"})).status_code == 200
    assert await kept(world) == {"city": "Ulm", "score": "very bad", "size": "L"}


async def test_what_is_emptied_is_empty(world: PagesWorld) -> None:
    await world.press(await world.get(f"/p/{profile()}"), "correct", **{"a.city": ""})
    assert (await kept(world))["city"] == ""


async def test_a_switch_that_nobody_touched_says_nothing(store: Store) -> None:
    world = await world_of(store, acme={"profile": {**ACME["pages"]["profile"], **YES_NO}})
    page = await world.get(f"/p/{profile()}")
    await world.press(page, "correct", **{"a.city": "Ulm"})
    assert await kept(world) == {"city": "Ulm"}
    page = await world.press(page, "correct", **{"a.paper": "yes", "a.city": "Ulm"})
    assert (await kept(world))["paper"] == "yes"
    await world.press(page, "correct", **{"a.paper": "", "a.city": "Ulm"})
    assert (await kept(world))["paper"] == "no"


@pytest.mark.parametrize("is_required", [True, False])
async def test_a_choice_that_is_not_offered_any_more_is_not_replaced_unasked(store: Store, is_required: bool) -> None:
    sizes = {"size": {**SIZES["size"], "required": is_required}}
    world = await world_of(store, acme={"profile": {**ACME["pages"]["profile"], **sizes}})
    await store.link_holders.correct("acme", KEY, {"size": "XXL"})
    page = await world.get(f"/p/{profile()}")
    assert '<option value="">' in page.text
    assert " selected" not in page.text
    answer = await world.press(page, "correct", **{"a.city": "Ulm", "a.size": ""})
    assert answer.status_code == (422 if is_required else 200)
    assert (await kept(world))["size"] == "XXL"
    assert (await world.press(answer, "correct", **{"a.city": "Ulm", "a.size": "M"})).status_code == 200
    assert (await kept(world))["size"] == "M"


@pytest.mark.parametrize("city", ["New\tYork", "x" * 60])
async def test_what_nobody_touched_stands_in_no_corrections_way(world: PagesWorld, city: str) -> None:
    await world.store.link_holders.correct("acme", KEY, {"city": city})
    answer = await world.press(await world.get(f"/p/{profile()}"), "correct", **{"a.city": city, "a.size": "M"})
    assert answer.status_code == 200
    assert await kept(world) == {"city": city, "score": "very bad", "size": "M"}
    refused = await world.press(answer, "correct", **{"a.city": f"{city}!", "a.size": "M"})
    assert (refused.status_code, (await kept(world))["city"]) == (422, city)
