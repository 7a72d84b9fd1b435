"""Work that is to last as long as the service begins anew when it ends, and says why it did."""

import asyncio

from structlog.testing import capture_logs

from mailproc.service.endless import for_ever


async def test_work_that_ends_by_a_bug_is_logged_and_begins_anew() -> None:
    runs = 0
    begun_anew = asyncio.Event()

    async def work() -> None:
        nonlocal runs
        runs += 1
        if runs == 1:
            raise ValueError("a bug")
        begun_anew.set()
        await asyncio.Event().wait()

    with capture_logs() as lines:
        task = asyncio.create_task(for_ever(work, "work_failed"))
        await begun_anew.wait()
    assert [(line["event"], line["log_level"], str(line["exc_info"])) for line in lines] == [
        ("work_failed", "error", "a bug")
    ]
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_work_that_is_cancelled_from_outside_ends_without_a_word() -> None:
    begun, ended = asyncio.Event(), asyncio.Event()

    async def work() -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    with capture_logs() as lines:
        task = asyncio.create_task(for_ever(work, "work_failed"))
        await begun.wait()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await ended.wait()
    assert task.cancelled()
    assert lines == []
