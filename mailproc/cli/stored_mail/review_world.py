"""What stored mail is decided against now."""

from mailproc.authenticity.border import Border
from mailproc.cli.shell.terminal import while_rules_are_read
from mailproc.policy.account import AccountPolicy
from mailproc.review.again import World
from mailproc.rule_sets.files import load_rules
from mailproc.service.intake import NOBODY
from mailproc.settings.account_policies import policies_of
from mailproc.settings.settings import Settings


def world_of(settings: Settings) -> World:
    """What mail is decided against now: the settings' accounts and rules. Raises SettingsError, RulesError."""
    policies = {policy.id: policy for policy in policies_of(settings)}
    nobody = AccountPolicy(id=NOBODY, automatic=False)
    with while_rules_are_read():
        rules = load_rules(settings.rules)
    return World(
        policy_of=lambda account_id: policies.get(account_id, nobody),
        rules=rules,
        border=Border(settings.smtp.relays),
    )
