"""The check before a send with all suppressed names of an account in memory: for those who ask for millions.

Who is not among the names may be mailed; who is, is judged by the database as ever, so that nobody is stopped by
chance or by what was long taken back. Names are never let go while it lives: too many cost a little time, no more.

How old an answer may be: `max_age`, a second. Before it answers, it reads what was recorded since it read last, and
the last two minutes before that once more: a transaction has its time from its beginning, by the clock of its own
machine, and is seen from its end on. What took longer than that to be committed, or was written by a machine whose
clock was that much behind, may be overlooked (docs/decisions/0016-send-check-in-memory.md).
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from mailproc.policy.address_key import other_forms
from mailproc.policy.standing.send import SendTerms, Stopped
from mailproc.policy.standing.standing import Block
from mailproc.store.engine.operation import Context
from mailproc.store.engine.reader import Reader
from mailproc.store.people.pepper_rows import is_anyone_forgotten
from mailproc.store.people.suspects import Recipient, Recipients, present_addresses
from mailproc.store.sends.judging import judged
from mailproc.store.sends.name_index import NameIndex
from mailproc.store.sends.send_check import answer, recipients_of
from mailproc.store.sends.suppressed_names import legs, names_after, new_names

MAX_AGE = timedelta(seconds=1)
OVERLAP = timedelta(seconds=120)


class MemoryCheck:
    """For one account. `load` it to the end, then ask; what it asks the database about is what it found."""

    def __init__(
        self, reader: Reader, context_of: Callable[[], Context], account_id: str, max_age: timedelta = MAX_AGE
    ) -> None:
        self._reader = reader
        self._context_of = context_of
        self._account_id = account_id
        self._max_age = max_age
        self._index = NameIndex()
        self._read_at: datetime | None = None
        self._peppered = False
        self._reading = asyncio.Lock()

    @property
    def memory_bytes(self) -> int:
        """What the names take."""
        return self._index.memory_bytes

    async def load(self) -> AsyncIterator[int]:
        """Read all names, in short transactions; gives how many there are so far, again and again."""
        context = self._context_of()
        for leg in legs(context.scopes, self._account_id):
            after: str | None = ""
            while after is not None:
                names, after = await self._reader.run(names_after(self._account_id, leg, after))
                self._index.load(names)
                yield len(self._index)
        await asyncio.to_thread(self._index.settle)
        self._read_at = context.now
        await self._catch_up(context)

    async def stopped(
        self, terms: SendTerms, *, addresses: Sequence[str] | None = None, keys: Sequence[str] | None = None
    ) -> dict[int, Stopped]:
        """The same answer as `SendCheck.stopped`. Raises ValueError for another account, or before it was loaded."""
        if terms.account_id != self._account_id or self._read_at is None:
            raise ValueError(f"the names of {terms.account_id} were not loaded")
        await self._refresh()
        asked, stopped = recipients_of(addresses, keys)
        present: dict[str, str] = {}
        if asked.keys and (self._peppered or not asked.address_keys):
            present = await self._reader.run(present_addresses(self._account_id, asked.given_keys()))
        suspects = {place: one for place, one in self._suspects(asked, present).items() if place not in stopped}
        blocks: dict[int, tuple[Block, ...]] = {}
        if suspects:
            blocks = await self._reader.run(judged(self._context_of(), terms, suspects))
        return answer(asked, present, blocks) | stopped

    def _suspects(self, asked: Recipients, present: Mapping[str, str]) -> dict[int, Recipient]:
        places = set(self._index.places_of(asked.address_keys)) | set(self._index.places_of(asked.keys))
        forms = other_forms(asked.address_keys)
        of_forms = list(forms)
        places.update(of_forms[at] for at in self._index.places_of(list(forms.values())))
        if self._peppered:
            places.update(self._forgotten(asked.address_keys))
            places.update(of_forms[at] for at in self._forgotten(list(forms.values())))
            # A hash names no key: who was forgotten and came again is found by the address that they have now.
            places.update(self._forgotten([present.get(key, "") for key in asked.keys]))
        return {place: asked.at(place) for place in sorted(places)}

    def _forgotten(self, address_keys: Sequence[str]) -> Iterator[int]:
        peppers = self._context_of().scopes.peppers
        for place, address_key in enumerate(address_keys):
            if address_key and self._index.places_of(peppers.names_of(address_key)):
                yield place

    async def _refresh(self) -> None:
        """Read what is new, when what is known is older than it may be; whoever asks meanwhile waits for it."""
        async with self._reading:
            context = self._context_of()
            if self._read_at is None or not timedelta(0) <= context.now - self._read_at < self._max_age:
                await self._catch_up(context)

    async def _catch_up(self, context: Context) -> None:
        since = min(self._read_at or context.now, context.now) - OVERLAP
        names = await self._reader.run(new_names(context.scopes, self._account_id, since))
        await asyncio.to_thread(self._index.add, names)
        self._peppered = bool(context.scopes.peppers) and await self._reader.run(is_anyone_forgotten())
        self._read_at = context.now
