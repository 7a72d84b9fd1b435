"""A command brings in its own libraries and no other's, and is in the list of commands what its help says it is."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from command_line import Shell
from typer.main import get_command

from mailproc.cli.main import app
from mailproc.cli.shell.lazy import LazyCommand, LazyGroup, examples_apart

DATABASE = {"sqlalchemy", "alembic", "asyncpg", "aiosqlite"}
SERVERS = {"aiosmtpd", "aiohttp", "aiosmtplib", "starlette", "uvicorn", "uvloop", "prometheus_client", "structlog"}
LOOKED_UP = {"dns", "dkim", "nacl"}
DECIDING = {"re2", "selectolax", "flanker", "idna"}
PROGRAM = """
import json, sys
from mailproc.cli.main import main
sys.argv = ["mailproc", *sys.argv[1:]]
try:
    main()
finally:
    print(json.dumps(sorted({name.split(".")[0] for name in sys.modules})), file=sys.stderr)
"""


def libraries_of(folder: Path, *words: str) -> set[str]:
    """The libraries that a process of its own has in memory after such a command, which must succeed."""
    clean = {key: value for key, value in os.environ.items() if not key.startswith("MAILPROC_")}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *words], cwd=folder, capture_output=True, text=True, env=clean, check=True
    )
    return set(json.loads(done.stderr.splitlines()[-1]))


@pytest.mark.parametrize("words", [("--help",), ("--version",), ("rules", "--help")])
def test_what_there_is_can_be_told_without_any_library_of_the_work(tmp_path: Path, words: tuple[str, ...]) -> None:
    assert not libraries_of(tmp_path, *words) & (DATABASE | SERVERS | LOOKED_UP | DECIDING)


@pytest.mark.parametrize("words", [("explain", "mails/request.eml"), ("replay", "mails")])
def test_deciding_a_saved_mail_without_settings_needs_no_database_no_server_and_no_dns(
    shell: Shell, words: tuple[str, ...]
) -> None:
    (shell.folder / "mailproc.toml").unlink()
    loaded = libraries_of(shell.folder, *words)
    assert not loaded & (DATABASE | SERVERS | LOOKED_UP)
    assert "re2" in loaded


@pytest.mark.parametrize(
    "words",
    [
        ("token", "keygen"),
        ("config", "check"),
        ("config", "show"),
        ("rules", "try", "take me off"),
        ("rules", "diff", "a", "a", "mails"),
    ],
)
def test_looking_at_settings_and_rules_needs_no_database_no_server_and_no_dns(
    shell: Shell, words: tuple[str, ...]
) -> None:
    rule = '[[rule]]\nid = "en-off"\naction = "unsubscribe"\nphrases = ["off"]\nhits = ["off"]\nmisses = ["on"]\n'
    shell.write("a/10-en.toml", rule)
    assert not libraries_of(shell.folder, *words) & (DATABASE | SERVERS | LOOKED_UP)


def lazy_commands(group: LazyGroup) -> Iterator[LazyCommand]:
    for command in group.commands.values():
        assert isinstance(command, LazyCommand)
        yield command
        if isinstance(below := command.load(), LazyGroup):
            yield from lazy_commands(below)


def test_the_list_of_commands_says_what_each_command_says_of_itself() -> None:
    root = get_command(app)
    assert isinstance(root, LazyGroup)
    commands = list(lazy_commands(root))
    assert {"explain", "outbox", "check"} <= {command.name for command in commands}
    for command in commands:
        assert command.help
        assert command.load().help.replace("\n", " ").startswith(command.help.removesuffix(".")), command.name


def test_a_command_that_is_not_there_is_not_loaded_but_guessed(shell: Shell) -> None:
    run = shell.run("explian", "x")
    assert run.returncode == 64
    assert "'explain'" in run.stderr


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("One.\n\nExample: `a b`", "One.\n\nExample:\n\n- `a b`"),
        ("One.\n\nExamples: `a` · `b\nc` ·\n`d`", "One.\n\nExamples:\n\n- `a`\n- `b\nc`\n- `d`"),
        ("One.\n\nExample: `a`\n\nTwo.", "One.\n\nExample:\n\n- `a`\n\nTwo."),
        ("An Example: `a` in a sentence · no other", "An Example: `a` in a sentence · no other"),
        ("", ""),
    ],
)
def test_each_example_of_a_help_text_has_a_line_of_its_own(text: str, told: str) -> None:
    assert examples_apart(text) == told


def test_the_examples_of_every_command_can_be_copied(shell: Shell) -> None:
    lines = shell.run("explain", "--help", COLUMNS="80").stdout.splitlines()
    assert "  • mailproc explain - < mail.eml" in [line.rstrip() for line in lines]
    assert "• mailproc outbox retry 42" in shell.run("outbox", "retry", "--help").stdout
