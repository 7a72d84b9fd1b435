"""Mail whose outcome hinges on who sent it: asked about beside the road; what gets no answer waits in the table."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import structlog

from mailproc.authenticity.authenticator import Authenticator
from mailproc.errors import StoreError
from mailproc.mail.arrival.authentication import UNANSWERED, Authentication
from mailproc.mail.arrival.envelope import InboundMail
from mailproc.metrics import Metrics
from mailproc.policy.deciding.patience import given_up, next_try
from mailproc.policy.decision import Decision
from mailproc.store.store import Store

# What is asked about at a time; the next mail waits in the table, not in memory.
MOST_AT_ONCE = 64
MOST_BYTES = 64 * 1024 * 1024
FRESH_SHARE = 0.75  # of these places: the others are for mail that waited, however much comes in
CROWDED = timedelta(seconds=10)  # until a mail is tried again for which there was no place
LONGEST_PAUSE_SECONDS = 5.0

Result = TypeVar("Result")
Decide = Callable[[InboundMail, Authentication], Awaitable[Decision]]


class Inquiry:
    """Settles decisions that hinge on who sent the mail: by an answer, by waiting, in the end without one."""

    def __init__(self, store: Store, authenticator: Authenticator, metrics: Metrics, decide: Decide) -> None:
        self._store = store
        self._authenticator = authenticator
        self._metrics = metrics
        self._decide = decide
        self._log = structlog.get_logger()
        self._asking: dict[str, InboundMail] = {}

    @property
    def has_room(self) -> bool:
        """Whether one more mail that waited can be asked about now."""
        return self._has_place(is_due=True)

    def _has_place(self, *, is_due: bool) -> bool:
        asking = self._asking.values()
        share = 1 if is_due else FRESH_SHARE
        size_bytes = sum(len(mail.content) for mail in asking)
        return len(asking) < MOST_AT_ONCE * share and size_bytes < MOST_BYTES * share

    def is_needed(self, mail: InboundMail, decision: Decision) -> bool:
        """Whether this decision takes an inquiry, and so perhaps seconds."""
        return self._authenticator.is_wanted(mail, decision)

    async def settle(self, mail: InboundMail, decision: Decision, *, is_due: bool = False) -> Decision | None:
        """The final decision; None when the mail was left to wait, and is nobody's business here any more.

        `is_due` for mail that waited before: some places are its alone. Whoever has waited long enough is asked about
        once more where there is a place, and is decided in any case.
        """
        if not self.is_needed(mail, decision):
            return decision
        if not self._has_place(is_due=is_due):
            if next_try(mail.received_at, datetime.now(UTC)) is None:
                return self._give_up(mail, await self._decide(mail, UNANSWERED))  # never as if it had been proven
            await self._wait(mail, datetime.now(UTC) + CROWDED, "crowded")
            return None
        decision = await self._decide(mail, await self._answer(mail))
        self._metrics.verified.labels("no_answer" if decision.hinges else "answered").inc()
        if not decision.hinges:
            return decision
        again_at = next_try(mail.received_at, datetime.now(UTC))
        if again_at is None:
            return self._give_up(mail, decision)
        await self._wait(mail, again_at, decision.reason)
        return None

    def _give_up(self, mail: InboundMail, decision: Decision) -> Decision:
        self._log.warning("waited_in_vain", mail=mail.id, reason=decision.reason)
        return given_up(decision) if decision.hinges else decision

    async def _answer(self, mail: InboundMail) -> Authentication:
        self._asking[mail.id] = mail
        try:
            return await self._authenticator.verify(mail)
        finally:
            task = asyncio.current_task()
            if task is None or not task.cancelling():  # when this process ends, `leave` finds it
                self._asking.pop(mail.id, None)

    async def _wait(self, mail: InboundMail, until: datetime, reason: str) -> None:
        is_waiting = await insist(lambda: self._store.waiting.put(mail, until), mail.id)
        if is_waiting:
            self._log.info("waits", mail=mail.id, account=mail.account_id, until=until.isoformat(), reason=reason)

    async def leave(self) -> None:
        """When this process ends: whatever was being asked about is due at once for whoever comes next."""
        left, self._asking = list(self._asking.values()), {}
        now = datetime.now(UTC)
        outcomes = await asyncio.gather(*(self._store.waiting.put(one, now) for one in left), return_exceptions=True)
        for one, outcome in zip(left, outcomes, strict=True):
            if isinstance(outcome, BaseException):  # it will be taken over, like all that a process leaves
                self._log.warning("leaving_failed", mail=one.id, error=str(outcome))


async def insist(attempt: Callable[[], Awaitable[Result]], mail_id: str) -> Result:
    """Do it again, with growing pauses, until the store can."""
    pause = 0.05
    while True:
        try:
            return await attempt()
        except StoreError as error:
            structlog.get_logger().warning("recording_waits", mail=mail_id, error=str(error))
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE_SECONDS)
