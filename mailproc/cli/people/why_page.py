"""A diagnosis on the terminal and as JSON: what stops mail, since when, by what evidence, and how to change it."""

import shlex
from collections.abc import Iterator, Mapping

from rich.text import Text

from mailproc.cli.shell.context import operator
from mailproc.cli.shell.terminal import harmless, out
from mailproc.errands.diagnosis import Diagnosed
from mailproc.policy.standing.facts import MEANT, Channel, Fact, FactKind
from mailproc.policy.standing.pepper import is_forgotten_name
from mailproc.policy.standing.scope import EVERYWHERE
from mailproc.policy.standing.why import GLOBAL_FIRST, Answer, Told, Why
from mailproc.settings.settings import Settings
from mailproc.shapes.why import REMEDIES, command_of
from mailproc.store.desk.diagnosis import Source

_AT, _INDENT = 16, 2  # columns: where what a step says begins, and how much further in its evidence
_KINDS = {
    FactKind.opt_out: "opted out",
    FactKind.complaint: "complained",
    FactKind.bounce: "bounced",
    FactKind.block: "held",
}
_BY_HAND = (Channel.command, Channel.phone, Channel.letter, Channel.chat)


def print_why(settings: Settings, found: Diagnosed, *, global_first: bool) -> None:
    """Print the answer about one person in one account, as wide as the terminal."""
    why = found.why
    _print_headline(why)
    for answer in why.answers:
        _print_step(answer, found.sources, why)
    if why.suspicion:
        _print(Text(why.suspicion, style="yellow"))
    if global_first:
        first, steps = why.first(GLOBAL_FIRST), " > ".join(step.value for step in GLOBAL_FIRST)
        _print(Text(f"in the order {steps}: {f'first stopped at {first.step.value}' if first else 'not stopped'}"))
    if why.changes:
        _print(Text("What lets it through" + (", all of it together" if len(why.changes) > 1 else ""), style="bold"))
    for remedy in dict.fromkeys(change.remedy for change in why.changes):
        _print(Text(REMEDIES[remedy]), at=2)
        for change in why.changes:
            if change.remedy is remedy:
                _print_command(command_of(settings, why, change, operator("")))


def _print_headline(why: Why) -> None:
    send, first = why.send, why.first()
    what = f"{send.classification.value} mail" + (f" of list {send.list_id}" if send.list_id else "")
    where = "any account" if send.account_id == EVERYWHERE else f"account {send.account_id}"
    line = Text.assemble(("STOPPED", "bold red") if first else ("MAY BE SENT", "bold green"), "  ")
    line.append(harmless(why.known.address or f"key {why.known.key}"), style="bold")
    line.append(f", {where}: {what}")
    _print(line)
    if first:
        also = ", ".join(one.step.value for one in why.answers if one.stops and one is not first)
        _print(Text(f"first at step {first.step.value}" + (f", also at {also}" if also else "")), at=9)


def _print_step(answer: Answer, sources: Mapping[str, Source], why: Why) -> None:
    """One step, and beneath it each block with its evidence."""
    state = ("STOPS", "bold red") if answer.stops else ("passes", "yellow") if answer.passed else ("ok", "green")
    label = Text.assemble((f"{answer.step.value:8}", "bold" if answer.stops else ""), " ", (f"{state[0]:6}", state[1]))
    _print(Text(harmless(answer.said)), label=label, at=_AT)
    for told in (*answer.stopped_by, *answer.passed):
        happened = Text(_happened(told), style="red" if answer.stops else "yellow")
        if told in answer.passed:
            happened.append(f"; it stands, but {why.send.classification.value} mail passes")
        _print(happened, at=_AT)
        for detail in _details(told.fact, sources.get(told.fact.id), why):
            _print(Text(harmless(" ".join(detail.split()))), at=_AT + _INDENT)
    for note in answer.notes:
        _print(Text(harmless(note), style="dim"), at=_AT)


def _happened(told: Told) -> str:
    block = told.block
    said = f"{_KINDS[block.kind]} by {block.channel}, since {block.since:%Y-%m-%d %H:%M} UTC"
    return said + (f", and {told.times - 1} more alike" if told.times > 1 else "")


def _details(fact: Fact, source: Source | None, why: Why) -> Iterator[str]:
    """By what evidence, and where that is kept."""
    evidence = fact.evidence
    if fact.kind is FactKind.complaint and fact.about_mail_of is not None:
        yield f"about a mail of {fact.about_mail_of:%Y-%m-%d %H:%M} UTC"
    by, reason = evidence.get("by"), evidence.get("reason")
    if fact.channel in _BY_HAND or by:
        yield f"entered by {by}: {reason or 'no reason given'}" if by else f"by hand: {reason or 'nobody said why'}"
    elif reason:
        yield reason
    if evidence.get("phrase"):
        yield f"words: “{evidence['phrase']}”" + (f" (rule {evidence['rule']})" if evidence.get("rule") else "")
    if evidence.get(MEANT):
        yield evidence[MEANT]
    if evidence.get("class"):
        yield f"{evidence['class']} bounce, status {evidence.get('status') or 'unknown'}"
    if evidence.get("note"):
        yield f"note: {evidence['note']}"
    if evidence.get("loosely") and not is_forgotten_name(evidence["loosely"]):
        yield f"asked for by {evidence['loosely']}, another form of this address"
    elif evidence.get("carried_from"):
        yield "said of an earlier address of theirs, and taken along"
    if source is not None:
        decided = source.decision
        yield f"{decided.kind if decided else 'mail'} {source.mail_id}" + (f": {decided.action}" if decided else "")
    elif evidence.get("mail"):
        yield f"mail {evidence['mail'][:23]}…, no longer kept"
    yield _place(fact, why)
    yield f"fact {fact.id}"


def _place(fact: Fact, why: Why) -> str:
    if fact.account_id == EVERYWHERE:
        return "recorded for every account"
    beside = "" if fact.account_id == why.send.account_id else ", which is of the same enterprise"
    return f"recorded in account {fact.account_id}{beside}"


def _print(text: Text, *, label: Text | None = None, at: int = 0) -> None:
    """Print text from column `at` on, wrapped there; the label before it in its first line. Nothing trails."""
    for number, line in enumerate(text.wrap(out, max(20, out.width - at))):
        line.rstrip()
        begin = label if label is not None and number == 0 else Text()
        out.print(Text.assemble(begin, " " * (at - begin.cell_len), line))


def _print_command(command: list[str] | None) -> None:
    """In one line, or in several that a shell reads as one where the terminal is narrow."""
    line = ""
    for word in (shlex.quote(one) for one in command or ()):
        if line and len(line) + len(word) + 3 > out.width and word.startswith("-"):
            out.print(Text(f"{line} \\", style="cyan"))
            line = " " * 7
        line += f" {word}" if line else f"    {word}"
    if line:
        out.print(Text(line, style="cyan"))
