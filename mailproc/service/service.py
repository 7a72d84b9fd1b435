"""Ties the knots: from settings to a running service of listener, decider, sync workers and HTTP endpoints."""

import asyncio
import contextlib
import random
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from functools import partial
from ipaddress import ip_network
from typing import Any

import structlog

from mailproc.authenticity.authenticator import Authenticator, build_authenticator
from mailproc.authenticity.organization import load_suffixes
from mailproc.errors import SettingsError, StoreError
from mailproc.mail.arrival.authentication import NOT_CHECKED
from mailproc.mail.arrival.client import client_of
from mailproc.mail.arrival.envelope import Envelope, InboundMail
from mailproc.metrics import Metrics
from mailproc.pipeline import decide_mail
from mailproc.policy.account import AccountPolicy, Accounts, NoRoute, Route
from mailproc.policy.rules.rules import RuleSet
from mailproc.rule_sets.in_force import RulesInForce
from mailproc.rule_sets.shadow import Shadow
from mailproc.service.accounts_in_force import AccountsInForce
from mailproc.service.decider import Decider
from mailproc.service.endless import for_ever
from mailproc.service.intake import inbound_mails
from mailproc.service.opened_store import opened_store
from mailproc.settings.check import notes_on_forwarding, notes_on_gaps
from mailproc.settings.holiday_calendar import due_rule_of
from mailproc.settings.settings import Settings
from mailproc.smtp.door import Door
from mailproc.smtp.listener import Listener
from mailproc.smtp.reception import Acceptance
from mailproc.store.engine.database import free_disk_of
from mailproc.store.store import Store
from mailproc.sync.roads import roads_out
from mailproc.sync.worker import SyncWorker
from mailproc.watch.due_watch import DueWatch
from mailproc.watch.feedback_watch import FeedbackWatch
from mailproc.watch.gauges import Gauges
from mailproc.watch.retention import Retention
from mailproc.web.application import Parts, build_application
from mailproc.web.server import HttpServer

ROLES = ("smtp", "sync", "web")
STOP_SECONDS = 8.0  # a supervisor gives us ten


class Service:
    """A running mailproc. `start` and `stop` once each; `addresses` tells where it listens."""

    def __init__(self, settings: Settings, rules: RuleSet, roles: tuple[str, ...] = ROLES) -> None:
        self.settings = settings
        self.roles = roles
        self.metrics = Metrics()
        self.accounts_in_force = AccountsInForce(settings)
        self.rules = RulesInForce(rules, settings.rules, self.metrics)
        # Until its own files are read it is the live set, and there is nothing to tell.
        folder = settings.shadow_rules
        self.shadow_rules = RulesInForce(rules, folder, self.metrics, "shadow") if folder else None
        self._reloading: set[asyncio.Task[None]] = set()
        self._log = structlog.get_logger()
        self._workers: list[SyncWorker] = []
        self._tasks: list[asyncio.Task[None]] = []
        self._random = random.Random()  # noqa: S311 - ids must differ, nobody must fail to guess them
        self._stopping = False
        self.store: Store
        self.gauges: Gauges
        self.authenticator: Authenticator
        self.decider: Decider
        self.listener: Listener | None = None
        self.web: HttpServer | None = None

    # -- life ---------------------------------------------------------------------------------------------------------

    async def start(self) -> None:
        """Open the store, then the doors. Raises StoreError, SettingsError or OSError; nothing is left open then."""
        self._warm_up()
        async with contextlib.AsyncExitStack() as undo:
            self.store = await opened_store(self.settings)
            undo.push_async_callback(self.store.close)
            self.gauges = Gauges(self.store, self.metrics)
            await self.accounts_in_force.read_lists(self.store.lists)
            self.authenticator = build_authenticator(self.settings.authenticity, self.settings.smtp)
            undo.push_async_callback(self.authenticator.close)
            self.decider = self._made_decider()
            if "sync" in self.roles:
                self._start_workers()
            if "smtp" in self.roles:
                await self._open_smtp(undo)
            if "web" in self.roles and self.settings.web.listen:
                self.web = HttpServer(self.settings.web.listen, build_application(self._web_parts()))
                await self.web.start()
            self._start_watches()
            undo.pop_all()
        self._log.info("started", roles=list(self.roles), **self.addresses())

    def _made_decider(self) -> Decider:
        relays = tuple(ip_network(relay, strict=False) for relay in self.settings.smtp.relays)
        return Decider(
            self.store,
            self.policy_of,
            lambda: self.rules.current,
            self.authenticator,
            self.metrics,
            lambda mail: client_of(mail, relays),
        )

    async def _open_smtp(self, undo: contextlib.AsyncExitStack) -> None:
        self.decider.start()
        free_disk_bytes = free_disk_of(self.settings.database)
        self.listener = Listener(self.settings.smtp, self, log=self._log, free_disk_bytes=free_disk_bytes)
        undo.push_async_callback(self.listener.stop, 0)
        await self.listener.start()

    def _start_watches(self) -> None:
        """What looks after the rest until the end. A process that takes no mail leaves the mail alone."""
        if "smtp" in self.roles:
            self._keep_up(
                Retention(self.store, self.settings.store.retention_days, self.metrics).run, "retention_failed"
            )
            if self.shadow_rules is not None:
                self._start_shadow(self.shadow_rules)
        feedback = FeedbackWatch(self.store, lambda: self.accounts, self.settings.silence.limits(), self.metrics)
        self._keep_up(self.gauges.run, "gauges_failed")
        self._keep_up(partial(self.accounts_in_force.follow_lists, self.store.lists), "lists_failed")
        self._keep_up(self.rules.watch, "rules_watch_failed")
        self._keep_up(feedback.run, "feedback_watch_failed")
        self._keep_up(DueWatch(self.store, self.metrics).run, "due_watch_failed")

    async def stop(self) -> None:
        """No new mail; what is in hand is finished; then everything is closed. Within ten seconds."""
        self._stopping = True
        if self.listener:
            await self.listener.stop(STOP_SECONDS / 2)
        await self.decider.stop(STOP_SECONDS / 4)
        await self.authenticator.close()
        await asyncio.gather(*(worker.stop(STOP_SECONDS / 4) for worker in self._workers))
        if self.web:
            await self.web.stop()
        ending = (*self._tasks, *self._reloading)
        for task in ending:
            task.cancel()
        await asyncio.gather(*ending, return_exceptions=True)
        await self.store.close()
        self._log.info("stopped")

    def reload(self) -> None:
        """On SIGHUP: certificates, rules, feedback sources; a bad file leaves the old ones in force."""
        if self.listener:
            try:
                self.listener.reload_certificates()
                self._log.info("certificate_loaded")
            except SettingsError as error:
                self._log.error("certificate_refused", problems=error.problems)
        self._log.info("settings_not_read_again", hint="restart for those")
        for rules in filter(None, (self.rules, self.shadow_rules)):
            task = asyncio.create_task(rules.reload())
            self._reloading.add(task)
            task.add_done_callback(self._reloading.discard)
        self.accounts_in_force.reload()

    def addresses(self) -> dict[str, list[str]]:
        """Where the doors are, by kind: `host:port`, or the path of a unix socket."""
        found: dict[str, list[str]] = {}
        if self.listener:
            for door in Door:
                if at := [f"{host}:{port}" if port else host for host, port in self.listener.addresses_of(door)]:
                    found[door.value] = at
        if self.web:
            found["web"] = [f"{host}:{port}" for host, port in self.web.addresses]
        return found

    # -- what the listener asks (smtp/reception.py) -------------------------------------------------------------------

    def route(self, rcpt_to: str) -> Acceptance:
        """Whether this recipient is one of ours."""
        route = self.accounts.route(rcpt_to)
        if isinstance(route, Route):
            return Acceptance.OK
        return Acceptance.UNKNOWN_DOMAIN if route is NoRoute.unknown_domain else Acceptance.UNKNOWN_MAILBOX

    def busy(self) -> str | None:
        """Why new mail must wait, else None.

        Mail that waits for DNS does not count: it costs room on the disk, which is watched, and nobody's time. Did it
        count, whoever writes from domains that DNS is silent about could keep all other mail away for a day.
        """
        if max(self.gauges.undecided, self.decider.backlog) >= self.settings.store.max_undecided:
            return "too many undecided mails"
        if self.decider.backlog_bytes >= self.settings.smtp.max_bytes_in_hand:
            return "too many bytes of undecided mail"
        return None

    async def accept(self, envelope: Envelope, content: bytes) -> str:
        """Make a mail ours: one InboundMail per account, all in one commit. Raises StoreUnavailable, StoreFull."""
        now = datetime.now(UTC)
        mails = inbound_mails(envelope, content, self.accounts, now=now, random_bits=self._random.getrandbits)
        with self.decider.precedence:
            receipts = await self.store.accept(mails)
        pairs = list(zip(mails, receipts, strict=True))
        for mail, receipt in pairs:
            if not receipt.duplicate:
                self.decider.submit(mail)  # first of all: nothing may come between the commit and the decider
        for mail, receipt in pairs:
            (self.metrics.resent if receipt.duplicate else self.metrics.accepted).inc()
            self._log.info("accepted", mail=receipt.mail_id, account=mail.account_id, resend=receipt.duplicate)
        return receipts[0].mail_id

    # -- inside -------------------------------------------------------------------------------------------------------

    def _warm_up(self) -> None:
        """Decide one mail before the doors open: readers load late, and no mail shall hold the loop for that."""
        content = b"From: <warm@up.invalid>\r\nSubject: Re: x\r\nContent-Type: text/html\r\n\r\n<p>unsubscribe</p>\r\n"
        envelope = Envelope(mail_from=None, rcpt_tos=("warm@up.invalid",))
        nobody, now = self.accounts_in_force.nobody, datetime.now(UTC)
        mail = InboundMail(id="", account_id=nobody.id, envelope=envelope, content=content, received_at=now)
        load_suffixes()
        due_rule_of(self.settings.due).due_at(now)
        decide_mail(mail, NOT_CHECKED, nobody, self.rules.current)

    @property
    def accounts(self) -> Accounts:
        """The accounts as they are now."""
        return self.accounts_in_force.current

    def policy_of(self, account_id: str) -> AccountPolicy:
        """The settings an account's mail is decided by; an account that has left the settings is nobody's."""
        return self.accounts_in_force.policy_of(account_id)

    def _start_workers(self) -> None:
        for hook, retry in roads_out(self.settings, self.store):
            worker = SyncWorker(
                self.store,
                hook,
                retry,
                random=random.SystemRandom().random,
                clock=lambda: datetime.now(UTC),
                on_outcome=lambda name, outcome: self.metrics.delivered.labels(name, outcome).inc(),
            )
            self._workers.append(worker)
            self._tasks.append(asyncio.create_task(worker.run()))
        for note in notes_on_gaps(self.settings):
            self._log.warning("not_set_up", why=note)
        for note in notes_on_forwarding(self.settings):
            self._log.warning("not_forwarded", why=note)

    def _web_parts(self) -> Parts:
        return Parts(
            settings=self.settings,
            store=self.store,
            accounts=lambda: self.accounts,
            lists=lambda: self.accounts_in_force.lists,
            rules=lambda: self.rules.current,
            metrics=self.metrics,
            readiness=self.readiness,
            details=self.details,
        )

    def _start_shadow(self, rules: RulesInForce) -> None:
        decider = self.decider
        shadow = Shadow(
            self.store.archive,
            lambda: self.rules.current,
            lambda: rules.current,
            self.policy_of,
            lambda: decider.backlog > 0,
            self.metrics,
        )
        decider.on_recorded = shadow.submit
        self._keep_up(shadow.run, "shadow_ended")
        self._keep_up(partial(rules.watch, read_first=True), "rules_watch_failed")

    def _keep_up(self, work: Callable[[], Coroutine[Any, Any, None]], event: str) -> None:
        self._tasks.append(asyncio.create_task(for_ever(work, event)))

    async def readiness(self) -> list[str]:
        """Why this process should get no mail now; empty: it is ready."""
        if self._stopping:
            return ["stopping"]
        reasons = [reason] if (reason := self.busy()) else []
        if "smtp" in self.roles and not self.decider.is_running:
            reasons.append("the decider has stopped")
        try:
            await asyncio.wait_for(self.store.undecided.count(), 2)
        except (StoreError, TimeoutError) as error:
            reasons.append(f"database: {error}")
        return reasons

    def details(self) -> dict[str, object]:
        """What an operator may want to see beside readiness."""
        shadow = {"shadow_rules": self.shadow_rules.as_json()} if self.shadow_rules else {}
        return {"rules": self.rules.as_json(), **shadow, "mails_waiting_for_dns": self.gauges.waiting}
