"""What is fuzzed: each target takes any bytes, and must raise nothing but what its docstring allows."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from mailproc.errors import RulesError
from mailproc.mail.arrival.authentication import NOT_CHECKED
from mailproc.mail.arrival.envelope import Envelope, InboundMail
from mailproc.mail.kind import finding_of, kind_of
from mailproc.mail.reading.message import read_message
from mailproc.mail.reports.delivery_status import parse_delivery_status
from mailproc.mail.reports.feedback import parse_feedback_report
from mailproc.mail.text.new_text import find_new_text
from mailproc.pipeline import decide_mail
from mailproc.policy.account import AccountPolicy, MailboxRole
from mailproc.policy.decision import decision_as_json, facts_as_json
from mailproc.policy.rules.intent import read_intent
from mailproc.policy.rules.rules import RuleSet, read_rules
from mailproc.rule_sets.files import RULES, load_rules
from mailproc.settings.shipped import shipped

MAILS = Path(__file__).resolve().parent.parent / "fixtures" / "emails"
_ACCOUNT = AccountPolicy(
    id="acme",
    domains=("reply.acme.example",),
    sends_from=("news.acme.example", "192.0.2.0/24"),
    mailboxes={role: (role.value,) for role in MailboxRole},
    lists={"weekly": "Weekly news"},
    footers=("You get this mail because you signed up.",),
    token_keys={1: bytes(32)},
    reply_scope="named-list",
)
_PERSON = Envelope(mail_from="pat@example.org", rcpt_tos=("reply@reply.acme.example",))
_NOBODY = Envelope(mail_from=None, rcpt_tos=("bounce@reply.acme.example",))
_NOW = datetime(2026, 3, 3, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One thing to fuzz, what to start from, and how large its inputs grow."""

    run: Callable[[bytes], None]
    seeds: Path
    max_bytes: int = 16_384


@cache
def _rules() -> RuleSet:
    return load_rules(None)


def message(data: bytes) -> None:
    """Reading a mail: any bytes, no exception, and every text can be stored."""
    read = read_message(data)
    for part in read.root.walk():
        (part.text or "").encode("utf-8")
    for envelope in (_PERSON, _NOBODY):
        assert kind_of(read, envelope) == finding_of(read, envelope), "a finder knows what has no sign"


def feedback_report(data: bytes) -> None:
    """Reading a feedback report."""
    parse_feedback_report(read_message(data))


def delivery_status(data: bytes) -> None:
    """Reading a bounce, from a machine and from a person."""
    read = read_message(data)
    parse_delivery_status(read, _NOBODY)
    parse_delivery_status(read, _PERSON)


def new_text(data: bytes) -> None:
    """Cutting out the new text: its pieces are where they are said to be."""
    found = find_new_text(read_message(data), _ACCOUNT.footers)
    pieces = "".join(found.body[start : start + size] for _, start, size in found.pieces)
    assert pieces == found.text, "pieces do not make up the text"


def rule_file(data: bytes) -> None:
    """Reading a rule file: RulesError for whatever is wrong."""
    try:
        read_rules({"fuzzed.toml": data.decode("utf-8", "replace")})
    except RulesError:
        return


def rule_phrases(data: bytes) -> None:
    """A rule file that is sound but for its phrases, patterns and examples: RulesError for whatever is wrong."""
    lines = [line for line in data.decode("utf-8", "ignore").split("\n") if line.strip()][:20]
    third = len(lines) // 3
    lists = {"phrases": lines[third:], "patterns": lines[:third], "hits": lines[-1:], "misses": lines[:1]}
    written = "".join(f"{key} = {json.dumps(value, ensure_ascii=False)}\n" for key, value in lists.items())
    rule_file(f'language = "en"\n[[rule]]\nid = "fuzzed"\naction = "unsubscribe"\n{written}'.encode())


def rule_match(data: bytes) -> None:
    """Looking for the shipped rules in any text: spans lie in it."""
    text = data.decode("utf-8", "surrogatepass" if data[:1] == b"\xed" else "replace")
    found = _rules().matcher.match(text)
    for one in found.matches:
        assert 0 <= one.span[0] < one.span[1] <= len(text), "a span outside the text"
    read_intent(found, _rules())


def decide(data: bytes) -> None:
    """Deciding as a whole: a decision that can be stored, the same each time. The last byte chooses the mailbox."""
    roles = tuple(MailboxRole)
    choice = data[-1] if data else 0
    address = f"{roles[choice % len(roles)].value}@reply.acme.example"
    envelope = Envelope(mail_from="pat@example.org" if choice & 0x80 else None, rcpt_tos=(address,))
    mail = InboundMail(id="1", account_id="acme", envelope=envelope, content=data, received_at=_NOW)
    decision = decide_mail(mail, NOT_CHECKED, _ACCOUNT, _rules())
    json.dumps([decision_as_json(decision), facts_as_json(decision)], ensure_ascii=False).encode("utf-8")
    assert decide_mail(mail, NOT_CHECKED, _ACCOUNT, _rules()) == decision, "another decision the second time"


TARGETS = {
    "message": Target(run=message, seeds=MAILS),
    "feedback-report": Target(run=feedback_report, seeds=MAILS / "feedback_report"),
    "delivery-status": Target(run=delivery_status, seeds=MAILS / "delivery_status"),
    "new-text": Target(run=new_text, seeds=MAILS / "reply"),
    "rule-file": Target(run=rule_file, seeds=shipped(RULES), max_bytes=8192),
    "rule-phrases": Target(run=rule_phrases, seeds=MAILS / "reply", max_bytes=512),
    "rule-match": Target(run=rule_match, seeds=MAILS / "reply"),
    "decide": Target(run=decide, seeds=MAILS),
}
