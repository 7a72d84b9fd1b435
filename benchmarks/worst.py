"""How long the worst mails take that we could think of, and how their time grows with their size."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from benchmarks.hostile import SHAPES, every_keyword
from mailproc.cli.shell.garbage import keep_for_good
from mailproc.mail.arrival.authentication import NOT_CHECKED
from mailproc.mail.arrival.envelope import Envelope, InboundMail
from mailproc.mail.reading.message import load_readers
from mailproc.pipeline import decide_mail
from mailproc.policy.account import AccountPolicy, MailboxRole
from mailproc.policy.rules.rules import RuleSet
from mailproc.rule_sets.files import load_rules

# Each and its double: where bodies are read to their end, at both doors, and where they are skipped.
READ = (50_000, 100_000)
SKIPPED = (12_500_000, 25_000_000)
SKIPPED_QUICKLY = (1_000_000, 2_000_000)
_TOO_SHORT_SECONDS = 0.01  # what takes less says nothing about growth
_ACCOUNT = AccountPolicy(
    id="acme",
    domains=("reply.acme.example",),
    sends_from=("news.acme.example",),
    mailboxes={MailboxRole.reply: ("reply",), MailboxRole.bounce: ("bounce",)},
    token_keys={1: bytes(32)},
    footers=("You get this mail because you signed up at acme.example.",),
)
_ENVELOPES = {
    "a reply": Envelope(mail_from="pat@example.org", rcpt_tos=("reply@reply.acme.example",)),
    "a bounce": Envelope(mail_from=None, rcpt_tos=("bounce@reply.acme.example",)),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Worst:
    """One shape of mail at one door: its longest CPU seconds, and by how much twice the size takes longer."""

    name: str
    seconds: float
    growth: float


def worst_mails(*, quick: bool) -> list[Worst]:
    """Every hostile shape, the slowest first; garbage is looked for as seldom as the service does."""
    load_readers()
    rules = load_rules(None)
    examples = [example for rule in rules.rules for example in rule.hits]
    keep_for_good()
    shapes = {**SHAPES, "every keyword": every_keyword(examples)}
    found = []
    for name, make in shapes.items():
        single, double = map(make, READ)
        found += [_measured(f"{name}, as {door}", single, double, one, rules) for door, one in _ENVELOPES.items()]
        single, double = map(make, SKIPPED_QUICKLY if quick else SKIPPED)
        found.append(_measured(f"{name}, as a reply", single, double, _ENVELOPES["a reply"], rules))
    return sorted(found, key=lambda one: one.seconds, reverse=True)


def slowest_growth(found: list[Worst]) -> Worst:
    """What grows most with its size, of those that take long enough to tell."""
    return max(found, key=lambda one: one.growth)


def _measured(name: str, single: bytes, double: bytes, envelope: Envelope, rules: RuleSet) -> Worst:
    seconds = [min(_seconds_of(content, envelope, rules)) for content in (single, double)]
    size = len(double) / len(single)
    growth = seconds[1] / seconds[0] / size * 2 if seconds[0] > _TOO_SHORT_SECONDS else 0.0
    return Worst(name=f"{name} of {len(double) / 1e6:.1f} MB", seconds=max(seconds), growth=growth)


def _seconds_of(content: bytes, envelope: Envelope, rules: RuleSet) -> Iterator[float]:
    """CPU seconds to decide a mail, three times over: other work on the machine only ever adds to them."""
    mail = InboundMail(
        id="1", account_id="acme", envelope=envelope, content=content, received_at=datetime(2026, 3, 3, tzinfo=UTC)
    )
    for _ in range(3):
        start = time.process_time()
        decide_mail(mail, NOT_CHECKED, _ACCOUNT, rules)
        yield time.process_time() - start
