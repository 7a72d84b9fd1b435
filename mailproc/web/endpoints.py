"""For programs that watch over us: `/healthz` (alive), `/readyz` (may get mail), `/metrics` (Prometheus)."""

from collections.abc import Awaitable, Callable, Mapping

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from mailproc.metrics import Metrics

Readiness = Callable[[], Awaitable[list[str]]]
Details = Callable[[], Mapping[str, object]]


def watching_routes(metrics: Metrics, readiness: Readiness, details: Details) -> list[Route]:
    """The three endpoints; `details` are told with readiness and do not decide it."""

    async def healthz(_: Request) -> Response:
        return JSONResponse({"status": "alive"})

    async def readyz(_: Request) -> Response:
        reasons = await readiness()
        said = {"status": "waiting" if reasons else "ready", "reasons": reasons, **details()}
        return JSONResponse(said, 503 if reasons else 200)

    async def exposition(_: Request) -> Response:
        return Response(metrics.exposition(), media_type="text/plain; version=0.0.4")

    return [Route("/healthz", healthz), Route("/readyz", readyz), Route("/metrics", exposition)]
