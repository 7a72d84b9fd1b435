"""Mails, decisions and facts as the store's tests need them."""

import itertools
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg

from mailproc.mail.arrival.authentication import NOT_CHECKED
from mailproc.mail.arrival.envelope import Envelope, InboundMail, digest_of
from mailproc.mail.mail_kind import MailKind
from mailproc.policy.decision import Action, Decision
from mailproc.policy.hooks.event import Delivered
from mailproc.policy.standing.facts import Channel, Fact, FactKind
from mailproc.store.erasure.traces import Traces
from mailproc.store.store import Store

NOW = datetime(2026, 3, 3, 9, 12, tzinfo=UTC)
Opening = Callable[..., Awaitable[Store]]  # the fixture that opens stores
Sql = Callable[..., Awaitable[None]]  # the fixture that runs SQL behind their backs
_numbers = itertools.count(1)


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self, now: datetime = NOW) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


def a_mail(
    text: str = "", *, account: str = "acme", to: tuple[str, ...] = ("reply@acme.example",), **more: Any
) -> InboundMail:
    """A mail; each has another text unless one is given."""
    number = next(_numbers)
    content = f"From: pat@example.org\r\nSubject: {number}\r\n\r\n{text or f'mail number {number}'}\r\n".encode()
    if text:
        content = content.replace(f"Subject: {number}".encode(), b"Subject: fixed")
    values = {
        "id": f"mail{number:08d}",
        "account_id": account,
        "envelope": Envelope(mail_from="pat@example.org", rcpt_tos=to, peer="192.0.2.7", helo="mx.example.org"),
        "content": content,
        "received_at": NOW,
    }
    return InboundMail(**{**values, **more})


def an_opt_out(address: str | None = "pat@example.org", *, at: datetime = NOW, **more: Any) -> Fact:
    """An opt-out by reply."""
    values = {
        "kind": FactKind.opt_out,
        "account_id": "acme",
        "address": address,
        "occurred_at": at,
        "channel": Channel.reply,
    }
    return Fact(**{**values, **more})


def a_consent(address: str | None = "pat@example.org", *, at: datetime = NOW, **more: Any) -> Fact:
    """A consent given on a page."""
    return an_opt_out(address, at=at, **{"kind": FactKind.consent, "channel": Channel.page, **more})


def a_decision(mail: InboundMail, *facts: Fact, **more: Any) -> Decision:
    """An unsubscribe with these facts, or a mere record without any."""
    values = {
        "kind": MailKind.reply,
        "action": Action.unsubscribe if facts else Action.record,
        "reason": "keyword in reply" if facts else "nothing asked",
        "ruleset": "sha256:rules",
        "policy": "sha256:policy",
        "mail": digest_of(mail.content),
        "facts": facts,
        "authentication": NOT_CHECKED,
    }
    return Decision(**{**values, **more})


def hooks(*names: str) -> Callable[[str], tuple[str, ...]]:
    """The same hooks for every account."""
    return lambda account_id: names


async def deliver_all(store: Store) -> None:
    """The hook `crm` gets everything that waits for it."""
    while entries := await store.claim("crm", limit=100, lease_seconds=60):
        for entry in entries:
            assert await store.settle(entry, Delivered(), next_at=None)


async def traces_of(store: Store, text: str, account: str | None = None) -> list[Traces]:
    """What is held of a person, mails included, by account."""
    found = []
    for one in await store.erasure.find(text, account):
        async for _, mails in store.erasure.search(one):
            one = replace(one, mails=(*one.mails, *mails))
        found.append(one)
    return [one for one in found if not one.is_empty]


async def deadlocks(url: str) -> int:
    """How often PostgreSQL had to end one transaction for another's sake; SQLite has one writer at a time."""
    if not url.startswith("postgresql"):
        return 0
    connection = await asyncpg.connect(url.replace("postgresql+asyncpg", "postgresql"))
    count: int = await connection.fetchval("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
    await connection.close()
    return count
