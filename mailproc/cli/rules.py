"""`rules check`: whether the rule files would load, and what is wrong where."""

from pathlib import Path
from typing import Annotated

import typer

from mailproc.cli.context import ConfigOption, JsonOption, out, print_json, settings_of
from mailproc.rule_files import load_rules, shipped_rules_folder

app = typer.Typer(no_args_is_help=True, help="Keyword rules.")


@app.callback()
def _group() -> None:
    """Keyword rules."""


@app.command()
def check(
    folder: Annotated[Path | None, typer.Argument(help="Folder of rule files; else the one in the settings.")] = None,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Read the rule files and run every example that must hit or must miss. Exit 78 with `file:line: what is wrong`.

    Example: `mailproc rules check rules/`
    """
    folder = folder or settings_of(config).rules or shipped_rules_folder()
    rules = load_rules(folder)
    found = {
        "folder": str(folder),
        "ruleset": rules.digest,
        "rules": len(rules.rules),
        "phrases": sum(len(rule.phrases) for rule in rules.rules),
        "languages": sorted({language for rule in rules.rules for language in rule.languages}),
        "examples": sum(len(rule.hits) + len(rule.misses) for rule in rules.rules),
    }
    if as_json:
        print_json(found)
        return
    for key, value in found.items():
        out.print(f"{key:10} {', '.join(value) if isinstance(value, list) else value}", markup=False)
    out.print("[green]all examples hold[/]")
