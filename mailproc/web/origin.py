"""What HTTP asks of every origin server, in front of all doors: HEAD is answered as GET is, without content."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send


class Origin:
    """Around the whole application, which is asked GET where HEAD was meant (RFC 9110 §9.3.2).

    So no route can forget HEAD, or do by it what it would not do by GET.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self._app(scope, receive, send)
            return

        async def without_content(message: Message) -> None:
            await send({**message, "body": b""} if message["type"] == "http.response.body" else message)

        await self._app({**scope, "method": "GET"}, receive, without_content)
