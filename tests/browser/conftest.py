"""One browser for the whole run."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import pytest_asyncio
from acme import Acme, open_shop
from chromium import HOW, find_chromium
from playwright.async_api import Browser, async_playwright, expect
from visitor import PATIENCE_MS, Visit, Visitor, arrive

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
LOGO = Path(__file__).parents[2] / "docs" / "pictures" / "problem.png"  # any picture will do


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The browser lives as long as the run, and so does the loop of everything that speaks with it."""
    for item in items:
        if item.path.parent.name == "browser":
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    program = find_chromium()
    assert program, HOW
    expect.set_options(timeout=PATIENCE_MS)
    async with async_playwright() as playwright:
        started = await playwright.chromium.launch(executable_path=program, args=list(FLAGS))
        yield started
        await started.close()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def shop(migrated_file: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Acme]:
    """The running service: people press."""
    opened = await open_shop(f"sqlite+aiosqlite:///{shutil.copy(migrated_file, tmp_path_factory.mktemp('shop'))}")
    yield opened
    await opened.service.stop()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def pressing_shop(migrated_file: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Acme]:
    """Another, with a logo, where the page presses its button itself."""
    url = f"sqlite+aiosqlite:///{shutil.copy(migrated_file, tmp_path_factory.mktemp('pressing'))}"
    opened = await open_shop(url, link_click="auto", logo=LOGO)
    yield opened
    await opened.service.stop()


@pytest_asyncio.fixture(loop_scope="session")
async def visit(browser: Browser) -> AsyncIterator[Visit]:
    """Opens a link in a new window; in the end every page of every window must have behaved."""
    visitors = []

    async def opened(link: str, **choices: Any) -> Visitor:
        visitor = await arrive(browser, urlsplit(link).netloc, **choices)
        visitors.append(visitor)
        await visitor.page.goto(link)
        return visitor

    yield opened
    for visitor in visitors:
        await visitor.leave()
    assert [complaint for visitor in visitors for complaint in visitor.complaints] == []
