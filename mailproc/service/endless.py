"""Work that never ends while the service runs: should it end by a bug, that is logged and it begins anew."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import structlog

PAUSE_SECONDS = 1.0


async def for_ever(work: Callable[[], Coroutine[Any, Any, None]], event: str) -> None:
    """Run `work` until cancelled, and again when it ends; an error of any kind is logged under `event`."""
    log = structlog.get_logger()
    while True:
        running = asyncio.create_task(work())
        try:
            await asyncio.wait((running,))
        finally:
            running.cancel()
        if not running.cancelled() and (error := running.exception()):
            log.error(event, exc_info=error)
        await asyncio.sleep(PAUSE_SECONDS)
