"""Who goes first: a client that waits for its 250 goes before a mail that is ours already."""

import asyncio
from types import TracebackType


class Precedence:
    """Counts who is inside `with`; others give way to them, but not for ever."""

    def __init__(self) -> None:
        self._inside = 0
        self._nobody = asyncio.Event()
        self._nobody.set()

    def __enter__(self) -> None:
        self._inside += 1
        self._nobody.clear()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._inside -= 1
        if not self._inside:
            self._nobody.set()

    async def give_way(self, longest_seconds: float) -> None:
        """Wait until nobody is inside, or until it has lasted this long."""
        if not self._inside:
            return
        try:
            async with asyncio.timeout(longest_seconds):
                while self._inside:
                    await self._nobody.wait()
        except TimeoutError:
            pass
