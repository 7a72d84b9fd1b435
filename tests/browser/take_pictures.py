"""`make pictures`: the pages and a terminal as docs show them, photographed in the real browser (docs/pictures/)."""

import asyncio
import shutil
import subprocess
import tempfile
from pathlib import Path

from acme import LISTS, SEND, Acme, open_shop
from chromium import HOW, find_chromium
from conftest import FLAGS
from playwright.async_api import Browser, async_playwright
from terminal_picture import terminal_page
from visitor import PHONE

from mailproc.policy.token import Purpose
from mailproc.store.engine.database import migrate

FOLDER = Path(__file__).parents[2] / "docs" / "pictures"
EXPLAINED = "fixtures/emails/reply/request-and-refund.eml"
ARABIC_LISTS = dict(
    zip(LISTS, ("الرسالة الأسبوعية", "العروض والتخفيضات", "بذور الشهر", "دورات قريبة منك"), strict=True)
)
WIDE = {"width": 960, "height": 640}
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


async def photograph(
    browser: Browser, shop: Acme, language: str, screen: dict[str, int], suffix: str, scheme: str
) -> None:
    """Every page of a shop, in one language and on one screen."""
    key = await shop.person("weekly", "offers", "seeds")
    taken = await browser.new_context(
        locale=language,
        viewport=screen,
        device_scale_factor=1.5,
        color_scheme=scheme,  # type: ignore[arg-type]
    )
    page = await taken.new_page()

    async def shot(name: str) -> None:
        save(f"{name}{suffix}", await page.screenshot(full_page=True))

    await page.goto(shop.link("u", key, Purpose.unsubscribe_send, SEND))
    await shot("unsubscribe")
    await page.locator("main form button").first.click()
    await shot("done")
    await page.goto(shop.link("s", key, Purpose.profile))
    await shot("subscriptions")
    await page.goto(shop.link("p", key, Purpose.profile))
    await shot("profile")
    await page.goto(f"http://{shop.host}/u/u-damaged")
    await shot("problem")
    await taken.close()


async def main() -> None:
    """Take them all. Needs pngquant, and fonts for what is written in them."""
    program = find_chromium()
    assert program, HOW
    assert shutil.which("pngquant"), "pictures need pngquant and good fonts: apt-get install pngquant fonts-noto-core"
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=program, args=list(FLAGS))
            await explain(browser)
            for name, lists in (("Acme Gardens", LISTS), ("حدائق أكمي", ARABIC_LISTS)):
                url = f"sqlite+aiosqlite:///{folder}/{len(name)}.db"
                await migrate(url)
                shop = await open_shop(url, lists, name=name)
                if lists is LISTS:
                    await photograph(browser, shop, "en-GB", WIDE, "", "light")
                    await photograph(browser, shop, "en-GB", PHONE, "-phone", "light")
                    await photograph(browser, shop, "en-GB", PHONE, "-dark", "dark")
                else:
                    await photograph(browser, shop, "ar", PHONE, "-arabic", "light")
                await shop.service.stop()
            await browser.close()


if __name__ == "__main__":
    asyncio.run(main())
