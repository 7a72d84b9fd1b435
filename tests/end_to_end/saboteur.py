"""`mailproc` with something wrong inside: run in place of it, told by environment what to do to which mail.

SABOTAGE_MARK: bytes that the mail in question holds. SABOTAGE: `crash` (SIGSEGV while it is read), `raise`, `drop` (it
never reaches the decider), or `stop` (the decider's own loop ends by a bug when the mail comes). With `full`, the
SQLite database has no more room as long as there is a file of the name SABOTAGE_MARK.
"""

import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import mailproc.service.decider
from mailproc.cli.main import main
from mailproc.mail.arrival.authentication import Authentication
from mailproc.mail.arrival.envelope import InboundMail
from mailproc.policy.account import AccountPolicy
from mailproc.policy.decision import Decision
from mailproc.policy.rules.rules import RuleSet
from mailproc.store.engine.sqlite_driver import SqliteDriver, in_one_hop

MARK = os.environ["SABOTAGE_MARK"].encode()
sound = mailproc.service.decider.decide_mail


def decide_mail(mail: InboundMail, authentication: Authentication, account: AccountPolicy, rules: RuleSet) -> Decision:
    """As the sound one, but for the marked mail."""
    if MARK in mail.content:
        if os.environ["SABOTAGE"] == "crash":
            os.kill(os.getpid(), signal.SIGSEGV)
        if os.environ["SABOTAGE"] == "raise":
            raise ZeroDivisionError("sabotage")
    return sound(mail, authentication, account, rules)


def submit(decider: mailproc.service.decider.Decider, mail: InboundMail) -> None:
    """As the sound one, but for the marked mail."""
    if MARK in mail.content and os.environ["SABOTAGE"] == "drop":
        return
    sound_submit(decider, mail)


async def _decide(
    decider: mailproc.service.decider.Decider, mail: InboundMail, told: Authentication | None = None
) -> Decision:
    if MARK in mail.content and os.environ["SABOTAGE"] == "stop" and not broken:
        broken.append(mail.id)
        raise ZeroDivisionError("sabotage")
    return await sound_decide(decider, mail, told)


async def run(driver: SqliteDriver, work: Callable[[], Any], *, size_bytes: int = 0) -> Any:
    """As the sound one, in a database of as many pages as it has."""
    if driver._connection is not None and os.environ["SABOTAGE"] == "full":
        pages = 1 if Path(os.environ["SABOTAGE_MARK"]).exists() else 1_000_000  # 1: SQLite takes as many as there are
        await in_one_hop(
            driver._connection, lambda connection: connection.execute(f"PRAGMA max_page_count={pages}").fetchall()
        )
    return await sound_run(driver, work, size_bytes=size_bytes)


broken: list[str] = []
sound_submit = mailproc.service.decider.Decider.submit
sound_decide = mailproc.service.decider.Decider._decide
sound_run = SqliteDriver.run
mailproc.service.decider.decide_mail = decide_mail
mailproc.service.decider.Decider.submit = submit  # type: ignore[method-assign]
mailproc.service.decider.Decider._decide = _decide  # type: ignore[method-assign]
SqliteDriver.run = run  # type: ignore[method-assign]

if __name__ == "__main__":
    main()
