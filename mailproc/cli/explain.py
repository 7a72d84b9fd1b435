"""`explain`: what the program saw in one mail, and why it decided as it did, so that a person can act on it."""

import re
import sys
from dataclasses import replace
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from mailproc.cli.context import ConfigOption, JsonOption, settings_with_lists
from mailproc.cli.deciding import examine_saved, opened, world_of
from mailproc.cli.explain_page import Page, print_page
from mailproc.cli.terminal import EX_DATAERR, EX_NOINPUT, err, print_json
from mailproc.mail.message import read_headers
from mailproc.mail_files import MailFile, find_mail
from mailproc.policy.decision import Action, decision_as_json
from mailproc.policy.examination import Examination
from mailproc.policy.explain import explain, explanation_as_json
from mailproc.policy.near_miss import NearMiss, near_misses
from mailproc.policy.rule_fate import fates_of
from mailproc.policy.rules import RuleSet
from mailproc.replay import SavedMail, saved_mail
from mailproc.what_if import find_otherwise

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


def explain_mail(
    file: Annotated[Path, typer.Argument(help="A saved mail (.eml), MBOX#3, or `-` for standard input.")],
    to: Annotated[str | None, typer.Option("--to", help="Envelope recipient, instead of what the headers say.")] = None,
    rules: Annotated[Path | None, typer.Option("--rules", help="Another folder of rules.")] = None,
    verify: Annotated[
        bool, typer.Option("--verify", help="Look up DKIM and DMARC in DNS, where no border server told.")
    ] = False,
    everything: Annotated[bool, typer.Option("--all", help="All of what was cut off, and every rule.")] = False,
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Show why a mail is decided as it is: the telling words, the rules, who is meant, and what would change it.

    Settings and database are not needed; what had to be assumed is said. Exit 65 when it is no mail, 66 when it is not
    there.

    Examples: `mailproc explain mail.eml` · `mailproc explain - < mail.eml` · `mailproc explain mail.eml --json`
    """
    world = world_of(settings_with_lists(config), rules, to, verify=verify)
    content, written_at = _read(file)
    accounts, rule_set = opened(world)
    saved = saved_mail(content, accounts, to, received_at=written_at)
    seen = examine_saved(saved, rule_set, world.verification)
    if seen.decision.authentication.source == "verified":
        saved = replace(saved, assumed=(*saved.assumed, "SPF not looked up (a saved mail does not tell its client)"))
    page = page_of(saved, seen, rule_set)
    if as_json:
        print_json(_as_json(page))
    else:
        print_page(page, everything=everything)


def page_of(saved: SavedMail, seen: Examination, rules: RuleSet) -> Page:
    """All that can be told about a mail."""
    near: tuple[NearMiss, ...] = ()
    if seen.new_text is not None and seen.decision.action != Action.unsubscribe:
        found = rules.matcher.match(seen.decision.new_text or "", where="body", mailbox=seen.route.role)
        near = near_misses(rules, found, where="body", mailbox=seen.route.role)
    return Page(
        seen=seen,
        fates=fates_of(seen),
        near=near,
        otherwise=find_otherwise(seen, rules),
        assumed=saved.assumed,
    )


def _as_json(page: Page) -> dict[str, object]:
    return {
        "decision": decision_as_json(page.seen.decision),
        "assumed": list(page.assumed),
        "explanation": explanation_as_json(explain(page.seen, page.assumed)),
        "rules": [one.as_json() for one in page.fates],
        "near_misses": [{"rule": one.rule.id, "phrase": one.phrase, "counts": one.when} for one in page.near],
        "otherwise": [
            {"change": one.change, "action": one.decision.action.value, "reason": one.decision.reason}
            for one in page.otherwise
        ],
    }


def _read(file: Path) -> tuple[bytes, datetime | None]:
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
