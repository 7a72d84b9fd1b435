"""Group commit without a timer: while one batch commits, the next gathers; nobody waits longer than for one commit."""

import asyncio
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from mailproc.errors import StoreError, StoreFull, StoreUnavailable
from mailproc.store.engine.driver import Driver
from mailproc.store.engine.locks import needs_locks
from mailproc.store.engine.operation import Context, Operation
from mailproc.store.engine.persons import Names, find_and_lock_all
from mailproc.store.engine.statement import Transaction

Payload = TypeVar("Payload")
Result = TypeVar("Result")

# Before a batch is closed the event loop turns: what the last one set free goes out, and what is ready comes in. After
# so many turns that brought nothing, nothing more is on its way; larger batches cost less. Nobody waits for a clock: it
# only says when turning has lasted long enough for those who are in the batch already.
_QUIET_TURNS = 8
_LONGEST_GATHERING_SECONDS = 0.002

# While clients come briskly, what they do not wait for is committed together, once in this time: a commit costs much
# the same whatever is in it, and each is one more that somebody's 250 stands behind.
PATIENCE_SECONDS = 0.02
_BRISK = 3  # commits in that time, with something in them that somebody waits for


@dataclass(slots=True, kw_only=True, eq=False)
class _Work:
    operation: Operation[Any, Any]
    payload: Any
    mails: int
    size_bytes: int
    done: asyncio.Future[Any]
    orphaned: Callable[[Any], None] | None


class Journal:
    """Takes what is to be written and commits it in batches of at most `batch_mails` and about `batch_bytes`."""

    def __init__(
        self,
        driver: Driver,
        context_of: Callable[[], Context],
        on_commit: Callable[[Context], None],
        *,
        batch_mails: int,
        batch_bytes: int,
        patience_seconds: float = PATIENCE_SECONDS,
    ) -> None:
        self._driver = driver
        self._context_of = context_of
        self._on_commit = on_commit
        self._batch_mails = batch_mails
        self._batch_bytes = batch_bytes
        self._patience_seconds = patience_seconds
        self._waiting: deque[_Work] = deque()
        self._bulky: deque[_Work] = deque()
        self._last_was_alone = False
        self._kept_back: list[_Work] = []
        self._hurried: deque[float] = deque(maxlen=_BRISK)  # when somebody was answered
        self._let_go_at = 0.0
        self._arrived = asyncio.Event()
        self._closing = False
        self._writer = asyncio.create_task(self._write())

    def enqueue(
        self,
        operation: Operation[Payload, Result],
        payload: Payload,
        *,
        mails: int = 1,
        size_bytes: int = 0,
        orphaned: Callable[[Result], None] | None = None,
    ) -> asyncio.Future[Result]:
        """Have one payload committed, with whatever else waits; the future gives its result once it is durable.

        Payloads that are neither patient, bulky nor alone are committed in the order in which they come; `mails` is how
        many one weighs.
        Cancelling the future changes nothing, only that `orphaned` gets the result then. It fails with
        StoreUnavailable, StoreFull, or StoreError when the database refuses this payload.
        """
        done: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        if self._closing:
            done.set_exception(StoreUnavailable("the store is closing"))
            return done
        work = _Work(
            operation=operation, payload=payload, mails=mails, size_bytes=size_bytes, done=done, orphaned=orphaned
        )
        if operation.patient and self._is_brisk():
            self._keep_back(work)
        else:
            (self._bulky if operation.bulky or operation.alone else self._waiting).append(work)
            self._arrived.set()
        return done

    def _is_brisk(self) -> bool:
        now = asyncio.get_running_loop().time()
        return len(self._hurried) == _BRISK and now - self._hurried[0] < self._patience_seconds

    def _keep_back(self, work: _Work) -> None:
        if not self._kept_back:
            loop = asyncio.get_running_loop()
            loop.call_at(max(loop.time(), self._let_go_at + self._patience_seconds), self._let_go)
        self._kept_back.append(work)

    def _let_go(self) -> None:
        self._let_go_at = asyncio.get_running_loop().time()
        self._waiting.extend(self._kept_back)
        self._kept_back.clear()
        self._arrived.set()

    async def submit(
        self, operation: Operation[Payload, Result], payload: Payload, *, mails: int = 1, size_bytes: int = 0
    ) -> Result:
        """The same, waited for."""
        return await self.enqueue(operation, payload, mails=mails, size_bytes=size_bytes)

    async def close(self) -> None:
        """Commit what waits, then let the database go."""
        self._closing = True
        self._let_go()
        await self._writer
        await self._driver.close()

    async def _write(self) -> None:
        while True:
            await self._arrived.wait()
            await self._gather()
            batch = self._next_batch()
            if batch:
                await self._commit(batch)
            elif self._closing:
                return
            else:
                self._arrived.clear()

    async def _gather(self) -> None:
        """Let come what is on its way."""
        loop = asyncio.get_running_loop()
        end, quiet_turns = loop.time() + _LONGEST_GATHERING_SECONDS, 0
        while quiet_turns < _QUIET_TURNS and len(self._waiting) < self._batch_mails and loop.time() < end:
            waiting = len(self._waiting)
            await asyncio.sleep(0)
            quiet_turns = 0 if len(self._waiting) > waiting else quiet_turns + 1

    def _next_batch(self) -> list[_Work]:
        batch = [self._bulky.popleft()] if self._is_turn_of_bulky() else []
        self._last_was_alone = bool(batch) and batch[0].operation.alone
        if self._last_was_alone:
            return batch
        mails = size_bytes = 0
        while self._waiting and mails < self._batch_mails and size_bytes < self._batch_bytes:
            work = self._waiting.popleft()
            batch.append(work)
            mails += work.mails
            size_bytes += work.size_bytes
        return batch

    def _is_turn_of_bulky(self) -> bool:
        return bool(self._bulky) and not (self._waiting and self._last_was_alone and self._bulky[0].operation.alone)

    async def _commit(self, batch: list[_Work]) -> None:
        """Commit a batch; when it fails for what is in it, each half by itself, until the culprit stands alone."""
        size_bytes = sum(work.size_bytes for work in batch)
        results, error = await self._attempt(lambda context: _all_of(context, batch), size_bytes)
        if error is None:
            if not all(work.operation.patient for work in batch):
                self._hurried.append(asyncio.get_running_loop().time())
            for work, result in zip(batch, results, strict=True):
                _resolve(work, result)
        elif isinstance(error, StoreUnavailable | StoreFull):
            for work in batch:
                _fail(work, type(error)(str(error)), error)
        elif len(batch) > 1:
            middle = len(batch) // 2
            await self._commit(batch[:middle])
            await self._commit(batch[middle:])
        else:
            await self._rescue(batch[0], error)

    async def _rescue(self, work: _Work, error: BaseException) -> None:
        rescue = work.operation.rescue
        if rescue is None:
            _fail(work, StoreError(f"{work.operation.name}: the database refuses this: {error}"), error)
            return
        result, second_error = await self._attempt(lambda context: rescue(context, work.payload), work.size_bytes)
        if second_error is None:
            _resolve(work, result)
        else:
            _fail(work, StoreUnavailable(f"{work.operation.name}: {second_error}"), second_error)

    async def _attempt(
        self, transaction: Callable[[Context], Transaction[Any]], size_bytes: int
    ) -> tuple[Any, BaseException | None]:
        """Run one transaction; gives its result, or why it failed.

        A task of its own, because an error of any kind, a bug of ours too, is an answer here: it concerns those in the
        batch, and must never end the writer.
        """
        contexts: list[Context] = []

        def begin() -> Transaction[Any]:
            contexts.append(self._context_of())
            return transaction(contexts[-1])

        attempt = self._driver.run(begin, size_bytes=size_bytes)
        outcome: Any = (await asyncio.gather(attempt, return_exceptions=True))[0]
        if isinstance(outcome, BaseException):
            return None, outcome
        self._on_commit(contexts[-1])
        return outcome, None


def _all_of(context: Context, batch: Sequence[_Work]) -> Transaction[list[Any]]:
    """The batch as one transaction: kind after kind by rank; results in the order of the batch."""
    by_kind: dict[Operation[Any, Any], list[int]] = {}
    for index, work in enumerate(batch):
        by_kind.setdefault(work.operation, []).append(index)
    results: list[Any] = [None] * len(batch)
    yield from _lock_whom_they_concern(batch, by_kind)
    for operation in sorted(by_kind, key=lambda operation: operation.rank):
        indexes = by_kind[operation]
        answers = yield from operation.run(context, [batch[index].payload for index in indexes])
        for index, answer in zip(indexes, answers, strict=True):
            results[index] = answer
    return results


def _lock_whom_they_concern(
    batch: Sequence[_Work], by_kind: Mapping[Operation[Any, Any], Sequence[int]]
) -> Transaction[None]:
    """In one order over all kinds, and before any row is written: whoever waits for people holds nothing else."""
    concerned = [operation for operation in by_kind if operation.names is not None]
    if not concerned or not (yield from needs_locks()):
        return
    names_in: dict[str, Names] = {}
    for operation in concerned:
        assert operation.names is not None
        found = yield from operation.names([batch[index].payload for index in by_kind[operation]])
        for account_id, names in found.items():
            names_in[account_id] = names_in.get(account_id, Names()) | names
    yield from find_and_lock_all(names_in)


def _resolve(work: _Work, result: Any) -> None:
    if not work.done.done():
        work.done.set_result(result)
    elif work.orphaned is not None:
        work.orphaned(result)


def _fail(work: _Work, error: StoreError, cause: BaseException) -> None:
    if not work.done.done():
        error.__cause__ = cause
        work.done.set_exception(error)
