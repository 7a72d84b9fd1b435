"""Saved mail on disk: single files, folders of them, mbox files and Maildirs; found one by one, never all in memory."""

import mmap
import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

_MBOX_SUFFIXES = (".mbox", ".mbx")
_TIMED_LINE = rb"[^\r\n]{0,300}\d\d:\d\d[^\r\n]{0,100}\r?\n"
_FIRST_SEPARATOR = re.compile(rb"From " + _TIMED_LINE)
# A separator stands after a blank line; a line of a mail that begins with From is quoted, or has no time of day.
# What must stand before it is said behind `From `: a search for fixed letters takes a fortieth of the time.
_SEPARATORS = re.compile(rb"From (?:(?<=\AFrom )|(?<=\n\nFrom )|(?<=\n\r\nFrom ))" + _TIMED_LINE)
_QUOTED_FROM = re.compile(rb"^>(>*From )", re.MULTILINE)
_LONGEST_SEPARATOR_BYTES = 512


@dataclass(frozen=True, slots=True)
class MailFile:
    """Where one saved mail is: a whole file, or the bytes from `start` to `end` of an mbox, of which it is the nth.

    `is_doubtful`: neither its name nor the folder that it is in says that it is a mail.
    """

    path: str
    number: int = 0
    start: int = 0
    end: int = 0
    is_doubtful: bool = False

    @property
    def name(self) -> str:
        """Its path, with `#3` behind it for the third mail of an mbox."""
        return f"{self.path}#{self.number}" if self.number else self.path

    def read(self) -> bytes:
        """Its bytes; of an mbox without separator and the quoting that it asks for. Raises OSError."""
        with open(self.path, "rb") as file:
            if not self.number:
                return file.read()
            file.seek(self.start)
            content = file.read(self.end - self.start)
        if content.endswith((b"\n\n", b"\n\r\n")):  # the blank line before the next separator
            content = content[:-1].removesuffix(b"\r")
        return _QUOTED_FROM.sub(rb"\1", content) if b">From " in content else content

    def written_at(self) -> datetime:
        """When the file was last written. Raises OSError."""
        return datetime.fromtimestamp(os.stat(self.path).st_mtime, UTC)


def find_mail(paths: Iterable[Path]) -> Iterator[MailFile]:
    """Every mail in these files and folders, in the order given and below a folder in that of names.

    A file is an mbox when it is called .mbox, or begins like one and is not called .eml. In folders .eml and .mbox
    files count, and whatever is in a Maildir. What cannot be opened is given as it is: reading it tells why.
    """
    for path in paths:
        if path.is_dir():
            yield from _in_folder(str(path))
        else:
            yield from _in_file(str(path), by_content=True)


def _in_folder(folder: str) -> Iterator[MailFile]:
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError:
        yield MailFile(folder)
        return
    folders = {entry.name for entry in entries if entry.is_dir(follow_symlinks=False)}
    is_maildir = {"cur", "new"} <= folders
    for entry in entries:
        if entry.name in folders:
            if not is_maildir or entry.name not in ("cur", "new", "tmp"):
                yield from _in_folder(entry.path)
            elif entry.name != "tmp":  # what is there is not delivered yet
                yield from _in_maildir(entry.path)
        elif entry.name.lower().endswith((".eml", *_MBOX_SUFFIXES)):
            yield from _in_file(entry.path, by_content=False)


def _in_maildir(folder: str) -> Iterator[MailFile]:
    try:
        names = sorted(entry.name for entry in os.scandir(folder) if entry.is_file())
    except OSError:
        names = [""]
    for name in names:
        if not name.startswith("."):
            yield MailFile(os.path.join(folder, name))


def _in_file(path: str, *, by_content: bool) -> Iterator[MailFile]:
    """The mails of a file: one, or those of an mbox."""
    name = path.lower()
    try:
        if name.endswith(_MBOX_SUFFIXES) or (by_content and not name.endswith(".eml") and _begins_like_mbox(path)):
            yield from _in_mbox(path)
            return
    except (OSError, ValueError):  # ValueError: nothing is in it
        pass
    yield MailFile(path, is_doubtful=not name.endswith(".eml"))


def _begins_like_mbox(path: str) -> bool:
    with open(path, "rb") as file:
        return _FIRST_SEPARATOR.match(file.read(_LONGEST_SEPARATOR_BYTES)) is not None


def _in_mbox(path: str) -> Iterator[MailFile]:
    with open(path, "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        number, start = 0, -1
        for found in _SEPARATORS.finditer(content):
            if start >= 0:
                yield MailFile(path, number, start, found.start())
            number, start = number + 1, found.end()
        if start >= 0:
            yield MailFile(path, number, start, len(content))
        else:
            yield MailFile(path, is_doubtful=True)
