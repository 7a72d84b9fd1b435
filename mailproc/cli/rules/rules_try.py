"""`rules try`: a few words or a mail, with the rules found in them in colour, and the decision."""

import re
import sys
from dataclasses import replace
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Annotated

import typer

from mailproc.cli.saved_mail.deciding import World, examine_saved, opened, world_of
from mailproc.cli.saved_mail.explain_page import (
    otherwise_lines,
    print_headline,
    print_lines,
    print_text,
    reading_lines,
    rule_lines,
)
from mailproc.cli.shell.context import ConfigOption, JsonOption, settings_of
from mailproc.cli.shell.terminal import EX_NOINPUT, err, print_json
from mailproc.errands.explained import page_of
from mailproc.files.replay import SavedMail, saved_mail
from mailproc.mail.reading.message import read_headers
from mailproc.policy.account import MailboxRole
from mailproc.policy.decision import decision_as_json
from mailproc.policy.storable import storable_text

_FIELD = re.compile(rb"(From |[!-9;-~]{1,76}:)")
_MAIL_NAME = re.compile(r"[^\s\0]{1,250}\.(eml|mbox)")
_NAMES = frozenset({"from", "to", "date", "received", "return-path", "message-id", "mime-version", "delivered-to"})
_WRITER = "somebody@example.org"


def try_rules(
    text: Annotated[str, typer.Argument(help="What somebody writes; or a file of text or mail; `-`: standard input.")],
    subject: Annotated[str, typer.Option(help="The subject, when it is a text that is tried.")] = "",
    mailbox: Annotated[MailboxRole, typer.Option(help="The mailbox that the text comes to.")] = MailboxRole.reply,
    rules: Annotated[Path | None, typer.Option("--rules", help="Another folder of rules.")] = None,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show which rules are found in a text or mail, which guards hold them back, and the decision.

    Examples: `mailproc rules try "please take me off"` · `mailproc rules try mail.eml --rules my-rules/`
    """
    world = world_of(settings_of(config), rules)
    content = _content(text)
    if _is_mail(content):
        saved = saved_mail(content, opened(world)[0])
    else:
        saved = _reply(content.decode("utf-8", "replace"), subject, mailbox, world)
    rule_set = opened(world)[1]
    page = page_of(saved, examine_saved(saved, rule_set), rule_set)
    if as_json:
        decision = decision_as_json(page.seen.decision)
        print_json({
            "action": decision["action"],
            "also": decision["also"],
            "reason": decision["reason"],
            "rule": decision["rule"],
            "new_text": decision["new_text"],
            "rules": [one.as_json() for one in page.fates],
            "near_misses": [{"rule": one.rule.id, "phrase": one.phrase, "counts": one.when} for one in page.near],
            "reads_like": page.reading.as_json() if page.reading else None,
        })  # fmt: skip
        return
    print_headline(page.seen.decision)
    print_text(page, everything=False)
    print_lines(
        ("rules", rule_lines(page, everything=True)),
        ("reads", reading_lines(page.reading)),
        ("otherwise", otherwise_lines(page.otherwise)),
    )


def _content(text: str) -> bytes:
    if text == "-":
        return sys.stdin.buffer.read()
    path = Path(text)
    if _MAIL_NAME.fullmatch(text) and not path.exists():
        err.print(f"mailproc: {text}: there is no such file", markup=False)
        raise typer.Exit(EX_NOINPUT)
    try:
        return path.read_bytes() if path.is_file() else text.encode("utf-8", "replace")
    except (OSError, ValueError):  # too long for a name, or with a NUL in it: a text
        return text.encode("utf-8", "replace")


def _is_mail(content: bytes) -> bool:
    """Whether it begins with header fields, among them one that only mail has."""
    return _FIELD.match(content) is not None and not _NAMES.isdisjoint(read_headers(content).names)


def _reply(text: str, subject: str, mailbox: MailboxRole, world: World) -> SavedMail:
    """A person's mail of these words to such a mailbox of the first account."""
    message = EmailMessage(SMTP)
    message["From"], message["Subject"] = _WRITER, " ".join(storable_text(subject).split())
    message.set_content(storable_text(text), cte="base64")
    accounts, _ = opened(world)
    account = next(iter(accounts), None)
    to = f"{mailbox.value}@{account.domains[0] if account and account.domains else 'localhost'}"
    saved = saved_mail(message.as_bytes(), accounts, to)
    return replace(saved, account=replace(saved.account, mailboxes={mailbox: (mailbox.value,)}))
