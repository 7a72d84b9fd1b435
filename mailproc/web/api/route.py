"""What every route does before and after its own work: the kind of body that it takes, and doing things once."""

import contextlib
import hashlib
from collections import Counter
from collections.abc import Callable, Collection, Coroutine, Mapping
from inspect import signature
from typing import Any, get_args, get_origin

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.responses import Response

from mailproc.errors import MailprocError, StoreError
from mailproc.store.programs.once import Answer, Before, Claim, Key, NoAnswer
from mailproc.web.api.caller import Reader, authenticate, check_scopes, scopes_of
from mailproc.web.api.problems import Trouble, status_of
from mailproc.web.parts import Parts

_MAX_KEY = 200
NDJSON, RFC822, JSON = "application/x-ndjson", "message/rfc822", "application/json"
_KEPT_HEADERS = ("content-type", "etag", "location")
CONDITIONS = frozenset({"if-match", "if-none-match"})
HAVE_A_BODY = {"/send-checks/stream": NDJSON, "/headers/stream": NDJSON, "/decisions/explain": RFC822}


class Route(APIRoute):
    """A route of the API."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler around the route's own."""
        handle = super().get_route_handler()
        takes = HAVE_A_BODY.get(self.path) or (JSON if self.body_field is not None else None)
        caller = signature(self.endpoint).parameters["caller"].annotation
        scopes = scopes_of(caller)
        may_be_once = caller is not Reader and "GET" not in (self.methods or ())  # the rest changes nothing
        parameters = {one.alias: _is_list(one.field_info.annotation) for one in self.dependant.query_params}
        conditions = {one.alias for one in self.dependant.header_params} & CONDITIONS

        async def handler(request: Request) -> Response:
            check_scopes(await authenticate(request), scopes)  # first of all, and before a body is read
            _check_parameters(request, parameters)
            if may_be_once:
                _check_conditions(request, conditions)
            given = request.headers.get("content-type", "").partition(";")[0].strip().lower()
            if takes is not None and given != takes:
                raise Trouble(415, f"send {takes}, and say so in Content-Type")
            key = request.headers.get("idempotency-key")
            if key is None or not may_be_once:
                return await handle(request)
            return await _once(request, key, handle)

        return handler


def _is_list(annotation: Any) -> bool:
    """Whether a parameter of this type may be given again: `list[str]`, alone or beside None."""
    return any(get_origin(one) is list for one in (annotation, *get_args(annotation)))


def _check_parameters(request: Request, known: Mapping[str, bool]) -> None:
    """A slip of the pen is told here as it is in a body: without `list` a link would leave more than was meant.

    `known` tells of each parameter whether it is a list. Of any other given twice nobody knows which one was meant.
    """
    given = Counter(name for name, _ in request.query_params.multi_items())
    no_such = f"there is no such parameter; there: {', '.join(sorted(known)) or 'none'}"
    mistakes = [(name, no_such) for name in given if name not in known]
    again = [(name, times) for name, times in given.items() if times > 1 and not known.get(name, True)]
    mistakes += [(name, f"given {times} times, and one is meant") for name, times in again]
    if mistakes:
        raise RequestValidationError([{"loc": ("query", name[:100]), "msg": said} for name, said in mistakes])


def _check_conditions(request: Request, known: Collection[str]) -> None:
    """Nothing is done on a condition that is not looked at (RFC 9110 §13.1)."""
    for name in CONDITIONS.difference(known):
        if name in request.headers:
            raise Trouble(422, f"{name} is not looked at here, and nothing was done; people alone have an ETag")


async def _once(request: Request, given: str, handle: Callable[[Request], Coroutine[Any, Any, Response]]) -> Response:
    """Do it, unless the same was done under this key within a day: then what was answered is answered again."""
    if not given.isprintable() or not 1 <= len(given) <= _MAX_KEY:
        raise Trouble(422, f"Idempotency-Key is 1 to {_MAX_KEY} printable characters")
    parts: Parts = request.app.state.parts
    token = await authenticate(request)
    key = Key(account_id=token.account_id, token_id=token.id, key=given)
    conditions = [request.headers.get(name, "") for name in sorted(CONDITIONS)]
    said = "\n".join((f"{request.method} {request.url.path}?{request.url.query}", *conditions, "")).encode()
    digest = hashlib.sha256(said + await request.body()).hexdigest()
    found = await parts.store.once.begin(key, digest)
    if isinstance(found, Before):
        return _again(found)
    request.state.claim = found
    request.state.digest = hashlib.sha256(f"{token.id}\n{given}\n{digest}".encode()).hexdigest()
    return await _done(request, found, handle)


def _again(found: Before) -> Response:
    """What was answered before. Raises Trouble where nothing was, or not to this."""
    if found.is_other:
        raise Trouble(422, "this Idempotency-Key was used for another request within the last day")
    if found.is_erased:
        raise Trouble(410, "this was done; its answer was erased when somebody of the account was forgotten")
    if found.answer is None:
        raise Trouble(409, "the same request is being done at this moment", {"Retry-After": "1"})
    headers = {**found.answer.headers, "Idempotency-Replayed": "true"}
    return Response(found.answer.body, found.answer.status, headers)


async def _done(request: Request, claim: Claim, handle: Callable[[Request], Coroutine[Any, Any, Response]]) -> Response:
    """Do it, and keep the answer. Of a failure it is said whether something may have been changed all the same."""
    parts: Parts = request.app.state.parts
    answer: Answer | NoAnswer = NoAnswer.unknown
    try:
        response = await handle(request)
        headers = {name: response.headers[name] for name in _KEPT_HEADERS if name in response.headers}
        answer = Answer(status=response.status_code, headers=headers, body=bytes(response.body).decode())
    except (HTTPException, RequestValidationError):
        answer = NoAnswer.undone
        raise
    except MailprocError as error:
        answer = NoAnswer.unknown if status_of(error) == 503 else NoAnswer.undone
        raise
    finally:
        with contextlib.suppress(StoreError):  # what is known is told, kept or not: a repeat is done as of this time
            await parts.store.once.end(claim, answer)
    return response
