"""One mail on the desk: everything that a decision may look at, and the outcome that it comes to."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, NamedTuple

from mailproc.mail.arrival.authentication import Authentication
from mailproc.mail.arrival.envelope import InboundMail
from mailproc.mail.kind import KindFinding
from mailproc.mail.mail_kind import MailKind
from mailproc.mail.reading.message import Message
from mailproc.mail.text.new_text import NewText, find_new_text, signed_text
from mailproc.policy.account import AccountPolicy, MailboxRole, Route, mailbox_of
from mailproc.policy.address import split_address
from mailproc.policy.deciding.subject import AnsweredSubject, read_subject
from mailproc.policy.decision import Action, Also, BounceSummary, Evidence
from mailproc.policy.rules.intent import Intent, read_intent
from mailproc.policy.rules.match import Match, TextMatches
from mailproc.policy.rules.rules import LIKENESS, RuleSet
from mailproc.policy.standing.facts import Fact, Level
from mailproc.policy.storable import short_text, storable_text
from mailproc.policy.tokens.token import Token, read_token
from mailproc.policy.who.subscriber import SubscriberRef


@dataclass(frozen=True, kw_only=True)
class Case:
    """What is known of one mail. Its new text is cut out only when somebody asks for it."""

    mail: InboundMail
    message: Message
    finding: KindFinding
    account: AccountPolicy
    rules: RuleSet
    authentication: Authentication
    route: Route
    digest: str

    @property
    def role(self) -> MailboxRole:
        """What the mailbox is for that the mail came to."""
        return self.route.role

    @property
    def was_read(self) -> bool:
        """Whether somebody asked for the new text."""
        return "new_text" in self.__dict__

    @cached_property
    def new_text(self) -> NewText:
        """What the person wrote anew."""
        return find_new_text(self.message, self.account.footers)

    @cached_property
    def text(self) -> str:
        """The new text, storable; spans are offsets into it."""
        return storable_text(self.new_text.text)

    @cached_property
    def body_intent(self) -> Intent:
        """What the new text asks for."""
        return read_intent(self.body_matches, self.rules)

    @cached_property
    def subject_intent(self) -> Intent:
        """What the subject asks for."""
        return read_intent(self.subject_matches, self.rules)

    @property
    def shown_text(self) -> str:
        """The new text for people to read, storable: with the signature that tells them who wrote."""
        shown = signed_text(self.new_text)
        return self.text if shown is self.new_text.text else storable_text(shown)

    @cached_property
    def body_matches(self) -> TextMatches:
        """Rules found in the new text."""
        return self.rules.matcher.match(self.text, where="body", mailbox=self.role)

    @cached_property
    def subject(self) -> AnsweredSubject:
        """The subject without its reply prefixes."""
        return read_subject(self.message)

    @cached_property
    def subject_matches(self) -> TextMatches:
        """Rules found in the subject, without its reply prefixes."""
        return self.rules.matcher.match(self.subject.text, where="subject", mailbox=self.role)

    @property
    def from_address(self) -> str | None:
        """The first address of From; None when there is none."""
        return next(iter(self.message.from_addresses), None)

    def evidence_of(self, matches: Iterable[Match], where: str) -> tuple[Evidence, ...]:
        """Matches as evidence, each rule once, of likeness each two meanings.

        Spans in the subject count from where its reply prefixes end.
        """
        found: dict[str, Evidence] = {}
        for match in matches:
            rule = match.rule.id
            name = rule if rule != LIKENESS else match.source
            if name not in found:
                found[name] = Evidence(rule=rule, phrase=short_text(match.phrase), where=where, span=match.span)
        return tuple(found.values())


class Outcome(NamedTuple):
    """What becomes of a mail. `kind` is set where it differs from what was found.

    Fields as in `Decision` and `Door`.
    """

    action: Action
    reason: str
    kind: MailKind | None = None
    also: frozenset[Also] = frozenset()
    level: Level | None = None
    list_id: str | None = None
    rule: str | None = None
    subscribers: tuple[SubscriberRef, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    bounces: tuple[BounceSummary, ...] = ()
    facts: tuple[Fact, ...] = ()
    foreign: bool = False
    hinges: bool = False
    about_mail_of: datetime | None = None
    send: str | None = None


def changed(outcome: Outcome, **more: Any) -> Outcome:
    """The same outcome with other values."""
    return outcome._replace(**more)


# A mail to several of our mailboxes is treated by the first of these among them.
_STRONGEST_ROLE = (
    MailboxRole.unsubscribe,
    MailboxRole.feedback,
    MailboxRole.bounce,
    MailboxRole.reply,
    MailboxRole.postmaster,
)


def route_of(account: AccountPolicy, rcpt_tos: Iterable[str]) -> Route:
    """Which mailbox of the account a mail came to: one with a verified token first, then by what the mailbox is for.

    An account without domains (the built-in default) has only the mailbox `reply`, and so has any unknown local part.
    """
    routes = [route for local in _local_parts(rcpt_tos) if (route := mailbox_of(account, local))]
    if not account.domains and not account.mailboxes:
        routes = [route for route in routes if route.token]
    if not routes:
        return Route(account_id=account.id, role=MailboxRole.reply)
    if len(routes) == 1:
        return routes[0]
    with_token = [route for route in routes if route.token]
    candidates = with_token or [route for route in routes if not route.parked] or routes
    return min(candidates, key=lambda route: _STRONGEST_ROLE.index(route.role))


def tokens_among(account: AccountPolicy, rcpt_tos: Iterable[str]) -> list[Token]:
    """The verified tokens in a mail's recipients, in their order."""
    found = (read_token(local, account.token_keys) for local in _local_parts(rcpt_tos))
    return [token for token in found if token is not None]


def _local_parts(rcpt_tos: Iterable[str]) -> list[str]:
    return [split_address(address)[0] for address in rcpt_tos]
