"""A server under load as a process of its own: started, its CPU read from outside, ended."""

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_TICK = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A running server; `cpu_seconds` counts user and system time of the process, threads included."""

    port: int
    pid: int

    def cpu_seconds(self) -> float:
        """CPU time so far."""
        fields = Path(f"/proc/{self.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICK


@contextlib.contextmanager
def serving(name: str, folder: Path) -> Iterator[Server]:
    """Start `benchmarks.servers NAME`; it says its port on standard output."""
    with subprocess.Popen(
        [sys.executable, "-m", "benchmarks.servers", name, str(folder)], stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout
            said = process.stdout.readline()
            if not said:
                raise SystemExit(f"{name} did not start: {(folder / 'server.log').read_text(encoding='utf-8')[-2000:]}")
            yield Server(port=int(said), pid=process.pid)
        finally:
            process.terminate()
            process.wait(30)
