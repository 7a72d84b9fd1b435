"""The hook `exec`: a program gets the event on standard input; its exit code is the answer."""

import asyncio
import contextlib
import os
import signal
import tempfile
from collections.abc import Iterator, Mapping
from typing import BinaryIO

from mailproc.errors import SettingsError
from mailproc.policy.hooks.event import Delivered, Delivery, PermanentFailure, SyncEvent, TransientFailure
from mailproc.sync.body import event_line

EX_TEMPFAIL = 75  # sysexits.h: try again later
_STDERR_BYTES = 300


class ExecHook:
    """Starts the program once per event, without a shell, in a process group of its own."""

    def __init__(self, name: str, command: tuple[str, ...], timeout_seconds: float, *, in_flight: int = 2) -> None:
        if not command:
            raise SettingsError([f"hook {name}: a hook of type exec needs `command`"])
        self.name = name
        self.in_flight = in_flight
        self._command = command
        self._timeout_seconds = timeout_seconds

    async def deliver(self, event: SyncEvent) -> Delivery:
        """Run the program: exit 0 is delivered, 75 later, any other code a dead letter.

        Later, too: the time limit (then its whole process group is killed), death by a signal (which is not its own
        answer), and a program that cannot be started.
        """
        complaint = _Stderr()
        try:
            with _as_file(event_line(event)) as line:
                process = await self._start(event, line, complaint.child_end)
        except OSError as error:
            complaint.close()
            return TransientFailure(detail=f"cannot start {self._command[0]}: {error.strerror or error}")
        complaint.begin()
        try:
            async with asyncio.timeout(self._timeout_seconds):
                await process.wait()
        except TimeoutError:
            return TransientFailure(detail=f"no exit within {self._timeout_seconds:g} s")
        finally:
            if process.returncode is None:
                await _kill_group(process)
            complaint.close()
        return _outcome_of(process.returncode or 0, complaint.text)

    async def close(self) -> None:
        """Nothing is kept between events."""

    async def _start(self, event: SyncEvent, line: BinaryIO, stderr: int) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            *self._command,
            stdin=line,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=stderr,
            env=self._environment(event),
            start_new_session=True,
        )

    def _environment(self, event: SyncEvent) -> Mapping[str, str]:
        """Just this: what else is in ours, secrets of other hooks among it, is no business of the program."""
        return {
            "PATH": os.environ.get("PATH", os.defpath),
            "LANG": "C.UTF-8",
            "MAILPROC_HOOK": self.name,
            "MAILPROC_EVENT_ID": event.id,
            "MAILPROC_EVENT_TYPE": event.type,
        }


@contextlib.contextmanager
def _as_file(line: bytes) -> Iterator[BinaryIO]:
    """A nameless file that holds the line: unlike a pipe it cannot break under a program that does not read."""
    with tempfile.TemporaryFile() as file:
        file.write(line)
        file.seek(0)
        yield file


class _Stderr:
    """Standard error of the program: its first bytes are kept for the operator, the rest is read and forgotten.

    Not a pipe of asyncio: that would wait for every grandchild that inherited it, long after the program has exited.
    """

    def __init__(self) -> None:
        self._own_end, self.child_end = os.pipe()
        os.set_blocking(self._own_end, False)
        self._seen = b""

    @property
    def text(self) -> str:
        line = " ".join(self._seen.decode("utf-8", "replace").split())
        return "".join(char for char in line if char.isprintable())

    def begin(self) -> None:
        """The program has its end; ours is watched from now on."""
        os.close(self.child_end)
        self.child_end = -1
        asyncio.get_running_loop().add_reader(self._own_end, self._read)

    def close(self) -> None:
        if self.child_end >= 0:
            os.close(self.child_end)
        else:
            self._read()
            asyncio.get_running_loop().remove_reader(self._own_end)
        os.close(self._own_end)

    def _read(self) -> None:
        with contextlib.suppress(BlockingIOError):
            chunk = os.read(self._own_end, 65_536)
            if chunk:
                self._seen = (self._seen + chunk)[:_STDERR_BYTES]
            else:
                asyncio.get_running_loop().remove_reader(self._own_end)


async def _kill_group(process: asyncio.subprocess.Process) -> None:
    """Kill the program and all that it started, and reap it."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)  # leads its own group: start_new_session
    await process.wait()


def _outcome_of(code: int, complaint: str) -> Delivery:
    said = f": {complaint}" if complaint else ""
    if code == 0:
        return Delivered()
    if code < 0:
        return TransientFailure(detail=f"killed by signal {-code}{said}")
    if code == EX_TEMPFAIL:
        return TransientFailure(detail=f"exit {code}{said}")
    return PermanentFailure(detail=f"exit {code}{said}")
