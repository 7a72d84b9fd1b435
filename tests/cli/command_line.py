"""The command `mailproc` as its user types it: in a process of its own, or by the same entry point in this one."""

import contextlib
import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any
from unittest import mock

from mailproc.cli.main import main

SETTINGS = """
database = "{database}"
[[account]]
id = "acme"
domains = ["reply.acme.example"]
sends_from = ["news.acme.example"]
[[hook]]
name = "crm"
type = "jsonl"
path = "events.jsonl"
"""
REQUEST = (
    b"Return-Path: <pat@example.org>\r\nDelivered-To: reply@reply.acme.example\r\nFrom: pat@example.org\r\n"
    b"Subject: Re: March news\r\nDate: Tue, 3 Mar 2026 10:00:00 +0000\r\n\r\nPlease unsubscribe me.\r\n"
)
PRAISE = REQUEST.replace(b"Please unsubscribe me.", b"Lovely pictures, thank you!").replace(b"pat@", b"kim@")
Done = subprocess.CompletedProcess[str]


class Shell:
    """A folder with settings, two mails in `mails`, nothing in `none`, and the command `mailproc` in it."""

    def __init__(self, folder: Path, database: str = "sqlite+aiosqlite:///m.db") -> None:
        self.folder = folder
        (folder / "mailproc.toml").write_text(SETTINGS.format(database=database), encoding="utf-8")
        (folder / "mails").mkdir()
        (folder / "none").mkdir()
        (folder / "mails" / "request.eml").write_bytes(REQUEST)
        (folder / "mails" / "praise.eml").write_bytes(PRAISE)

    def run(self, *words: str, typed: bytes = b"", **environment: str) -> Done:
        """Run a command by its entry point, here: the same code, without the second that a new process needs."""
        out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True) for _ in range(2))
        with (
            mock.patch.dict(os.environ, self._environment(environment), clear=True),
            mock.patch.object(sys, "argv", ["mailproc", *words]),
            mock.patch.object(sys, "stdin", io.TextIOWrapper(io.BytesIO(typed), encoding="utf-8")),
            contextlib.chdir(self.folder),
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(err),
        ):
            code = exit_code_of_main()
        return Done(words, code, out.buffer.getvalue().decode(), err.buffer.getvalue().decode())  # type: ignore[attr-defined]

    def process(self, *words: str, typed: bytes = b"", **environment: str) -> Done:
        """Run a command in a process of its own."""
        done = subprocess.run(
            [sys.executable, "-m", "mailproc", *words],
            cwd=self.folder, capture_output=True, input=typed, env=self._environment(environment),
        )  # fmt: skip
        return Done(words, done.returncode, done.stdout.decode(), done.stderr.decode())

    def json(self, *words: str) -> object:
        """What a command prints with `--json`."""
        run = self.run(*words, "--json")
        assert run.returncode == 0, run.stderr
        return json.loads(run.stdout)

    def json_with(self, *words: str, **environment: str) -> Any:
        """The same with settings from the environment."""
        run = self.run(*words, "--json", **environment)
        assert run.returncode == 0, run.stderr
        return json.loads(run.stdout)

    def write(self, name: str, content: str | bytes) -> Path:
        """Write a file below the folder."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    @staticmethod
    def _environment(more: dict[str, str]) -> dict[str, str]:
        clean = {key: value for key, value in os.environ.items() if not key.startswith("MAILPROC_")}
        return {**clean, "COLUMNS": "160", **more}


def exit_code_of_main() -> int:
    """Run the entry point with the patched `sys.argv`; its exit code."""
    try:
        main()
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else int(stop.code is not None)
    return 0
