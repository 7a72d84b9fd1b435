"""The browser tests can fail: what must not be on a page is seen when it is there."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser
from visitor import PHONE, Visitor, arrive

SITE = "http://pages.example/"


@pytest_asyncio.fixture(loop_scope="session")
async def visitor(browser: Browser) -> AsyncIterator[Visitor]:
    arrived = await arrive(browser, "pages.example", viewport=PHONE)
    await arrived.context.route("http://elsewhere.example/**", lambda route: route.fulfill(body=""))
    yield arrived
    await arrived.context.close()


async def show(visitor: Visitor, body: str, policy: str = "") -> None:
    document = f'<!doctype html><html lang="en"><title>A page</title><main><h1>A page</h1>{body}</main></html>'
    headers = {"content-type": "text/html", **({"content-security-policy": policy} if policy else {})}
    await visitor.page.route(SITE, lambda route: route.fulfill(body=document, headers=headers))
    await visitor.page.goto(SITE)


async def test_a_page_without_fault_gives_nothing_to_complain_of(visitor: Visitor) -> None:
    await show(visitor, '<p>In <a href="/">a sentence</a>.</p>', "default-src 'none'")
    assert await visitor.barriers() == []
    assert await visitor.small_targets() == []
    assert not await visitor.scrolls_sideways()
    await visitor.leave()
    assert visitor.complaints == []


@pytest.mark.parametrize(
    ("body", "policy", "said"),
    [
        (
            "<img src='http://elsewhere.example/x.png' alt=''>",
            "",
            "asked somebody else: http://elsewhere.example/x.png",
        ),
        ("<script>document.title = 'other'</script>", "default-src 'none'", "Content Security Policy"),
        ("<p style='color: red'>Red</p>", "default-src 'none'", "Content Security Policy"),
        ("<script>nobody.knows()</script>", "", "script failed: nobody is not defined"),
        ("<script>document.cookie = 'a=b'</script>", "", "left cookies"),
    ],
)
async def test_what_a_page_must_not_do_is_complained_of(visitor: Visitor, body: str, policy: str, said: str) -> None:
    await show(visitor, body, policy)
    await visitor.leave()
    assert any(said in one for one in visitor.complaints), visitor.complaints


async def test_a_button_without_a_name_is_a_barrier(visitor: Visitor) -> None:
    await show(visitor, "<button></button>")
    assert [one.split(":")[0] for one in await visitor.barriers()] == ["button-name"]


async def test_what_no_finger_can_hit_and_what_no_phone_can_show_is_seen(visitor: Visitor) -> None:
    await show(visitor, "<button>Go</button><p style='width: 900px'>Wide</p>")
    assert len(await visitor.small_targets()) == 1
    assert await visitor.scrolls_sideways()
