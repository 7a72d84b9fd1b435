"""`/p/`: what is marked public is shown and corrected, and nothing else; hostile values stay text."""

from datetime import UTC, datetime

import pytest
from markupsafe import escape
from pages_world import KEY, PagesWorld, leave_all, leave_list, profile, world_of

from mailproc.policy.token import EPOCH
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
    assert f'href="/s/{profile()}"' in page.text


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
