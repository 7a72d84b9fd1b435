"""Every path through the pages does what it says, in a real browser, with and without JavaScript."""

import pytest
from acme import ATTRIBUTES, LISTS, SEND, Acme
from playwright.async_api import Page, expect
from visitor import Visit

from mailproc.policy.tokens.token import Purpose

with_and_without_script = pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])


async def press(page: Page, name: str) -> None:
    await page.get_by_role("button", name=name, exact=True).click()


async def headed(page: Page, text: str) -> None:
    await expect(page.get_by_role("heading", level=1)).to_have_text(text)


@with_and_without_script
async def test_one_press_leaves_the_list_and_one_more_comes_back(shop: Acme, visit: Visit, script: bool) -> None:
    key = await shop.person("weekly", "seeds")
    visitor = await visit(shop.link("u", key, Purpose.unsubscribe_list, "weekly"), java_script_enabled=script)
    await headed(visitor.page, "Unsubscribe from “Weekly letter”?")
    await press(visitor.page, "Unsubscribe")
    await headed(visitor.page, "You are unsubscribed")
    await expect(visitor.page.get_by_role("listitem")).to_have_text(["Weekly letter"])
    assert await shop.lists_of(key) == ["seeds"]
    await press(visitor.page, "Subscribe again")
    await headed(visitor.page, "You are subscribed again")
    assert await shop.lists_of(key) == ["seeds", "weekly"]


@with_and_without_script
async def test_a_mail_to_several_lists_leaves_those_and_the_others_can_be_managed(
    shop: Acme, visit: Visit, script: bool
) -> None:
    key = await shop.person("weekly", "offers", "seeds")
    visitor = await visit(shop.link("u", key, Purpose.unsubscribe_send, SEND), java_script_enabled=script)
    await press(visitor.page, "Unsubscribe")
    await expect(visitor.page.get_by_role("listitem")).to_have_text(["Offers and sales", "Weekly letter"])
    assert await shop.lists_of(key) == ["seeds"]
    await visitor.page.get_by_role("link", name="Manage your other subscriptions").click()
    await headed(visitor.page, "Your subscriptions")
    await expect(visitor.page.get_by_role("switch", checked=True)).to_have_count(1)


@with_and_without_script
async def test_switches_join_and_leave_lists(shop: Acme, visit: Visit, script: bool) -> None:
    key = await shop.person("weekly", "offers")
    visitor = await visit(shop.link("s", key, Purpose.profile), java_script_enabled=script)
    await expect(visitor.page.get_by_role("switch")).to_have_count(len(LISTS))
    await visitor.page.get_by_label("Offers and sales").uncheck()
    await visitor.page.get_by_text("Courses in your region").click()
    await press(visitor.page, "Save")
    await expect(visitor.page.get_by_role("status")).to_have_text("Saved.")
    await expect(visitor.page.get_by_label("Courses in your region")).to_be_checked()
    assert await shop.lists_of(key) == ["courses", "weekly"]


@with_and_without_script
@pytest.mark.parametrize("door", ["s", "p"])
async def test_everything_is_left_from_either_page_and_joined_again(
    shop: Acme, visit: Visit, door: str, script: bool
) -> None:
    key = await shop.person("weekly", "offers")
    visitor = await visit(shop.link(door, key, Purpose.profile), java_script_enabled=script)
    await press(visitor.page, "Unsubscribe from everything")
    await headed(visitor.page, "You are unsubscribed")
    assert await shop.lists_of(key) == []
    await press(visitor.page, "Subscribe again")
    assert await shop.lists_of(key) == ["offers", "weekly"]


@with_and_without_script
async def test_details_are_corrected_and_a_mistake_is_explained_first(shop: Acme, visit: Visit, script: bool) -> None:
    key = await shop.person("weekly")
    visitor = await visit(shop.link("p", key, Purpose.profile), java_script_enabled=script)
    name = visitor.page.get_by_label("First name")
    await name.fill("")
    await visitor.page.get_by_label("City").fill("Łódź <b>")
    await press(visitor.page, "Save")
    await expect(visitor.page.get_by_role("alert")).to_contain_text("Nothing has been saved yet")
    await expect(name).to_have_accessible_description("Please fill this in.")
    await expect(visitor.page.get_by_label("City")).to_have_value("Łódź <b>")
    assert await shop.attributes_of(key) == ATTRIBUTES
    await name.fill("Patrícia")
    await press(visitor.page, "Save")
    await expect(visitor.page.get_by_role("status")).to_have_text("Saved.")
    assert await shop.attributes_of(key) == {**ATTRIBUTES, "first name": "Patrícia", "city": "Łódź <b>"}


async def test_looking_at_every_page_changes_nothing(shop: Acme, visit: Visit) -> None:
    key = await shop.person("weekly", "offers")
    visitor = await visit(shop.link("u", key, Purpose.unsubscribe_all))
    for door, purpose in (("s", Purpose.unsubscribe_all), ("p", Purpose.profile)):
        await visitor.page.goto(shop.link(door, key, purpose))
    await visitor.page.reload()
    assert await shop.lists_of(key) == ["offers", "weekly"]
    assert await shop.attributes_of(key) == ATTRIBUTES


async def test_a_form_that_is_not_ours_changes_nothing_and_the_next_press_counts(shop: Acme, visit: Visit) -> None:
    key = await shop.person("weekly")
    visitor = await visit(shop.link("u", key, Purpose.unsubscribe_list, "weekly"))
    await visitor.page.locator("input[name=form]").evaluate("one => { one.value = 'open-for-days' }")
    await press(visitor.page, "Unsubscribe")
    await expect(visitor.page.get_by_role("alert")).to_contain_text("Nothing has changed yet")
    assert await visitor.barriers() == []
    assert await shop.lists_of(key) == ["weekly"]
    await press(visitor.page, "Unsubscribe")
    await headed(visitor.page, "You are unsubscribed")
    assert await shop.lists_of(key) == []


async def test_a_damaged_link_helps_and_reveals_nothing(shop: Acme, visit: Visit) -> None:
    key = await shop.person("weekly")
    link = shop.link("u", key, Purpose.unsubscribe_list, "weekly")
    visitor = await visit(link[:-5])
    await headed(visitor.page, "This link does not work")
    await expect(visitor.page.get_by_role("listitem")).to_have_count(3)
    await expect(visitor.page.get_by_role("button")).to_have_count(0)
    assert "Acme" not in await visitor.page.content()
    assert await shop.lists_of(key) == ["weekly"]


async def test_a_page_that_presses_itself_needs_script_and_else_has_its_button(
    pressing_shop: Acme, visit: Visit
) -> None:
    key = await pressing_shop.person("weekly", "seeds")
    link = pressing_shop.link("u", key, Purpose.unsubscribe_list, "weekly")
    plain = await visit(link, java_script_enabled=False)
    await expect(plain.page.get_by_role("button", name="Unsubscribe")).to_be_visible()
    assert await pressing_shop.lists_of(key) == ["seeds", "weekly"]
    pressed = await visit(link)
    await headed(pressed.page, "You are unsubscribed")
    assert await pressed.page.get_by_role("img", name="Acme Gardens").evaluate("one => one.naturalWidth") > 0
    assert await pressing_shop.lists_of(key) == ["seeds"]
