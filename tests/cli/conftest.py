"""A folder with settings for every command's test, with and without a database."""

import shutil
from pathlib import Path

import pytest
from command_line import Shell

from mailproc.rule_sets.files import load_rules

SHIPPED = load_rules(None)  # held, so that the commands run here need not read them each time


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    """Settings, two mails, no database yet."""
    folder = tmp_path / "shell"
    folder.mkdir()
    return Shell(folder)


@pytest.fixture
def database(shell: Shell, migrated_file: Path) -> Shell:
    """The same with an SQLite database, as `mailproc db migrate` makes it."""
    shutil.copy(migrated_file, shell.folder / "m.db")
    return shell


@pytest.fixture
def either(tmp_path: Path, database_url: str) -> Shell:
    """The same with a database of either kind."""
    folder = tmp_path / "shell"
    folder.mkdir()
    return Shell(folder, database_url)
