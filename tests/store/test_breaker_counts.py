"""The breaker holds what is too much, on both databases, whoever counts; nobody is lost and nothing counts twice."""

import asyncio
from collections.abc import Callable
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from store_values import Clock, a_decision, a_mail, an_opt_out, hooks

from mailproc.policy.deciding.breaker import HELD, BreakerLimits, Unproven
from mailproc.policy.decision import Action, Also
from mailproc.policy.hooks.alarm import AlarmKind
from mailproc.policy.hooks.forwarding import Forwarding
from mailproc.policy.standing.standing import Status
from mailproc.review.together import discard_together
from mailproc.settings.settings import StoreSettings
from mailproc.store.results import Recorded, ReviewItem, Subscriber
from mailproc.store.store import Store

LIMITS = BreakerLimits(per_hour=3)
FORWARDING = Forwarding(hook="forward/acme", per_hour=100)


def from_network(
    network: str | None = "203.0.113.0/24", *, rule: str | None = "en-request", people: int = 1
) -> Unproven:
    return Unproven(people=people, network=network, rule=rule)


@pytest.fixture
def opened(database_url: str, clock: Clock) -> Callable[..., object]:
    @asynccontextmanager
    async def open_store(limits: BreakerLimits = LIMITS, alarms: str = ""):
        store = await Store.open(
            database_url,
            StoreSettings(),
            hooks_of=hooks("crm"),
            alarm_hooks_of=hooks(*alarms.split()),
            breaker=limits,
            forwarding_of=lambda _: FORWARDING,
            clock=clock,
        )
        try:
            yield store
        finally:
            await store.close()

    return open_store


async def request(store: Store, person: str, unproven: Unproven | None, **more: object) -> Recorded:
    mail = a_mail(**more)
    await store.accept([mail])
    fact = an_opt_out(f"{person}@example.org")
    return await store.record(mail, a_decision(mail, fact), unproven)


async def statuses(store: Store, *people: str) -> list[str]:
    found = [await store.persons(f"{person}@example.org") for person in people]
    return [one[0].standing.status.value if one else "unknown" for one in found]


async def test_what_is_beyond_the_limit_waits_with_its_due_date(opened) -> None:
    async with opened() as store:
        recorded = [await request(store, f"p{n}", from_network()) for n in range(5)]
        assert [one.held is not None for one in recorded] == [False, False, False, True, True]
        assert await statuses(store, "p2", "p3", "p4") == ["unsubscribed", "unknown", "unknown"]
        waiting = await store.desk.reviews()
        assert len(waiting) == 2
        assert all(one.reason.startswith(f"{HELD} (network 203.0.113.0/24: more than 3 an hour)") for one in waiting)
        assert all(one.due_at > one.created_at for one in waiting)
        last = await store.decision_of(waiting[0].mail_id or "")
        assert last is not None
        assert (last.action, last.decision["action"]) == ("review", "review")


async def test_one_alarm_is_raised_however_many_are_held(opened) -> None:
    async with opened(alarms="crm") as store:
        recorded = [await request(store, f"p{n}", from_network()) for n in range(8)]
        assert [len(one.alarms) for one in recorded] == [0, 0, 0, 1, 0, 0, 0, 0]
        [alarm] = await store.loops.alarms()
        assert (alarm.kind, alarm.subject, alarm.count) == (AlarmKind.breaker, "network 203.0.113.0/24", 5)
        told = [entry for entry in await store.outbox.entries() if entry.event.type == "alarm.raised"]
        assert len(told) == 1
        assert await store.check() == []


async def test_a_batch_is_counted_one_by_one(opened) -> None:
    async with opened() as store:
        recorded = await asyncio.gather(*(request(store, f"p{n}", from_network()) for n in range(10)))
        assert sum(one.held is None for one in recorded) == 3
        assert sum(len(one.alarms) for one in recorded) == 1


async def test_two_processes_share_one_allowance(opened) -> None:
    async with opened() as one, opened() as other:
        recorded = await asyncio.gather(
            *(
                request(store, f"{name}{n}", from_network())
                for n in range(6)
                for name, store in (("a", one), ("b", other))
            )
        )
        assert sum(it.held is None for it in recorded) == 3
        assert sum(len(it.alarms) for it in recorded) == 1


async def test_a_report_that_names_too_many_at_once_is_held_whole(opened) -> None:
    async with opened() as store:
        assert (await request(store, "p1", from_network(people=4))).held is not None
        assert await statuses(store, "p1") == ["unknown"]


async def test_other_networks_are_not_held(opened) -> None:
    async with opened() as store:
        for n in range(5):
            await request(store, f"p{n}", from_network(rule=f"rule-{n}"))
        assert (await request(store, "kim", from_network("198.51.100.0/24", rule="rule-9"))).held is None


async def test_one_rule_from_many_networks_is_held(opened) -> None:
    async with opened() as store:
        recorded = [await request(store, f"p{n}", from_network(f"203.0.{n}.0/24")) for n in range(5)]
        assert [one.held is not None for one in recorded] == [False, False, False, True, True]
        assert [alarm.subject for alarm in await store.loops.alarms()] == ["rule en-request"]


async def test_what_one_network_has_too_much_does_not_stop_its_rule(opened) -> None:
    async with opened(BreakerLimits(per_hour=10)) as store:
        for n in range(9):
            await request(store, f"p{n}", from_network())
        await request(store, "many", from_network(people=500))  # held by its network
        assert (await request(store, "kim", from_network("198.51.100.0/24"))).held is None


async def test_what_has_no_network_is_counted_by_its_rule_alone(opened) -> None:
    async with opened() as store:
        recorded = [await request(store, f"p{n}", from_network(None)) for n in range(4)]
        assert [one.held is not None for one in recorded] == [False, False, False, True]


async def test_what_has_no_rule_is_counted_by_its_network_alone(opened) -> None:
    async with opened() as store:
        recorded = [await request(store, f"p{n}", from_network(f"203.0.{n}.0/24", rule=None)) for n in range(9)]
        assert [one.held for one in recorded] == [None] * 9
        recorded = [await request(store, f"q{n}", from_network("198.51.100.0/24", rule=None)) for n in range(4)]
        assert [one.held is not None for one in recorded] == [False, False, False, True]


async def test_what_is_proven_passes_while_others_are_held(opened) -> None:
    async with opened() as store:
        for n in range(5):
            await request(store, f"p{n}", from_network())
        assert (await request(store, "kim", None)).held is None
        assert await statuses(store, "kim") == [Status.unsubscribed]


async def test_after_an_hour_the_allowance_is_there_again_and_a_new_flood_is_a_new_alarm(opened, clock: Clock) -> None:
    async with opened() as store:
        for n in range(5):
            await request(store, f"p{n}", from_network())
        clock.advance(timedelta(minutes=50).total_seconds())
        assert (await request(store, "soon", from_network())).held is not None
        clock.advance(timedelta(minutes=70).total_seconds())
        recorded = [await request(store, f"q{n}", from_network()) for n in range(4)]
        assert [one.held is not None for one in recorded] == [False, False, False, True]
        assert len(recorded[-1].alarms) == 1


async def test_an_alarm_is_over_when_it_was_quiet_for_an_hour(opened, clock: Clock) -> None:
    async with opened() as store:
        for n in range(5):
            await request(store, f"p{n}", from_network())
        clock.advance(timedelta(minutes=59).total_seconds())
        assert len(await store.loops.alarms()) == 1
        clock.advance(timedelta(minutes=2).total_seconds())
        assert await store.loops.alarms() == []


async def test_a_big_account_has_a_share_of_its_people(opened) -> None:
    async with opened(BreakerLimits(per_hour=1, share_of_people=0.5)) as store:
        people = [Subscriber(account_id="acme", key=str(n), address=f"s{n}@example.org") for n in range(8)]
        await store.put_subscribers(people)
        recorded = [await request(store, f"p{n}", from_network()) for n in range(5)]
        assert [one.held is not None for one in recorded] == [False, False, False, False, True]


async def test_a_breaker_that_is_off_holds_nothing(opened) -> None:
    async with opened(BreakerLimits(enabled=False, per_hour=1)) as store:
        assert [(await request(store, f"p{n}", from_network())).held for n in range(3)] == [None] * 3


async def test_the_same_mail_recorded_twice_is_counted_once(opened) -> None:
    async with opened() as store:
        mail = a_mail()
        await store.accept([mail])
        decision = a_decision(mail, an_opt_out("pat@example.org"))
        outcomes = [await store.record(mail, decision, from_network()) for _ in range(9)]
        assert [one.applied for one in outcomes] == [True] + [False] * 8
        assert (await request(store, "kim", from_network())).held is None


async def test_reports_that_wait_raise_the_alarm_and_stay_as_they_are(opened) -> None:
    async with opened() as store:
        alarms = []
        for _ in range(6):
            mail = a_mail()
            await store.accept([mail])
            recorded = await store.record(mail, a_decision(mail, action=Action.review, reason="waits"), from_network())
            alarms += recorded.alarms
            assert recorded.held is None
        assert [one.reason for one in await store.desk.reviews()] == ["waits"] * 6
        assert len(alarms) == 1


async def test_old_counts_are_forgotten_and_present_ones_are_not(opened, clock: Clock) -> None:
    async with opened() as store:
        for n in range(3):
            await request(store, f"p{n}", from_network())
        await store.loops.forget_old_counts()
        assert (await request(store, "q", from_network())).held is not None
        clock.advance(timedelta(hours=3).total_seconds())
        await store.loops.forget_old_counts()
        assert (await request(store, "r", from_network())).held is None


async def test_what_is_held_is_forwarded_when_it_is_released_and_not_before(opened) -> None:
    async with opened(BreakerLimits(per_hour=1)) as store:
        mails = [a_mail(), a_mail()]
        await store.accept(mails)
        decisions = [a_decision(one, an_opt_out(f"{one.id}@example.org"), also=(Also.forward,)) for one in mails]
        for mail, decision in zip(mails, decisions, strict=True):
            await store.record(mail, decision, from_network())
        assert len(await store.outbox.entries(hook="forward/acme")) == 1
        assert (await store.desk.record_again(mails[1], decisions[1], after=1, by="kim")).applied
        assert len(await store.outbox.entries(hook="forward/acme")) == 2


async def held_with(store: Store, *also: Also) -> ReviewItem:
    """The review of one request that is beyond the limit."""
    for n in range(3):
        await request(store, f"p{n}", from_network())
    mail = a_mail()
    await store.accept([mail])
    decided = a_decision(mail, an_opt_out("p3@example.org"), also=also)
    assert (await store.record(mail, decided, from_network())).held is not None
    return await store.desk.review(mail.id)


async def discarded(store: Store, item: ReviewItem, *, apply: bool) -> list[bool]:
    return [one.applied async for one in discard_together(store, [item.id], by="kim", note="", apply=apply)]


async def forwards(store: Store) -> list[str]:
    return [one.event.data["mail_id"] for one in await store.outbox.entries(hook=FORWARDING.hook)]


async def test_what_is_held_and_discarded_is_still_read_by_the_people_who_were_to_read_it(opened) -> None:
    async with opened() as store:
        item = await held_with(store, Also.forward)
        assert await forwards(store) == []
        assert await discarded(store, item, apply=False) == [False]
        assert await forwards(store) == []
        assert await discarded(store, item, apply=True) == [True]
        assert await discarded(store, item, apply=True) == [False]
        assert await forwards(store) == [item.id]
        assert await statuses(store, "p3") == ["unknown"]


async def test_what_is_held_and_was_for_no_people_is_forwarded_to_nobody_when_it_is_discarded(opened) -> None:
    async with opened() as store:
        item = await held_with(store)
        assert await discarded(store, item, apply=True) == [True]
        assert await forwards(store) == []
