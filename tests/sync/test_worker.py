"""The sync worker: order, retries, dead letters, pauses, a hook or a store that misbehaves, and stopping."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import structlog
from memory_outbox import MemoryOutbox, unavailable
from receiver import SECRET, Receiver, closes_after, hangs, says

from mailproc.policy.hooks.event import Delivered, Delivery, SyncEvent, TransientFailure
from mailproc.settings.settings import HookSettings
from mailproc.sync.hook import Hook, build_hook
from mailproc.sync.jsonl import JsonlHook
from mailproc.sync.worker import SyncWorker

SOON = 0.02


def settings(**more: Any) -> HookSettings:
    return HookSettings.model_validate(
        {"name": "crm", "type": "webhook", "url": "http://127.0.0.1:1/", "secret": SECRET, "first_retry_seconds": SOON}
        | more
    )


class Clock:
    """The wall clock, which a test may put forward."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


@dataclass
class Worked:
    worker: SyncWorker
    outcomes: list[str] = field(default_factory=list)


@asynccontextmanager
async def at_work(
    outbox: MemoryOutbox,
    hook: Hook | None = None,
    *,
    url: str | None = None,
    clock: Callable[[], datetime] | None = None,
    grace: float = 0,
    **more: Any,
) -> AsyncIterator[Worked]:
    chosen = settings(url=url or "http://127.0.0.1:1/", **more)
    outcomes: list[str] = []
    worker = SyncWorker(
        outbox,
        hook or build_hook(chosen),
        chosen,
        random=random.Random(1).random,
        clock=clock or outbox.clock,
        on_outcome=lambda name, outcome: outcomes.append(outcome),
    )
    running = asyncio.create_task(worker.run())
    try:
        yield Worked(worker, outcomes)
    finally:
        await worker.stop(grace)
        await running


async def until(true: Callable[[], bool]) -> None:
    while not true():
        await asyncio.sleep(0.005)


class ScriptedHook:
    """A hook whose other side does what the test says; `started` are the events that reached it."""

    name = "crm"

    def __init__(self, answer: Callable[[SyncEvent], Any] | None = None, in_flight: int = 2) -> None:
        self.in_flight = in_flight
        self.started: list[str] = []
        self.closed = False
        self._answer = answer

    async def deliver(self, event: SyncEvent) -> Delivery:
        self.started.append(event.id)
        if self._answer is None:
            return Delivered()
        answer = self._answer(event)
        return await answer if asyncio.iscoroutine(answer) else answer

    async def close(self) -> None:
        self.closed = True


# -- the good day


async def test_an_event_reaches_the_receiver_signed_and_valid_and_is_settled() -> None:
    outbox = MemoryOutbox()
    async with Receiver() as receiver, at_work(outbox, url=receiver.url) as work:
        outbox.write()
        await until(lambda: outbox.states() == ["delivered"])
    assert list(receiver.events) == ["evt_0"]
    assert receiver.refused == 0
    assert work.outcomes == ["delivered"]


async def test_what_was_written_before_the_start_is_delivered() -> None:
    outbox = MemoryOutbox()
    outbox.write(tell=False)
    async with at_work(outbox, ScriptedHook()):
        await until(lambda: outbox.states() == ["delivered"])


async def test_what_another_process_writes_is_found_without_being_told() -> None:
    outbox = MemoryOutbox()
    async with at_work(outbox, ScriptedHook()):
        await until(lambda: outbox.claims > 0)
        outbox.write(tell=False)
        await until(lambda: outbox.states() == ["delivered"])


async def test_two_workers_share_the_wake_up_and_take_only_their_own() -> None:
    outbox = MemoryOutbox()
    crm, file = ScriptedHook(), ScriptedHook()
    file.name = "file"
    async with at_work(outbox, crm), at_work(outbox, file, name="file"):
        for _ in range(20):
            outbox.write(hook="crm", person="a@example.org")
            outbox.write(hook="file", person="b@example.org")
            await until(lambda: set(outbox.states()) == {"delivered"})
    assert len(crm.started) == len(file.started) == 20


async def test_hundreds_of_events_are_claimed_and_written_in_batches(tmp_path: Path) -> None:
    outbox = MemoryOutbox()
    for number in range(1000):
        outbox.write(f"p{number}@example.org")
    path = tmp_path / "events.jsonl"
    async with at_work(outbox, JsonlHook("crm", path)):
        await until(lambda: set(outbox.states()) == {"delivered"})
    assert len(path.read_bytes().splitlines()) == 1000
    assert outbox.largest_claim == 256


# -- order


async def test_each_persons_events_arrive_in_order_with_four_workers() -> None:
    outbox = MemoryOutbox(supersedes=False)
    shuffled = random.Random(2)
    for number in range(200):
        outbox.write(f"p{number % 7}@example.org")
    async with Receiver() as receiver:
        receiver.script = [
            shuffled.choice([receiver.slowly(shuffled.random() / 50), receiver.accept, says(503), closes_after(b"")])
            for _ in range(200)
        ]
        async with at_work(outbox, url=receiver.url, workers=4, max_retry_seconds=SOON):
            await until(lambda: set(outbox.states()) == {"delivered"})
        assert receiver.open_most > 1
    versions: dict[str, list[int]] = {}
    for event in receiver.events.values():
        versions.setdefault(event["data"]["person"]["address"], []).append(event["data"]["version"])
    assert sum(map(len, versions.values())) == 200
    assert all(seen == sorted(seen) for seen in versions.values())


async def test_no_more_than_so_many_deliveries_run_side_by_side() -> None:
    outbox = MemoryOutbox()
    for number in range(30):
        outbox.write(f"p{number}@example.org")
    async with Receiver() as receiver:
        receiver.otherwise = receiver.slowly(0.01)
        async with at_work(outbox, url=receiver.url, workers=3):
            await until(lambda: set(outbox.states()) == {"delivered"})
    assert receiver.open_most == 3


# -- failures


async def test_a_failing_receiver_gets_the_same_event_again_until_it_takes_it() -> None:
    outbox = MemoryOutbox()
    script = [says(500), closes_after(b"HTTP/1.1 200 OK\r\nConte"), says(302)]
    async with Receiver(script=script) as receiver, at_work(outbox, url=receiver.url) as work:
        outbox.write()
        await until(lambda: outbox.states() == ["delivered"])
    assert [request.headers["webhook-id"] for request in receiver.requests] == ["evt_0"] * 4
    assert work.outcomes == ["retry", "retry", "retry", "delivered"]
    assert outbox.rows[0].attempts == 4


async def test_the_next_attempt_is_as_the_retry_policy_says() -> None:
    now = datetime(2026, 3, 3, 9, 12, tzinfo=UTC)
    outbox = MemoryOutbox(clock=lambda: now)
    hook = ScriptedHook(lambda event: TransientFailure(detail="later", retry_after_seconds=120))
    async with at_work(outbox, hook, first_retry_seconds=10):
        outbox.write()
        await until(lambda: bool(outbox.settled))
    jitter = random.Random(1).random()
    assert outbox.rows[0].next_at == now + timedelta(seconds=120 + 0.2 * jitter * 10)


async def test_used_up_attempts_are_a_dead_letter() -> None:
    outbox = MemoryOutbox()
    async with Receiver(otherwise=says(503)) as receiver, at_work(outbox, url=receiver.url, max_attempts=3) as work:
        outbox.write()
        await until(lambda: outbox.states() == ["dead"])
    assert (len(receiver.requests), work.outcomes) == (3, ["retry", "retry", "dead"])
    assert outbox.rows[0].last_error == "HTTP 503"


async def test_a_refusal_is_a_dead_letter_at_once_and_stops_nobody_else() -> None:
    outbox = MemoryOutbox()
    async with Receiver(script=[says(400)]) as receiver, at_work(outbox, url=receiver.url, workers=1) as work:
        outbox.write("a@example.org")
        outbox.write("b@example.org")
        await until(lambda: outbox.states() == ["dead", "delivered"])
    assert work.outcomes == ["dead", "delivered"]


async def test_one_hanging_delivery_holds_up_nobody_else() -> None:
    outbox = MemoryOutbox()
    async with Receiver(script=[hangs]) as receiver, at_work(outbox, url=receiver.url, workers=2):
        outbox.write("a@example.org")
        await until(lambda: receiver.open_now == 1)
        for number in range(20):
            outbox.write(f"p{number}@example.org")
        await until(lambda: outbox.states()[1:] == ["delivered"] * 20)
        assert outbox.states()[0] == "pending"


async def test_a_hook_that_hangs_for_ever_stops_neither_writing_nor_another_hook() -> None:
    outbox = MemoryOutbox()
    healthy = ScriptedHook()
    healthy.name = "file"
    async with Receiver(otherwise=hangs) as receiver:
        async with at_work(outbox, url=receiver.url), at_work(outbox, healthy, name="file"):
            for number in range(20):
                outbox.write(f"p{number}@example.org", hook="crm")
                outbox.write(f"p{number}@example.org", hook="file")
            await until(lambda: len(healthy.started) == 20)
        assert receiver.open_most == 2


async def test_a_hook_without_a_time_limit_of_its_own_is_given_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mailproc.sync.worker._BELT_SECONDS", 0.05)
    outbox = MemoryOutbox()
    hook = ScriptedHook(lambda event: asyncio.sleep(3600))
    async with at_work(outbox, hook, timeout_seconds=0.05, first_retry_seconds=60):
        outbox.write()
        await until(lambda: bool(outbox.settled))
    assert outbox.rows[0].last_error == "no outcome within 0.1 s"


async def test_a_bug_in_a_hook_fails_that_delivery_alone_and_is_logged() -> None:
    def buggy(event: SyncEvent) -> Delivery:
        if event.id == "evt_0":
            raise ZeroDivisionError
        return Delivered()

    outbox = MemoryOutbox()
    with structlog.testing.capture_logs() as lines:
        async with at_work(outbox, ScriptedHook(buggy), first_retry_seconds=60):
            outbox.write("a@example.org")
            outbox.write("b@example.org")
            await until(lambda: outbox.states() == ["pending", "delivered"] and len(outbox.settled) == 2)
    assert outbox.rows[0].last_error == "internal error"
    (failed,) = [line for line in lines if line["event"] == "sync_failed"]
    assert (failed["event_id"], failed["exc_info"]) == ("evt_0", True)


@pytest.mark.parametrize("failure", [unavailable(), RuntimeError("a bug")], ids=["store away", "bug"])
async def test_a_store_that_fails_for_a_while_ends_no_worker(failure: Exception) -> None:
    outbox = MemoryOutbox(failures=[failure, failure])
    async with at_work(outbox, ScriptedHook()):
        outbox.write()
        await until(lambda: outbox.states() == ["delivered"])
    assert outbox.failures == []


async def test_a_delivery_that_could_not_be_written_down_is_repeated_with_the_same_id() -> None:
    clock = Clock()
    outbox = MemoryOutbox(clock=clock, settle_failures=[unavailable()])
    async with Receiver() as receiver, at_work(outbox, url=receiver.url):
        outbox.write()
        await until(lambda: not outbox.settle_failures)
        clock.ahead = timedelta(minutes=10)  # the lease lapses
        await until(lambda: outbox.states() == ["delivered"])
    assert (len(receiver.requests), len(receiver.events), receiver.duplicates) == (2, 1, 1)


# -- leases


async def test_a_stalled_worker_that_settles_late_changes_nothing() -> None:
    clock = Clock()
    outbox = MemoryOutbox(clock=clock)
    go_on = asyncio.Event()

    async def stalls_once(event: SyncEvent) -> Delivery:
        if len(stalled.started) > 1:  # its own worker, too, may be who claims it again
            return Delivered()
        await go_on.wait()
        return TransientFailure(detail="from the past")

    stalled, other = ScriptedHook(stalls_once), ScriptedHook()
    with structlog.testing.capture_logs() as lines:
        async with at_work(outbox, stalled, grace=5) as late:
            outbox.write()
            await until(lambda: bool(stalled.started))
            async with at_work(outbox, other):
                clock.ahead = timedelta(minutes=10)
                await until(lambda: outbox.states() == ["delivered"])
            go_on.set()
            await until(lambda: len(outbox.settled) == 2)
    assert outbox.states() == ["delivered"]
    assert [ours for _, _, ours in outbox.settled] == [True, False]
    assert late.outcomes in (["late"], ["delivered", "late"])
    assert [line["late"] for line in lines if line["event"] in ("delivered", "delivery_failed")] == [False, True]


async def test_an_event_that_waited_beyond_its_lease_is_left_to_the_next_claim() -> None:
    clock = Clock()
    outbox = MemoryOutbox(clock=clock)
    first = asyncio.Event()

    async def slow_once(event: SyncEvent) -> Delivery:
        if event.id == "evt_0" and not first.is_set():
            await first.wait()
        return Delivered()

    hook = ScriptedHook(slow_once, in_flight=1)
    outbox.write("a@example.org")
    outbox.write("b@example.org")
    async with at_work(outbox, hook):
        await until(lambda: bool(hook.started))
        clock.ahead = timedelta(minutes=10)
        first.set()
        await until(lambda: set(outbox.states()) == {"delivered"})
    tokens = [row.lease for row in outbox.rows]
    assert tokens == [None, None]
    assert [ours for event_id, _, ours in outbox.settled if event_id == "evt_1"] == [True]
    assert hook.started.count("evt_1") == 1


# -- pauses


async def test_retry_after_pauses_the_whole_hook() -> None:
    clock = Clock()
    outbox = MemoryOutbox(clock=clock)
    script = [says(429, Retry_After="300")]
    async with Receiver(script=script) as receiver, at_work(outbox, url=receiver.url, workers=1) as work:
        for number in range(5):
            outbox.write(f"p{number}@example.org")
        await until(lambda: work.outcomes == ["retry"])
        outbox.write("late@example.org")
        await asyncio.sleep(0.1)
        assert len(receiver.requests) == 1
        clock.ahead = timedelta(seconds=302)
        await until(lambda: set(outbox.states()) == {"delivered"})
    assert len(receiver.events) == 6
    assert max(row.attempts for row in outbox.rows) == 2
    assert sorted(row.attempts for row in outbox.rows)[:5] == [1] * 5


async def test_without_retry_after_only_the_event_itself_waits() -> None:
    outbox = MemoryOutbox()
    hour = {"first_retry_seconds": 3600, "max_retry_seconds": 3600}
    async with Receiver(script=[says(429)]) as receiver, at_work(outbox, url=receiver.url, workers=1, **hour):
        outbox.write("a@example.org")
        outbox.write("b@example.org")
        await until(lambda: outbox.states() == ["pending", "delivered"])


async def test_a_pause_of_years_is_cut_to_the_longest_pause() -> None:
    clock = Clock()
    outbox = MemoryOutbox(clock=clock)
    script = [says(503, Retry_After="99999999999999999999")]
    async with Receiver(script=script) as receiver, at_work(outbox, url=receiver.url, max_retry_seconds=3600) as work:
        outbox.write("a@example.org")
        await until(lambda: work.outcomes == ["retry"])
        clock.ahead = timedelta(seconds=3700)
        outbox.write("b@example.org")
        await until(lambda: outbox.states()[1] == "delivered")


async def test_a_paused_worker_stops_at_once() -> None:
    outbox = MemoryOutbox()
    hook = ScriptedHook(lambda event: TransientFailure(detail="busy", retry_after_seconds=3600), in_flight=1)
    async with at_work(outbox, hook, first_retry_seconds=3600) as work:
        for number in range(3):
            outbox.write(f"p{number}@example.org")
        await until(lambda: work.outcomes == ["retry"])
    assert len(hook.started) == 1
    assert outbox.leased_until == {}


# -- stopping


async def test_stopping_lets_a_delivery_in_hand_finish() -> None:
    outbox = MemoryOutbox()
    async with Receiver() as receiver:
        receiver.script = [receiver.slowly(0.2)]
        async with at_work(outbox, url=receiver.url, grace=10):
            outbox.write()
            await until(lambda: receiver.open_now == 1)
        assert outbox.states() == ["delivered"]


async def test_stopping_gives_back_what_does_not_finish_and_what_had_not_begun() -> None:
    outbox = MemoryOutbox()
    async with Receiver(otherwise=hangs) as receiver:
        async with at_work(outbox, url=receiver.url, workers=2):
            for number in range(6):
                outbox.write(f"p{number}@example.org")
            await until(lambda: receiver.open_now == 2)
        assert outbox.states() == ["pending"] * 6
        assert outbox.leased_until == {}
        receiver.otherwise = receiver.accept
        async with at_work(outbox, url=receiver.url):
            await until(lambda: set(outbox.states()) == {"delivered"})


async def test_stopping_never_makes_a_dead_letter() -> None:
    outbox = MemoryOutbox()
    async with Receiver(otherwise=hangs) as receiver, at_work(outbox, url=receiver.url, max_attempts=1):
        outbox.write()
        await until(lambda: receiver.open_now == 1)
    assert outbox.states() == ["pending"]


async def test_stopping_closes_the_hook_even_when_it_never_ran() -> None:
    hook = ScriptedHook()
    worker = SyncWorker(MemoryOutbox(), hook, settings(), random=random.random, clock=Clock())
    await worker.stop(0)
    assert hook.closed


# -- the log


async def test_every_delivery_is_one_line_with_the_event_and_the_mail() -> None:
    outbox = MemoryOutbox()
    with structlog.testing.capture_logs() as lines:
        async with Receiver(script=[says(500), says(410)]) as receiver, at_work(outbox, url=receiver.url):
            outbox.write("a@example.org")
            await until(lambda: outbox.states() == ["dead"])
            outbox.write("b@example.org")
            await until(lambda: outbox.states() == ["dead", "delivered"])
    told = [line for line in lines if line["event"] in ("delivered", "delivery_failed")]
    assert [(line["event"], line["log_level"], line["mail"], line["event_id"], line["attempt"]) for line in told] == [
        ("delivery_failed", "warning", "mail-evt_0", "evt_0", 1),
        ("delivery_failed", "error", "mail-evt_0", "evt_0", 2),
        ("delivered", "info", "mail-evt_1", "evt_1", 1),
    ]
    assert {line["hook"] for line in told} == {"crm"}
    assert told[1]["detail"] == "HTTP 410: endpoint gone"
    assert "example.org" not in repr(told)
    assert SECRET not in repr(lines)
