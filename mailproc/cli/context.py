"""What every command needs: settings, store, consoles, and the exit code that an error becomes (sysexits.h)."""

import asyncio
import contextlib
import gc
import getpass
import json
import os
import re
from collections.abc import AsyncIterator, Coroutine
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer
from rich.console import Console

from mailproc.account_policies import scopes_of, with_lists
from mailproc.errors import (
    ContentDropped,
    MailprocError,
    NotFound,
    Refused,
    RulesError,
    SettingsError,
    StoreError,
    StoreFull,
    StoreUnavailable,
)
from mailproc.policy.standing import BounceThresholds
from mailproc.policy.storable import storable_text
from mailproc.settings import Settings
from mailproc.settings_file import load_settings
from mailproc.store.journal import nobody_forwards
from mailproc.store.store import Store

EX_USAGE, EX_DATAERR, EX_NOINPUT, EX_UNAVAILABLE, EX_SOFTWARE, EX_TEMPFAIL, EX_CONFIG = 64, 65, 66, 69, 70, 75, 78
EX_NOPERM = 77

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)

ConfigOption = Annotated[
    Path | None,
    typer.Option(
        "--config",
        "-c",
        help="Settings file; else $MAILPROC_CONFIG, else ./mailproc.toml, else built-in defaults.",
        show_default=False,
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
Result = TypeVar("Result")

# Control characters of ISO 6429, and those that turn the direction of writing.
_HIDDEN = re.compile("[\x80-\x9f\u202a-\u202e\u2066-\u2069]")
_WHERE = "(settings are read from --config, else $MAILPROC_CONFIG, else ./mailproc.toml)"
_CODES: tuple[tuple[type[MailprocError], int], ...] = (
    (SettingsError, EX_CONFIG),
    (RulesError, EX_CONFIG),
    (NotFound, EX_NOINPUT),
    (ContentDropped, EX_NOINPUT),
    (Refused, EX_NOPERM),
    (StoreUnavailable, EX_TEMPFAIL),
    (StoreFull, EX_TEMPFAIL),
    (MailprocError, EX_UNAVAILABLE),
)


def exit_code_of(error: MailprocError) -> int:
    """The sysexits code for an error of ours."""
    return next(code for kind, code in _CODES if isinstance(error, kind))


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


def settings_with_lists(config: Path | None) -> Settings:
    """The settings with the lists that were made by command, where a database is there. Raises SettingsError."""
    settings = settings_of(config)
    try:
        return run(_with_lists(settings))
    except StoreError:  # no database yet, or none that can be read: then the settings' own lists are all there are
        return settings


async def _with_lists(settings: Settings) -> Settings:
    async with open_store(settings) as store:
        return with_lists(settings, await store.lists.all())


def run(work: Coroutine[Any, Any, Result]) -> Result:
    """Run a command's coroutine to its end."""
    return asyncio.run(work)


@contextlib.asynccontextmanager
async def open_store(settings: Settings, *, forwards: bool = True) -> AsyncIterator[Store]:
    """The store as a command uses it, beside a service that may run; without `forwards` no mail goes to people."""
    thresholds = {
        account.id: BounceThresholds(
            hard=account.hard_bounces,
            unsure=account.unsure_bounces,
            soft=account.soft_bounces,
            soft_days=account.soft_bounce_days,
        )
        for account in settings.account
    }
    store = await Store.open(
        settings.database,
        settings.store,
        hooks_of=settings.hooks_of,
        alarm_hooks_of=settings.alarm_hooks_of,
        forwarding_of=settings.forwarding_of if forwards else nobody_forwards,
        breaker=settings.breaker.limits(),
        thresholds_of=lambda account_id: thresholds.get(account_id, BounceThresholds()),
        scopes=scopes_of(settings),
    )
    try:
        yield store
    finally:
        await store.close()


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


def print_json(value: object) -> None:
    """One JSON document on standard output."""
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2, default=str))


def harmless(text: str) -> str:
    """Words out of a mail, as long as before, without what a terminal would obey and what hides other words."""
    return _HIDDEN.sub("\ufffd", storable_text(text))


def keep_for_good() -> None:
    """Spare the garbage collector what the process keeps to its end: settings, rules, libraries.

    A full collection walks all that is alive. Here that took 50 ms, during which no mail got its 250, and twice that in
    worker processes, which copy each page that the collector writes to. What a mail leaves behind is hardly ever a
    cycle, so looking for some after every 700 objects found nothing, for one or two per cent of all time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)
