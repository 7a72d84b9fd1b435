"""`rules …`: keyword rules checked, tried, compared, counted, and run beside the live ones."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

import typer

from mailproc.cli.shell.lazy import LazyGroup


class _Commands(LazyGroup):
    known: ClassVar[Mapping[str, Sequence[tuple[str, str, str]]]] = {
        "Commands": (
            (
                "check",
                "rules.rules_check:check",
                "Check rule files: form, ids and examples; phrases that can never win.",
            ),
            (
                "try",
                "rules.rules_try:try_rules",
                "Show which rules are found in a text or mail, which guards hold them back, and the decision.",
            ),
            (
                "diff",
                "rules.rules_diff:diff",
                "Decide saved mail by two rule sets, and show each mail whose decision differs, and why.",
            ),
            (
                "stats",
                "rules.rules_stats:stats",
                "Count in how many mails each rule is found, how often a guard takes it out, how many it decides.",
            ),
            (
                "shadow",
                "rules.rules_shadow:shadow",
                "Show the mails that the rules in `shadow_rules` would have decided differently.",
            ),
        ),
    }


app = typer.Typer(
    cls=_Commands, no_args_is_help=True, help="Keyword rules: check, try, compare, count, run in the shadow."
)
