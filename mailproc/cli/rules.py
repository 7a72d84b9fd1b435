"""`rules …`: keyword rules checked, tried, compared, counted, and run beside the live ones."""

import typer

from mailproc.cli import rules_check, rules_diff, rules_shadow, rules_stats, rules_try

app = typer.Typer(no_args_is_help=True, help="Keyword rules: check, try, compare, count, run in the shadow.")
app.command(name="check")(rules_check.check)
app.command(name="try")(rules_try.try_rules)
app.command(name="diff")(rules_diff.diff)
app.command(name="stats")(rules_stats.stats)
app.command(name="shadow")(rules_shadow.shadow)
