"""Standings as a whole: asked for now and for the past, computed anew, and undone by cause."""

from collections.abc import AsyncIterator, Callable
from datetime import datetime

from mailproc.store.engine.journal import Journal
from mailproc.store.engine.operation import Context
from mailproc.store.engine.reader import Reader
from mailproc.store.people.rebuild import Progress, rebuild_standings
from mailproc.store.people.reverts import FactsNamed, Made, Making, find_made
from mailproc.store.people.status import persons_named
from mailproc.store.results import PersonStatus


class Standings:
    """The store's standings: `Store.standings` is one."""

    def __init__(self, journal: Journal, reader: Reader, context_of: Callable[[], Context]) -> None:
        self._journal = journal
        self._reader = reader
        self._context_of = context_of

    async def of(self, text: str, account_id: str | None = None, *, at: datetime | None = None) -> list[PersonStatus]:
        """Everyone whom a subscriber key or an address means, in one account or in all; empty for nobody.

        In a named account also an address that is unknown there, when something reaches it from elsewhere. `at` gives
        the standing of that time, by what had happened until then.
        """
        return await self._reader.run(persons_named(self._context_of(), text, account_id, at))

    def rebuild(self, account_id: str | None = None, cursor: str = "") -> AsyncIterator[Progress]:
        """Compute every standing anew from its facts, in short transactions; hooks are told of what was another.

        `cursor` goes on where another run stopped. Raises ValueError for a cursor that is none.
        """
        return rebuild_standings(self._journal, self._reader, self._context_of(), account_id, cursor)

    async def made_by(self, making: Making | FactsNamed) -> Made:
        """The opt-outs that one cause made, or the facts that are named, as far as nobody took them back.

        With what taking them back would change for whom.
        """
        return await find_made(self._reader, self._context_of(), making)
