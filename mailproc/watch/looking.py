"""Looking again and again, as watches do."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from mailproc.errors import StoreError


async def keep_looking(look: Callable[[datetime], Awaitable[None]], pause_seconds: float) -> None:
    """Look until cancelled. A store that does not answer is asked again the next time."""
    while True:
        with contextlib.suppress(StoreError):
            await look(datetime.now(UTC))
        await asyncio.sleep(pause_seconds)
