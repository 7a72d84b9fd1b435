"""`explain`: what the program saw in one mail, and why it decided as it did, so that a person can act on it."""

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.padding import Padding
from rich.rule import Rule
from rich.text import Text

from mailproc.account_policies import policies_of
from mailproc.cli.context import EX_NOINPUT, ConfigOption, JsonOption, err, out, print_json, settings_of
from mailproc.cli.deciding import authentication_of
from mailproc.cli.replay import COLOURS
from mailproc.mail.new_text import NewText
from mailproc.pipeline import examine_mail
from mailproc.policy.account import Accounts
from mailproc.policy.decision import decision_as_json
from mailproc.policy.examination import Examination
from mailproc.policy.explain import Section, explain, explanation_as_json
from mailproc.replay import SavedMail, saved_mail
from mailproc.rule_files import load_rules

MOST_BODY_CHARACTERS = 6000


def register(app: typer.Typer) -> None:
    """Hang the command onto the root."""
    app.command(name="explain")(explain_mail)


def explain_mail(
    file: Annotated[Path, typer.Argument(help="A saved mail (.eml), or `-` for standard input.")],
    to: Annotated[str | None, typer.Option("--to", help="Envelope recipient, instead of what the headers say.")] = None,
    rules: Annotated[Path | None, typer.Option("--rules", help="Another folder of rules.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Also structure, authentication, digests.")] = False,
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Show what was seen in a mail: kind, new text, rules that hit, who is meant, and why the action follows.

    Settings and database are not needed; what had to be assumed is said.

    Examples: `mailproc explain mail.eml` · `mailproc explain - < mail.eml` · `mailproc explain mail.eml --json`
    """
    settings = settings_of(config)
    try:
        content = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    except OSError as error:
        err.print(f"mailproc: {file}: {error.strerror}", markup=False)
        raise typer.Exit(EX_NOINPUT) from None
    saved = saved_mail(content, Accounts(policies_of(settings)), to)
    seen = examine_mail(saved.mail, authentication_of(saved), saved.account, load_rules(rules or settings.rules))
    sections = explain(seen, saved.assumed)
    if as_json:
        print_json(
            {
                "decision": decision_as_json(seen.decision),
                "assumed": list(saved.assumed),
                "explanation": explanation_as_json(sections),
            }
        )
        return
    _print(seen, saved, sections, everything=everything)


_ALWAYS = ("What it is", "Who is meant", "New text", "Rules", "What is done")


def _print(seen: Examination, saved: SavedMail, sections: tuple[Section, ...], *, everything: bool) -> None:
    out.print(_headline(seen))
    for section in sections:
        if everything or section.title in _ALWAYS:
            out.print(Rule(section.title, align="left", style="dim"))
            _print_entries(section)
        if section.title == "New text" and seen.new_text is not None:
            body = Padding(_body(seen, seen.new_text), (0, 0, 0, 2))
            out.print(body, soft_wrap=False, overflow="fold", no_wrap=False)
    if not everything:
        out.print(Rule("Assumed", align="left", style="dim"))
        out.print("  " + "; ".join(escape(one) for one in saved.assumed), style="dim")


def _headline(seen: Examination) -> Text:
    """The answer at a glance: what, whom, why."""
    decision = seen.decision
    line = Text(decision.action.value.upper(), style=f"bold {COLOURS[decision.action.value]}")
    for also in decision.also:
        line.append(f" + {also.value}", style="bold")
    who = ", ".join(ref.address or f"subscriber {ref.key}" for ref in decision.subscribers)
    if who:
        line.append(f"  {who}", style="bold")
    line.append(f"  {decision.reason}")
    words = next((one for one in decision.evidence if one.span), None)
    if words:
        line.append(f": “{words.phrase}”")
    if decision.foreign:
        line.append("  (not about our mail: no effect)", style="yellow")
    return line


def _print_entries(section: Section) -> None:
    for entry in section.entries:
        line = Text("  ")
        line.append(f"{entry.label:<22} ", style="dim")
        line.append(entry.text)
        if entry.where:
            line.append(f"  {entry.where}", style="dim")
        out.print(line)


def _body(seen: Examination, new_text: NewText) -> Text:
    """The whole text in place: what was cut off is dim with its reason, what decided is marked."""
    if not new_text.text.strip():
        return Text("(nothing new: all of it is quoted)" if new_text.body.strip() else "(no text)", style="dim")
    body = Text(new_text.body[:MOST_BODY_CHARACTERS])
    for cut in new_text.cuts:
        body.stylize("dim strike" if cut.reason == "quote" else "dim", cut.start, cut.end)
    for evidence in seen.decision.evidence:
        if evidence.where == "body" and evidence.span:
            for start, end in _in_body(new_text, *evidence.span):
                body.stylize("bold black on yellow", start, end)
    for cut in sorted(new_text.cuts, key=lambda one: one.start, reverse=True):
        if cut.start < MOST_BODY_CHARACTERS and new_text.body[cut.start : cut.end].strip():
            body = Text.assemble(body[: cut.start], (f"⟨{cut.reason}⟩ ", "cyan"), body[cut.start :])
    if len(new_text.body) > MOST_BODY_CHARACTERS:
        body.append(f"\n… {len(new_text.body) - MOST_BODY_CHARACTERS} more characters", style="dim")
    return body


def _in_body(new_text: NewText, start: int, end: int) -> list[tuple[int, int]]:
    """Offsets into the new text as offsets into the body; more than one when something was cut out in between."""
    found = []
    for in_text, in_body, length in new_text.pieces:
        first, last = max(start, in_text), min(end, in_text + length)
        if first < last:
            found.append((first - in_text + in_body, last - in_text + in_body))
    return found
