"""The hook `jsonl`: each event a line in a file, on disk before it counts as delivered; one fsync for all that wait."""

import asyncio
import errno
import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from mailproc.policy.hooks.event import Delivered, Delivery, SyncEvent, TransientFailure
from mailproc.sync.body import event_line

_Waiting = tuple[bytes, "asyncio.Future[Delivery]"]


class JsonlHook:
    """Appends to a file that may be rotated at any time: it is opened anew for every batch."""

    in_flight = 256  # those who wait together share one fsync

    def __init__(self, name: str, path: Path) -> None:
        self.name = name
        self._path = path
        self._waiting: list[_Waiting] = []
        self._writer: asyncio.Task[None] | None = None
        # A thread of its own: a disk that hangs holds up this hook and nothing else.
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix=f"hook-{name}")

    async def deliver(self, event: SyncEvent) -> Delivery:
        """Append the event; every failure of the file system is transient."""
        outcome: asyncio.Future[Delivery] = asyncio.get_running_loop().create_future()
        self._waiting.append((event_line(event), outcome))
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._write_waiting())
        return await outcome

    async def close(self) -> None:
        """Finish the batch in hand."""
        if self._writer:
            await asyncio.wait([self._writer])
        self._thread.shutdown(wait=False)

    async def _write_waiting(self) -> None:
        """Write batch after batch: while one is on its way to the disk, the next gathers."""
        loop = asyncio.get_running_loop()
        while self._waiting:
            batch, self._waiting = self._waiting, []
            outcome = await loop.run_in_executor(self._thread, self._append, b"".join(line for line, _ in batch))
            for _, waiter in batch:
                if not waiter.done():  # its worker may have given up meanwhile
                    waiter.set_result(outcome)

    def _append(self, lines: bytes) -> Delivery:
        try:
            append_durably(self._path, lines)
        except OSError as error:
            return TransientFailure(detail=f"cannot write {self._path}: {error.strerror or error}")
        return Delivered()


def append_durably(path: Path, lines: bytes) -> None:
    """Append whole lines to a file and wait until they are on disk; makes the file, not its folder.

    A line that a crash or a full disk had torn is closed first, so that it spoils no line but its own. Raises OSError.
    """
    handle, is_new = _open_for_appending(path)
    try:
        status = os.fstat(handle)
        if not stat.S_ISREG(status.st_mode):
            raise OSError(errno.EINVAL, "not a regular file")
        if status.st_size and os.pread(handle, 1, status.st_size - 1) != b"\n":
            lines = b"\n" + lines
        rest = memoryview(lines)
        while rest:
            rest = rest[os.write(handle, rest) :]
        os.fsync(handle)
    finally:
        os.close(handle)
    if is_new:
        _sync_folder(path.parent)


def _open_for_appending(path: Path) -> tuple[int, bool]:
    # O_NONBLOCK: opening a pipe that nobody reads would wait for ever; regular files do not mind.
    flags = os.O_RDWR | os.O_APPEND | os.O_CLOEXEC | os.O_NONBLOCK
    try:
        return os.open(path, flags), False
    except FileNotFoundError:
        return os.open(path, flags | os.O_CREAT, 0o640), True


def _sync_folder(folder: Path) -> None:
    """Make the name of a new file survive a power cut, too."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
