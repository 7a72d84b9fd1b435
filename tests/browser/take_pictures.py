"""`make pictures`: the pages and a terminal as docs show them, photographed in the real browser (docs/pictures/)."""

import asyncio
import shutil
import subprocess
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from acme import ATTRIBUTES, LISTS, PROFILE, SEND, Acme, open_shop
from chromium import HOW, find_chromium
from conftest import FLAGS
from playwright.async_api import Browser, BrowserContext, async_playwright
from terminal_picture import terminal_page
from visitor import PHONE

from mailproc.log import configure_logging
from mailproc.policy.pages.profile import AttributeKind
from mailproc.policy.tokens.token import Purpose
from mailproc.settings.pages import AttributeSettings
from mailproc.store.engine.database import migrate

FOLDER = Path(__file__).parents[2] / "docs" / "pictures"
EXPLAINED = "fixtures/emails/reply/request-and-refund.eml"
ARABIC_LISTS = dict(
    zip(LISTS, ("الرسالة الأسبوعية", "العروض والتخفيضات", "بذور الشهر", "دورات قريبة منك"), strict=True)
)
GARDENS = ("شرفة", "حديقة منزلية", "بستان")
ARABIC_PROFILE = {**PROFILE, "garden": AttributeSettings(label="الحديقة", kind=AttributeKind.choice, choices=GARDENS)}
ARABIC_DETAILS = {**ATTRIBUTES, "first name": "ليلى", "city": "عمّان", "garden": GARDENS[1]}
WIDE = {"width": 760, "height": 480}
MAX_BYTES = 150_000


def save(name: str, picture: bytes) -> None:
    """Write a picture with as few colours as it needs. Raises RuntimeError for one that is too big."""
    path = FOLDER / f"{name}.png"
    with tempfile.NamedTemporaryFile(suffix=".png") as taken:
        Path(taken.name).write_bytes(picture)
        subprocess.run(["pngquant", "--force", "--quality=60-95", "--strip", "-o", path, taken.name], check=True)
    if path.stat().st_size > MAX_BYTES:
        raise RuntimeError(f"{path.name} has {path.stat().st_size} bytes, and {MAX_BYTES} are enough")
    print(f"{path.name}: {path.stat().st_size // 1000} kB")


async def explain(browser: Browser) -> None:
    """What a command prints."""
    page = await browser.new_page(device_scale_factor=1.5)
    await page.set_content(terminal_page("explain", EXPLAINED))
    save("explain", await page.screenshot(full_page=True, clip=await page.locator("main").bounding_box()))  # type: ignore[arg-type]


async def photograph(taken: BrowserContext, shop: Acme, details: Mapping[str, str], suffix: str) -> None:
    """Every page of a shop, as one window shows them."""
    leaving, staying = await shop.person("weekly", "offers"), await shop.person("weekly", "seeds", "courses")
    await shop.service.store.link_holders.correct("acme", staying, details)
    page = await taken.new_page()

    async def shot(name: str) -> None:
        save(f"{name}{suffix}", await page.screenshot(full_page=True))

    await page.goto(shop.link("u", leaving, Purpose.unsubscribe_send, SEND))
    await shot("unsubscribe")
    await page.locator("button.main").click()
    await shot("done")
    await page.goto(shop.link("s", staying, Purpose.profile))
    await shot("subscriptions")
    await page.goto(shop.link("p", staying, Purpose.profile))
    await shot("profile")
    await page.locator("input[required]").fill("")
    await page.locator("button.main").click()
    await shot("profile-mistake")
    await page.goto(f"http://{shop.host}/u/u-damaged")
    await shot("problem")
    await taken.close()


async def main() -> None:
    """Take them all. Needs pngquant, and fonts for what is written in them."""
    program = find_chromium()
    assert program, HOW
    assert shutil.which("pngquant"), "pictures need pngquant and good fonts: apt-get install pngquant fonts-noto-core"
    FOLDER.mkdir(exist_ok=True)
    configure_logging("error", "console", mask_addresses=True)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=program, args=list(FLAGS))
        await explain(browser)
        async with running(LISTS, name="Acme Gardens") as shop:
            for suffix, screen, scheme in (("", WIDE, "light"), ("-phone", PHONE, "light"), ("-dark", PHONE, "dark")):
                taken = await window(browser, "en-GB", screen, scheme)
                await photograph(taken, shop, ATTRIBUTES, suffix)
        async with running(ARABIC_LISTS, name="حدائق أكمي", profile=ARABIC_PROFILE) as shop:
            await photograph(await window(browser, "ar", PHONE, "light"), shop, ARABIC_DETAILS, "-arabic")
        await browser.close()


async def window(browser: Browser, language: str, screen: dict[str, int], scheme: str) -> BrowserContext:
    """A window of that size, sharp enough for good screens."""
    choices: Any = {"viewport": screen, "color_scheme": scheme, "timezone_id": "Europe/London"}
    return await browser.new_context(locale=language, device_scale_factor=1.5, **choices)


@asynccontextmanager
async def running(lists: Mapping[str, str], **pages: Any) -> AsyncIterator[Acme]:
    """A shop for as long as it is photographed."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite+aiosqlite:///{folder}/shop.db"
        await migrate(url)
        shop = await open_shop(url, lists, **pages)
        yield shop
        await shop.service.stop()


if __name__ == "__main__":
    asyncio.run(main())
