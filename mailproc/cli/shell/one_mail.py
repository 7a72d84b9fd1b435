"""One saved mail, as a user names it: a file, `MBOX#3`, or standard input; what is no mail is told for what it is."""

import sys
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from mailproc.cli.shell.terminal import EX_DATAERR, EX_NOINPUT, err
from mailproc.files.mail_files import MailFile, find_mail
from mailproc.files.no_mail import why_no_mail

MailArgument = Annotated[Path, typer.Argument(help="A saved mail (.eml), MBOX#3, or `-` for standard input.")]


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
    if why := why_no_mail(content):
        _end(EX_DATAERR, f"{name} {why}")
    return content


def _end(code: int, sentence: str) -> NoReturn:
    err.print(f"mailproc: {sentence}", markup=False)
    raise typer.Exit(code)
