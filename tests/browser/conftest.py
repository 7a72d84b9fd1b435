"""One browser for the whole run."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from chromium import HOW, find_chromium
from playwright.async_api import Browser, async_playwright

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The browser lives as long as the run, and so does the loop of everything that speaks with it."""
    for item in items:
        if item.path.parent.name == "browser":
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    program = find_chromium()
    assert program, HOW
    async with async_playwright() as playwright:
        started = await playwright.chromium.launch(executable_path=program, args=list(FLAGS))
        yield started
        await started.close()
