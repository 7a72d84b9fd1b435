"""What the web rooms are given where no service runs around them: by benchmarks, and by tests of one room."""

from collections.abc import Callable
from datetime import datetime
from functools import cache

from mailproc.metrics import Metrics
from mailproc.policy.account import Accounts
from mailproc.policy.rules.rules import RuleSet
from mailproc.rule_sets.files import load_rules
from mailproc.settings.account_policies import policies_of
from mailproc.settings.settings import Settings
from mailproc.store.store import Store
from mailproc.web.parts import Parts, utc_now


def parts_of(settings: Settings, store: Store, clock: Callable[[], datetime] = utc_now) -> Parts:
    """Accounts of the settings, the shipped rules, no list made by command, always ready."""
    accounts = Accounts(policies_of(settings))

    async def ready() -> list[str]:
        return []

    return Parts(
        settings=settings,
        store=store,
        accounts=lambda: accounts,
        lists=tuple,
        rules=_rules,
        metrics=Metrics(),
        readiness=ready,
        details=dict,
        clock=clock,
    )


@cache
def _rules() -> RuleSet:
    return load_rules(None)
