"""The store as everyone else sees it: accept, record, take over, claim, settle, and all that can be asked."""

import asyncio
import contextlib
import secrets
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import URL

from mailproc.errors import StoreError
from mailproc.mail.arrival.envelope import InboundMail
from mailproc.policy.deciding.breaker import BreakerLimits, Unproven
from mailproc.policy.decision import Decision
from mailproc.policy.hooks.due import USUAL_DUE, DueRule
from mailproc.policy.hooks.event import Delivery, OutboxEntry
from mailproc.policy.hooks.forwarding import Forwarding
from mailproc.policy.standing.facts import Fact
from mailproc.policy.standing.scope import NO_SCOPES, Scopes
from mailproc.policy.standing.standing import BounceThresholds
from mailproc.settings.settings import StoreSettings
from mailproc.store.desk.answering import Desk
from mailproc.store.desk.diagnosis import Diagnosis
from mailproc.store.desk.loops import Loops
from mailproc.store.desk.operators import Outbox
from mailproc.store.desk.probes import Probes
from mailproc.store.engine.backup import backup_sqlite
from mailproc.store.engine.columns import micros_of
from mailproc.store.engine.database import is_sqlite, parse_url, schema_state
from mailproc.store.engine.drivers import driver_of
from mailproc.store.engine.journal import Journal
from mailproc.store.engine.operation import Context, no_hooks, nobody_forwards, usual_thresholds
from mailproc.store.engine.reader import Reader
from mailproc.store.erasure.erasing import Erasure
from mailproc.store.imports.importing import Imports
from mailproc.store.outbox.claims import CLAIM, SETTLE, Claim, Settlement
from mailproc.store.outbox.requests import Requests
from mailproc.store.people.checks import check_store
from mailproc.store.people.link_holders import LinkHolders
from mailproc.store.people.lists import Lists
from mailproc.store.people.pepper_rows import require_peppers
from mailproc.store.people.portions import portions, weight_of
from mailproc.store.people.put_person import PersonWriter
from mailproc.store.people.standings import Standings
from mailproc.store.people.subscribers import PUT_SUBSCRIBERS
from mailproc.store.people.subscriptions import Subscriptions
from mailproc.store.programs.once import Once
from mailproc.store.programs.pages import Pages
from mailproc.store.programs.tokens import Tokens
from mailproc.store.results import (
    Counts,
    PersonStatus,
    Receipt,
    Recorded,
    RecordedDecision,
    StandingChange,
    Subscriber,
)
from mailproc.store.road import reports
from mailproc.store.road.archive import Archive
from mailproc.store.road.breaker import Breaker
from mailproc.store.road.decisions import RECORD, RECORD_FACTS, storable_decision, storable_facts
from mailproc.store.road.intake import accept_mails
from mailproc.store.road.ownership import LEAVE
from mailproc.store.road.presence import Presence
from mailproc.store.road.presses import Presses
from mailproc.store.road.undecided import Undecided
from mailproc.store.road.waiting import Waiting
from mailproc.store.sends.sending import Sends

AT_ONCE = 250  # facts or subscribers of imports, times those who hear of them: none keeps the others waiting


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Store:
    """One process's hold on the database; `open` makes it.

    Everything raises StoreUnavailable when the database does not answer and StoreFull when there is no room; then
    nothing was changed. `outbox_written` is set whenever something may be waiting for a worker; whoever waits for it
    clears it before looking.
    """

    def __init__(
        self,
        url: URL,
        settings: StoreSettings,
        context_of: Callable[[], Context],
        clock: Callable[[], datetime],
        breaker: BreakerLimits,
        due: DueRule,
    ) -> None:
        """Not for callers: `Store.open` looks at the tables first."""
        self._url = url
        self._now = clock
        self._due = due
        self._settings = settings
        self._context_of = context_of
        self._process_id, self._scopes = context_of().process_id, context_of().scopes
        self.outbox_written = asyncio.Event()
        self._reader = Reader(url, settings)
        self._journal = Journal(
            driver_of(url, settings),
            context_of,
            self._heed,
            batch_mails=settings.batch_mails,
            batch_bytes=settings.batch_bytes,
        )
        self._breaker = Breaker(self._reader, breaker)
        self.loops = Loops(self._journal, self._reader, clock)
        self.desk = Desk(self._journal, self._reader, clock, self._scopes, due)
        self.probes = Probes(self._journal, self._reader)
        self.requests = Requests(self._reader, clock, due)
        self.archive = Archive(self._journal, self._reader, clock)
        self.outbox = Outbox(self._journal, self._reader)
        self.lists = Lists(self._journal.submit, self._reader)
        self.imports = Imports(self._journal, self._reader, context_of)
        self.subscriptions = Subscriptions(self._journal, self._reader, context_of)
        self.presses = Presses(self._journal, context_of)
        self.link_holders = LinkHolders(self._journal, self._reader, context_of)
        self.erasure = Erasure(self._journal, self._reader, context_of, url)
        self.standings = Standings(self._journal, self._reader, context_of)
        self.diagnosis = Diagnosis(self._journal, self._reader, context_of)
        self.sends = Sends(self._journal, self._reader, context_of)
        self.tokens = Tokens(self._journal, self._reader)
        self.once = Once(self._journal)
        self.pages = Pages(self._reader)
        self.one_person = PersonWriter(self._journal)
        self._presence = Presence(self._journal, self._now, timedelta(seconds=settings.alive_seconds))
        self.waiting = Waiting(self._journal, self._reader, self._presence)
        self.undecided = Undecided(self._journal, self._reader, self._presence, clock)

    @classmethod
    async def open(
        cls,
        url: str,
        settings: StoreSettings,
        *,
        hooks_of: Callable[[str], tuple[str, ...]] = no_hooks,
        alarm_hooks_of: Callable[[str], tuple[str, ...]] = no_hooks,
        probe_hooks_of: Callable[[str], tuple[str, ...]] = no_hooks,
        thresholds_of: Callable[[str], BounceThresholds] = usual_thresholds,
        forwarding_of: Callable[[str], Forwarding | None] = nobody_forwards,
        scopes: Scopes = NO_SCOPES,
        breaker: BreakerLimits = BreakerLimits(),  # noqa: B008 - frozen
        due: DueRule = USUAL_DUE,
        process_id: str | None = None,
        clock: Callable[[], datetime] = _utc_now,
    ) -> "Store":
        """Open the store. `hooks_of` and the others are plain look-ups by account, called on any thread.

        Raises StoreError when the tables are not those of this program, StoreUnavailable when there is no database, or
        when people were forgotten with a pepper that `scopes` has not.
        """
        parsed = parse_url(url)
        state = await schema_state(url)
        if not state.is_current:
            found = state.current or "no tables"
            raise StoreError(f"the database has {found}, this program needs {state.head}: run `mailproc db migrate`")
        name = process_id or secrets.token_hex(8)

        def context() -> Context:
            return Context(
                now=clock(),
                process_id=name,
                hooks_of=hooks_of,
                alarm_hooks_of=alarm_hooks_of,
                probe_hooks_of=probe_hooks_of,
                thresholds_of=thresholds_of,
                forwarding_of=forwarding_of,
                scopes=scopes,
            )

        await require_peppers(Reader(parsed, settings), scopes.peppers)
        return cls(parsed, settings, context, clock, breaker, due)

    async def close(self) -> None:
        """Finish what is queued, tell the others that this process is gone, and let the database go."""
        try:
            await self._presence.close()
            with contextlib.suppress(StoreError):
                await self._journal.submit(LEAVE, None)
            await self._journal.close()
        finally:
            await self._reader.close()

    # The road in

    async def accept(self, mails: Sequence[InboundMail]) -> list[Receipt]:
        """Take mails durably, in one commit; a receipt for each, in their order.

        A resend (same account, recipients and digest) gets the first one's id and is a duplicate.
        """
        return await accept_mails(self._journal, self._presence, self._process_id, mails)

    async def record(self, mail: InboundMail, decision: Decision, unproven: Unproven | None = None) -> Recorded:
        """Record a decision with its facts, what they change, the events and the review, in one transaction.

        A decision that the database refuses is recorded as a review, and so is one of which more is `unproven` than the
        breaker lets pass (`held` says so); facts that name the same thing twice are one.
        """
        now = self._now()
        watched = await self._breaker.watched(decision, mail.account_id, unproven, now)
        prepared = storable_decision(mail, decision, now, watched, self._due)
        weight = weight_of(self._scopes, prepared.facts)
        recorded = await self._journal.submit(RECORD, prepared, mails=weight, size_bytes=len(prepared.row["decision"]))
        self._presence.give([(mail.account_id, mail.id)])
        return recorded

    async def record_facts(self, facts: Sequence[Fact]) -> Recorded:
        """Record facts that came by another door than mail; many of them in several transactions. Raises Refused."""
        prepared = storable_facts(facts, self._now())
        changes: list[StandingChange] = []
        for some, weight in portions(self._scopes, prepared, lambda one: one.fact.account_id, AT_ONCE):
            changes.extend((await self._journal.submit(RECORD_FACTS, some, mails=weight)).changes)
        return Recorded(applied=True, changes=tuple(changes))

    async def put_subscribers(self, subscribers: Sequence[Subscriber]) -> list[StandingChange]:
        """Make subscribers known, or their addresses new. An opt-out of the address holds for them from now on."""
        changes: list[StandingChange] = []
        for some, weight in portions(self._scopes, subscribers, lambda one: one.account_id, AT_ONCE):
            told = await self._journal.submit(PUT_SUBSCRIBERS, some, mails=weight)
            changes.extend(told)
        return changes

    # The road out

    async def claim(self, hook: str, *, limit: int, lease_seconds: float) -> list[OutboxEntry]:
        """Claim events that are due, the longest due first: of each person the oldest open one, never two at once.

        Whoever does not settle in `lease_seconds`, or dies before, has lost them. Empty when nothing is due.
        """
        alive_until, lease_until = self._presence.until(), self._now() + timedelta(seconds=lease_seconds)
        lease_micros = int(lease_seconds * 1_000_000)
        claim = Claim(hook=hook, limit=limit, lease_micros=lease_micros, alive_until=alive_until)
        entries = await self._journal.submit(CLAIM, claim)
        if entries:
            self._presence.was_written(alive_until)
            self._presence.take([("event", entry.id) for entry in entries], lease_until)
        return entries

    async def settle(self, entry: OutboxEntry, outcome: Delivery, *, next_at: datetime | None) -> bool:
        """Write down what came of a delivery; False when the lease was no longer ours, and nothing was changed.

        A transient failure is tried again at `next_at`, unless something newer waits; without `next_at` it is dead.
        """
        again = None if next_at is None else micros_of(next_at)
        is_ours = await self._journal.submit(SETTLE, Settlement(entry=entry, outcome=outcome, next_at=again))
        self._presence.give([("event", entry.id)])
        return is_ours

    # What can be asked

    async def persons(self, text: str, account_id: str | None = None) -> list[PersonStatus]:
        """Everyone whom a subscriber key or an address means, in one account or in all; empty for nobody."""
        return await self.standings.of(text, account_id)

    async def decisions(
        self,
        *,
        account_id: str | None = None,
        action: str | None = None,
        kind: str | None = None,
        since: datetime | None = None,
        limit: int = 100,
    ) -> list[RecordedDecision]:
        """Decisions as they were recorded, newest first."""
        return await reports.decisions(
            self._reader, account_id=account_id, action=action, kind=kind, since=since, limit=limit
        )

    async def decision_of(self, mail_id: str) -> RecordedDecision | None:
        """The last decision on a mail; None while there is none."""
        return await reports.decision_of(self._reader, mail_id)

    async def mail(self, mail_id: str) -> InboundMail:
        """A mail as it came in. Raises NotFound, ContentDropped, or StoreError when its content is gone."""
        return await reports.mail_of(self._reader, mail_id)

    async def counts(self) -> Counts:
        """Numbers for metrics."""
        return await reports.counts(self._reader, self._now())

    async def check(self) -> list[str]:
        """A sentence for each thing that is wrong with the data; empty when all is well."""
        return await check_store(self._reader, self._context_of(), is_sqlite=is_sqlite(self._url))

    async def backup(self, path: Path) -> None:
        """Copy an SQLite database while it is used. Raises StoreError for PostgreSQL, which has pg_dump."""
        if not is_sqlite(self._url):
            raise StoreError("only SQLite is copied this way; PostgreSQL has pg_dump and base backups")
        await backup_sqlite(str(self._url.database), path, self._settings.busy_timeout_seconds)

    def _heed(self, context: Context) -> None:
        if "outbox" in context.news:
            self.outbox_written.set()
