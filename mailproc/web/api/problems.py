"""Every error as a problem (RFC 9457): what is wrong and what to do, never an exception's text that is not ours."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import BaseRoute, Match, Route

from mailproc.errors import (
    Conflict,
    ContentDropped,
    ContentGone,
    MailprocError,
    NotFound,
    Refused,
    StoreFull,
    StoreUnavailable,
    Unusable,
)
from mailproc.review.answer import WhoIsMeant

RETRY_SECONDS = "5"
NO_STORE = "the store does not answer; ask again, and whatever changes something under the same Idempotency-Key"
_STATUS: tuple[tuple[type[MailprocError], int], ...] = (
    (NotFound, 404),
    (ContentDropped, 410),
    (ContentGone, 410),
    (Conflict, 409),
    (Unusable, 422),
    (WhoIsMeant, 422),
    (Refused, 403),
    (StoreFull, 503),
    (StoreUnavailable, 503),
    (MailprocError, 503),
)
_TITLES = {  # as RFC 9110 §15 has them: those that Python knows differ by its version
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    408: "Request Timeout",
    409: "Conflict",
    410: "Gone",
    412: "Precondition Failed",
    413: "Content Too Large",
    415: "Unsupported Media Type",
    422: "Unprocessable Content",
    429: "Too Many Requests",  # RFC 6585 §4
    500: "Internal Server Error",
    503: "Service Unavailable",
}

_SAID_BY_STATUS = {  # what the framework says in two words, or leaves to its own
    400: "this body cannot be read as JSON",
    404: "there is nothing here",
    405: "this cannot be done here; Allow names what can",
}


class Mistake(BaseModel):
    """One value that cannot be used: where it stands, and why."""

    where: str = Field(examples=["body.person"])
    said: str = Field(examples=["Field required"])


class Problem(BaseModel):
    """What went wrong (RFC 9457). `type` is always about:blank: the status says what kind it is."""

    model_config = ConfigDict(json_schema_extra={"additionalProperties": False})

    type: str = Field("about:blank", examples=["about:blank"])
    title: str = Field(examples=["Unprocessable Content"])
    status: int = Field(examples=[422])
    detail: str = Field(examples=["'pat' is no address and no subscriber key"])
    mistakes: list[Mistake] = []


class Trouble(HTTPException):
    """An error with a sentence for whoever calls, and perhaps headers."""

    def __init__(self, status: int, detail: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(status, detail, dict(headers or {}))


def said(content: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """JSON that every reader takes: what mail contains may hold lone surrogates, so that only ASCII is written."""
    return Response(json.dumps(content).encode("ascii"), status, headers, media_type="application/json")


def problem(
    status: int, detail: str, headers: Mapping[str, str] | None = None, mistakes: list[dict[str, str]] | None = None
) -> Response:
    """The answer for an error."""
    title = _TITLES[status]
    told = {"type": "about:blank", "title": title, "status": status, "detail": detail, "mistakes": mistakes or []}
    return Response(json.dumps(told).encode("ascii"), status, headers, media_type="application/problem+json")


def status_of(error: MailprocError) -> int:
    """Which status an error of ours has."""
    return next(code for kind, code in _STATUS if isinstance(error, kind))


def problem_of(error: MailprocError) -> Response:
    """The answer for an error of ours; what may pass says when to come again."""
    status = status_of(error)
    if status == 503:  # a database's own words are for the log
        return problem(503, NO_STORE, {"Retry-After": RETRY_SECONDS})
    return problem(status, str(error))


def add_handlers(api: FastAPI) -> None:
    """Problems for what the framework raises, too."""

    async def of_http(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        status, detail = error.status_code, str(error.detail)
        if not isinstance(error, Trouble):
            detail = _SAID_BY_STATUS.get(status, detail)
        headers = {"Allow": _allowed(request)} if status == 405 else error.headers
        return problem(status, detail, headers)

    async def of_validation(_: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        mistakes = [_mistake(one) for one in error.errors()[:20]]
        return problem(422, "; ".join(f"{one['where']}: {one['said']}" for one in mistakes[:3]), mistakes=mistakes)

    async def of_ours(_: Request, error: Exception) -> Response:
        assert isinstance(error, MailprocError)
        return problem_of(error)

    async def of_a_bug(_: Request, error: Exception) -> Response:
        return problem(500, "a mistake of ours, which the log tells of; nothing more is known here")

    api.add_exception_handler(HTTPException, of_http)
    api.add_exception_handler(RequestValidationError, of_validation)
    api.add_exception_handler(MailprocError, of_ours)
    api.add_exception_handler(Exception, of_a_bug)


def _allowed(request: Request) -> str:
    """All methods of a path: the framework names those of the first route that has it (RFC 9110 §15.5.6).

    HEAD goes wherever GET does (`origin.py`), and no route names it.
    """
    routes: Sequence[BaseRoute] = request.app.state.routes
    there = [one for one in routes if isinstance(one, Route) and one.matches(request.scope)[0] is not Match.NONE]
    methods = {method for one in there for method in one.methods or ()}
    return ", ".join(sorted(methods | {"HEAD"} if "GET" in methods else methods))


def _mistake(one: Mapping[str, Any]) -> dict[str, str]:
    """Where, and what; of text that is no JSON the reason, too, as its `where` is the character."""
    why = one.get("ctx", {}).get("error") if one.get("type") == "json_invalid" else None
    return {"where": ".".join(map(str, one["loc"])), "said": f"{one['msg']}: {why}" if why else str(one["msg"])}


def documented() -> dict[int | str, dict[str, Any]]:
    """Every error that any route may answer with, for the OpenAPI document."""
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {status: {"description": title, "content": content} for status, title in _TITLES.items()}
