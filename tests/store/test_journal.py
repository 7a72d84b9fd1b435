"""The journal by itself: what waits rides together, culprits stand alone, big pieces go one by one."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

import pytest
from store_values import NOW

from mailproc.errors import StoreError, StoreFull, StoreUnavailable
from mailproc.policy.standing.standing import BounceThresholds
from mailproc.store.engine.driver import ValuesRefused
from mailproc.store.engine.journal import Journal
from mailproc.store.engine.operation import Context, Operation
from mailproc.store.engine.statement import Transaction

CULPRIT, BUG, LOCKED, FULL = "culprit", "bug", "locked", "full"


class ListDriver:
    """A driver that keeps what was committed in memory, and does what a payload says."""

    def __init__(self) -> None:
        self.batches: list[list[Any]] = []
        self.runs = 0
        self.gate = asyncio.Event()
        self.gate.set()
        self.is_closed = False

    async def run(self, work: Callable[[], Transaction[Any]], *, size_bytes: int = 0) -> Any:
        self.runs += 1
        await self.gate.wait()
        self._batch: list[Any] = []
        transaction = work()
        try:
            next(transaction)
        except StopIteration as end:
            self.batches.append(self._batch)
            return end.value
        raise AssertionError("these transactions ask nothing")

    async def close(self) -> None:
        self.is_closed = True

    def write(self, context: Context, payloads: Sequence[Any]) -> Transaction[list[Any]]:
        self._batch.extend(payloads)
        if CULPRIT in payloads:
            raise ValuesRefused("refused")
        if BUG in payloads:
            raise KeyError("a bug")
        if LOCKED in payloads:
            raise StoreUnavailable("locked")
        if FULL in payloads:
            raise StoreFull("full")
        return [f"{payload} written" for payload in payloads]
        yield

    def rescue(self, context: Context, payload: Any) -> Transaction[str]:
        self._batch.append(f"{payload} rescued")
        return "rescued"
        yield


@pytest.fixture
def driver() -> ListDriver:
    return ListDriver()


def context() -> Context:
    return Context(now=NOW, process_id="p", hooks_of=lambda _: (), thresholds_of=lambda _: BounceThresholds())


@pytest.fixture
async def journal(driver: ListDriver) -> AsyncIterator[Journal]:
    journal = Journal(driver, context, lambda _: None, batch_mails=8, batch_bytes=1000)
    yield journal
    await journal.close()
    assert driver.is_closed


@pytest.fixture
async def patient_journal(driver: ListDriver) -> AsyncIterator[Journal]:
    """One that keeps back for so long that no slow machine is let go early."""
    journal = Journal(driver, context, lambda _: None, batch_mails=8, batch_bytes=1000, patience_seconds=2)
    yield journal
    await journal.close()


def operation(driver: ListDriver, rank: int = 1, **more: Any) -> Operation[Any, Any]:
    return Operation(name="write", rank=rank, run=driver.write, **more)


async def submitted(journal: Journal, kind: Operation[Any, Any], *payloads: Any, **more: Any) -> list[Any]:
    return await asyncio.gather(
        *(journal.enqueue(kind, payload, **more) for payload in payloads), return_exceptions=True
    )


async def test_what_comes_while_one_batch_commits_is_the_next_batch(journal: Journal, driver: ListDriver) -> None:
    kind = operation(driver)
    driver.gate.clear()
    first = journal.enqueue(kind, 0)
    await asyncio.sleep(0.01)
    rest = [journal.enqueue(kind, n) for n in range(1, 6)]
    await asyncio.sleep(0.01)
    driver.gate.set()
    assert await first == "0 written"
    assert await asyncio.gather(*rest) == [f"{n} written" for n in range(1, 6)]
    assert driver.batches == [[0], [1, 2, 3, 4, 5]]


async def test_a_batch_has_at_most_so_many_mails_and_so_many_bytes(journal: Journal, driver: ListDriver) -> None:
    kind = operation(driver)
    await submitted(journal, kind, *range(20))
    assert max(len(batch) for batch in driver.batches) == 8
    driver.batches.clear()
    await submitted(journal, kind, *range(6), size_bytes=500)
    assert [len(batch) for batch in driver.batches] == [2, 2, 2]


async def test_kinds_of_lower_rank_go_first_whenever_they_came(journal: Journal, driver: ListDriver) -> None:
    late, early = operation(driver, rank=9), operation(driver, rank=1)
    results = await asyncio.gather(journal.enqueue(late, "late"), journal.enqueue(early, "early"))
    assert results == ["late written", "early written"]
    assert driver.batches == [["early", "late"]]


async def test_what_goes_alone_is_a_batch_of_its_own_in_turn_with_what_else_waits(
    journal: Journal, driver: ListDriver
) -> None:
    kind, alone = operation(driver), operation(driver, alone=True)
    pieces = [journal.enqueue(alone, f"alone {n}") for n in range(3)]
    rest = [journal.enqueue(kind, n) for n in range(10)]
    await asyncio.gather(*pieces, *rest)
    assert driver.batches == [["alone 0"], [*range(8)], ["alone 1"], [8, 9], ["alone 2"]]


async def test_bulky_pieces_go_one_per_batch_beside_small_ones(journal: Journal, driver: ListDriver) -> None:
    bulky, small = operation(driver, rank=1, bulky=True), operation(driver, rank=2)
    pieces = [journal.enqueue(bulky, f"big {n}") for n in range(3)]
    await asyncio.gather(*(journal.enqueue(small, n) for n in range(3)), *pieces)
    assert driver.batches == [["big 0", 0, 1, 2], ["big 1"], ["big 2"]]


@pytest.mark.parametrize("trouble", [CULPRIT, BUG])
async def test_a_culprit_stands_alone_and_is_rescued_while_its_neighbours_are_written(
    journal: Journal, driver: ListDriver, trouble: str
) -> None:
    kind = operation(driver, rescue=driver.rescue)
    results = await submitted(journal, kind, 1, 2, trouble, 4, 5, 6)
    assert results == ["1 written", "2 written", "rescued", "4 written", "5 written", "6 written"]
    assert sorted(map(str, (one for batch in driver.batches for one in batch))) == sorted(
        ["1", "2", "4", "5", "6", f"{trouble} rescued"]
    )


@pytest.mark.parametrize("trouble", [CULPRIT, BUG])
async def test_a_culprit_without_rescue_fails_alone(journal: Journal, driver: ListDriver, trouble: str) -> None:
    one, error, other = await submitted(journal, operation(driver), 1, trouble, 3)
    assert (one, other) == ("1 written", "3 written")
    assert type(error) is StoreError
    assert await submitted(journal, operation(driver), "next") == ["next written"]


@pytest.mark.parametrize(("trouble", "expected"), [(LOCKED, StoreUnavailable), (FULL, StoreFull)])
async def test_a_database_in_trouble_fails_the_batch_at_once_and_the_next_one_works(
    journal: Journal, driver: ListDriver, trouble: str, expected: type[Exception]
) -> None:
    results = await submitted(journal, operation(driver, rescue=driver.rescue), 1, trouble, 3)
    assert [type(result) for result in results] == [expected] * 3
    assert len({id(result) for result in results}) == 3, "each caller has an error of its own"
    assert driver.runs == 1
    assert await submitted(journal, operation(driver), 4) == ["4 written"]


async def test_a_rescue_that_fails_is_unavailable(journal: Journal, driver: ListDriver) -> None:
    def failing(context: Context, payload: Any) -> Transaction[str]:
        raise ValuesRefused("again")
        yield

    [error] = await submitted(journal, operation(driver, rescue=failing), CULPRIT)
    assert type(error) is StoreUnavailable


async def test_a_cancelled_future_is_committed_all_the_same(journal: Journal, driver: ListDriver) -> None:
    waiting = journal.enqueue(operation(driver), "mine")
    waiting.cancel()
    await submitted(journal, operation(driver), "other")
    assert driver.batches == [["mine", "other"]]


async def test_the_result_of_a_cancelled_future_goes_to_whoever_looks_after_orphans(
    journal: Journal, driver: ListDriver
) -> None:
    orphans: list[str] = []
    waiting = [journal.enqueue(operation(driver), name, orphaned=orphans.append) for name in ("gone", "there")]
    waiting[0].cancel()
    assert await waiting[1] == "there written"
    assert orphans == ["gone written"]


async def test_what_is_refused_leaves_no_orphan(journal: Journal, driver: ListDriver) -> None:
    orphans: list[str] = []
    journal.enqueue(operation(driver), CULPRIT, orphaned=orphans.append).cancel()
    await submitted(journal, operation(driver), "other")
    assert orphans == []


async def test_closing_commits_what_waits_and_refuses_what_comes_later(driver: ListDriver) -> None:
    def context() -> Context:
        return Context(now=NOW, process_id="p", hooks_of=lambda _: (), thresholds_of=lambda _: BounceThresholds())

    journal = Journal(driver, context, lambda _: None, batch_mails=8, batch_bytes=1000)
    waiting = [journal.enqueue(operation(driver), n) for n in range(20)]
    closing = asyncio.create_task(journal.close())
    await asyncio.sleep(0)
    with pytest.raises(StoreUnavailable):
        await journal.enqueue(operation(driver), "late")
    await closing
    assert [await one for one in waiting] == [f"{n} written" for n in range(20)]


async def test_only_what_was_committed_is_heeded(driver: ListDriver) -> None:
    heeded: list[Context] = []

    def context() -> Context:
        return Context(now=NOW, process_id="p", hooks_of=lambda _: (), thresholds_of=lambda _: BounceThresholds())

    journal = Journal(driver, context, heeded.append, batch_mails=8, batch_bytes=1000)
    await submitted(journal, operation(driver), FULL)
    assert heeded == []
    await submitted(journal, operation(driver), 1)
    assert len(heeded) == 1
    await journal.close()


async def brisk(driver: ListDriver, journal: Journal) -> None:
    """Clients that wait, one commit after the other."""
    for number in range(5):
        await journal.submit(operation(driver), f"client {number}")
    driver.batches.clear()


async def test_what_nobody_waits_for_is_kept_back_and_committed_together_while_clients_come_briskly(
    driver: ListDriver, patient_journal: Journal
) -> None:
    journal = patient_journal
    await brisk(driver, journal)
    patient = operation(driver, rank=2, patient=True)
    await journal.submit(patient, "let go at once")
    first = journal.enqueue(patient, "first")
    await journal.submit(operation(driver), "client")
    second = journal.enqueue(patient, "second")
    assert await asyncio.gather(first, second) == ["first written", "second written"]
    assert driver.batches == [["let go at once"], ["client"], ["first", "second"]]


async def test_what_nobody_waits_for_goes_at_once_where_no_clients_come(driver: ListDriver, journal: Journal) -> None:
    patient = operation(driver, patient=True)
    for number in range(5):
        await journal.submit(patient, number)
    journal.enqueue(patient, "sixth")
    assert len(journal._kept_back) == 0


async def test_closing_commits_what_was_kept_back(driver: ListDriver, patient_journal: Journal) -> None:
    journal = patient_journal
    await brisk(driver, journal)
    await journal.submit(operation(driver, patient=True), "let go at once")
    kept = journal.enqueue(operation(driver, patient=True), "kept")
    await journal.close()
    assert kept.result() == "kept written"
