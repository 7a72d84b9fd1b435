"""`rules check`: whether rule files load, what in them can never work, and which mail they would decide otherwise."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import track
from rich.text import Text

from mailproc.cli.rules.comparing import Compared, compare, failed_comparison, print_comparison
from mailproc.cli.saved_mail.deciding import World, each_decided, opened, rules_of, world_of
from mailproc.cli.shell.context import ConfigOption, JsonOption, settings_of
from mailproc.cli.shell.storage import run
from mailproc.cli.shell.terminal import EX_CONFIG, EX_DATAERR, EX_NOINPUT, err, out, print_json
from mailproc.cli.stored_mail.examined import examine_stored
from mailproc.errors import RulesError
from mailproc.policy.explaining.comparison import compare_examinations, compare_with_decision
from mailproc.policy.rules.dead_phrases import DeadPhrase, dead_phrases
from mailproc.policy.rules.rules import RuleSet, counted_matches, failing_examples
from mailproc.rule_sets.files import RULES
from mailproc.settings.file import load_settings
from mailproc.settings.settings import Settings
from mailproc.settings.shipped import shipped

EXIT_FINDINGS = 1
SHOWN = 60  # characters of a phrase


@dataclass(slots=True, kw_only=True)
class Findings:
    """What an operator should look at before these rules go live."""

    about: dict[str, Any]
    dead: list[DeadPhrase] = field(default_factory=list)
    templates: list[dict[str, str]] = field(default_factory=list)
    compared: int = 0
    nothing_to_compare_with: int = 0
    failed: list[Compared] = field(default_factory=list)
    changed: list[Compared] = field(default_factory=list)

    @property
    def never_count(self) -> list[DeadPhrase]:
        """Phrases that a guard always takes out."""
        return [one for one in self.dead if one.guarded]

    @property
    def superfluous(self) -> list[DeadPhrase]:
        """Phrases that another one always makes unnecessary."""
        return [one for one in self.dead if not one.guarded]

    def as_json(self) -> dict[str, Any]:
        """All of it as plain values."""
        return {
            **self.about,
            "problems": [],
            "never_count": [_dead_as_json(one) for one in self.never_count],
            "superfluous": [_dead_as_json(one) for one in self.superfluous],
            "templates": self.templates,
            "compared": self.compared,
            "not_compared": self.nothing_to_compare_with,
            "failed": [{"file": one.file, "error": one.error} for one in self.failed],
            "changed": [one.as_json() for one in self.changed],
        }


def check(
    folder: Annotated[Path | None, typer.Argument(help="Folder of rule files; else the one in the settings.")] = None,
    against: Annotated[
        list[Path] | None, typer.Option("--against", help="Also decide this saved mail; may be repeated.")
    ] = None,
    fixtures: Annotated[
        bool, typer.Option("--fixtures", help="Also decide the mail that comes with the source, in a checkout.")
    ] = False,
    stored: Annotated[bool, typer.Option("--stored", help="Also decide the mail in the database again.")] = False,
    limit: Annotated[int, typer.Option(min=1, help="Of the stored mail at most the newest so many.")] = 10_000,
    everything: Annotated[bool, typer.Option("--all", help="Also list phrases that are merely superfluous.")] = False,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Check rule files: form, ids and examples; phrases that can never win; and, where asked, what mail would change.

    Mail is decided with --against, --fixtures and --stored only. A saved mail is compared with the golden decision
    beside it (NAME.decision.json), else with what the rules in force say; settings in `account.toml` of its folder are
    its account. Exit 78 with `file:line: sentence` when the files do not load, 1 when a footer of the account asks to
    be taken off or a decision would change, 65 when a mail cannot be read, else 0.

    Examples: `mailproc rules check my-rules/` · `mailproc rules check my-rules/ --against saved/ --stored`
    """
    settings = settings_of(config)
    folder = folder or settings.rules or shipped(RULES)
    try:
        rules = rules_of(folder)
        if problems := [told for rule in rules.rules for told in failing_examples(rule, rules.matcher)]:
            raise RulesError(problems)
    except RulesError as error:
        if not as_json:
            err.print("[red]these files do not load[/]; a running service keeps the rules that it has")
            raise
        print_json({"folder": str(folder), "problems": error.problems})
        raise typer.Exit(EX_CONFIG) from None
    findings = Findings(about=_about(folder, rules))
    findings.dead = sorted(_dead(rules), key=lambda one: (one.rule.file, one.rule.line))
    findings.templates = [*_templates(settings, rules)]
    for path in [*(against or ()), *(_fixtures() if fixtures else ())]:
        _compare_saved(findings, path, settings, folder)
    if stored:
        run(_compare_stored(findings, settings, rules, limit))
    print_json(findings.as_json()) if as_json else _print(findings, everything=everything)
    if findings.templates or findings.changed:
        raise typer.Exit(EXIT_FINDINGS)
    if findings.failed:
        raise typer.Exit(EX_DATAERR)


def _about(folder: Path, rules: RuleSet) -> dict[str, Any]:
    return {
        "folder": str(folder),
        "ruleset": rules.digest,
        "files": len(rules.files),
        "rules": len(rules.rules),
        "phrases": sum(len(rule.phrases) for rule in rules.rules),
        "languages": sorted({language for rule in rules.rules for language in rule.languages if language}),
        "examples": sum(len(rule.hits) + len(rule.misses) for rule in rules.rules),
    }


def _dead(rules: RuleSet) -> Iterator[DeadPhrase]:
    total = sum(len(rule.phrases) for rule in rules.rules)
    steps = track(
        dead_phrases(rules), "trying phrases", total, console=err, transient=True, disable=not err.is_terminal
    )
    return (found for found in steps if found is not None)


def _templates(settings: Settings, rules: RuleSet) -> Iterator[dict[str, str]]:
    """Footers of the accounts that would be taken for a person's request wherever they are not recognised."""
    for account in settings.account:
        for footer in account.footers:
            for match in counted_matches(rules.matcher.match(footer)):
                if match.rule.action is not None:
                    yield {
                        "account": account.id,
                        "footer": footer,
                        "rule": match.rule.id,
                        "phrase": match.phrase,
                        "does": match.rule.does,
                    }


def _fixtures() -> list[Path]:
    """The saved mail that comes with the source. Raises typer.Exit(66) where that is not."""
    folder = shipped(RULES).parent / "fixtures" / "emails"
    if not folder.is_dir():
        err.print(f"mailproc: there is no {folder}: the mail comes with a checkout of the source", markup=False)
        raise typer.Exit(EX_NOINPUT)
    return [folder]


def _compare_saved(findings: Findings, path: Path, settings: Settings, folder: Path) -> None:
    own = path / "account.toml"
    new = world_of(load_settings(own, {}) if own.is_file() else settings, folder)
    old = World(accounts=new.accounts, rules=settings.rules)
    is_same = opened(old)[1].digest == opened(new)[1].digest
    work = partial(compare, old=None if is_same else old, new=new, goldens=True)
    for one in each_decided(work, [path], 0, failed_comparison, what="comparing"):
        if one.error:
            findings.failed.append(one)
        elif one.found is None:
            findings.nothing_to_compare_with += 1
        else:
            findings.compared += 1
            findings.changed += [one] if one.differs else []


async def _compare_stored(findings: Findings, settings: Settings, rules: RuleSet, limit: int) -> None:
    """By the rules in force and these; with these in force, by what was recorded."""
    in_force = rules_of(settings.rules)
    sets = (rules,) if in_force.digest == rules.digest else (rules, in_force)
    async for one, seen in examine_stored(settings, limit, *sets):
        if not seen:
            findings.nothing_to_compare_with += 1
            continue
        new, *old = seen
        found = compare_examinations(old[0], new) if old else compare_with_decision(one.decision, new)
        findings.compared += 1
        if found.changes:
            findings.changed.append(Compared(file=f"stored mail {one.mail_id}", found=found))


def _print(findings: Findings, *, everything: bool) -> None:
    for key, value in findings.about.items():
        out.print(f"{key:10} {', '.join(value) if isinstance(value, list) else value}", markup=False)
    out.print("[green]all files load, all examples hold[/]")
    for one in findings.never_count:
        told = f"{_where(one)}: {one.by.does} {one.by.id} “{_short(one.by_phrase)}” always takes it out"
        out.print(Text.assemble(("never counts", "red"), f"  {told}"))
    if findings.superfluous and not everything:
        out.print(f"{len(findings.superfluous)} phrases are superfluous: --all lists them", style="dim")
    for one in findings.superfluous if everything else ():
        out.print(f"superfluous  {_where(one)}: {one.by.id} “{_short(one.by_phrase)}” says it", markup=False)
    for found in findings.templates:
        said = f"footer of {found['account']} “{found['footer']}” would be read as {found['does']}"
        out.print(Text.assemble(("template", "red"), f"      {said}: {found['rule']} “{found['phrase']}”"))
    for failed in findings.failed:
        err.print(f"mailproc: {failed.file}: {failed.error}", markup=False)
    for changed in findings.changed:
        if changed.found:
            print_comparison(changed.file, changed.found)
    out.print(_sum_of(findings))


def _sum_of(findings: Findings) -> str:
    if not findings.compared and not findings.nothing_to_compare_with:
        return "no mail was decided: name some with --against, or say --stored or --fixtures"
    told = f"{len(findings.changed)} of {findings.compared} saved mails would be decided differently"
    if findings.nothing_to_compare_with:
        told += f" ({findings.nothing_to_compare_with} more have no earlier decision to compare with)"
    return told


def _where(dead: DeadPhrase) -> str:
    return f"{dead.rule.file}:{dead.rule.line} {dead.rule.id} “{_short(dead.phrase)}”"


def _short(phrase: str) -> str:
    return phrase if len(phrase) <= SHOWN else f"{phrase[: SHOWN - 1]}…"


def _dead_as_json(dead: DeadPhrase) -> dict[str, Any]:
    return {
        "file": dead.rule.file,
        "line": dead.rule.line,
        "rule": dead.rule.id,
        "phrase": dead.phrase,
        "by": dead.by.id,
        "by_phrase": dead.by_phrase,
    }
