"""From accepted to recorded: takes mail at once from memory, after a restart from the table, and decides each one."""

import asyncio
import contextlib
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import count

import structlog

from mailproc.authenticity.authenticator import Authenticator
from mailproc.errors import ContentGone, StoreError
from mailproc.mail.arrival.authentication import Authentication
from mailproc.mail.arrival.envelope import InboundMail
from mailproc.mail.reading.quickly_read import is_quickly_read
from mailproc.metrics import Metrics
from mailproc.pipeline import decide_mail, failed_decision
from mailproc.policy.account import AccountPolicy
from mailproc.policy.deciding.breaker import Unproven, unproven_in
from mailproc.policy.decision import Decision
from mailproc.policy.rules.rules import RuleSet
from mailproc.service.endless import for_ever
from mailproc.service.inquiry import Inquiry, insist
from mailproc.service.precedence import Precedence
from mailproc.store.store import Store
from mailproc.watch.alarm_bell import ring

PATIENT_WITH = 16  # mails: with more of them waiting, deciding has its turn like everyone else
PATIENT_SECONDS = 0.01  # for each of them
MAX_READS = 2  # times that a mail is read again after it may have crashed the process
SCAN_SECONDS = 1.0
STRAY_AFTER = timedelta(seconds=15)  # a mail of ours that old and not in hand has fallen off the road
STRAY_SCANS = 10
MOST_DUE = 128  # mails that waited in hand, beyond which the others wait on


class Decider:
    """Decides every accepted mail exactly once; what it cannot record now, it records when the store is back."""

    def __init__(
        self,
        store: Store,
        policy_of: Callable[[str], AccountPolicy],
        rules: Callable[[], RuleSet],
        authenticator: Authenticator,
        metrics: Metrics,
        client_of: Callable[[InboundMail], str | None],
    ) -> None:
        self._store = store
        self._client_of = client_of
        self._policy_of = policy_of
        self._rules = rules
        self._authenticator = authenticator
        self._metrics = metrics
        self._inquiry = Inquiry(store, authenticator, metrics, self._decide)
        self._log = structlog.get_logger()
        self.precedence = Precedence()  # of those who are accepting
        self._waiting: asyncio.Queue[InboundMail] = asyncio.Queue()
        self._in_hand: dict[str, int] = {}  # what is not recorded yet, with its size
        self._bytes_in_hand = 0
        self._concluding: set[asyncio.Task[None]] = set()
        self._due: set[asyncio.Task[None]] = set()  # of these, mail that waited
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="decider")
        self._tasks: list[asyncio.Task[None]] = []
        self.on_recorded: Callable[[InboundMail, Decision], None] = _nothing  # must neither wait nor raise

    @property
    def backlog(self) -> int:
        """Mails in memory whose decision is not recorded yet."""
        return len(self._in_hand)

    @property
    def backlog_bytes(self) -> int:
        """Bytes of these mails."""
        return self._bytes_in_hand

    @property
    def is_running(self) -> bool:
        """Whether mail that is submitted gets decided."""
        return bool(self._tasks) and not any(task.done() for task in self._tasks)

    def submit(self, mail: InboundMail) -> None:
        """Take a mail that was just accepted."""
        self._take(mail)
        self._waiting.put_nowait(mail)

    def _take(self, mail: InboundMail) -> None:
        if mail.id not in self._in_hand:
            self._in_hand[mail.id] = len(mail.content)
            self._bytes_in_hand += len(mail.content)

    def _give(self, mail: InboundMail) -> None:
        self._bytes_in_hand -= self._in_hand.pop(mail.id, 0)

    def start(self) -> None:
        """Begin with all roads: from memory, from what a process that is gone has left, and from what waited.

        The mail that was on a road that ended by a bug is a stray, and is found.
        """
        roads = (self._decide_submitted, self._take_over, self._take_due)
        self._tasks = [asyncio.create_task(for_ever(road, "decider_failed")) for road in roads]

    async def stop(self, grace_seconds: float) -> None:
        """Decide and record what is in hand, as far as the time allows; the rest is in the table."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._all_recorded(), grace_seconds)
        for task in (*self._tasks, *self._concluding):
            task.cancel()
        await asyncio.gather(*self._tasks, *self._concluding, return_exceptions=True)
        await self._inquiry.leave()
        self._thread.shutdown(wait=False, cancel_futures=True)

    async def _all_recorded(self) -> None:
        await self._waiting.join()
        await asyncio.gather(*self._concluding, return_exceptions=True)

    async def _decide_submitted(self) -> None:
        while True:
            mail = await self._waiting.get()
            await self._let_others_pass()
            is_decided = False
            try:
                decision = await self._decide(mail)
                self._conclude_later(mail, decision)
                is_decided = True
            finally:
                self._waiting.task_done()
                if not is_decided:  # whatever the reason: it is a stray, and will be found
                    self._give(mail)

    def _conclude_later(self, mail: InboundMail, decision: Decision, *, is_due: bool = False) -> asyncio.Task[None]:
        """Beside the road: neither the store nor DNS keeps the next mail waiting."""
        concluding = asyncio.create_task(self._conclude(mail, decision, is_due=is_due))
        self._concluding.add(concluding)
        concluding.add_done_callback(self._concluding.discard)
        return concluding

    async def _conclude(self, mail: InboundMail, decision: Decision, *, is_due: bool = False) -> None:
        self._take(mail)
        try:
            settled = await self._inquiry.settle(mail, decision, is_due=is_due)
            if settled is not None:
                await self._record(mail, settled)
        finally:
            self._give(mail)

    async def _let_others_pass(self) -> None:
        """Deciding holds the event loop: clients that wait for their 250 go first while few mails wait here."""
        await asyncio.sleep(0)  # the answer to this mail goes out
        if self._waiting.qsize() < PATIENT_WITH:
            await self.precedence.give_way(PATIENT_SECONDS)

    async def _take_over(self) -> None:
        """One by one: a mail that crashes the reader must not take others with it again."""
        for scan in count():
            try:
                while await self._take_over_one():
                    pass
                if scan % STRAY_SCANS == 0 and (
                    strays := await self._store.undecided.release_strays(self._in_hand, STRAY_AFTER)
                ):
                    self._log.error("strays_released", mails=strays)
            except StoreError as error:
                self._log.warning("take_over_failed", error=str(error))
            await asyncio.sleep(SCAN_SECONDS)

    async def _take_over_one(self) -> bool:
        """Decide and record one mail that nobody has in hand; False when there is none."""
        try:
            found = await self._store.undecided.take_over()
        except ContentGone as error:
            await self._conclude(error.mail, self._failed(error.mail, "content is gone"))
            return True
        if found is None:
            return False
        mail, attempts = found
        self._take(mail)
        try:
            decision = await self._decide_again(mail, attempts)
        finally:
            self._give(mail)
        if self._inquiry.is_needed(mail, decision):  # it was read without harm: the next need not wait for DNS
            self._conclude_later(mail, decision)
        else:
            await self._conclude(mail, decision)
        return True

    async def _take_due(self) -> None:
        """Mail that waited and whose time has come; also what another process did not finish."""
        while True:
            try:
                while self._inquiry.has_room and len(self._due) < MOST_DUE and await self._take_one_due():
                    pass
            except StoreError as error:
                self._log.warning("take_due_failed", error=str(error))
            await asyncio.sleep(SCAN_SECONDS)

    async def _take_one_due(self) -> bool:
        try:
            found = await self._store.waiting.take()
        except ContentGone as error:
            self._conclude_later(error.mail, self._failed(error.mail, "content is gone"))
            return True
        if found is not None:
            mail, attempts = found
            due = self._conclude_later(mail, await self._decide_again(mail, attempts), is_due=True)
            self._due.add(due)
            due.add_done_callback(self._due.discard)
            await asyncio.sleep(0)  # it takes its place among those that are asked about
        return found is not None

    async def _decide_again(self, mail: InboundMail, attempts: int) -> Decision:
        if attempts <= MAX_READS:
            return await self._decide(mail)
        self._metrics.crashed.labels("crash").inc()
        self._log.error("crashed_the_reader", mail=mail.id, attempts=attempts)
        return self._failed(mail, "crashed the reader")

    def _failed(self, mail: InboundMail, reason: str) -> Decision:
        return failed_decision(mail, self._policy_of(mail.account_id), self._rules().digest, reason)

    async def _decide(self, mail: InboundMail, told: Authentication | None = None) -> Decision:
        """`told` is what was looked up; without it, what our border servers said counts."""
        account, rules = self._policy_of(mail.account_id), self._rules()
        if is_quickly_read(mail.content):  # all other mail in a thread, so that the listener never waits for it
            return self._decide_now(mail, told, account, rules)
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, self._decide_now, mail, told, account, rules)

    def _decide_now(
        self, mail: InboundMail, told: Authentication | None, account: AccountPolicy, rules: RuleSet
    ) -> Decision:
        start = time.perf_counter()
        try:
            told = self._authenticator.told(mail, account) if told is None else told
            decision = decide_mail(mail, told, account, rules)
        except Exception:  # noqa: BLE001 - a bug of ours must not cost a mail: it is kept for a person to decide
            self._log.exception("deciding_failed", mail=mail.id)
            self._metrics.crashed.labels("exception").inc()
            decision = failed_decision(mail, account, rules.digest, "internal error")
        self._metrics.deciding.observe(time.perf_counter() - start)
        return decision

    async def _record(self, mail: InboundMail, decision: Decision) -> None:
        self._log.info(
            "decided",
            mail=mail.id,
            account=mail.account_id,
            kind=decision.kind.value,
            action=decision.action.value,
            also=[one.value for one in decision.also],
            reason=decision.reason,
            rule=decision.rule,
            sender=decision.authentication.source,
        )
        unproven = self._unproven_in(mail, decision)
        recorded = await insist(lambda: self._store.record(mail, decision, unproven), mail.id)
        if not recorded.applied:
            return
        self.on_recorded(mail, decision)
        if recorded.held is not None:
            decision = recorded.held
            self._metrics.held.labels(mail.account_id).inc()
            self._log.warning("held", mail=mail.id, account=mail.account_id, reason=decision.reason)
        ring(self._metrics, recorded.alarms)
        self._count(self._policy_of(mail.account_id), decision)
        self._log.info(
            "recorded",
            mail=mail.id,
            facts=len(decision.facts),
            changes=[f"{change.person} {change.status}" for change in recorded.changes],
            seconds=round((datetime.now(UTC) - mail.received_at).total_seconds(), 3),
        )

    def _unproven_in(self, mail: InboundMail, decision: Decision) -> Unproven | None:
        """What the breaker is to count; most mail is no request, and nobody asks for its client."""
        if not decision.facts and decision.feedback is None:
            return None
        return unproven_in(decision, self._policy_of(mail.account_id), self._client_of(mail))

    def _count(self, account: AccountPolicy, decision: Decision) -> None:
        self._metrics.decided.labels(decision.kind.value, decision.action.value).inc()
        if decision.feedback is not None:
            ours = str(not decision.foreign).lower()
            known = {one.id for one in account.sources.known}
            source = decision.feedback.source if decision.feedback.source in known else "other"
            self._metrics.feedback.labels(_known_type(decision.feedback.type), source, ours).inc()
            if not decision.foreign and not decision.subscribers:
                self._metrics.unattributed.inc()


def _nothing(mail: InboundMail, decision: Decision) -> None:
    """Nobody wants to know."""


_TYPES = {"abuse", "fraud", "virus", "other", "not-spam", "auth-failure", "opt-out", "opt-out-list", "xarf"}


def _known_type(feedback_type: str) -> str:
    """The open registry must not blow up the number of time series."""
    return feedback_type if feedback_type in _TYPES else "unknown"
