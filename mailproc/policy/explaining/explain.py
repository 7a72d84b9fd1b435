"""Why a mail was decided as it was: an examination as sections of plain lines, for terminal, page or JSON (R111)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from mailproc.mail.arrival.authentication import MethodResult
from mailproc.mail.reading.message import Part
from mailproc.policy.deciding.examination import Examination
from mailproc.policy.decision import Evidence
from mailproc.policy.explaining.rule_fate import RuleFate, fates_of
from mailproc.policy.explaining.vouching import vouching_of
from mailproc.policy.standing.facts import Fact
from mailproc.policy.storable import short_text, storable_text
from mailproc.policy.who.subscriber import SubscriberRef

_MAX_TEXT = 20_000


@dataclass(frozen=True, slots=True)
class Entry:
    """One line: what it is about, what is said, and where that was seen (may be empty)."""

    label: str
    text: str
    where: str = ""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A piece of the body in its order. `cut` says why it is not new text; None for what the person wrote."""

    text: str
    cut: str | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with lines under it; `stretches` only for the body."""

    title: str
    entries: tuple[Entry, ...] = ()
    stretches: tuple[Stretch, ...] = field(default=())


def explain(examination: Examination, assumed: Sequence[str] = ()) -> tuple[Section, ...]:
    """Everything that was seen and concluded, in the order in which it was; `assumed` is what the caller had to guess.

    Sections without content are left out. All text is storable and bounded.
    """
    sections = [Section("Assumed", tuple(Entry("", short_text(one, 400)) for one in assumed))]
    sections += [build(examination) for build in _BUILDERS]
    return tuple(section for section in sections if section.entries or section.stretches)


def explanation_as_json(sections: Sequence[Section]) -> list[dict[str, Any]]:
    """The sections as plain values."""
    return [
        {
            "title": section.title,
            "entries": [{"label": one.label, "text": one.text, "where": one.where} for one in section.entries],
            "stretches": [{"text": one.text, "cut": one.cut} for one in section.stretches],
        }
        for section in sections
    ]


def _kind(seen: Examination) -> Section:
    envelope, finding, decision = seen.mail.envelope, seen.finding, seen.decision
    entries = [Entry("kind", decision.kind.value)]
    if finding.kind != decision.kind:
        entries.append(Entry("by structure", finding.kind.value))
    if finding.evidence:
        entries.append(Entry("because", short_text(finding.evidence), finding.where))
    entries += [
        Entry("envelope", f"{envelope.mail_from or '<>'} to {short_text(', '.join(envelope.rcpt_tos))}"),
        Entry("mailbox", seen.route.role.value + (" (address token)" if seen.route.token else "")),
        Entry("subject", short_text(seen.message.subject, 300)),
        Entry("parser", seen.message.parser),
    ]
    entries += [Entry("defect", short_text(defect)) for defect in decision.defects]
    return Section("What it is", tuple(entries))


def _structure(seen: Examination) -> Section:
    entries: list[Entry] = []

    def add(part: Part, depth: int) -> None:
        if len(entries) < 60:
            name = f" {short_text(part.filename, 60)}" if part.filename else ""
            entries.append(Entry("part", f"{'  ' * min(depth, 8)}{short_text(part.content_type, 80)}{name}"))
            for child in part.parts:
                add(child, depth + 1)

    add(seen.message.root, 0)
    return Section("How it is built", tuple(entries) if len(entries) > 1 else ())


def _authentication(seen: Examination) -> Section:
    told = seen.decision.authentication
    entries = [Entry("source", told.source)]
    for name, result in (("SPF", told.spf), *(("DKIM", one) for one in told.dkim), ("DMARC", told.dmarc)):
        if result is not None:
            entries.append(Entry(name, verdict_text(result)))
    if told.dmarc_policy:
        entries.append(Entry("DMARC policy", told.dmarc_policy))
    if (vouching := vouching_of(seen)) is not None:
        entries.append(Entry("so", vouching.sentence))
    return Section("Who sent it", tuple(entries))


def verdict_text(result: MethodResult) -> str:
    """One verdict in words: `pass example.org, aligned with From`, `fail example.net: the text was changed`."""
    said = f"{result.result} {result.domain or ''}".strip()
    if result.aligned and result.result == "pass":
        said += ", aligned with From"
    return short_text(f"{said}: {result.reason}" if result.reason else said, 300)


def _people(seen: Examination) -> Section:
    entries = [_person(ref) for ref in seen.decision.subscribers]
    if not entries:
        entries = [Entry("nobody", "no token and no usable address says who is meant")]
    return Section("Who is meant", tuple(entries))


def _person(ref: SubscriberRef) -> Entry:
    who = ref.address or f"subscriber {ref.key}"
    if ref.address and ref.key:
        who = f"{ref.address}, subscriber {ref.key}"
    return Entry(ref.trust.value, short_text(who, 400), ref.source.value)


def _body(seen: Examination) -> Section:
    if seen.new_text is None:
        return Section("New text")
    text = seen.new_text
    stretches: list[Stretch] = []
    position = 0
    for cut in sorted(text.cuts, key=lambda one: one.start):
        if cut.start > position:
            stretches.append(Stretch(storable_text(text.body[position : cut.start])))
        stretches.append(Stretch(storable_text(text.body[max(cut.start, position) : cut.end][:_MAX_TEXT]), cut.reason))
        position = max(position, cut.end)
    if position < len(text.body):
        stretches.append(Stretch(storable_text(text.body[position:][:_MAX_TEXT])))
    entries = [Entry("taken from", text.source)]
    if text.unreadable:
        entries.append(Entry("unreadable", short_text(text.unreadable)))
    return Section("New text", tuple(entries), tuple(one for one in stretches if one.text.strip()))


def _rules(seen: Examination) -> Section:
    entries = [_found(fate) for fate in fates_of(seen)]
    if seen.new_text is not None and not entries:
        entries = [Entry("none", "no rule was found in subject or new text")]
    return Section("Rules", tuple(entries))


def _found(fate: RuleFate) -> Entry:
    spans = ", ".join(f"{start}–{end}" for start, end in fate.spans)
    where = f"{fate.where} {spans}, {fate.rule.file}:{fate.rule.line}"
    return Entry(fate.rule.id, f"“{fate.phrase}” ({fate.rule.does}), {fate.fate}", where)


def _decision(seen: Examination) -> Section:
    decision = seen.decision
    action = decision.action.value + "".join(f", also {one.value}" for one in decision.also)
    entries = [Entry("action", action), Entry("reason", decision.reason)]
    if decision.level:
        entries.append(Entry("level", decision.level.value + (f" {decision.list_id}" if decision.list_id else "")))
    if decision.foreign:
        entries.append(Entry("foreign", "it is not shown to be about our mail, and has no effect"))
    entries += [_evidence(one) for one in decision.evidence if one.span is None]  # the others stand under the rules
    entries += [
        Entry("bounce", f"{one.address or 'unknown'}: {one.bounce_class}, {one.reason}", one.status or "")
        for one in decision.bounces
    ]
    entries += [_fact(fact) for fact in decision.facts]
    return Section("What is done", tuple(entries))


def _evidence(one: Evidence) -> Entry:
    where = one.where + (f" {one.span[0]}–{one.span[1]}" if one.span else "")
    return Entry("evidence", f"{one.rule}: {short_text(one.phrase)}", where)


def _fact(fact: Fact) -> Entry:
    who = fact.address or f"subscriber {fact.key}"
    reach = "lists of its send" if fact.is_of_send else fact.level.value
    said = f"{fact.kind.value} of {short_text(who, 320)} ({reach}, {fact.channel.value})"
    return Entry("fact", said, fact.id)


def _digests(seen: Examination) -> Section:
    decision = seen.decision
    return Section(
        "Digests",
        (Entry("mail", decision.mail), Entry("rules", decision.ruleset), Entry("account", decision.policy)),
    )


_BUILDERS: tuple[Callable[[Examination], Section], ...] = (
    _kind,
    _structure,
    _authentication,
    _people,
    _body,
    _rules,
    _decision,
    _digests,
)
