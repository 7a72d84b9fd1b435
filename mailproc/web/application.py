"""The one web application: what watches over us, the pages for people, and `/api/v1` for programs."""

import re

from fastapi import FastAPI
from starlette.routing import Mount

from mailproc.web.api.build import build_api
from mailproc.web.endpoints import watching_routes
from mailproc.web.origin import Origin
from mailproc.web.pages.routes import page_routes
from mailproc.web.parts import Parts

__all__ = ["Parts", "build_application"]


def build_application(parts: Parts) -> FastAPI:
    """Everything that is served over HTTP, as one ASGI application."""
    application = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False)
    application.add_middleware(Origin)
    application.router.routes.extend(watching_routes(parts.metrics, parts.readiness, parts.details))
    api = Mount("/api/v1", build_api(parts))
    api.path_regex = re.compile(api.path_regex.pattern, re.DOTALL)  # also a line end in a path is the API's to answer
    application.router.routes.append(api)
    # The last of them takes what nobody else does.
    routes = page_routes(parts.settings, parts.store, parts.lists, parts.metrics, parts.clock)
    application.router.routes.extend(routes)
    return application
