"""The API put together: routes, problems, bounds, and the document that tells of them."""

import asyncio
from collections.abc import Callable
from functools import cache, partial
from typing import Any

from fastapi import FastAPI

from mailproc import __version__
from mailproc.policy.tokens.api_token import MEANINGS
from mailproc.web.api import desk, lists, people, sends
from mailproc.web.api.bounds import Bounds
from mailproc.web.api.caller import Pace
from mailproc.web.api.problems import Problem, add_handlers, documented
from mailproc.web.parts import Parts

_SAID = """People, lists, sends, reviews and events for programs: one token opens one account.

Every error is a problem (RFC 9457). `Idempotency-Key` on a request that changes something makes it safe to repeat for a
day. Pages have `next`, a cursor, and may hold fewer than `limit`. Addresses are never part of a URL. HEAD is answered
as GET is, without content."""

_SCOPES = "; ".join(f"`{scope}`: {means}" for scope, means in MEANINGS.items())
_LINES = {
    "/send-checks/stream": '{"key": "17", "address": "pat@example.org"}',
    "/headers/stream": '{"key": "17"}',
}


def build_api(parts: Parts) -> FastAPI:
    """`/api/v1` as an application of its own."""
    api = FastAPI(
        title="mailproc",
        version=__version__,
        description=f"{_SAID}\n\nScopes: {_SCOPES}.",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        responses=documented(),
        servers=[{"url": "/api/v1"}],
        root_path_in_servers=False,
    )
    api.state.parts = parts
    api.state.explaining = asyncio.Semaphore(1)
    api.state.pace = Pace(parts.settings.web.api_calls_per_minute)
    add_handlers(api)
    routers = (people.router, lists.router, sends.router, desk.router)
    for router in routers:
        api.include_router(router)
    api.state.routes = [one for part in (api, *routers) for one in part.routes]
    api.add_middleware(Bounds)
    api.openapi = cache(partial(_document, api.openapi))  # type: ignore[method-assign]  # FastAPI's own way to do so
    return api


def _document(usual: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """The document with the problem's schema, to which every route refers; and the lines that streams take."""
    document = usual()
    schemas = document["components"]["schemas"]
    problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas.update(problem.pop("$defs", {}))
    schemas["Problem"] = problem
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    for path, line in _LINES.items():
        document["paths"][path]["post"]["requestBody"] = {
            "required": True,
            "content": {"application/x-ndjson": {"schema": {"type": "string"}, "example": f"{line}\n"}},
        }
    return document
