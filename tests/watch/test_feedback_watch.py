"""A trusted source that used to report and does not any more raises one alarm, on both databases, until it is back."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import structlog

from mailproc.mail.arrival.authentication import NOT_CHECKED
from mailproc.mail.arrival.envelope import Envelope, InboundMail
from mailproc.metrics import Metrics
from mailproc.pipeline import decide_mail
from mailproc.policy.account import AccountPolicy
from mailproc.policy.hooks.alarm import AlarmKind
from mailproc.policy.sources.silence import SilenceLimits
from mailproc.rule_sets.files import load_rules
from mailproc.settings.account_policies import load_sources
from mailproc.settings.settings import StoreSettings
from mailproc.store.outbox.alarms import Sighting
from mailproc.store.store import Store
from mailproc.watch.feedback_watch import FeedbackWatch, silent_sources

START = datetime(2026, 3, 2, 12, tzinfo=UTC)
LIMITS = SilenceLimits()
RULES = load_rules(None)
MAIL = (Path(__file__).parents[2] / "fixtures/emails/feedback_report/yahoo-abuse.eml").read_bytes()
ACME = AccountPolicy(
    id="acme",
    domains=("reply.acme.example",),
    sends_from=("news.acme.example",),
    sources=load_sources(None),
    trusted_sources=("yahoo", "isp.example"),
)


class Clock:
    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def store(database_url: str, clock: Clock) -> AsyncIterator[Store]:
    opened = await Store.open(
        database_url,
        StoreSettings(),
        hooks_of=lambda _: ("crm", "pager"),
        alarm_hooks_of=lambda _: ("pager",),
        clock=clock,
    )
    yield opened
    await opened.close()


async def reported(store: Store, day: int, sender: bytes = b"feedback@arf.mail.yahoo.com") -> None:
    mail = InboundMail(
        id=f"mail{day:04d}{sender.hex()[:8]}",
        account_id="acme",
        envelope=Envelope(mail_from=None, rcpt_tos=("fbl@reply.acme.example",)),
        content=MAIL.replace(b"feedback@arf.mail.yahoo.com", sender) + b"%d" % day,
        received_at=START + timedelta(days=day),
    )
    await store.accept([mail])
    decision = decide_mail(mail, NOT_CHECKED, ACME, RULES)
    assert decision.feedback is not None
    await store.record(mail, decision)


def watch(store: Store, metrics: Metrics | None = None) -> FeedbackWatch:
    return FeedbackWatch(store, lambda: (ACME,), LIMITS, metrics or Metrics())


async def test_a_source_that_fell_silent_raises_one_alarm_and_one_event(store: Store, clock: Clock) -> None:
    for day in range(5):
        await reported(store, day)
    metrics = Metrics()
    with structlog.testing.capture_logs() as lines:
        for day in (5, 11, 12, 13):
            clock.now = START + timedelta(days=day)
            await watch(store, metrics).look(clock.now)
            clock.now += timedelta(minutes=10)
            await watch(store, metrics).look(clock.now)
    raised = [line for line in lines if line["event"] == "alarm_raised"]
    assert len(raised) == 1  # although nobody looked for a day in between
    assert all(line["log_level"] == "error" and line["subject"] == "yahoo" for line in raised)
    [alarm] = await store.loops.alarms("acme")
    assert (alarm.kind, alarm.text) == (
        AlarmKind.silent_source,
        "feedback source yahoo has been silent since 2026-03-06 12:00 UTC",
    )
    told = [entry for entry in await store.outbox.entries() if entry.event.type == "alarm.raised"]
    assert {entry.hook for entry in told} == {"pager"}
    assert len(told) == 1


async def test_the_alarm_is_over_when_the_source_reports_again(store: Store, clock: Clock) -> None:
    for day in range(5):
        await reported(store, day)
    clock.now = START + timedelta(days=12)
    await watch(store).look(clock.now)
    assert len(await store.loops.alarms()) == 1
    await reported(store, 12)
    clock.now += timedelta(hours=1)
    await watch(store).look(clock.now)
    assert await store.loops.alarms() == []


async def test_other_alarms_are_left_alone(store: Store, clock: Clock) -> None:
    sighting = Sighting(account_id="acme", kind=AlarmKind.breaker, subject="rule x", text="too many")
    await store.loops.raise_alarm(sighting)
    clock.now += timedelta(minutes=5)
    await watch(store).look(clock.now)
    assert [one.kind for one in await store.loops.alarms()] == [AlarmKind.breaker]


async def test_a_stranger_and_a_newcomer_are_never_called_silent(store: Store) -> None:
    for day in range(5):
        await reported(store, day, b"fbl@stranger.example")
    for day in range(3):
        await reported(store, day)
    assert await silent_sources(store, ACME, START + timedelta(days=90), LIMITS) == {}


async def test_a_name_below_a_trusted_domain_is_watched(store: Store) -> None:
    for day in range(5):
        await reported(store, day, b"fbl@loop.isp.example")
    silent = await silent_sources(store, ACME, START + timedelta(days=20), LIMITS)
    assert silent == {"loop.isp.example": START + timedelta(days=4)}


async def test_a_dead_alarm_can_be_brought_back(store: Store) -> None:
    sighting = Sighting(account_id="acme", kind=AlarmKind.breaker, subject="rule x", text="too many")
    [alarm] = await store.loops.raise_alarm(sighting)
    assert alarm.count == 1
    [entry] = await store.outbox.entries(hook="pager")
    assert (await store.outbox.drop(entry.id)).value == "dropped"
    assert (await store.outbox.retry(entry.id)).value == "pending"
    [claimed] = await store.claim("pager", limit=5, lease_seconds=60)
    assert claimed.event == entry.event
    assert await store.check() == []


async def test_hooks_that_did_not_ask_hear_nothing(store: Store) -> None:
    await store.loops.raise_alarm(Sighting(account_id="acme", kind=AlarmKind.breaker, subject="x", text="y"))
    assert await store.outbox.entries(hook="crm") == []
