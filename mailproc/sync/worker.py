"""The sync worker: takes events out of the outbox, has one hook deliver them, and writes down what came of it."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from datetime import datetime, timedelta
from heapq import heappop, heappush
from typing import Any, TypeVar

import structlog

from mailproc.errors import StoreError
from mailproc.policy.hooks.event import Delivered, Delivery, OutboxEntry, TransientFailure
from mailproc.policy.hooks.retry import next_attempt_at
from mailproc.sync.hook import Hook, RetrySettings
from mailproc.sync.source import OutboxSource

T = TypeVar("T")

LOOK_SECONDS = 1.0  # other processes write, too, and nobody tells us
_GATHER_SECONDS = 0.01  # what is written within this time is claimed at once
_CLAIM_MOST = 256
_CLAIM_WORTH_SECONDS = 2.0  # as much as the hook takes off our hands in this time
_BELT_SECONDS = 5.0  # beyond the hook's own time limit
_SETTLE_SECONDS = 1.0  # for writing down, when stopping


class SyncWorker:
    """One hook's worker: any number of deliveries side by side, never two of one person (the outbox sees to that).

    Nothing is held while the other side is slow: no transaction, no lock, only leases that lapse. `random` gives
    numbers from 0 to 1; `on_outcome` is told the hook's name and `delivered`, `retry`, `dead` or `late` (settled when
    the lease had passed on).
    """

    def __init__(
        self,
        source: OutboxSource,
        hook: Hook,
        settings: RetrySettings,
        *,
        random: Callable[[], float],
        clock: Callable[[], datetime],
        on_outcome: Callable[[str, str], None] | None = None,
    ) -> None:
        self._source = source
        self._hook = hook
        self._settings = settings
        self._random = random
        self._clock = clock
        self._on_outcome = on_outcome
        self._log = structlog.get_logger().bind(hook=hook.name)
        self._limit_seconds = settings.timeout_seconds + _BELT_SECONDS
        self._lease_seconds = 2 * self._limit_seconds + 20
        self._slots = asyncio.Semaphore(hook.in_flight)
        self._pace_seconds: float | None = None
        self._paused_until: datetime | None = None
        self._retries: list[datetime] = []  # a heap: when what failed here may be claimed again
        self._wake = asyncio.Event()
        self._stopping = asyncio.Event()
        self._at_rest = asyncio.Event()
        self._at_rest.set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._delivering: set[asyncio.Task[None]] = set()

    # -- life ---------------------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Deliver until stopped. Raises nothing: what goes wrong is logged and tried again."""
        self._at_rest.clear()
        watcher = asyncio.create_task(self._watch())
        try:
            while not self._stopping.is_set():
                if not await self._claim_and_hand_out():
                    await self._rest()
        finally:
            watcher.cancel()
            self._at_rest.set()

    async def stop(self, grace_seconds: float = 5.0) -> None:
        """Take nothing new, let deliveries finish within the grace, give back the others, close the hook."""
        self._stopping.set()
        self._wake.set()
        if self._delivering:
            await asyncio.wait(set(self._delivering), timeout=grace_seconds)
        for task in self._delivering:
            task.cancel()
        await _within(_SETTLE_SECONDS, self._at_rest.wait())
        if self._tasks:
            _, unsettled = await asyncio.wait(set(self._tasks), timeout=_SETTLE_SECONDS)
            for task in unsettled:  # their leases lapse, and they come again
                task.cancel()
        await self._hook.close()

    # -- the loop -----------------------------------------------------------------------------------------------------

    async def _watch(self) -> None:
        """Wake up on every writing. Always waiting, so that several workers can share the event and clear it."""
        while True:
            await self._source.outbox_written.wait()
            self._source.outbox_written.clear()
            self._wake.set()

    async def _claim_and_hand_out(self) -> bool:
        """Claim a batch and start its deliveries; True when there may be more at once."""
        await self._sit_out_pause()
        if self._stopping.is_set():
            return False
        limit = self._worth_claiming()
        claimed_at = self._clock()
        claim = self._source.claim(self._hook.name, limit=limit, lease_seconds=self._lease_seconds)
        entries = await self._guarded(claim, "claim")
        while self._retries and self._retries[0] <= claimed_at:
            heappop(self._retries)
        if not entries:
            return False
        await self._hand_out(entries, claimed_at)
        return len(entries) >= limit

    async def _hand_out(self, entries: Sequence[OutboxEntry], claimed_at: datetime) -> None:
        last_start = claimed_at + timedelta(seconds=self._lease_seconds - self._limit_seconds - _BELT_SECONDS)
        for entry in entries:
            await self._slots.acquire()
            await self._sit_out_pause()
            if not self._stopping.is_set() and self._clock() <= last_start:
                task = self._begin(self._deliver(entry))
                self._delivering.add(task)
                continue
            self._slots.release()
            if self._stopping.is_set():
                self._begin(self._give_back(entry))
            # Otherwise it waited here too long: its lease lapses, and whoever claims it next delivers it.

    def _begin(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _rest(self) -> None:
        """Wait for a writing, for a retry, or for a moment in which others may have written, and leases lapsed."""
        pause = LOOK_SECONDS
        if self._retries:
            pause = min(pause, max(_GATHER_SECONDS, (self._retries[0] - self._clock()).total_seconds()))
        await _within(pause, self._wake.wait())
        if self._wake.is_set():
            await _within(_GATHER_SECONDS, self._stopping.wait())
        self._wake.clear()

    def _worth_claiming(self) -> int:
        """As many as the hook can take soon; only as many as fit side by side when it is slow or failing."""
        side_by_side = self._hook.in_flight
        if self._pace_seconds is None:
            return min(4 * side_by_side, _CLAIM_MOST)
        soon = int(side_by_side * _CLAIM_WORTH_SECONDS / max(self._pace_seconds, 1e-6))
        return max(side_by_side, min(soon, _CLAIM_MOST))

    # -- one delivery -------------------------------------------------------------------------------------------------

    async def _deliver(self, entry: OutboxEntry) -> None:
        loop = asyncio.get_running_loop()
        started = loop.time()
        try:
            outcome = await self._outcome_of(entry)
            self._heed(outcome)  # before the slot is free for the next event
        except asyncio.CancelledError:  # stopping, and the grace is over
            outcome = TransientFailure(detail="stopped before an answer came")
            await self._settle(entry, outcome, self._clock())
            return
        finally:
            self._slots.release()
            if task := asyncio.current_task():
                self._delivering.discard(task)
        took = loop.time() - started
        self._pace_seconds = took if self._pace_seconds is None else 0.8 * self._pace_seconds + 0.2 * took
        if next_at := self._next_at(entry, outcome):
            heappush(self._retries, next_at)
        settled = await self._settle(entry, outcome, next_at)
        self._tell(entry, outcome, next_at, took, in_time=settled is not False)
        self._wake.set()  # the person's next event may be waiting for this one

    async def _outcome_of(self, entry: OutboxEntry) -> Delivery:
        """Ask the hook, with a limit of our own around it; a bug in it is a failure of this delivery alone."""
        try:
            async with asyncio.timeout(self._limit_seconds):
                outcome = await self._guarded(self._hook.deliver(entry.event), "deliver", event_id=entry.event.id)
        except TimeoutError:
            outcome = TransientFailure(detail=f"no outcome within {self._limit_seconds:g} s")
        return outcome or TransientFailure(detail="internal error")

    def _next_at(self, entry: OutboxEntry, outcome: Delivery) -> datetime | None:
        """When a transient failure is tried again; None when its attempts are used up, and for all other outcomes."""
        if not isinstance(outcome, TransientFailure):
            return None
        now = self._clock()
        attempts = entry.attempts + 1
        if attempts >= self._settings.max_attempts:
            return None
        return next_attempt_at(
            attempts,
            now,
            first=timedelta(seconds=self._settings.first_retry_seconds),
            longest=timedelta(seconds=self._settings.max_retry_seconds),
            retry_after_seconds=outcome.retry_after_seconds,
            jitter=self._random(),
        )

    async def _give_back(self, entry: OutboxEntry) -> None:
        outcome = TransientFailure(detail="stopped before its turn")
        await self._settle(entry, outcome, self._clock())

    async def _settle(self, entry: OutboxEntry, outcome: Delivery, next_at: datetime | None) -> bool | None:
        """Write it down; None when the store could not: then the lease lapses, and the event is delivered again."""
        return await self._guarded(
            self._source.settle(entry, outcome, next_at=next_at), "settle", event_id=entry.event.id
        )

    # -- pauses, errors, log ------------------------------------------------------------------------------------------

    def _heed(self, outcome: Delivery) -> None:
        """Leave the whole hook alone when it named a time: that was said for all events, not for this one."""
        if not isinstance(outcome, TransientFailure) or not outcome.retry_after_seconds:
            return
        pause = timedelta(seconds=min(outcome.retry_after_seconds, self._settings.max_retry_seconds))
        if self._paused_until is None:
            self._log.warning("hook_paused", seconds=round(pause.total_seconds()), detail=outcome.detail)
        self._paused_until = max(self._paused_until or self._clock(), self._clock() + pause)

    async def _sit_out_pause(self) -> None:
        while self._paused_until is not None and not self._stopping.is_set():
            left = (self._paused_until - self._clock()).total_seconds()
            if left <= 0:
                self._paused_until = None
                return
            await _within(min(left, LOOK_SECONDS), self._stopping.wait())

    async def _guarded(self, work: Awaitable[T], doing: str, **about: str) -> T | None:
        """The result, or None when it failed: neither a store that is away nor a bug ends the worker."""
        try:
            return await work
        except StoreError as error:
            self._log.warning("store_unavailable", doing=doing, detail=str(error), **about)
        except Exception:  # noqa: BLE001 - one of the four named places: the belt around a worker that must not die
            self._log.exception("sync_failed", doing=doing, **about)
        return None

    def _tell(
        self, entry: OutboxEntry, outcome: Delivery, next_at: datetime | None, took: float, *, in_time: bool
    ) -> None:
        """One line per delivery, and the count."""
        cause = entry.event.data.get("cause", {})
        about = {
            "mail": cause.get("mail_id") or entry.event.data.get("mail_id"),
            "account": entry.account_id,
            "event_id": entry.event.id,
            "type": entry.event.type,
            "version": entry.version,
            "attempt": entry.attempts + 1,
            "elapsed_ms": round(took * 1000, 1),
            "late": not in_time,
        }
        if isinstance(outcome, Delivered):
            self._log.info("delivered", **about)
        elif next_at is None:
            self._log.error("delivery_failed", detail=outcome.detail, dead=True, **about)
        else:
            self._log.warning(
                "delivery_failed", detail=outcome.detail, dead=False, next_at=next_at.isoformat(), **about
            )
        if self._on_outcome:
            word = "delivered" if isinstance(outcome, Delivered) else "dead" if next_at is None else "retry"
            self._on_outcome(self._hook.name, word if in_time else "late")


async def _within(seconds: float, work: Awaitable[object]) -> None:
    """Wait for it, but no longer than that."""
    try:
        async with asyncio.timeout(seconds):
            await work
    except TimeoutError:
        pass
