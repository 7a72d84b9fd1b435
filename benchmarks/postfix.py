"""Postfix's own load generator and sink, where they are installed: a load and a ceiling that we did not write."""

import contextlib
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator

from benchmarks.mails import REPLY_BOX
from benchmarks.process import Server

# Debian and most others; where it is built from source; Alpine and Fedora.
_FOLDERS = "/usr/sbin:/usr/local/sbin:/usr/libexec/postfix:/usr/lib/postfix:/usr/lib/postfix/sbin"
_BODY_BYTES = 1800  # with its header a mail of 2 kB


def program(name: str) -> str | None:
    """Where a program of Postfix is; None where it is not installed."""
    return shutil.which(name) or shutil.which(name, path=_FOLDERS)


def smtp_source(port: int, count: int, *, sessions: int, keep: bool) -> float:
    """Send so many mails of 2 kB, each command waited for; gives mails a second.

    All are from one sender to one recipient and differ in their Message-ID alone. Raises SystemExit when one is
    refused.
    """
    command = [
        program("smtp-source") or "smtp-source", *(["-d"] if keep else []),
        "-s", str(sessions), "-m", str(count), "-l", str(_BODY_BYTES), "-C", "10",
        "-M", "load.example", "-f", "pat@example.org", "-t", REPLY_BOX, f"inet:127.0.0.1:{port}",
    ]  # fmt: skip
    start = time.perf_counter()
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode or done.stderr:
        raise SystemExit(f"smtp-source: {done.stderr.strip() or done.returncode}")
    return count / (time.perf_counter() - start)


@contextlib.contextmanager
def smtp_sink() -> Iterator[Server]:
    """Start the sink on a free port: SMTP in C, which looks at nothing and keeps nothing."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    user = ["-u", "nobody"] if os.geteuid() == 0 else []
    command = [program("smtp-sink") or "smtp-sink", *user, f"127.0.0.1:{port}", "100"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        try:
            _until_it_listens(port)
            yield Server(port=port, pid=process.pid)
        finally:
            process.terminate()


def _until_it_listens(port: int) -> None:
    for _ in range(100):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.05)
    raise SystemExit("smtp-sink does not listen")
