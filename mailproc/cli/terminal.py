"""What a command says and to whom: consoles, JSON, and the exit code that an error becomes (sysexits.h)."""

import json
import re

import typer
from rich.console import Console

from mailproc.errors import (
    ContentDropped,
    MailprocError,
    NotFound,
    Refused,
    RulesError,
    SettingsError,
    StoreFull,
    StoreUnavailable,
)
from mailproc.policy.storable import storable_text

EX_USAGE, EX_DATAERR, EX_NOINPUT, EX_UNAVAILABLE, EX_SOFTWARE, EX_TEMPFAIL, EX_CONFIG = 64, 65, 66, 69, 70, 75, 78
EX_NOPERM = 77

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)

# Control characters of ISO 6429, and those that turn the direction of writing.
_HIDDEN = re.compile("[\x80-\x9f\u202a-\u202e\u2066-\u2069]")
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


def print_json(value: object) -> None:
    """One JSON document on standard output."""
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2, default=str))


def harmless(text: str) -> str:
    """Words out of a mail, as long as before, without what a terminal would obey and what hides other words."""
    return _HIDDEN.sub("\ufffd", storable_text(text))
