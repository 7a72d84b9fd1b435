"""Everybody can use the pages: on a phone, in the dark, from right to left, with a keyboard, with a screen reader."""

import pytest
from acme import SEND, Acme
from playwright.async_api import Page, expect
from visitor import DESKTOP, PHONE, Visit, Visitor

from mailproc.policy.tokens.token import Purpose

OUTLINE = "() => getComputedStyle(document.activeElement).outlineStyle"
FOCUSED = "() => document.activeElement.textContent.trim() || document.activeElement.value"


async def faults(visitor: Visitor) -> list[str]:
    """What somebody could not do on the page as it is."""
    sideways = ["scrolls sideways"] if await visitor.scrolls_sideways() else []
    return [*await visitor.barriers(), *await visitor.small_targets(), *sideways]


async def every_page(shop: Acme, visitor: Visitor) -> dict[str, list[str]]:
    """The faults of every page, by its name; pressed is what has a main button, in whatever language."""
    page, key, found = visitor.page, await shop.person("weekly", "offers", "seeds"), {}
    await page.goto(shop.link("u", key, Purpose.unsubscribe_send, SEND))
    found["asks"] = await faults(visitor)
    await page.locator("button.main").click()
    found["done"] = await faults(visitor)
    await page.goto(shop.link("s", key, Purpose.profile))
    found["lists"] = await faults(visitor)
    await page.goto(shop.link("p", key, Purpose.profile))
    await page.locator("input[required]").fill("")
    await page.locator("button.main").click()
    found["details with a mistake"] = await faults(visitor)
    await page.locator("button.quiet").click()
    await page.goto(shop.link("s", key, Purpose.profile))
    found["lists of nobody"] = await faults(visitor)
    await page.goto(f"http://{shop.host}/u/u-damaged")
    found["damaged link"] = await faults(visitor)
    return found


@pytest.mark.parametrize(
    ("language", "direction", "screen", "scheme"),
    [("en-GB", "ltr", PHONE, "light"), ("en-GB", "ltr", DESKTOP, "dark"), ("ar", "rtl", PHONE, "light")],
    ids=["phone", "dark", "arabic"],
)
async def test_no_page_shuts_anybody_out(
    shop: Acme, visit: Visit, language: str, direction: str, screen: dict[str, int], scheme: str
) -> None:
    key = await shop.person()
    visitor = await visit(
        shop.link("s", key, Purpose.profile), locale=language, viewport=screen, color_scheme=scheme, has_touch=True
    )
    assert await visitor.page.locator("html").get_attribute("dir") == direction
    found = await every_page(shop, visitor)
    assert len(found) == 6
    assert {name: what for name, what in found.items() if what} == {}


async def test_a_page_can_be_enlarged_four_times(shop: Acme, visit: Visit) -> None:
    """WCAG 2.1 §1.4.10: 1280 pixels at 400 % are 320."""
    key = await shop.person("weekly")
    visitor = await visit(shop.link("p", key, Purpose.profile), locale="de", viewport={"width": 320, "height": 256})
    assert not await visitor.scrolls_sideways()


async def tab(page: Page) -> str:
    """Go on by keyboard; gives the text or value of what has the focus, which must be seen."""
    await page.keyboard.press("Tab")
    assert await page.evaluate(OUTLINE) != "none"
    return str(await page.evaluate(FOCUSED))


async def test_the_keyboard_alone_leaves_a_list(shop: Acme, visit: Visit) -> None:
    key = await shop.person("weekly")
    visitor = await visit(shop.link("u", key, Purpose.unsubscribe_list, "weekly"))
    assert await tab(visitor.page) == "Skip to main content"
    await visitor.page.keyboard.press("Enter")
    assert await tab(visitor.page) == "Unsubscribe"
    await visitor.page.keyboard.press("Enter")
    await expect(visitor.page.get_by_role("heading", level=1)).to_have_text("You are unsubscribed")
    assert await shop.lists_of(key) == []


async def test_the_keyboard_alone_moves_a_switch(shop: Acme, visit: Visit) -> None:
    key = await shop.person("weekly")
    visitor = await visit(shop.link("s", key, Purpose.profile))
    assert await tab(visitor.page) == "Skip to main content"
    assert await tab(visitor.page) == "courses"
    await visitor.page.keyboard.press("Space")
    for _ in range(3):
        await tab(visitor.page)
    assert await tab(visitor.page) == "Save"
    await visitor.page.keyboard.press("Enter")
    await expect(visitor.page.get_by_role("status")).to_have_text("Saved.")
    assert await shop.lists_of(key) == ["courses", "weekly"]


@pytest.mark.parametrize(
    ("wanted", "tag", "heading"),
    [
        ("de-AT", "de", "Ihre Abonnements"),
        ("ja", "ja", "配信設定"),
        ("he", "he", "המינויים שלך"),
        ("eo", "en", "Your subscriptions"),
    ],
)
async def test_the_browsers_language_is_spoken(shop: Acme, visit: Visit, wanted: str, tag: str, heading: str) -> None:
    key = await shop.person()
    visitor = await visit(shop.link("s", key, Purpose.profile), locale=wanted)
    assert await visitor.page.locator("html").get_attribute("lang") == tag
    await expect(visitor.page.get_by_role("heading", level=1)).to_have_text(heading)
