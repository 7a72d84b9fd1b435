"""Erasure: finding everything about a person, and forgetting it but for a keyed hash that keeps the address out."""

import sqlite3
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import URL, select

from mailproc.errors import StoreError, StoreUnavailable
from mailproc.policy.address_key import normalise_address
from mailproc.policy.standing.facts import FactKind, Level
from mailproc.policy.standing.scope import EVERYWHERE
from mailproc.policy.standing.standing import own_standing
from mailproc.store.engine.columns import storable
from mailproc.store.engine.database import is_sqlite
from mailproc.store.engine.journal import Journal
from mailproc.store.engine.operation import Context
from mailproc.store.engine.reader import Reader
from mailproc.store.engine.schema import mail
from mailproc.store.engine.sql_errors import store_errors
from mailproc.store.engine.sqlite_driver import connect, in_one_hop, store_error_of
from mailproc.store.erasure.forget_events import SCRUB_EVENTS, EventsAfter
from mailproc.store.erasure.forget_mail import SCRUB, SCRUB_EVIDENCE, EvidenceAfter, Scrubbing
from mailproc.store.erasure.forget_person import FORGET, Forgetting
from mailproc.store.erasure.traces import MailTrace, Traces, count_rows, mails_naming, names_at, sharing
from mailproc.store.people.accounts import all_accounts
from mailproc.store.people.reach import reached_accounts
from mailproc.store.people.status import persons_named

_OPT_OUTS = frozenset({FactKind.opt_out, FactKind.complaint})


class Erasure:
    """The store's erasure: `Store.erasure` is one."""

    def __init__(self, journal: Journal, reader: Reader, context_of: Callable[[], Context], url: URL) -> None:
        self._journal = journal
        self._reader = reader
        self._context_of = context_of
        self._url = url

    async def find(self, text: str, account_id: str | None = None) -> list[Traces]:
        """What each account holds of the person with this address; a key is one only in a named account.

        Without mails, which take longer: `search` finds them. Accounts that may hold some are there, too, with nothing.
        """
        accounts = [account_id] if account_id is not None else await self._accounts()
        keys = frozenset[str]() if "@" in text else frozenset({storable(text.strip())})
        addresses = frozenset({storable(normalise_address(storable(text)))}) if "@" in text else frozenset[str]()
        found = []
        for account in accounts:
            named = await names_at(self._reader, account, keys, addresses)
            if "@" in text:
                named = replace(named, written=named.written | {text.strip()})
            found.append(await count_rows(self._reader, named))
        return found

    async def _accounts(self) -> list[str]:
        """Every account that may hold something: of some there is only mail."""
        with_mail = {account for (account,) in await self._reader.rows(select(mail.c.account_id).distinct())}
        return sorted({*with_mail, *await self._reader.run(all_accounts())})

    async def sharing(self, traces: Traces) -> list[str]:
        """Keys of others who have the same address as somebody who was named by key."""
        return await sharing(self._reader, traces.named, traces.named.keys)

    async def search(
        self, traces: Traces, *, since: datetime | None = None
    ) -> AsyncIterator[tuple[int, list[MailTrace]]]:
        """Look through all mail of the account, part by part: how many were looked at, and those that name them.

        With `since` only through what came in from then on.
        """
        async for part in mails_naming(self._reader, traces.named, since):
            yield part

    async def with_mails_since(self, traces: Traces, since: datetime) -> Traces:
        """The same with the mails that came since then, and with what has become of those that were found before."""
        mails = {one.mail_id: one for one in traces.mails}
        async for _, found in self.search(traces, since=since):
            mails.update({one.mail_id: one for one in found})
        return replace(traces, mails=tuple(mails.values()))

    async def is_out(self, traces: Traces) -> bool:
        """Whether everyone meant is off the whole account already by its own record, which alone a hash is kept of."""
        context = self._context_of()
        for name in sorted(traces.named.keys or traces.named.address_keys):
            statuses = await self._reader.run(persons_named(context, name, traces.account_id))
            if not statuses or not all(
                any(block.kind in _OPT_OUTS and block.level is not Level.list for block in own.blocks)
                for own in (own_standing(one.standing, traces.account_id) for one in statuses)
            ):
                return False
        return True

    async def forget(self, traces: Traces, *, by: str, reason: str, others: Sequence[str] = ()) -> bool:
        """Forget the person in one account: mail first, then all rows, which a hash takes the place of, at once.

        False while something in the outbox is on its way: then nothing was changed, or, where it tells of others or
        came during the erasure itself, the mail is forgotten and the person is not yet. `others` are accounts that
        forget them, too, and need not be brought up to date. Safe to run again after a break.
        """
        if not self._context_of().scopes.peppers:
            raise StoreError("there is no pepper: nothing would keep the address suppressed")
        if (await count_rows(self._reader, traces.named)).untold:
            return False
        for one in traces.mails:
            while await self._journal.submit(SCRUB, Scrubbing(named=traces.named, trace=one)):
                pass
        if not await self.forget_mentions(traces):
            return False
        reached = await self._reader.run(reached_accounts(self._context_of().scopes, traces.account_id))
        refresh = tuple(account for account in reached if account not in (*others, EVERYWHERE))
        asked = Forgetting(named=traces.named, by=by, reason=reason, refresh=refresh)
        return await self._journal.submit(FORGET, asked)

    async def forget_mentions(self, traces: Traces) -> bool:
        """Take the person out of what was said of others, in facts and to hooks; all there is where nothing else is.

        False while some of that is on its way to a hook, and stays as it is.
        """
        after: str | None = ""
        while after is not None:
            after = await self._journal.submit(SCRUB_EVIDENCE, EvidenceAfter(named=traces.named, after=after))
        place: int | None = 0
        is_forgotten = True
        while place is not None:
            done = await self._journal.submit(SCRUB_EVENTS, EventsAfter(named=traces.named, after=place))
            place, is_forgotten = done.after, is_forgotten and not done.is_on_its_way
        return is_forgotten

    async def clean_file(self, *, whole: bool = False) -> bool:
        """Empty the write-ahead log into the file, so that no old page is left in it; False where somebody reads it.

        `whole` writes the file anew, too, without what was deleted before: nobody else can write meanwhile. Elsewhere
        than on SQLite there is nothing to do: True.
        """
        if not is_sqlite(self._url):
            return True
        with store_errors():
            try:
                connection = await connect(str(self._url.database), busy_timeout_seconds=60)
                try:
                    return await in_one_hop(connection, lambda file: _clean(file, whole=whole))
                finally:
                    await connection.close()
            except sqlite3.Error as error:
                raise store_error_of(error) from error


def _clean(file: sqlite3.Connection, *, whole: bool) -> bool:
    if whole:
        try:
            file.execute("VACUUM")
        except sqlite3.OperationalError as error:
            raise StoreUnavailable(f"the file cannot be written anew now: {error}") from error
    busy, _pages, _copied = file.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return not busy
