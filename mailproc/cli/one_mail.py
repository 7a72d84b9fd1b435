"""One saved mail, as a user names it: a file, `MBOX#3`, or standard input; what is no mail is told for what it is."""

import re
import sys
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from mailproc.cli.terminal import EX_DATAERR, EX_NOINPUT, err
from mailproc.mail.message import read_headers
from mailproc.mail_files import MailFile, find_mail

MailArgument = Annotated[Path, typer.Argument(help="A saved mail (.eml), MBOX#3, or `-` for standard input.")]

_FIELD = re.compile(rb"[!-9;-~]{1,76}[ \t]*:")
_KINDS = (
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"%PDF", "a PDF"),
    (b"PK\x03\x04", "a zip archive"),
    (b"\x1f\x8b", "gzip data: unpack it first"),
    (b"\xd0\xcf\x11\xe0", "an Outlook .msg file: save it as .eml"),
)


def read_one_mail(file: Path) -> tuple[bytes, datetime | None]:
    """The bytes of one mail, and when its file was written. Ends the command when it is none."""
    if str(file) == "-":
        return _mail_in(sys.stdin.buffer.read(), "standard input"), None
    mail = _named(file)
    if file.is_dir():
        _end(
            EX_DATAERR, f"{file} is a folder: name one mail in it, or decide all of them with `mailproc replay {file}`"
        )
    try:
        content = mail.read()
        if not mail.number and len(some := list(islice(find_mail([file]), 2))) > 1 and some[0].number:
            _end(EX_DATAERR, f"{file} holds several mails: name one, as in {file}#1")
        return _mail_in(content, str(file)), mail.written_at()
    except OSError as error:
        _end(EX_NOINPUT, f"{file}: {error.strerror}")


def _named(file: Path) -> MailFile:
    """The file, or the nth mail of an mbox, as `replay` names it."""
    mbox, _, number = str(file).rpartition("#")
    if not file.exists() and mbox and number.isdigit() and Path(mbox).is_file():
        for mail in find_mail([Path(mbox)]):
            if mail.number == int(number):
                return mail
        _end(EX_NOINPUT, f"{mbox} has no mail number {number}")
    return MailFile(str(file))


def _mail_in(content: bytes, name: str) -> bytes:
    """The content, if it may be a mail."""
    if not content.strip():
        _end(EX_DATAERR, f"{name} is empty: there is no mail in it")
    for begin, what in _KINDS:
        if content.startswith(begin):
            _end(EX_DATAERR, f"{name} is no mail but {what}")
    head = content[:65_536]
    if not content.startswith(b"From ") and not _FIELD.match(head.lstrip()) and not read_headers(content).names:
        _end(EX_DATAERR, f"{name} is no mail: it does not begin with header fields such as From: and Subject:")
    return content


def _end(code: int, sentence: str) -> NoReturn:
    err.print(f"mailproc: {sentence}", markup=False)
    raise typer.Exit(code)
