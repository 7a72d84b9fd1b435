"""What happens to every request for a page before anything else: whose link it is, in which language, how often."""

import asyncio
import time
from dataclasses import dataclass, field
from typing import Any

import structlog
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from mailproc.metrics import Metrics
from mailproc.policy.pages.link import Link, read_link
from mailproc.policy.pages.posted_form import Fields, posted_fields
from mailproc.settings.settings import WebSettings
from mailproc.web.limits import Allowance, Clients
from mailproc.web.pages.languages import Language, language_for
from mailproc.web.pages.rendering import rendered
from mailproc.web.pages.senders import Sender, Senders, SendersInForce

MAX_BODY_BYTES = 64 * 1024  # a profile with fifty attributes of a thousand characters
BODY_SECONDS = 10.0
_MOST_STEPS = 20  # from the path of a link that was made up to the top


class Turned(Exception):
    """A request that ends here: what is answered instead of a page."""

    def __init__(self, response: Response) -> None:
        super().__init__()
        self.response = response


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One request with the link that it came by."""

    request: Request
    sender: Sender
    link: Link
    language: Language
    fields: Fields = field(default=())

    def page(self, template: str, *, status: int = 200, **values: Any) -> Response:
        """A page of this account for this visitor."""
        return rendered(
            template,
            self.sender.brand,
            self.language,
            base=_up_from(self.request),
            status=status,
            contact=self.sender.settings.contact,
            **values,
        )

    def address(self, door: str) -> str:
        """Where another page is by the same link, from here: `u`, `s` or `p`."""
        return f"{_up_from(self.request)}/{door}/{self.link.text}"


class Reception:
    """Lets visitors in, or tells them why not."""

    def __init__(self, senders: SendersInForce, settings: WebSettings, metrics: Metrics) -> None:
        self._senders = senders
        self._metrics = metrics
        self._log = structlog.get_logger()
        self._clients = Clients(settings.proxies)
        self._visits = Allowance(settings.link_requests_per_minute)
        self._clicks = Allowance(settings.link_requests_per_minute)  # scanners that look at a link spend none of it
        self._of_network = Allowance(settings.page_requests_per_minute)
        self._bad_links = Allowance(settings.bad_links_per_minute)
        self._has_told = False

    def find(self, request: Request, *, is_guesser: bool = False) -> Visit | None:
        """The link that a request came by; None where it does not verify. Neither counted nor limited.

        Of a guesser the keys of this host alone are tried: what a guess costs us.
        """
        senders, host = self._senders.current(), _host(request)
        link = read_link(request.path_params["link"], senders.keys_at(host, others=not is_guesser))
        if link is None:
            return None
        sender = senders.get(link.account_id)
        if sender.host and not self._has_told and not senders.has_host(host):
            self._tell_of_host(sender)
        return Visit(request=request, sender=sender, link=link, language=_language(request, sender))

    def _tell_of_host(self, sender: Sender) -> None:
        """Warn, once, of what seems to be our proxy: at a host that nobody has, good links are limited as bad ones."""
        self._has_told = True
        hint = (
            "if your reverse proxy puts another name there, let it pass Host on (nginx: proxy_set_header Host $host;)"
        )
        self._log.warning("host_not_passed_on", account=sender.account_id, expected=sender.host, hint=hint)

    def visit(self, request: Request) -> Visit:
        """The same for a person: raises Turned for who asks too often, and for a link that does not verify.

        A good link is let in also where its network has tried out others: nobody keeps their neighbours from leaving.
        """
        network, now = self._clients.network(request), time.monotonic()
        if wait := self._of_network.spend(network, now):
            raise self.problem(request, "too-often", 429, wait)
        wait = self._bad_links.is_spent(network, now)
        found = self.find(request, is_guesser=wait > 0)
        if found is None and wait:
            raise self.problem(request, "too-often", 429, wait)
        if found is None:
            self._bad_links.spend(network, now)
            raise self.problem(request, "unknown", 404)
        if wait := self._visits.spend(_counted(found), now):
            raise self.problem(request, "too-often", 429, wait, found.sender)
        return found

    def clicked_too_often(self, visit: Visit) -> float:
        """Count a one-click request; the seconds to wait when there were too many on this link, else 0."""
        return self._clicks.spend(_counted(visit), time.monotonic())

    async def body(self, request: Request) -> Fields:
        """The fields of a POST. Raises Turned for a body that is too big, too slow, or broken off."""
        try:
            async with asyncio.timeout(BODY_SECONDS):
                body = await self._bounded(request)
        except TimeoutError:
            raise self.problem(request, "broken", 408) from None
        except ClientDisconnect:
            raise self.problem(request, "broken", 400) from None
        return posted_fields(body, request.headers.get("content-type", ""))

    async def _bounded(self, request: Request) -> bytes:
        body = bytearray()
        async for chunk in request.stream():
            body += chunk
            if len(body) > MAX_BODY_BYTES:
                raise self.problem(request, "broken", 413)
        return bytes(body)

    def refused(self, why: str) -> None:
        """Count and log that somebody did not get what they came for; never by what link, which could be forged."""
        self._metrics.pages_refused.labels(why).inc()
        self._log.info("page_refused", why=why)

    def problem(
        self, request: Request, what: str, status: int, wait: float = 0.0, sender: Sender | None = None
    ) -> Turned:
        """The page that helps where something is wrong; `what` is unknown, old, too-often, broken or later.

        Who it is about is told only by a link that verified. Without one it looks like the pages of the account that
        has this host to itself, which the address says as well.
        """
        senders: Senders = self._senders.current()
        shown = sender or senders.at(_host(request))
        self.refused(what)
        response = rendered(
            "problem.html",
            shown.brand if shown else senders.nobody,
            _language(request, shown),
            base=_up_from(request),
            status=status,
            contact=shown.settings.contact if shown else None,
            what=what,
        )
        response.headers["Connection"] = "close" if status in (400, 408, 413) else "keep-alive"
        if wait:
            response.headers["Retry-After"] = str(int(wait) + 1)
        return Turned(response)


def _counted(visit: Visit) -> str:
    """The link as we write it, not its person: whoever has one of somebody's links cannot use up the others."""
    return f"{visit.link.account_id} {visit.link.text}"


def _host(request: Request) -> str:
    return request.headers.get("host", "")[:300].lower()


def _up_from(request: Request) -> str:
    """The way from what was asked for to what all pages are behind: also for links of an older host or path prefix."""
    path: bytes = request.scope.get("raw_path") or request.url.path.encode()
    return "/".join([".."] * min(path.partition(b"?")[0].count(b"/") - 1, _MOST_STEPS)) or "."


def _language(request: Request, sender: Sender | None) -> Language:
    wanted = ",".join(request.headers.getlist("accept-language"))
    return language_for(wanted, sender.settings.language if sender else "en")
