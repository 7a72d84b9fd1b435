"""The routes of the pages; GET and HEAD change nothing, and what the store cannot do now is said so."""

import re
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from mailproc.errors import StoreError
from mailproc.metrics import Metrics
from mailproc.policy.pages.link import looks_like_link
from mailproc.policy.standing.lists import MailingList
from mailproc.settings.settings import Settings
from mailproc.store.store import Store
from mailproc.web.pages.assets import answer_with
from mailproc.web.pages.forms import Forms
from mailproc.web.pages.pressing import Pressing
from mailproc.web.pages.profile import ProfilePage
from mailproc.web.pages.reception import Reception, Turned
from mailproc.web.pages.senders import SendersInForce
from mailproc.web.pages.subscriptions import SubscriptionsPage
from mailproc.web.pages.unsubscribe import UnsubscribePage

RETRY_SECONDS = 60.0
Handler = Callable[[Request], Awaitable[Response]]


def page_routes(
    settings: Settings,
    store: Store,
    lists: Callable[[], Sequence[MailingList]],
    metrics: Metrics,
    clock: Callable[[], datetime],
) -> list[BaseRoute]:
    """`/u/`, `/s/`, `/p/`, in capitals as well, and `/assets/`. `lists` are those that were made by command, of now.

    The last is for every other path: what clients leave of a link gets the page that helps, and `//u/TOKEN` is pressed.
    """
    senders = SendersInForce(settings, lists)
    reception = Reception(senders, settings.web, metrics)
    pressing, forms = Pressing(store, metrics, clock), Forms(clock)
    doors: dict[str, Handler] = {
        "u": UnsubscribePage(reception=reception, pressing=pressing, forms=forms),
        "s": SubscriptionsPage(reception=reception, pressing=pressing, forms=forms),
        "p": ProfilePage(reception=reception, pressing=pressing, forms=forms, clock=clock),
    }

    async def elsewhere(request: Request) -> Response:
        """What has nothing of a link is no guess at one: browsers and watchers ask for many things."""
        if not looks_like_link(request.path_params["link"]):
            raise reception.problem(request, "unknown", 404)
        return await doors["u"](request)

    async def asset(request: Request) -> Response:
        return answer_with(senders.current().assets, request)

    return [
        *(
            _door(f"/{spelled}/", _guarded(handler, reception))
            for door, handler in doors.items()
            for spelled in (door, door.upper())
        ),
        Route("/assets/{name}", asset),
        _door("/", _guarded(elsewhere, reception)),
    ]


def _door(above: str, handler: Handler) -> Route:
    """A route whose link may be anything, also with the line ends that wrapping put into it."""
    route = Route(f"{above}{{link:path}}", handler, methods=["GET", "POST"])
    route.path_regex = re.compile(route.path_regex.pattern, re.DOTALL)
    return route


def _guarded(handler: Handler, reception: Reception) -> Handler:
    async def answered(request: Request) -> Response:
        try:
            return await handler(request)
        except Turned as turned:
            return turned.response
        except StoreError:
            return reception.problem(request, "later", 503, RETRY_SECONDS).response

    return answered
