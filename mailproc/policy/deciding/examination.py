"""Everything that was seen and concluded about one mail: what `explain` shows."""

from dataclasses import dataclass

from mailproc.mail.arrival.envelope import InboundMail
from mailproc.mail.kind import KindFinding
from mailproc.mail.reading.message import Message
from mailproc.mail.text.new_text import NewText
from mailproc.policy.account import AccountPolicy, Route
from mailproc.policy.decision import Decision
from mailproc.policy.rules.match import Match
from mailproc.policy.rules.rules import RuleHit
from mailproc.policy.who.subscriber import SubscriberRef


@dataclass(frozen=True, slots=True, kw_only=True)
class Examination:
    """One mail on the desk. `new_text` is None and matches are empty where the mail was not read for text.

    `body_matches` and `subject_matches` hold guards and what they took out, too; `uncounted` are the rule ids and spans
    that a guard took out. `subject` is without its reply prefixes.
    """

    mail: InboundMail
    account: AccountPolicy
    route: Route
    message: Message
    finding: KindFinding
    decision: Decision
    new_text: NewText | None = None
    subject: str = ""
    body_matches: tuple[Match, ...] = ()
    subject_matches: tuple[Match, ...] = ()
    uncounted: frozenset[tuple[str, str, tuple[int, int]]] = frozenset()

    @property
    def hits(self) -> tuple[RuleHit, ...]:
        """Every rule that was found, guards too, in the subject and then in the new text."""
        return tuple(
            RuleHit(rule_id=match.rule.id, phrase=match.phrase, where=where, span=match.span)
            for where, found in (("subject", self.subject_matches), ("body", self.body_matches))
            for match in found
        )

    @property
    def subscribers(self) -> tuple[SubscriberRef, ...]:
        """Who is meant."""
        return self.decision.subscribers
