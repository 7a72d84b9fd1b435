"""What the rooms of the web are given by the service."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from mailproc.metrics import Metrics
from mailproc.policy.account import Accounts
from mailproc.policy.rules.rules import RuleSet
from mailproc.policy.standing.lists import MailingList
from mailproc.settings.settings import Settings
from mailproc.store.store import Store
from mailproc.web.endpoints import Details, Readiness


def utc_now() -> datetime:
    """The clock of the service."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What the web rooms are given. `accounts`, `lists` and `rules` tell what is in force now: they change meanwhile.

    `lists` are those that were made by command.
    """

    settings: Settings
    store: Store
    accounts: Callable[[], Accounts]
    lists: Callable[[], Sequence[MailingList]]
    rules: Callable[[], RuleSet]
    metrics: Metrics
    readiness: Readiness
    details: Details
    clock: Callable[[], datetime] = utc_now
