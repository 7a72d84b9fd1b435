"""`mailproc` with something wrong inside: run in place of it, told by environment what to do to which mail.

SABOTAGE_MARK: bytes that the mail in question holds. SABOTAGE: `crash` (SIGSEGV while it is read) or `raise`.
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
        raise ZeroDivisionError("sabotage")
    return sound(mail, authentication, account, rules)


mailproc.decider.decide_mail = decide_mail

if __name__ == "__main__":
    main()
