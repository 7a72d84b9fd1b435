"""What happened to a person: append-only facts, from which every standing is computed."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class FactKind(StrEnum):
    """The six things that can happen to one person."""

    opt_out = "opt_out"
    complaint = "complaint"
    bounce = "bounce"
    consent = "consent"
    block = "block"
    retraction = "retraction"  # takes back another fact


class Level(StrEnum):
    """How far an opt-out reaches (R5)."""

    list = "list"
    account = "account"
    global_ = "global"


class Channel(StrEnum):
    """By which door a fact came in."""

    reply = "reply"
    unsubscribe_mail = "unsubscribe_mail"
    feedback_loop = "feedback_loop"
    abuse_mailbox = "abuse_mailbox"
    bounce = "bounce"
    one_click = "one_click"
    page = "page"
    api = "api"
    crm = "crm"
    import_ = "import"
    command = "command"
    phone = "phone"
    letter = "letter"
    chat = "chat"


MEANT = "meant"  # in the evidence of a fact: which lists were found to be meant by a send or a number
ENTERPRISE = "enterprise"  # in the evidence of a global fact: of whose enterprise the operator spoke


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One thing that happened to one person.

    Names an `address`, a subscriber `key`, or both. `occurred_at` is when we received it (aware UTC), never a Date
    header. `about_mail_of` is when the mail complained about was sent; None when unknown. `list_id` only at list level;
    an opt-out at list level without one is from the lists of its send, which are found when it is recorded.
    `evidence` is small and JSON-able: `mail` (digest), `rule`, `phrase`, `status`, `class`, `reason`, `by`, `note`, …
    `retracts` is the id of the fact that a retraction takes back.
    """

    kind: FactKind
    account_id: str
    address: str | None = None
    key: str | None = None
    level: Level = Level.account
    list_id: str | None = None
    occurred_at: datetime
    about_mail_of: datetime | None = None
    channel: Channel
    evidence: Mapping[str, str] = field(default_factory=dict)
    retracts: str | None = None

    @property
    def is_of_send(self) -> bool:
        """Whether it is an opt-out from lists that only the send tells."""
        is_unnamed = self.level is Level.list and self.list_id is None
        return self.kind is FactKind.opt_out and is_unnamed and "send" in self.evidence

    @property
    def id(self) -> str:
        """Derived from what the fact says, so that the same fact twice is one: 32 hex digits.

        A fact out of a mail is identified by that mail's digest, any other by its times: a resend is the same fact.
        One report may call an address dead and full: of a bounce its class belongs to what it says. Of a global fact
        it is the enterprise that the operator spoke of.
        """
        mail = self.evidence.get("mail")
        about = "" if mail or self.about_mail_of is None else f" about {self.about_mail_of.isoformat()}"
        said = [
            self.kind,
            self.account_id,
            self.address,
            self.key,
            self.level,
            self.list_id,
            self.channel,
            mail or self.occurred_at.isoformat() + about,
            self.retracts,
            *([self.evidence.get("class")] if self.kind is FactKind.bounce else []),
            *([self.evidence[ENTERPRISE]] if self.level is Level.global_ and ENTERPRISE in self.evidence else []),
        ]
        return hashlib.sha256(json.dumps(said, ensure_ascii=True).encode()).hexdigest()[:32]


def retraction_of(said: Fact, *, by: str, reason: str, at: datetime) -> Fact:
    """The fact that takes another one back: undo is a new fact, and nothing is erased."""
    return Fact(
        kind=FactKind.retraction,
        account_id=said.account_id,
        address=said.address,
        key=said.key,
        level=said.level,
        list_id=said.list_id,
        occurred_at=at,
        channel=Channel.command,
        evidence={name: value for name, value in (("by", by), ("reason", reason)) if value},
        retracts=said.id,
    )
