"""What mailproc can be told: every key, its default and its limits; reading the file is in `file.py`."""

import re
from pathlib import Path
from typing import Literal

from pydantic import Field, field_validator

from mailproc.policy.account import AccountPolicy, FeedbackTrust, MailboxRole
from mailproc.policy.deciding.breaker import BreakerLimits
from mailproc.policy.hooks.forwarding import Forwarding, forwarding_hook
from mailproc.policy.sources.silence import SilenceLimits
from mailproc.policy.sources.sources import NO_SOURCES, FeedbackSources
from mailproc.policy.standing.list_number import is_numbered
from mailproc.policy.standing.pepper import MIN_PEPPER_BYTES, PEPPER_ID, Peppers
from mailproc.policy.standing.scope import AccountScope, GlobalScope
from mailproc.settings.outgoing import OutgoingSettings
from mailproc.settings.pages import PagesSettings
from mailproc.settings.smarthost import SmarthostSettings
from mailproc.settings.types import (
    Address,
    Domains,
    DomainsOrNetworks,
    Name,
    Networks,
    Secret,
    Servers,
    Sockets,
    Verification,
    Verify,
    Words,
)
from mailproc.settings.types import Table as _Table


class SmtpSettings(_Table):
    """The listener: where it listens and what it allows. `host:port` (port 0: any free one), `unix:/path`, `fd:3`."""

    listen: Sockets = ("127.0.0.1:8025",)
    tls_listen: Sockets = ()  # implicit TLS (RFC 8314)
    lmtp_listen: Sockets = ()  # RFC 2033
    hostname: str = "localhost"
    tls_cert: Path | None = None
    tls_key: Path | None = None
    require_tls: bool = False
    max_size_bytes: int = Field(35 * 1024 * 1024, ge=65_536)
    max_connections: int = Field(1000, ge=1)
    max_connections_per_network: int = Field(50, ge=1)  # /24 of IPv4, /56 of IPv6; loopback and relays are exempt
    max_recipients: int = Field(200, ge=100)
    max_commands: int = Field(10_000, ge=20)  # per session, DATA not counted
    max_errors: int = Field(20, ge=3)
    session_seconds: float = Field(1800, gt=0)
    idle_seconds: float = Field(300, gt=0)
    data_bytes_per_second: int = Field(100, ge=0)  # slower than this over the whole DATA is cut off after idle_seconds
    max_bytes_in_hand: int = Field(256 * 1024 * 1024, ge=1_048_576)
    min_free_disk_bytes: int = Field(256 * 1024 * 1024, ge=0)
    max_received: int = Field(100, ge=10)  # loop guard, RFC 5321 §6.3
    relays: Networks = ()  # networks of our own border servers: parked, not refused
    proxy_from: Networks = ()  # networks that must speak PROXY v1/v2
    xclient_from: Networks = ()  # networks that may use XCLIENT


class StoreSettings(_Table):
    """Durability knobs that only tests and very large sites touch."""

    busy_timeout_seconds: float = Field(5, gt=0)
    batch_mails: int = Field(256, ge=1)
    batch_bytes: int = Field(16 * 1024 * 1024, ge=65_536)
    alive_seconds: float = Field(5, gt=0)  # a process silent for this long has lost its undecided mail to the others
    max_undecided: int = Field(20_000, ge=1)  # beyond this: 451
    pool_size: int = Field(5, ge=1)  # connections for readers
    retention_days: int = Field(90, ge=0)  # then the raw mail and its text are dropped; 0: never


class AuthenticitySettings(_Table):
    """Finding out ourselves who sent a mail, where the outcome hinges on it and no border server said so."""

    verify: Verification = Verify.edge
    resolver: Servers = ()  # DNS servers; none: the system's
    seconds: float = Field(5, gt=0, le=30)  # for all lookups of one mail


class WebSettings(_Table):
    """What is served over HTTP: pages, API, health, readiness, metrics. An empty `listen` serves none.

    Limits are counted by each process, in its memory.
    """

    listen: Sockets = ("127.0.0.1:8080",)
    proxies: Networks = ()  # networks of our own reverse proxies: their X-Forwarded-For is believed
    link_requests_per_minute: int = Field(60, ge=1)  # pages on one link; one-click POSTs beside them
    page_requests_per_minute: int = Field(1200, ge=1)  # of one network (/24 of IPv4, /56 of IPv6); not of one-click
    bad_links_per_minute: int = Field(60, ge=1)  # of one network: who tries out links
    api_calls_per_minute: int = Field(600, ge=1)  # of each token


class LogSettings(_Table):
    """What is logged and how. `format`: json, console, or auto (console on a terminal)."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    format: Literal["json", "console", "auto"] = "auto"
    mask_addresses: bool = True


class BreakerSettings(_Table):
    """How many people an hour may be taken off by what nothing proves, from one network and by one rule."""

    enabled: bool = True
    per_hour: int = Field(50, ge=1)
    share_of_people: float = Field(0.001, ge=0, le=1)  # of the account's subscribers; the higher number counts

    def limits(self) -> BreakerLimits:
        """The same as the store takes it."""
        return BreakerLimits(enabled=self.enabled, per_hour=self.per_hour, share_of_people=self.share_of_people)


class DueSettings(_Table):
    """By when a request must have reached the hooks: business days by the calendar of a country (ISO 3166)."""

    country: str = Field("US", pattern=r"^([A-Z]{2})?$")  # empty: no holidays
    subdivision: str = ""  # CA, BY, …; empty: what holds everywhere in the country
    business_days: int = Field(10, ge=1, le=60)  # 16 CFR 316.4
    one_click_days: int = Field(2, ge=1, le=30)


class SilenceSettings(_Table):
    """When an enabled feedback source has been silent for too long; the longer of both counts."""

    days: int = Field(7, ge=1)
    gaps: float = Field(5, gt=0)  # times its usual gap between days with reports

    def limits(self) -> SilenceLimits:
        """The same as the watch takes it."""
        return SilenceLimits(days=self.days, gaps=self.gaps)


class ErasureSettings(_Table):
    """What addresses are hashed with when a person is forgotten: peppers by id, the last in order for new ones."""

    peppers: dict[str, Secret] = Field(default_factory=dict)

    @field_validator("peppers")
    @classmethod
    def _peppers_are_usable(cls, peppers: dict[str, str]) -> dict[str, str]:
        for pepper_id, secret in peppers.items():
            if not PEPPER_ID.fullmatch(pepper_id):
                raise ValueError(f"pepper {pepper_id}: its id must be up to 32 lower-case letters, digits, _ and -")
            if len(secret.encode()) < MIN_PEPPER_BYTES:
                raise ValueError(f"pepper {pepper_id}: must have {MIN_PEPPER_BYTES} bytes at least")
        return peppers

    def peppers_in_force(self) -> Peppers:
        """The same as the store takes them."""
        return Peppers({pepper_id: secret.encode() for pepper_id, secret in self.peppers.items()})


class HookSettings(_Table):
    """One receiver of events."""

    name: Name
    type: Literal["webhook", "jsonl", "exec"]
    accounts: Words = ()
    alarms: bool = False  # also gets `alarm.raised` events
    probes: bool = False  # also gets the events of the self-test's probe, which are marked
    url: str | None = None
    secret: Secret | None = None  # whsec_… (Standard Webhooks); env:NAME and file:PATH are understood
    secret_file: Path | None = None
    path: Path | None = None
    command: Words = ()
    timeout_seconds: float = Field(20, gt=0)
    max_attempts: int = Field(20, ge=1)
    first_retry_seconds: float = Field(5, gt=0)
    max_retry_seconds: float = Field(21_600, gt=0)
    workers: int = Field(2, ge=1, le=64)


class MailboxSettings(_Table):
    """Local parts by role; tags after `+` and token local parts are understood beside them."""

    reply: Words = ("reply",)
    unsubscribe: Words = ("unsubscribe",)
    feedback: Words = ("abuse", "fbl")
    bounce: Words = ("bounce",)
    postmaster: Words = ("postmaster",)


class AccountSettings(_Table):
    """One sender: its addresses, its sending identity and its wishes."""

    id: Name
    parent: str | None = None
    domains: Domains
    sends_from: DomainsOrNetworks = ()
    mailboxes: MailboxSettings = MailboxSettings()
    lists: dict[str, str] = Field(default_factory=dict)
    list_spellings: dict[str, Words] = Field(default_factory=dict)
    footers: tuple[str, ...] = ()
    forward_to: Address = None
    forward_per_hour: int = Field(10, ge=1)  # mails of one writer; more are held
    auto_replies: Literal["record", "forward"] = "record"
    smarthost: SmarthostSettings | None = None  # None: that of the whole installation
    outgoing: OutgoingSettings = OutgoingSettings()  # what `check-mail` looks for
    pages: PagesSettings = PagesSettings()
    token_keys: dict[int, Secret] = Field(default_factory=dict)
    border_servers: Words = ()
    trusted_sources: Words = ()
    feedback_trust: FeedbackTrust = FeedbackTrust.mailbox
    account_scope: AccountScope = AccountScope.enterprise
    transactional_despite_opt_out: bool = True
    global_list: Literal["here", "elsewhere"] = "here"  # elsewhere: whoever sends keeps one that cannot be read
    reply_scope: Literal["account", "named-list"] = "account"
    automatic: bool = True
    hard_bounces: int = Field(1, ge=1)
    unsure_bounces: int = Field(2, ge=1)
    soft_bounces: int = Field(5, ge=1)
    soft_bounce_days: int = Field(30, ge=1)

    @field_validator("lists")
    @classmethod
    def _lists_have_ids(cls, lists: dict[str, str]) -> dict[str, str]:
        for list_id in filter(is_numbered, lists):
            raise ValueError(f"{list_id} is what a list is called of which only a token's number is known")
        return lists

    @field_validator("token_keys")
    @classmethod
    def _keys_are_usable(cls, keys: dict[int, str]) -> dict[int, str]:
        for kid, secret in keys.items():
            if not 0 <= kid <= 15:
                raise ValueError(f"{kid} is no number of a key: there are 0 to 15")
            if not re.fullmatch(r"(?:[0-9a-fA-F]{2}){16,64}", secret):
                raise ValueError(f"key {kid} must be 16 to 64 bytes in hex digits; `mailproc token keygen` makes one")
        return keys

    def policy(self, sources: FeedbackSources = NO_SOURCES) -> AccountPolicy:
        """The frozen snapshot that decisions are made on."""
        boxes = self.mailboxes
        return AccountPolicy(
            id=self.id,
            parent=self.parent,
            domains=tuple(domain.lower() for domain in self.domains),
            mailboxes={role: tuple(part.lower() for part in getattr(boxes, role.value)) for role in MailboxRole},
            sends_from=self.sends_from,
            lists=dict(self.lists),
            list_spellings=dict(self.list_spellings),
            footers=self.footers,
            forward_to=self.forward_to,
            auto_replies=self.auto_replies,
            token_keys={kid: bytes.fromhex(secret) for kid, secret in self.token_keys.items()},
            border_servers=self.border_servers,
            trusted_sources=self.trusted_sources,
            sources=sources,
            feedback_trust=self.feedback_trust,
            account_scope=self.account_scope,
            reply_scope=self.reply_scope,
            automatic=self.automatic,
            hard_bounces=self.hard_bounces,
            unsure_bounces=self.unsure_bounces,
            soft_bounces=self.soft_bounces,
            soft_bounce_days=self.soft_bounce_days,
        )


class Settings(_Table):
    """Everything that mailproc can be told."""

    database: str = "sqlite+aiosqlite:///var/mailproc.db"
    rules: Path | None = None  # folder of rule files; None: the shipped ones
    shadow_rules: Path | None = None  # a second set that decides beside the first and only tells what it would do
    global_scope: GlobalScope = GlobalScope.installation
    feedback_sources: Path | None = None  # file of feedback sources; None: the shipped one
    account: tuple[AccountSettings, ...] = ()
    hook: tuple[HookSettings, ...] = ()
    smarthost: SmarthostSettings | None = None  # without one nothing is forwarded
    smtp: SmtpSettings = SmtpSettings()
    web: WebSettings = WebSettings()
    log: LogSettings = LogSettings()
    store: StoreSettings = StoreSettings()
    breaker: BreakerSettings = BreakerSettings()
    silence: SilenceSettings = SilenceSettings()
    due: DueSettings = DueSettings()
    erasure: ErasureSettings = ErasureSettings()
    authenticity: AuthenticitySettings = AuthenticitySettings()

    def smarthost_of(self, account: AccountSettings) -> SmarthostSettings | None:
        """What takes an account's forwarded mail; None when it forwards nothing."""
        return account.smarthost or self.smarthost if account.forward_to else None

    def forwarding_of(self, account_id: str) -> Forwarding | None:
        """How an account's mail is forwarded; None when it is not."""
        account = next((one for one in self.account if one.id == account_id), None)
        if account is None or self.smarthost_of(account) is None:
            return None
        return Forwarding(hook=forwarding_hook(account_id), per_hour=account.forward_per_hour)

    def hooks_of(self, account_id: str) -> tuple[str, ...]:
        """Names of the hooks that get this account's events."""
        return tuple(hook.name for hook in self.hook if not hook.accounts or account_id in hook.accounts)

    def probe_hooks_of(self, account_id: str) -> tuple[str, ...]:
        """Names of those among them that want to hear of the self-test's probe."""
        wanted = {hook.name for hook in self.hook if hook.probes}
        return tuple(name for name in self.hooks_of(account_id) if name in wanted)

    def alarm_hooks_of(self, account_id: str) -> tuple[str, ...]:
        """Names of those among them that want to hear of alarms."""
        wanted = {hook.name for hook in self.hook if hook.alarms}
        return tuple(name for name in self.hooks_of(account_id) if name in wanted)
