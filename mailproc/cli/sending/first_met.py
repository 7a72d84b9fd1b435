"""People whom a checked file names and nobody knows: noted while it is read, made known when it was read whole."""

import json
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractContextManager
from itertools import islice

from mailproc.policy.imports.person_row import problem_of_key
from mailproc.policy.standing.send import Stopped
from mailproc.store.store import Store

_AT_ONCE = 250


class Notes(AbstractContextManager["Notes"]):
    """Who is to be made known; leaving forgets them."""

    def __init__(self, store: Store, account_id: str) -> None:
        self._store = store
        self._account_id = account_id
        self.unusable = 0  # keys that no subscriber can have
        self._file = tempfile.TemporaryFile("w+", encoding="utf-8", errors="surrogatepass")  # noqa: SIM115

    def __exit__(self, *_: object) -> None:
        """Forget them."""
        self._file.close()

    async def note(self, keys: Sequence[str] | None, addresses: Sequence[str], stopped: Mapping[int, Stopped]) -> None:
        """Note the unknown among those who may be mailed."""
        unknown = await self._store.sends.check.unknown(self._account_id, addresses=addresses, keys=keys)
        for place in unknown:
            if place in stopped:
                continue
            key = keys[place].strip() if keys is not None else ""
            if key and problem_of_key(key):
                self.unusable += 1
            else:
                self._file.write(json.dumps([key, addresses[place].strip()]) + "\n")

    async def make_known(self) -> int:
        """Make all of them known, in short transactions; gives how many nobody else made known meanwhile."""
        self._file.seek(0)
        return sum([count async for count in self._in_portions()])

    async def _in_portions(self) -> AsyncIterator[int]:
        lines = iter(self._file)
        while some := [json.loads(line) for line in islice(lines, _AT_ONCE)]:
            yield await self._store.sends.meet(self._account_id, [(key, address) for key, address in some])
