"""`config check` and `config show`: what the settings say, and every mistake in them."""

from datetime import UTC, datetime
from pathlib import Path

import typer

from mailproc.cli.shell.context import ConfigOption, JsonOption, looked_at, settings_of, settings_path
from mailproc.cli.shell.terminal import out, print_json, while_rules_are_read
from mailproc.errors import RulesError, SettingsError
from mailproc.policy.rules.rules import RuleSet
from mailproc.rule_sets.files import RULES, load_rules, rule_paths
from mailproc.settings.account_policies import SOURCES_FILE
from mailproc.settings.check import notes_on_forwarding, notes_on_gaps, notes_on_trust
from mailproc.settings.holiday_calendar import due_rule_of
from mailproc.settings.settings import DueSettings
from mailproc.settings.shipped import shipped

app = typer.Typer(no_args_is_help=True, help="Look at the settings.")


@app.command()
def check(config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """Read settings and rules, and say every mistake with file, line and key. Exit 78 when there is one.

    Example: `mailproc config check --config mailproc.toml`
    """
    settings, problems = looked_at(config)
    rules = _rules_of(settings.rules, problems)
    if settings.due != DueSettings():  # the calendar of the defaults is there, and takes a tenth of the time to read
        try:
            due_rule_of(settings.due).due_at(datetime.now(UTC))
        except SettingsError as error:
            problems += error.problems
    if settings.shadow_rules:
        _rules_of(settings.shadow_rules, problems)
    if problems or rules is None:
        raise SettingsError(problems)
    found = {
        "settings": str(settings_path(config) or "built-in defaults"),
        "database": settings.database,
        "accounts": [account.id for account in settings.account],
        "hooks": [hook.name for hook in settings.hook],
        "rules": str(settings.rules or shipped(RULES)),
        "sources": str(settings.feedback_sources or shipped(SOURCES_FILE)),
        "ruleset": rules.digest,
    }
    if as_json:
        print_json(found)
        return
    for key, value in found.items():
        out.print(f"{key:9} {', '.join(value) if isinstance(value, list) else value}", markup=False)
    for note in (*notes_on_gaps(settings), *notes_on_forwarding(settings), *notes_on_trust(settings)):
        out.print(note, style="yellow", markup=False)
    if settings.account and settings.hook:
        out.print("[green]all well[/]")


def _rules_of(folder: Path | None, problems: list[str]) -> RuleSet | None:
    """The rules of a folder; None, and more problems, when they do not load. A folder without any is told already."""
    try:
        with while_rules_are_read():
            return load_rules(folder) if folder is None or rule_paths(folder) else None
    except RulesError as error:
        problems += error.problems
        return None


@app.command()
def show(config: ConfigOption = None) -> None:
    """Print the settings in force as JSON, secrets left out.

    Example: `mailproc config show | jq .smtp`
    """
    tree = settings_of(config).model_dump(mode="json")
    for hook in tree["hook"]:
        hook["secret"] = "…" if hook["secret"] else None
    for account in tree["account"]:
        _hide_password(account["smarthost"])
        account["token_keys"] = dict.fromkeys(account["token_keys"], "…")
    _hide_password(tree["smarthost"])
    tree["erasure"]["peppers"] = dict.fromkeys(tree["erasure"]["peppers"], "…")
    print_json(tree)


def _hide_password(smarthost: dict[str, object] | None) -> None:
    if smarthost is not None and smarthost["password"] is not None:
        smarthost["password"] = "…"  # noqa: S105 - a dash instead of one
