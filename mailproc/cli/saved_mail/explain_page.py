"""The page that answers "why?": the decision in a sentence, the telling words in their place, and what led to it."""

from collections.abc import Sequence

from rich.padding import Padding
from rich.text import Text

from mailproc.cli.saved_mail.marked_text import marked, marked_body, marks_of, style_of
from mailproc.cli.shell.terminal import harmless, out, print_labelled
from mailproc.errands.explained import Page
from mailproc.errands.what_if import Otherwise
from mailproc.policy.deciding.examination import Examination
from mailproc.policy.decision import Action, Also, Decision
from mailproc.policy.explaining.explain import verdict_text
from mailproc.policy.explaining.reading import Reading
from mailproc.policy.explaining.rule_fate import NO_SAY, RuleFate
from mailproc.policy.explaining.vouching import vouching_of
from mailproc.policy.rules.rules import LIKENESS
from mailproc.policy.who.subscriber import RefSource, SubscriberRef

COLOURS = {"unsubscribe": "red", "bounce": "yellow", "review": "magenta", "forward": "cyan", "record": "blue"}
_MEANS = {
    Action.unsubscribe: "taken off, if it were about our mail",
    Action.bounce: "undeliverable, but not our mail",
    Action.review: "nothing changes until a person decides",
    Action.forward: "given to people to read, nothing else changes",
    Action.record: "kept, nothing else is done",
}
_ALSO = {
    Also.forward: "give it to people to read",
    Also.review: "put it up for review",
    Also.alert: "raise an alert",
    Also.erasure_request: "open an erasure request",
}
_BY = {
    RefSource.token: "the signed token of our mail",
    RefSource.original_rcpt_to: "Original-Rcpt-To of the report",
    RefSource.removal_recipient: "Removal-Recipient of the report",
    RefSource.jmrp_header: "X-HmXmrOriginalRecipient",
    RefSource.delivery_status: "the delivery status",
    RefSource.received_for: "Received … for in our mail",
    RefSource.to: "To of our mail",
    RefSource.from_: "From",
    RefSource.body: "the text",
}
_MOST_NEAR = 3
_KEEP_RULES = 8
_MOST_SHARES = 4


def print_page(page: Page, *, everything: bool) -> None:
    """The whole page, as wide as the terminal."""
    print_headline(page.seen.decision)
    print_text(page, everything=everything)
    print_lines(
        ("rules", rule_lines(page, everything=everything)),
        ("reads", reading_lines(page.reading)),
        ("who", _people(page.seen)),
        ("sent by", _authentication(page.seen)),
        ("mail", _mail(page.seen)),
        ("does", _effects(page.seen)),
        ("otherwise", otherwise_lines(page.otherwise)),
        ("assumed", [Text("; ".join(page.assumed), style="dim")] if page.assumed else []),
    )


def print_lines(*labelled: tuple[str, Sequence[Text]]) -> None:
    """Lines beside the label of their group; groups without lines are left out."""
    rows = []
    for label, lines in labelled:
        for number, line in enumerate(lines):
            line.plain = harmless(line.plain)
            rows.append(("" if number else label, line))
    print_labelled(rows, width=10)


def print_headline(decision: Decision) -> None:
    """The decision in a sentence: what is done, to whom, and why."""
    line = Text.assemble((decision.action.value.upper(), f"bold {COLOURS[decision.action.value]}"))
    people = [ref.address or f"subscriber {ref.key}" for ref in decision.subscribers]
    if decision.action in (Action.unsubscribe, Action.bounce) and not decision.foreign:
        line.append(f" {', '.join(people) or 'nobody'}", style="bold")
        if decision.list_id:
            line.append(f" from the list {decision.list_id}")
    else:
        line.append(f" – {_MEANS[decision.action]}")
    for also in decision.also:
        line.append(f", and {_ALSO[also]}")
    line.append(f": {decision.reason}")
    words = next((one for one in decision.evidence if one.span), None)
    if words:
        line.append(" “")
        line.append(" ".join(words.phrase.split()), style="bold")
        line.append("”")
    _print(line)


def _print(line: Text) -> None:
    line.plain = harmless(line.plain)
    out.print(line, soft_wrap=False)


def print_text(page: Page, *, everything: bool) -> None:
    """Subject and new text with the rules' words in colour; nothing where the mail was not read for text."""
    seen = page.seen
    if seen.new_text is None:
        return
    shown: list[Text] = []
    telling = _telling(page, everything)
    if seen.subject:
        shown.append(Text.assemble(("Subject: ", "dim"), marked(seen.subject, marks_of(telling, "subject"))))
    if seen.new_text.unreadable:
        shown.append(Text(f"(cannot be read: {seen.new_text.unreadable})", style="yellow"))
    if not seen.new_text.text.strip() and not seen.new_text.unreadable:
        shown.append(Text("(nothing new was written)" if seen.new_text.body.strip() else "(no text)", style="yellow"))
    shown.append(marked_body(seen.new_text, marks_of(telling, "body"), width=out.width - 4, whole=everything))
    for one in shown:
        if one.plain.strip():
            one.plain = harmless(one.plain)
            out.print(Padding(one, (0, 0, 0, 2), expand=False), soft_wrap=False, overflow="fold", no_wrap=False)
    out.print()


def rule_lines(page: Page, *, everything: bool) -> list[Text]:
    """Each rule that was found with what became of it, and those that nearly were; words within words are told once."""
    groups: list[list[RuleFate]] = []
    for fate in (one for one in _telling(page, everything) if one.rule.id != LIKENESS):
        group = next((one for one in groups if _says_as_much(one[0], fate)), None)
        if group is None:
            groups.append([fate])
        else:
            group.append(fate)
    some = groups if everything else groups[:_KEEP_RULES]
    lines = [_rule_line(group) for group in some]
    if len(some) < len(groups):
        lines.append(Text(f"… {len(groups) - len(some)} more with --all", style="dim"))
    if not groups and page.seen.new_text is not None:
        lines.append(Text("none was found in subject or new text", style="dim"))
    for near in page.near[:_MOST_NEAR]:
        said = " ".join(near.phrase.split())
        lines.append(Text(f"not “{said}” ({near.rule.id}, {near.rule.does}): it counts {near.when}", style="dim"))
    return lines


def _telling(page: Page, everything: bool) -> Sequence[RuleFate]:
    """What was found, without signs that have no say: by themselves they are ordinary words."""
    return [one for one in page.fates if everything or one.fate != NO_SAY or one.rule.sign is None]


def _says_as_much(fate: RuleFate, other: RuleFate) -> bool:
    """Whether a rule's words include all of another's that do the same, or less."""
    does_less = fate.rule.action == Action.unsubscribe and other.rule.guard is None
    if (fate.where, fate.counts) != (other.where, other.counts) or not (does_less or fate.rule.does == other.rule.does):
        return False
    return all(any(first <= start and end <= last for first, last in fate.spans) for start, end in other.spans)


def _rule_line(group: Sequence[RuleFate]) -> Text:
    first, *others = group
    line = Text()
    line.append(f"“{first.phrase}”", style=style_of(first))
    times = f", {len(first.spans)} times" if len(first.spans) > 1 else ""
    line.append(f" in the {first.where}{times}: {first.rule.does}, {first.fate}")
    line.append(f"  {first.rule.id} {first.rule.file}:{first.rule.line}", style="dim")
    if others:
        names = [name for name in dict.fromkeys(one.rule.id for one in others) if name != first.rule.id]
        line.append(f", also {', '.join(names)}" if names else "", style="dim")
    return line


def reading_lines(reading: Reading | None) -> list[Text]:
    """What the text reads like, by which words."""
    if reading is None:
        return []
    like = "like a request" if reading.is_like_a_request else "not like a request"
    line = Text.assemble((like, "bold" if reading.is_like_a_request else ""))
    line.append(f": {reading.points} points, from {reading.review_from} on a person looks", style="dim")
    if reading.doubt_until is not None:
        line.append(f", up to {reading.doubt_until} at a longer request, too", style="dim")
    lines = [line]
    for what, points, words in reading.shares[:_MOST_SHARES]:
        share = Text.assemble((f"{points:+d} ", "magenta" if points > 0 else "cyan"), what)
        lines.append(share.append(f" “{words}”" if words else "", style="dim"))
    return lines


def otherwise_lines(otherwise: Sequence[Otherwise]) -> list[Text]:
    """What would have made it another decision."""
    return [
        Text.assemble(
            f"{one.change}, it would be ",
            (one.decision.action.value, COLOURS[one.decision.action.value]),
            f": {one.decision.reason}",
        )
        for one in otherwise
    ]


def _people(seen: Examination) -> list[Text]:
    if not seen.decision.subscribers:
        if seen.decision.action in (Action.record, Action.forward) and seen.finding.report is None:
            return []  # nobody is asked for
        return [Text("nobody: no token and no usable address says who is meant", style="yellow")]
    return [_person(ref) for ref in seen.decision.subscribers]


def _person(ref: SubscriberRef) -> Text:
    names = [name for name in (ref.address, ref.key and f"subscriber {ref.key}") if name]
    return Text.assemble((", ".join(names), "bold"), f" by {_BY.get(ref.source, ref.source.value)}, {ref.trust.value}")


def _authentication(seen: Examination) -> list[Text]:
    told = seen.decision.authentication
    if told.source == "not_checked":
        return [Text("not checked: no border server told, and nothing was looked up", style="dim")]
    source = {"header": "said by our border server", "verified": "looked up here"}.get(told.source, told.source)
    verdicts = [("SPF", told.spf), *(("DKIM", one) for one in told.dkim), ("DMARC", told.dmarc)]
    lines = [Text(f"{name} {verdict_text(one)}") for name, one in verdicts if one is not None]
    lines = lines or [Text("no verdict")]
    if told.dmarc_policy:
        lines[-1].append(f"; its policy is {told.dmarc_policy}")
    lines[0].append(f" ({source})", style="dim")
    vouching = vouching_of(seen)
    if vouching is not None:
        lines.append(Text(vouching.sentence, style="green" if vouching.verdict.acts else "yellow"))
    return lines


def _mail(seen: Examination) -> list[Text]:
    decision, finding, route = seen.decision, seen.finding, seen.route
    box = f"the mailbox {route.role.value}" + (" with an address token of ours" if route.token else "")
    line = Text.assemble((decision.kind.value.replace("_", " "), "bold"), f" to {box}")
    known = [finding.evidence] if finding.evidence else []
    known += [
        f"{one.rule}: {one.phrase}" for one in decision.evidence if not one.span and one.phrase != finding.evidence
    ]
    if known:
        line.append(f", because of {'; '.join(' '.join(one.split()) for one in dict.fromkeys(known))}")
    if seen.new_text is None and seen.message.subject:
        line.append(f", “{seen.message.subject}”", style="dim")
    lines = [line]
    if decision.foreign:
        lines.append(Text("not about our mail: no token of ours, and nothing in it is in sends_from", style="yellow"))
    return lines + [Text(f"defect: {defect}", style="yellow") for defect in decision.defects[:5]]


def _effects(seen: Examination) -> list[Text]:
    decision = seen.decision
    lines = [
        Text(f"{one.address or 'unknown'}: {one.bounce_class} bounce, {one.reason} {one.status or ''}".rstrip())
        for one in decision.bounces
    ]
    for fact in decision.facts:
        who = fact.address or f"subscriber {fact.key}"
        reach = f"list {fact.list_id}" if fact.list_id else "lists of its send" if fact.is_of_send else fact.level.value
        lines.append(Text(f"records {fact.kind.value.replace('_', '-')} of {who} ({reach}, by {fact.channel.value})"))
    return lines
