"""The one web application: what watches over us, the pages for people, and `/api/v1` for programs."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from fastapi import FastAPI

from mailproc.metrics import Metrics
from mailproc.policy.account import Accounts
from mailproc.policy.lists import MailingList
from mailproc.policy.rules import RuleSet
from mailproc.settings import Settings
from mailproc.store.store import Store
from mailproc.web.endpoints import Details, Readiness, watching_routes
from mailproc.web.pages.routes import page_routes


def utc_now() -> datetime:
    """The clock of the service."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What the web rooms are given. `accounts`, `lists` and `rules` tell what is in force now: they change meanwhile.

    `lists` are those that were made by command.
    """

    settings: Settings
    store: Store
    accounts: Callable[[], Accounts]
    lists: Callable[[], Sequence[MailingList]]
    rules: Callable[[], RuleSet]
    metrics: Metrics
    readiness: Readiness
    details: Details
    clock: Callable[[], datetime] = utc_now


def build_application(parts: Parts) -> FastAPI:
    """Everything that is served over HTTP, as one ASGI application."""
    application = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False)
    application.router.routes.extend(watching_routes(parts.metrics, parts.readiness, parts.details))
    routes = page_routes(parts.settings, parts.store, parts.lists, parts.metrics, parts.clock)
    application.router.routes.extend(routes)
    return application
