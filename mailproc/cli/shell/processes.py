"""The same work for many items on several cores: answers in order, memory bounded, and no item takes others with it."""

import multiprocessing
import os
import signal
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from itertools import islice
from typing import Any, TypeVar

Item = TypeVar("Item")
Answer = TypeVar("Answer")

AT_ONCE = 100  # items on one trip to a process
AHEAD = 4  # trips per process that are under way or wait for their turn


def in_processes(
    work: Callable[[Item], Answer],
    items: Iterable[Item],
    processes: int,
    lost: Callable[[Item, str], Answer],
) -> Iterator[Answer]:
    """The answer to each item, in their order; at most some hundred items are in hand at any time.

    `lost` gives the answer for an item that killed its process or raised, with what happened in a few words. Where
    processes are forked (Linux) they have what was loaded before; elsewhere `work` must be picklable.
    """
    pool = _pool(work, processes)
    pool.submit(os.getpid).result()  # forks now, before the caller starts a thread
    return _answers(work, iter(items), pool, processes, lost)


def _pool(work: Callable[[Any], Any], processes: int) -> ProcessPoolExecutor:
    sys.stdout.flush()  # a fork would write it again
    context = multiprocessing.get_context("fork" if sys.platform == "linux" else None)
    return ProcessPoolExecutor(processes, mp_context=context, initializer=_begin, initargs=(work,))


_work: list[Callable[[Any], Any]] = []  # of this process: travels once, not with each trip


def _begin(work: Callable[[Any], Any]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's
    signal.signal(signal.SIGTERM, signal.SIG_DFL)  # by which a pool ends who is left when one has died
    _work[:] = [work]


def _answers(
    work: Callable[[Item], Answer],
    items: Iterator[Item],
    pool: ProcessPoolExecutor,
    processes: int,
    lost: Callable[[Item, str], Answer],
) -> Iterator[Answer]:
    waiting: deque[tuple[list[Item], Future[list[Answer]]]] = deque()
    try:
        while True:
            while len(waiting) < processes * AHEAD and (some := list(islice(items, AT_ONCE))):
                waiting.append((some, _submit(pool, some)))
            if not waiting:
                return
            some, future = waiting.popleft()
            error = future.exception()
            if error is None:
                yield from future.result()
                continue
            again = [some]
            if isinstance(error, BrokenProcessPool):  # whoever was under way is lost, only one of them did it
                again += [others for others, _ in waiting]
                waiting.clear()
                pool.shutdown()
                pool = _pool(work, processes)
            for others in again:
                yield from _carefully(work, others, lost)
    finally:
        pool.shutdown(cancel_futures=True)


def _submit(pool: ProcessPoolExecutor, some: Sequence[Any]) -> Future[list[Any]]:
    try:
        return pool.submit(_each, some)
    except BrokenProcessPool as error:  # it broke since the last answer came
        broken: Future[list[Any]] = Future()
        broken.set_exception(error)
        return broken


def _each(some: Sequence[Any]) -> list[Any]:
    (work,) = _work
    return [work(item) for item in some]


def _carefully(
    work: Callable[[Item], Answer], some: Sequence[Item], lost: Callable[[Item, str], Answer]
) -> Iterator[Answer]:
    """One item after the other in a process of their own, so that it shows which one does it."""
    pool = _pool(work, 1)
    try:
        for item in some:
            future = _submit(pool, [item])
            error = future.exception()
            if error is None:
                yield from future.result()
            elif isinstance(error, BrokenProcessPool):
                yield lost(item, "crashed the process that read it")
                pool.shutdown()
                pool = _pool(work, 1)
            else:
                yield lost(item, f"could not be decided: {type(error).__name__}: {error}")
    finally:
        pool.shutdown(cancel_futures=True)
