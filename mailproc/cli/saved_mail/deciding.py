"""Deciding saved mail: one by one here, or on all cores; what replay, explain and the rules commands share."""

import asyncio
import os
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from mailproc.authenticity.authenticator import build_verifier
from mailproc.authenticity.border import Border
from mailproc.cli.shell.garbage import keep_for_good
from mailproc.cli.shell.processes import in_processes
from mailproc.cli.shell.terminal import EX_DATAERR, EX_NOINPUT, err, while_rules_are_read
from mailproc.errors import BadFile
from mailproc.files.mail_files import MailFile, find_mail
from mailproc.files.no_mail import why_no_mail
from mailproc.files.replay import SavedMail, saved_mail
from mailproc.mail.arrival.authentication import NOT_CHECKED, Authentication
from mailproc.mail.reading.message import load_readers
from mailproc.pipeline import decide_mail, examine_mail
from mailproc.policy.account import AccountPolicy, Accounts
from mailproc.policy.deciding.examination import Examination
from mailproc.policy.decision import Decision, decision_as_json
from mailproc.policy.rules.rules import RuleSet
from mailproc.rule_sets.files import fingerprint_of, load_rules
from mailproc.settings.account_policies import accounts_for_replay, policies_of
from mailproc.settings.settings import AuthenticitySettings, Settings

if TYPE_CHECKING:
    from mailproc.authenticity.verifier import Verifier

Answer = TypeVar("Answer")

PARALLEL_FROM = 200  # fewer mails are decided sooner than a second process is up


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What saved mail is decided against; picklable, so that worker processes can make their own."""

    accounts: tuple[AccountPolicy, ...]
    rules: Path | None
    to: str | None = None
    verification: AuthenticitySettings | None = None


def world_of(settings: Settings, rules: Path | None = None, to: str | None = None, *, verify: bool = False) -> World:
    """The accounts and rules of the settings; `rules` names another folder. `verify` looks senders up in DNS."""
    verification = settings.authenticity if verify else None
    return World(accounts=policies_of(settings), rules=rules or settings.rules, to=to, verification=verification)


def read_saved(mail: MailFile, world: World) -> SavedMail:
    """A saved mail with the envelope it most likely had. Raises BadFile when it cannot be read, or is clearly none."""
    try:
        content, written_at = mail.read(), mail.written_at()
    except OSError as error:
        raise BadFile(error.strerror or str(error)) from None
    if mail.is_doubtful and (why := why_no_mail(content)):
        raise BadFile(why)
    return saved_mail(content, opened(world)[0], world.to, received_at=written_at)


def authentication_of(saved: SavedMail) -> Authentication:
    """What the account's own border servers wrote into the mail; nothing is looked up."""
    return Border().authenticate(saved.mail, saved.account)


def looked_up(saved: SavedMail, verification: AuthenticitySettings) -> Authentication:
    """What DNS says; nothing of SPF, because a saved file does not tell its client."""
    return asyncio.run(_verifier(verification).verify(saved.mail, None))


@cache
def _verifier(verification: AuthenticitySettings) -> "Verifier":
    """One per process, so that answers are remembered from mail to mail."""
    return build_verifier(verification)


def decide_saved(saved: SavedMail, rules: RuleSet, verification: AuthenticitySettings | None = None) -> Decision:
    """What the live listener would have decided; looked up, where asked for, only where the outcome hinges on it."""
    decision = decide_mail(saved.mail, authentication_of(saved), saved.account, rules)
    if verification is None or not decision.hinges or decision.authentication != NOT_CHECKED:
        return decision
    return decide_mail(saved.mail, looked_up(saved, verification), saved.account, rules)


def examine_saved(saved: SavedMail, rules: RuleSet, verification: AuthenticitySettings | None = None) -> Examination:
    """The same with everything that was seen on the way; looked up for every mail that nothing is known of."""
    told = authentication_of(saved)
    if verification is not None and told == NOT_CHECKED:
        told = looked_up(saved, verification)
    return examine_mail(saved.mail, told, saved.account, rules)


def decide_file(mail: MailFile, world: World) -> dict[str, Any]:
    """One mail's decision as JSON values, with `file` and `elapsed_ms`; `error` instead when it cannot be read."""
    try:
        saved = read_saved(mail, world)
    except BadFile as error:
        return failed(mail, str(error))
    _, rules = opened(world)  # before the clock starts: reading them takes longer than a hundred mails
    start = time.perf_counter()
    decision = decide_saved(saved, rules, world.verification)
    elapsed = (time.perf_counter() - start) * 1000
    return {"file": mail.name, **decision_as_json(decision), "elapsed_ms": round(elapsed, 3)}


def failed(mail: MailFile, why: str) -> dict[str, Any]:
    """The answer for a mail that could not be decided."""
    return {"file": mail.name, "error": why}


def rules_of(folder: Path | None) -> RuleSet:
    """The rules of a folder, read once for as long as nobody changes them; None: the shipped ones."""
    return _rules_read(folder and folder.absolute(), fingerprint_of(folder))


@cache
def _rules_read(folder: Path | None, fingerprint: object) -> RuleSet:
    with while_rules_are_read():
        rules = load_rules(folder)
        rules.make_ready()  # now, not on the account of the first mail
    keep_for_good()
    return rules


_worlds: dict[int, tuple[World, Accounts, RuleSet]] = {}


def opened(world: World) -> tuple[Accounts, RuleSet]:
    """The accounts and rules of a world, read once per process."""
    if id(world) not in _worlds:
        _worlds[id(world)] = (
            world,
            accounts_for_replay(world.accounts),
            rules_of(world.rules),
        )  # kept: nobody else gets its id
    return _worlds[id(world)][1:]


def code_of_unread(paths: Sequence[Path]) -> int:
    """The exit code where some mail could not be read: 66 when nothing of what was named is there, else 65."""
    return EX_DATAERR if any(path.exists() for path in paths) else EX_NOINPUT


def each_decided(
    work: Callable[[MailFile], Answer],
    paths: Sequence[Path],
    jobs: int,
    lost: Callable[[MailFile, str], Answer],
    *,
    what: str = "deciding",
) -> Iterator[Answer]:
    """The answer of `work` to every mail in these paths, in their order, with a progress bar where a terminal watches.

    `jobs` 0: on all cores when there is much to do. Empty when there is no mail.
    """
    mails = find_mail(paths)
    first = list(islice(mails, PARALLEL_FROM))
    load_readers()  # late importers: here, not on the account of the first mail of each process
    processes = jobs or (os.cpu_count() or 1 if len(first) == PARALLEL_FROM else 1)
    mails = chain(first, mails)
    if processes == 1:
        return _with_progress(map(work, mails), paths, what)
    return _with_progress(in_processes(work, mails, processes, lost), paths, what)


def _with_progress(answers: Iterator[Answer], paths: Sequence[Path], what: str) -> Iterator[Answer]:
    if not err.is_terminal:
        yield from answers
        return
    columns = (TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=err, transient=True) as progress:
        task = progress.add_task(what, total=sum(1 for _ in find_mail(paths)))
        for answer in answers:
            progress.advance(task)
            yield answer
