"""Every error that crosses a room; what becomes of each is told in docs/flow.md."""

import errno
from datetime import datetime
from typing import Any


class MailprocError(Exception):
    """Base of all errors that mailproc raises on purpose."""


class SettingsError(MailprocError):
    """One or many mistakes in the settings; `problems` holds a sentence for each. Exit 78."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class RulesError(MailprocError):
    """One or many mistakes in rule files; `problems` holds `file:line: sentence` for each. Exit 78 at start."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class BadFile(MailprocError):
    """A file that somebody gave is not what it should be; says where, and what to do. Exit 65."""


class Unusable(MailprocError):
    """What somebody gave cannot be used; says why, and what could be. Exit 65."""


class Conflict(Unusable):
    """What somebody gave contradicts what is recorded. Exit 65."""


class StoreError(MailprocError):
    """The store could not do what was asked; nothing was changed."""


class StoreUnavailable(StoreError):
    """Locked, gone or failing: trying again later may help. SMTP reply 451."""


class StoreFull(StoreError):
    """No room on disk or in the database. SMTP reply 452."""


class NotFound(StoreError):
    """What was asked for does not exist."""


class Refused(StoreError):
    """What was asked for is not theirs to ask who asked. Exit 77."""


class ContentGone(StoreError):
    """An undecided mail whose content is missing or damaged; `mail` is the rest of it, with empty content."""

    def __init__(self, mail: Any) -> None:
        super().__init__("the content of a mail is gone")
        self.mail = mail


class ContentDropped(StoreError):
    """A mail whose raw content retention has dropped, as the settings want; decision and facts are there."""

    def __init__(self, mail_id: str, dropped_at: datetime) -> None:
        super().__init__(
            f"the content of mail {mail_id} was dropped on {dropped_at:%Y-%m-%d} (setting retention_days); "
            f"what was decided and why is kept: `mailproc mail show {mail_id}`"
        )
        self.dropped_at = dropped_at


def why_not_listening(error: OSError) -> str:
    """Why nobody can listen at an address, as the end of a sentence that begins with it."""
    if error.errno == errno.EADDRINUSE:
        return "is in use already"
    if error.errno == errno.EADDRNOTAVAIL:
        return "is no address of this machine"
    if error.errno == errno.EACCES:
        return "this user may not listen there"
    return f"cannot listen there: {error.strerror or error}"


def why_not_read(error: OSError | UnicodeDecodeError) -> str:
    """Why a file cannot be read, as the end of a sentence that begins with its name."""
    if isinstance(error, UnicodeDecodeError):
        return f"is no text in UTF-8 (byte {error.start + 1})"
    if isinstance(error, FileNotFoundError):
        return "there is no such file"
    if isinstance(error, IsADirectoryError):
        return "is a folder, not a file"
    if isinstance(error, PermissionError):
        return "may not be read by this user"
    return f"cannot be read: {error.strerror}"
