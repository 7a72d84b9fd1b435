"""What is late is an alarm, once, until it is no longer late."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from mailproc.mail.arrival.authentication import NOT_CHECKED
from mailproc.mail.arrival.envelope import Envelope, InboundMail
from mailproc.mail.mail_kind import MailKind
from mailproc.metrics import Metrics
from mailproc.policy.deciding.review import Answer
from mailproc.policy.decision import Action, Decision
from mailproc.policy.hooks.alarm import AlarmKind
from mailproc.policy.hooks.event import Delivered, PermanentFailure
from mailproc.policy.standing.facts import Channel, Fact, FactKind
from mailproc.settings.settings import StoreSettings
from mailproc.store.store import Store
from mailproc.watch.due_watch import DueWatch

NOW = datetime(2026, 3, 3, 9, 12, tzinfo=UTC)


@pytest.fixture
async def store(database_url: str) -> AsyncIterator[Store]:
    opened = await Store.open(
        database_url,
        StoreSettings(),
        hooks_of=lambda account_id: ("crm",),
        alarm_hooks_of=lambda account_id: ("pager",),
        clock=lambda: NOW,
    )
    yield opened
    await opened.close()


def a_mail(received_at: datetime) -> InboundMail:
    return InboundMail(
        id=f"m{received_at:%Y%m%d%H}",
        account_id="acme",
        envelope=Envelope(mail_from=None, rcpt_tos=("reply@acme.example",)),
        content=f"Subject: {received_at}\r\n\r\nx\r\n".encode(),
        received_at=received_at,
    )


async def waiting(store: Store, received_at: datetime) -> str:
    mail = a_mail(received_at)
    await store.accept([mail])
    await decided(store, mail)
    return mail.id


async def decided(store: Store, mail: InboundMail) -> None:
    await store.record(
        mail,
        Decision(
            kind=MailKind.reply,
            action=Action.review,
            reason="unclear",
            ruleset="",
            policy="",
            mail="",
            authentication=NOT_CHECKED,
        ),
    )


async def open_alarms(store: Store) -> list[tuple[str, AlarmKind, str]]:
    return sorted((one.account_id, one.kind, one.subject) for one in await store.loops.alarms())


async def test_a_review_past_its_due_date_is_an_alarm_until_it_is_answered(store: Store) -> None:
    late = await waiting(store, NOW - timedelta(days=30))
    await waiting(store, NOW - timedelta(days=1))
    watch = DueWatch(store, Metrics())
    await watch.look(NOW)
    await watch.look(NOW)
    assert await open_alarms(store) == [("acme", AlarmKind.overdue, "reviews")]
    assert [entry.event.type for entry in await store.outbox.entries(hook="pager")] == ["alarm.raised"]
    await store.desk.answer(await store.desk.review(late), Answer.not_a_request, [], by="kim", note="")
    await watch.look(NOW)
    assert await open_alarms(store) == []


async def test_what_a_hook_was_not_told_for_a_day_is_an_alarm_until_it_was(store: Store) -> None:
    said = Fact(
        kind=FactKind.opt_out, account_id="acme", address="pat@example.org", occurred_at=NOW, channel=Channel.reply
    )
    await store.record_facts([said])
    watch = DueWatch(store, Metrics())
    await watch.look(NOW + timedelta(hours=23))
    assert await open_alarms(store) == []
    await watch.look(NOW + timedelta(hours=25))
    assert await open_alarms(store) == [("acme", AlarmKind.undelivered, "crm")]
    [entry] = await store.claim("crm", limit=1, lease_seconds=60)
    await store.settle(entry, Delivered(), next_at=None)
    await watch.look(NOW + timedelta(hours=25))
    assert await open_alarms(store) == []


async def test_a_dead_letter_is_an_alarm_too(store: Store) -> None:
    said = Fact(
        kind=FactKind.opt_out, account_id="acme", address="pat@example.org", occurred_at=NOW, channel=Channel.reply
    )
    await store.record_facts([said])
    [entry] = await store.claim("crm", limit=1, lease_seconds=60)
    await store.settle(entry, PermanentFailure(detail="no"), next_at=None)
    await DueWatch(store, Metrics()).look(NOW + timedelta(hours=25))
    assert await open_alarms(store) == [("acme", AlarmKind.undelivered, "crm")]


async def test_nothing_late_is_no_alarm(store: Store) -> None:
    metrics = Metrics()
    await DueWatch(store, metrics).look(NOW)
    assert await open_alarms(store) == []


async def test_mail_that_waits_for_more_than_a_day_is_an_alarm_until_it_is_decided(store: Store) -> None:
    late, early = (a_mail(NOW - timedelta(hours=hours)) for hours in (26, 24))
    await store.accept([late, early])
    for one in (late, early):
        assert await store.waiting.put(one, NOW + timedelta(hours=1))
    watch = DueWatch(store, Metrics())
    await watch.look(NOW)
    assert await open_alarms(store) == [("acme", AlarmKind.waiting, "mail")]
    [alarm] = await store.loops.alarms()
    assert alarm.text.startswith("1 mails have waited")
    await decided(store, late)
    await watch.look(NOW)
    assert [kind for _, kind, _ in await open_alarms(store) if kind is AlarmKind.waiting] == []


async def test_requests_past_their_due_date_are_an_alarm_until_the_hook_was_told(store: Store) -> None:
    at = NOW - timedelta(days=20)
    said = Fact(
        kind=FactKind.opt_out, account_id="acme", address="p@example.org", occurred_at=at, channel=Channel.reply
    )
    await store.record_facts([said])
    metrics = Metrics()
    watch = DueWatch(store, metrics)
    await watch.look(NOW)
    alarms = [one for one in await store.loops.alarms() if one.subject == "requests"]
    told = "past their due date: 1, near it: 0"
    assert [(one.kind, told in one.text) for one in alarms] == [(AlarmKind.overdue, True)]
    assert 'mailproc_requests_unmet{account="acme",urgency="late",what="event"} 1.0' in metrics.exposition().decode()
    for entry in await store.claim("crm", limit=10, lease_seconds=60):
        await store.settle(entry, Delivered(), next_at=None)
    await watch.look(NOW)
    assert [one for one in await store.loops.alarms() if one.subject == "requests"] == []
    assert "mailproc_requests_unmet{" not in metrics.exposition().decode()
