"""A review as a person reads it: who, what they wrote, why it waits, by when, and what each answer would do."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from mailproc.cli.shell.terminal import columns, is_wide, out, print_labelled
from mailproc.mail.arrival.envelope import InboundMail
from mailproc.mail.mail_kind import MailKind
from mailproc.mail.reading.header_fields import decode_header
from mailproc.mail.reading.message import read_headers, read_message
from mailproc.mail.text.new_text import find_new_text
from mailproc.policy.decision import door_in
from mailproc.policy.hooks.due import SOON
from mailproc.policy.standing.facts import FactKind, Level
from mailproc.policy.storable import short_text, storable_text
from mailproc.review.again import Again
from mailproc.review.answer import UNCLEAR_REACH, Reach, asked_in, caveat_of, people_in, why_unclear
from mailproc.store.results import ReviewItem

_MAX_TEXT = 3000


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewPage:
    """A review and what may be told about it; None where that cannot be told any more.

    `released` is what its mail would be decided as, were all handled and believed; `today` what by today's rules;
    `off` holds addresses and keys of those whom the mail names and who are off already.
    """

    item: ReviewItem
    released: Again | None
    today: Again | None
    off: frozenset[str]


def due_text(item: ReviewItem, now: datetime) -> Text:
    """By when, in days: red when that is over, yellow when it is near."""
    left = item.due_at - now
    if left < timedelta():
        return Text(f"{-left.days} d late" if left.days < -1 else "overdue", style="bold red")
    said = f"{left.days} d" if left.days else f"{left.seconds // 3600} h"
    return Text(said, style="yellow" if left < SOON else "")


def who_text(item: ReviewItem) -> str:
    """Whom it is about, in one line."""
    named = [address or f"key {key}" for address, key in people_in(item)]
    return ", ".join(named[:3]) + (f" and {len(named) - 3} more" if len(named) > 3 else "")


def review_table(items: list[ReviewItem], now: datetime) -> Table:
    """The most urgent first, or how they were answered; on a narrow terminal without kind and time of arrival."""
    wide, open_ones = is_wide(), all(item.state == "open" for item in items)
    table = Table(box=None, pad_edge=False, header_style="bold", width=None if wide else columns())
    table.add_column("id", no_wrap=True, min_width=26)
    table.add_column("due" if open_ones else "answer", no_wrap=open_ones, min_width=10)
    if wide:
        table.add_column("came", no_wrap=True, min_width=11)
        table.add_column("kind", no_wrap=True)
        table.add_column("who", overflow="ellipsis", no_wrap=True, max_width=40)
    table.add_column("why it waits" if wide else "who, and why it waits", overflow="fold")
    for item in items:
        due = due_text(item, now) if item.state == "open" else _answer_text(item)
        who, why = who_text(item) or "nobody named", item.reason
        if wide:
            came = f"{item.received_at or item.created_at:%m-%d %H:%M}"
            table.add_row(item.id, due, came, item.decision.kind if item.decision else "?", Text(who), Text(why))
        else:
            table.add_row(item.id, due, Text.assemble(who, "\n", (why, "dim")))
    return table


def _answer_text(item: ReviewItem) -> Text:
    """What a person said, in two lines: the answer, and who gave it when."""
    at = f" {item.resolved_at:%m-%d %H:%M}" if item.resolved_at else ""
    return Text.assemble(item.resolution or "resolved", "\n", (f"{item.resolved_by or 'nobody known'}{at}", "dim"))


def print_review(page: ReviewPage, now: datetime) -> None:
    """One review, so that it can be decided at a glance."""
    item = page.item
    out.print(_headline(item, now))
    mail = page.today.mail if page.today else None
    print_labelled([(label, Text(text)) for label, text in (*_facts(item), *_header(mail))], width=9, indent=2)
    out.print(Rule("What they wrote", align="left", style="dim"))
    words = Padding(_words(item, mail), (0, 0, 0, 2))
    out.print(words, soft_wrap=False, overflow="fold", no_wrap=False)
    if item.state == "open":
        out.print(Rule(f"What `review resolve {item.id}` would do", align="left", style="dim"))
        if caveat := caveat_of(item):
            told = Padding(Text(caveat, style="yellow"), (0, 0, 0, 2))
            out.print(told, soft_wrap=False, overflow="fold", no_wrap=False)
        _print_answers(page)


def _headline(item: ReviewItem, now: datetime) -> Text:
    if item.state != "open":
        at = f"{item.resolved_at:%Y-%m-%d %H:%M} UTC" if item.resolved_at else ""
        said = f"{(item.resolution or 'RESOLVED').upper()} by {item.resolved_by or 'nobody known'}, {at}"
        return Text(said + (f": {item.note}" if item.note else ""), style="bold green")
    line = Text("WAITS", style="bold magenta")
    line.append(f"  {who_text(item) or 'nobody named'}", style="bold")
    line.append(f"  {item.reason}")
    line.append("  " if item.due_at < now else "  due in ")
    line.append_text(due_text(item, now))
    return line


def _facts(item: ReviewItem) -> list[tuple[str, str]]:
    said: Mapping[str, Any] = item.decision.decision if item.decision else {}
    came = f"{item.received_at:%Y-%m-%d %H:%M} UTC" if item.received_at else "?"
    told = [
        ("review", f"{item.id}, account {item.account_id}"),
        ("mail", f"{said.get('kind', 'not decided')}, came {came}, due {item.due_at:%Y-%m-%d %H:%M} UTC"),
    ]
    for ref in said.get("subscribers", ()):
        who = ref.get("address") or f"key {ref.get('key')}"
        told.append(("who", f"{who} (by {ref.get('source')}, {ref.get('trust')})"))
    door = door_in(said)
    if door is not None and door.about_mail_of is not None and door.fact is FactKind.complaint:
        told.append(("about", f"a mail of {door.about_mail_of:%Y-%m-%d %H:%M} UTC"))
    seen = [f"“{one.get('phrase')}” ({one.get('rule')}, {one.get('where')})" for one in said.get("evidence", ())]
    told += [("seen", one) for one in seen]
    told += [("also", str(one)) for one in said.get("also", ())]
    return told


def _header(mail: InboundMail | None) -> list[tuple[str, str]]:
    """Who says to have written to whom about what; empty when the mail is gone."""
    if mail is None:
        return []
    headers = read_headers(mail.content)
    told = [(name, short_text(decode_header(headers.get(name) or ""), 200)) for name in ("from", "to", "subject")]
    return [*((name, text) for name, text in told if text), ("came to", ", ".join(mail.envelope.rcpt_tos))]


def _words(item: ReviewItem, mail: InboundMail | None) -> Text:
    """What was written: as it was read when deciding, else as it can be read now."""
    said = item.decision.decision if item.decision else {}
    if said.get("new_text") is None and mail is not None:
        return marked_text({"new_text": storable_text(find_new_text(read_message(mail.content), ()).text)})
    return marked_text(said)


def marked_text(decision: Mapping[str, Any]) -> Text:
    """The new text of a recorded decision with the words that were found in it."""
    text = decision.get("new_text")
    if not text:
        return Text("(the mail was not read for text, or its text was dropped)" if text is None else "(no text)", "dim")
    shown = Text(text[:_MAX_TEXT])
    for one in decision.get("evidence", ()):
        if one.get("where") == "body" and one.get("span"):
            shown.stylize("bold black on yellow", *one["span"])
    if len(text) > _MAX_TEXT:
        shown.append(f"\n… {len(text) - _MAX_TEXT} more characters", style="dim")
    return shown


def _print_answers(page: ReviewPage) -> None:
    today = page.today
    rows = [
        ("--as unsubscribe", _what_unsubscribe_does(page)),
        ("--as not-a-request", "changes nothing: who wrote it did not ask to be taken off"),
        ("--as not-a-subscriber", "changes nothing: who is meant does not get our mail"),
    ]
    if page.released is not None and page.released.acts:
        decided = page.released.after
        whom = ", ".join(ref.address or f"key {ref.key}" for ref in decided.subscribers)
        rows.append(("`review release`", f"{decided.action.value} of {whom}: {decided.reason}"))
    if today is not None:
        rows.append(("`review redo`", _today(today)))
    print_labelled([(command, Text(does)) for command, does in rows], width=22, style="cyan", indent=2)


def _what_unsubscribe_does(page: ReviewPage) -> str:
    item = page.item
    if unclear := why_unclear(item):
        return f"needs --person: {unclear}"
    asked = asked_in(item)
    if asked is None:
        return f"needs --level: {UNCLEAR_REACH}"
    came, reach = item.received_at or item.created_at, _reach_text(asked)
    if {address or key for address, key in people_in(item)} <= page.off:
        return f"puts it on record as of {came:%Y-%m-%d}, and changes nothing: {who_text(item)} is off already"
    if item.decision is not None and item.decision.kind == MailKind.delivery_status:
        return f"takes {who_text(item)} off, as if they had asked: a bounce does not; `review release` counts it as one"
    return f"takes {who_text(item)} off{reach}, as of {came:%Y-%m-%d}" + (
        "; to take them off everything: --level account" if reach else ""
    )


def _reach_text(reach: Reach) -> str:
    """What somebody is taken off, as the end of `takes … off`: empty for the account."""
    if reach.level is not Level.list:
        return ""
    return f" the list {reach.list_id}" if reach.list_id else f" the lists of send {reach.send}"


def _today(again: Again) -> str:
    if not again.differences:
        return "the same again, by today's rules and settings"
    after = again.after
    return f"{after.action.value}: {after.reason}" + (f" ({after.rule})" if after.rule else "")
