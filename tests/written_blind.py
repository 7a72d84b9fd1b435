"""What sets of mail that were written blind are measured by: one account, the rules that we ship, shares in percent."""

import functools
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from mailproc.files.replay import saved_mail
from mailproc.mail.arrival.authentication import read_authentication
from mailproc.mail.reading.message import read_headers
from mailproc.pipeline import examine_mail
from mailproc.policy.account import AccountPolicy, Accounts
from mailproc.policy.deciding.examination import Examination
from mailproc.policy.rules.rules import RuleSet
from mailproc.rule_sets.files import load_rules
from mailproc.settings.file import load_settings

FIXTURES = Path(__file__).resolve().parent.parent / "fixtures"


@functools.cache
def acme() -> AccountPolicy:
    """The account of the golden mails."""
    return load_settings(FIXTURES / "emails" / "account.toml", {}).account[0].policy()


@functools.cache
def rules() -> RuleSet:
    """The rules that we ship."""
    return load_rules(None)


def examined(content: bytes) -> Examination:
    """What the program makes of a saved mail, as `replay` does it."""
    saved = saved_mail(content, Accounts([acme()]))
    authentication = read_authentication(read_headers(content), saved.account.border_servers)
    return examine_mail(saved.mail, authentication, saved.account, rules())


def share(answers: Iterable[bool]) -> float:
    """How many of the answers are yes, in percent with one decimal; 100 where there is nothing to measure by."""
    each = list(answers)
    return percent(sum(each), len(each))


def percent(part: int, whole: int) -> float:
    """The same of two counts."""
    return round(100 * part / whole, 1) if whole else 100.0


def looser_than(first: Mapping[str, Any], bars: Mapping[str, int], counts: Mapping[str, int]) -> set[str]:
    """The bars below what the first run reached, and the counts of faults above it."""
    return {name for name, bar in bars.items() if bar < int(first[name])} | {
        name for name, count in counts.items() if count > first[name]
    }
