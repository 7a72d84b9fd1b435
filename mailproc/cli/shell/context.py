"""What every command begins with: the settings in force, the account that is meant, and who does it."""

import getpass
import os
from pathlib import Path
from typing import Annotated

import typer

from mailproc.errors import SettingsError
from mailproc.settings.account_policies import mistakes_of_sources
from mailproc.settings.check import mistakes_around, mistakes_between
from mailproc.settings.file import load_settings, read_settings
from mailproc.settings.settings import Settings

ConfigOption = Annotated[
    Path | None,
    typer.Option(
        "--config",
        "-c",
        help="Settings file; else $MAILPROC_CONFIG, else ./mailproc.toml, else built-in defaults.",
        show_default=False,
    ),
]
AccountOption = Annotated[str | None, typer.Option("--account", "-a", help="Account; not needed when there is one.")]
OnlyAccountOption = Annotated[str | None, typer.Option("--account", "-a", help="Only this account's.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]

_WHERE = "(settings are read from --config, else $MAILPROC_CONFIG, else ./mailproc.toml)"


def settings_path(config: Path | None) -> Path | None:
    """The file in force: the option, else the environment, else `mailproc.toml` here, else none."""
    if config is not None:
        return config
    if named := os.environ.get("MAILPROC_CONFIG"):
        return Path(named)
    here = Path("mailproc.toml")
    return here if here.exists() else None


def settings_of(config: Path | None) -> Settings:
    """The settings in force. Raises SettingsError."""
    return load_settings(settings_path(config))


def looked_at(config: Path | None) -> tuple[Settings, list[str]]:
    """The settings, as far as they are usable, and a sentence for each mistake in them or in what they name."""
    read = read_settings(settings_path(config))
    settings, whole = read.settings, read.kept.accounts_are_whole
    more = [*mistakes_between(settings, whole), *mistakes_around(settings, whole), *mistakes_of_sources(settings)]
    return settings, read.problems(more)


def checked_settings(config: Path | None) -> Settings:
    """The settings when nothing is wrong, neither in them nor in what they name. Raises SettingsError."""
    settings, problems = looked_at(config)
    if problems:
        raise SettingsError(problems)
    return settings


def settings_with_lists(config: Path | None) -> Settings:
    """The settings with the lists that were made by command, where a database is there. Raises SettingsError."""
    settings = settings_of(config)
    if not settings.account:
        return settings  # who has no account has no lists
    from mailproc.cli.shell.storage import (
        with_stored_lists,  # here: deciding a saved mail without settings needs no SQL
    )

    return with_stored_lists(settings)


def operator(by: str) -> str:
    """Who does it: as they say, else their user name, else the number of a user without one (as in a container)."""
    if by:
        return by
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"user {os.getuid()}"


def account_named(settings: Settings, account: str | None) -> str:
    """The account a command is about: the one named, or the only one. Raises SettingsError."""
    known = [one.id for one in settings.account]
    if account is None:
        if len(known) == 1:
            return known[0]
        raise SettingsError(
            [f"name the account with --account: {', '.join(known) or 'none is in the settings'} {_WHERE}"]
        )
    if account not in known:
        raise SettingsError([f"account {account} is not in the settings; there: {', '.join(known) or 'none'} {_WHERE}"])
    return account
