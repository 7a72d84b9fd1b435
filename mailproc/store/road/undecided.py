"""Undecided mail in somebody's hand: taken over from those who are gone, let go of when nobody here knows of it."""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta

from mailproc.errors import StoreUnavailable
from mailproc.mail.arrival.envelope import InboundMail
from mailproc.store.engine.journal import Journal
from mailproc.store.engine.reader import Reader
from mailproc.store.road import reports
from mailproc.store.road.ownership import MINE, RELEASE, TAKE_OVER, MailName
from mailproc.store.road.presence import Presence


class Undecided:
    """The store's undecided mail: `Store.undecided` is one; what waits for a time is in `Store.waiting`."""

    def __init__(self, journal: Journal, reader: Reader, presence: Presence, clock: Callable[[], datetime]) -> None:
        self._journal = journal
        self._reader = reader
        self._presence = presence
        self._now = clock

    async def take_over(self) -> tuple[InboundMail, int] | None:
        """Take the oldest undecided mail that nobody alive has in hand; None when there is none.

        It is ours from then on. The number says how often it was taken over, this time included: it was committed
        before the mail was read. Raises ContentGone with the mail when its content is, StoreUnavailable when it cannot
        be read now; then it is nobody's again.
        """
        alive_until = self._presence.until()
        taken = await self._journal.submit(TAKE_OVER, alive_until)
        if taken is None:
            return None
        self._presence.was_written(alive_until)
        self._presence.take([(taken.account_id, taken.mail_id)])
        try:
            return await reports.mail_taken(self._reader, taken), taken.attempts
        except StoreUnavailable:
            await self._release([MailName(account_id=taken.account_id, mail_id=taken.mail_id)])
            raise

    async def release_strays(self, in_hand: Collection[str], older_than: timedelta) -> int:
        """Let go of undecided mails that the table says are ours and nobody here knows of; gives how many.

        `in_hand` are the ids that are really being decided. Whatever went wrong between a commit and the decider, such
        a mail is taken over like that of a process that is gone.
        """
        mine = await self._journal.submit(MINE, self._now() - older_than)
        strays = [name for name in mine if name.mail_id not in in_hand]
        await self._release(strays)
        return len(strays)

    async def count(self) -> tuple[int, datetime | None]:
        """How many mails are not decided yet, and when the oldest of them came."""
        return await reports.undecided(self._reader)

    async def _release(self, names: Sequence[MailName]) -> None:
        for name in names:
            self._presence.give([(name.account_id, name.mail_id)])
            await self._journal.submit(RELEASE, name)
