"""`mailproc` with something wrong inside: run in place of it, told by environment what to do to which mail.

SABOTAGE_MARK: bytes that the mail in question holds. SABOTAGE: `crash` (SIGSEGV while it is read), `raise`, `drop` (it
never reaches the decider), or `stop` (the decider's own loop ends by a bug when the mail comes).
"""

import os
import signal

import mailproc.decider
from mailproc.cli.main import main
from mailproc.mail.authentication import Authentication
from mailproc.mail.envelope import InboundMail
from mailproc.policy.account import AccountPolicy
from mailproc.policy.decision import Decision
from mailproc.policy.rules import RuleSet

MARK = os.environ["SABOTAGE_MARK"].encode()
sound = mailproc.decider.decide_mail


def decide_mail(mail: InboundMail, authentication: Authentication, account: AccountPolicy, rules: RuleSet) -> Decision:
    """As the sound one, but for the marked mail."""
    if MARK in mail.content:
        if os.environ["SABOTAGE"] == "crash":
            os.kill(os.getpid(), signal.SIGSEGV)
        if os.environ["SABOTAGE"] == "raise":
            raise ZeroDivisionError("sabotage")
    return sound(mail, authentication, account, rules)


def submit(decider: mailproc.decider.Decider, mail: InboundMail) -> None:
    """As the sound one, but for the marked mail."""
    if MARK in mail.content and os.environ["SABOTAGE"] == "drop":
        return
    sound_submit(decider, mail)


async def _decide(decider: mailproc.decider.Decider, mail: InboundMail) -> Decision:
    if MARK in mail.content and os.environ["SABOTAGE"] == "stop" and not broken:
        broken.append(mail.id)
        raise ZeroDivisionError("sabotage")
    return await sound_decide(decider, mail)


broken: list[str] = []
sound_submit = mailproc.decider.Decider.submit
sound_decide = mailproc.decider.Decider._decide
mailproc.decider.decide_mail = decide_mail
mailproc.decider.Decider.submit = submit  # type: ignore[method-assign]
mailproc.decider.Decider._decide = _decide  # type: ignore[method-assign]

if __name__ == "__main__":
    main()
