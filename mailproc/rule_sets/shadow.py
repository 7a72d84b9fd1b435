"""A second rule set beside the first: decides live mail again, later and aside, and keeps what it would do otherwise.

Nothing here can change, delay or lose a mail: it comes here after its decision was recorded, waits in a bounded queue,
and is left out when there is no room; what fails is logged.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import structlog

from mailproc.errors import StoreError
from mailproc.mail.arrival.envelope import InboundMail
from mailproc.metrics import Metrics
from mailproc.pipeline import decide_mail, examine_mail
from mailproc.policy.account import AccountPolicy
from mailproc.policy.decision import Decision, decision_as_json
from mailproc.policy.explaining.comparison import Comparison, changes_between, compare_examinations
from mailproc.policy.rules.rules import RuleSet
from mailproc.store.road.archive import Archive, ShadowDecision

MOST_WAITING = 1000
MOST_BYTES = 16 * 1024 * 1024
PAUSE_SECONDS = 0.05  # while the live decisions are behind


class Shadow:
    """Compares the decisions of two rule sets on live mail; `submit` is called with each decision that was recorded."""

    def __init__(
        self,
        archive: Archive,
        live: Callable[[], RuleSet],
        shadow: Callable[[], RuleSet],
        policy_of: Callable[[str], AccountPolicy],
        is_busy: Callable[[], bool],
        metrics: Metrics,
    ) -> None:
        self._archive = archive
        self._live = live
        self._shadow = shadow
        self._policy_of = policy_of
        self._is_busy = is_busy
        self._metrics = metrics
        self._log = structlog.get_logger()
        self._waiting: asyncio.Queue[tuple[InboundMail, Decision]] = asyncio.Queue(MOST_WAITING)
        self._bytes = 0

    def submit(self, mail: InboundMail, decision: Decision) -> None:
        """Take a mail whose decision was recorded, if there is room; mail that no rule was looked for in has no use."""
        if decision.new_text is None or self._shadow().digest == self._live().digest:
            return
        if self._waiting.full() or self._bytes + len(mail.content) > MOST_BYTES:
            self._metrics.shadow_skipped.inc()
            return
        self._bytes += len(mail.content)
        self._waiting.put_nowait((mail, decision))

    async def run(self) -> None:
        """Compare one mail after the other, for ever."""
        thread = ThreadPoolExecutor(1, thread_name_prefix="shadow")
        try:
            while True:
                mail, decision = await self._waiting.get()
                self._bytes -= len(mail.content)
                while self._is_busy():  # noqa: ASYNC110 - nobody tells when the decider has caught up
                    await asyncio.sleep(PAUSE_SECONDS)
                await self._compare(mail, decision, thread)
                self._waiting.task_done()
        finally:
            thread.shutdown(wait=False, cancel_futures=True)

    async def _compare(self, mail: InboundMail, decision: Decision, thread: ThreadPoolExecutor) -> None:
        live, shadow = self._live(), self._shadow()
        if live.digest != decision.ruleset:  # the rules have changed in between
            self._metrics.shadow_skipped.inc()
            return
        account = self._policy_of(mail.account_id)
        loop = asyncio.get_running_loop()
        work = loop.run_in_executor(thread, difference_of, mail, decision, account, live, shadow)
        await asyncio.wait((work,))
        if error := work.exception():
            self._metrics.shadow_skipped.inc()
            self._log.error("shadow_failed", mail=mail.id, ruleset=shadow.digest, exc_info=error)
            return
        if found := work.result():
            await self._keep(mail, live, shadow, found)
            self._metrics.shadow_differing.inc()
        self._metrics.shadow_compared.inc()  # last: what is counted can be looked up

    async def _keep(self, mail: InboundMail, live: RuleSet, shadow: RuleSet, found: Comparison) -> None:
        kept = ShadowDecision(
            account_id=mail.account_id,
            mail_id=mail.id,
            live_ruleset=live.digest,
            ruleset=shadow.digest,
            difference=found.as_json(),
            decided_at=datetime.now(UTC),
        )
        try:
            await self._archive.keep_shadow([kept])
        except StoreError as error:
            self._log.warning("shadow_not_kept", mail=mail.id, error=str(error))


def difference_of(
    mail: InboundMail, decision: Decision, account: AccountPolicy, live: RuleSet, shadow: RuleSet
) -> Comparison | None:
    """What the second set would do otherwise, with the words; None: the same. By what was known when it was decided."""
    other = decide_mail(mail, decision.authentication, account, shadow)
    if not changes_between(decision_as_json(decision), decision_as_json(other)):
        return None
    before, after = (examine_mail(mail, decision.authentication, account, rules) for rules in (live, shadow))
    found = compare_examinations(before, after)
    return found if found.changes else None
