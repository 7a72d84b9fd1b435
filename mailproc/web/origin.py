"""What HTTP asks of every origin server, before all doors: HEAD is answered as GET is, a target may be a whole URL."""

import re
from urllib.parse import unquote

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# RFC 9110 §4.2: a host must be there, and a name with a password before it is no host of ours.
_WHOLE = re.compile(
    rb"https?://((?:\[[0-9a-f:.]{2,45}\]|[a-z0-9._-]{1,255})(?::[0-9]{0,5})?)(/.*)?", re.IGNORECASE | re.DOTALL
)


class Origin:
    """Around the whole application, which sees paths, and is asked GET where HEAD was meant (RFC 9110 §9.3.2).

    So no route can forget HEAD, or do by it what it would not do by GET.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def without_content(message: Message) -> None:
            await send({**message, "body": b""} if message["type"] == "http.response.body" else message)

        asked = _by_path(scope)
        app = PlainTextResponse("this is no target of a request\n", 400) if asked is None else self._app
        if scope["method"] == "HEAD":
            await app({**(asked or scope), "method": "GET"}, receive, without_content)
        else:
            await app(asked or scope, receive, send)


def _by_path(scope: Scope) -> Scope | None:
    """The request as one for a path; None where its target is none (RFC 9112 §3.2).

    The server leaves a whole URL in the path. Its host is the one that is asked, whatever Host says (§3.2.2).
    """
    target: bytes = scope.get("raw_path") or scope["path"].encode()
    if target.startswith(b"/") or (target == b"*" and scope["method"] == "OPTIONS"):
        return scope
    if (found := _WHOLE.fullmatch(target)) is None:
        return None
    host, path = found[1], found[2] or b"/"
    headers = [(b"host", host), *((name, value) for name, value in scope["headers"] if name != b"host")]
    return {**scope, "path": unquote(path.decode("ascii")), "raw_path": path, "headers": headers}
