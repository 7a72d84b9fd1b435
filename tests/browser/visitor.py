"""Somebody in front of a browser: one window, and everything about it that a page must not do."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page, Request

AXE = {"resultTypes": ["violations"], "preload": False}  # no second request for style sheets
PHONE = {"width": 360, "height": 740}
DESKTOP = {"width": 1280, "height": 900}
PATIENCE_MS = 30_000  # a busy machine is no failure
MIN_TARGET_PIXELS = 44  # WCAG 2.2 §2.5.5

# What can be pressed; a link within a sentence is exempt (WCAG 2.2 §2.5.5, "inline").
TARGETS = """() => [...document.querySelectorAll('button, input:not([type=hidden]), select, textarea, a, summary')]
  .filter(one => !(one.matches('a') && getComputedStyle(one).display === 'inline'))
  .filter(one => !one.classList.contains('skip'))
  .map(one => [one, (one.matches('input[type=checkbox], input[type=radio]') && one.closest('label')) || one])
  .map(([one, pressed]) => [one.outerHTML.slice(0, 120), pressed.getBoundingClientRect()])
  .filter(([, box]) => box.width && (box.height < SMALLEST - 0.5 || box.width < SMALLEST - 0.5))
  .map(([html, box]) => `${Math.round(box.width)}x${Math.round(box.height)} ${html}`)"""


@dataclass
class Visitor:
    """A window of the browser. `complaints` are in plain words and empty when every page behaved."""

    context: BrowserContext
    page: Page
    host: str
    complaints: list[str] = field(default_factory=list)

    def watch(self) -> None:
        """From now on every page of this window is watched."""
        self.context.on("request", self._on_request)
        self.page.on("console", self._on_console)
        self.page.on("pageerror", lambda error: self.complaints.append(f"script failed: {error}"))

    def _on_request(self, request: Request) -> None:
        at = urlsplit(request.url)
        if at.scheme != "data" and at.netloc != self.host:
            self.complaints.append(f"asked somebody else: {request.url}")

    def _on_console(self, message: ConsoleMessage) -> None:
        # Chromium tells of a page's own 4xx in the console, too: that is how such a page has to answer.
        if message.type in ("error", "warning") and "the server responded with a status of 4" not in message.text:
            self.complaints.append(f"{message.type} in the console: {message.text}")

    async def barriers(self) -> list[str]:
        """What axe finds on the page as it is, one line each."""
        found = (await Axe().run(self.page, options=AXE)).response["violations"]
        return [f"{one['id']}: {node['html'][:150]}" for one in found for node in one["nodes"]]

    async def scrolls_sideways(self) -> bool:
        """Whether something is wider than the window."""
        width = await self.page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
        return bool(width[0] > width[1])

    async def small_targets(self) -> list[str]:
        """What can be pressed and is smaller than a finger."""
        return list(await self.page.evaluate(TARGETS.replace("SMALLEST", str(MIN_TARGET_PIXELS))))

    async def leave(self) -> None:
        """Nothing is left in the browser, and nothing was to complain of."""
        if cookies := await self.context.cookies():
            self.complaints.append(f"left cookies: {cookies}")
        await self.context.close()


Visit = Callable[..., Awaitable[Visitor]]  # what the fixture `visit` gives: a link, and choices as of `arrive`


async def arrive(browser: Browser, host: str, **choices: object) -> Visitor:
    """A new window with a memory of its own; `choices` are Playwright's (viewport, locale, java_script_enabled, …)."""
    context = await browser.new_context(**{"viewport": DESKTOP, "locale": "en-GB", **choices})  # type: ignore[arg-type]
    context.set_default_timeout(PATIENCE_MS)
    visitor = Visitor(context=context, page=await context.new_page(), host=host)
    visitor.watch()
    return visitor
