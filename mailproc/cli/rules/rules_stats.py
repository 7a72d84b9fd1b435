"""`rules stats`: how often each rule was found in real mail, how often it decided, and which never fired."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from mailproc.cli.saved_mail.deciding import World, each_decided, examine_saved, opened, read_saved, rules_of, world_of
from mailproc.cli.shell.context import ConfigOption, JsonOption, settings_of
from mailproc.cli.shell.storage import run
from mailproc.cli.shell.terminal import EX_NOINPUT, err, out, print_json, print_table
from mailproc.cli.stored_mail.examined import examine_stored
from mailproc.errors import BadFile
from mailproc.files.mail_files import MailFile
from mailproc.policy.deciding.examination import Examination
from mailproc.policy.rules.rules import RuleSet
from mailproc.settings.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Fired:
    """The rules found in one mail: all, those that a guard took out, and the one that decided."""

    hits: frozenset[str] = frozenset()
    held_back: frozenset[str] = frozenset()
    decided: str | None = None
    error: str | None = None


def stats(
    paths: Annotated[list[Path] | None, typer.Argument(help="Saved mail; else the mail in the database.")] = None,
    rules: Annotated[Path | None, typer.Option("--rules", help="Another folder of rules.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="Of the stored mail at most the newest so many.")] = 10_000,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Count in how many mails each rule is found, how often a guard takes it out, how many it decides.

    The mail is read again with the rules as they are now. Rules that never fired are listed at the end.

    Examples: `mailproc rules stats --config mailproc.toml` · `mailproc rules stats saved-mail/ --json`
    """
    settings = settings_of(config)
    world = world_of(settings, rules)
    opened(world)
    counts: dict[str, Counter[str]] = {name: Counter() for name in ("hits", "held_back", "decided")}
    mails = 0
    found = each_decided(partial(_fired, world=world), paths, 0, _lost, what="reading") if paths else None
    for one in found if found is not None else run(_stored(settings, world, limit)):
        if one.error:
            err.print(f"mailproc: {one.error}", markup=False)
            continue
        mails += 1
        counts["hits"].update(one.hits)
        counts["held_back"].update(one.held_back)
        counts["decided"].update([one.decided] if one.decided else [])
    if not mails and paths:
        err.print("mailproc: no mail there: give .eml files, mbox files, Maildirs, or folders that hold some")
        raise typer.Exit(EX_NOINPUT)
    _show(rules_of(world.rules), counts, mails, as_json=as_json)


def _fired(mail: MailFile, *, world: World) -> Fired:
    try:
        saved = read_saved(mail, world)
    except BadFile as error:
        return _lost(mail, str(error))
    return _fired_in(examine_saved(saved, opened(world)[1]))


def _lost(mail: MailFile, why: str) -> Fired:
    return Fired(error=f"{mail.name}: {why}")


def _fired_in(seen: Examination) -> Fired:
    hits = frozenset(hit.rule_id for hit in seen.hits)
    out_of_count = {(rule_id, where, span) for rule_id, where, span in seen.uncounted}
    counted = {hit.rule_id for hit in seen.hits if (hit.rule_id, hit.where, hit.span) not in out_of_count}
    guards = {match.rule.id for match in (*seen.subject_matches, *seen.body_matches) if match.rule.guard}
    return Fired(hits=hits, held_back=hits - counted - guards, decided=seen.decision.rule)


async def _stored(settings: Settings, world: World, limit: int) -> list[Fired]:
    rules = rules_of(world.rules)
    return [_fired_in(seen[0]) async for _, seen in examine_stored(settings, limit, rules) if seen]


def _show(rules: RuleSet, counts: dict[str, Counter[str]], mails: int, *, as_json: bool) -> None:
    rows = [
        {
            "rule": rule.id,
            "does": rule.does,
            "languages": [language for language in rule.languages if language],
            "where": f"{rule.file}:{rule.line}",
            **{name: counter[rule.id] for name, counter in counts.items()},
        }
        for rule in (*rules.rules, *filter(None, [rules.likeness_rule]))
    ]
    if as_json:
        print_json({"mails": mails, "ruleset": rules.digest, "rules": rows})
        return
    fired = sorted((row for row in rows if row["hits"]), key=lambda row: (-int(str(row["hits"])), str(row["rule"])))
    if fired:
        print_table(_table(fired))
    never = [str(row["rule"]) for row in rows if not row["hits"]]
    out.print(f"{mails} mails, {len(fired)} of {len(rows)} rules were found in them")
    if never:
        out.print(f"never fired ({len(never)}):", style="yellow")
        for line in _by_language(never):
            out.print(Padding(Text(line), (0, 0, 0, 2)), soft_wrap=False)


def _table(rows: Iterable[dict[str, object]]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("rule", no_wrap=True)
    table.add_column("does", no_wrap=True)
    for column in ("mails", "held back", "decided"):
        table.add_column(column, justify="right", no_wrap=True)
    for row in rows:
        table.add_row(*(str(row[key]) for key in ("rule", "does", "hits", "held_back", "decided")))
    return table


def _by_language(names: Iterable[str]) -> Iterator[str]:
    grouped: dict[str, list[str]] = {}
    for name in names:
        grouped.setdefault(name.partition("-")[0], []).append(name)
    return (", ".join(some) for some in grouped.values())
