"""The decision: what is to be done about one mail, and why; and its one JSON shape (docs/reference/decision.md)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from mailproc.mail.arrival.authentication import Authentication
from mailproc.mail.mail_kind import MailKind
from mailproc.policy.standing.facts import Channel, Fact, FactKind, Level
from mailproc.policy.who.subscriber import SubscriberRef

LISTS_MEANT = "lists-meant"  # evidence that is added when a decision is recorded: which lists its send or number meant


class Action(StrEnum):
    """The main effect of a mail."""

    unsubscribe = "unsubscribe"
    bounce = "bounce"
    review = "review"  # nothing changes until a person decides
    forward = "forward"
    record = "record"  # keep, do nothing


class Also(StrEnum):
    """What else happens beside the main effect."""

    alert = "alert"
    erasure_request = "erasure_request"
    forward = "forward"
    review = "review"


TOTALITY = "totality"  # the rule of the evidence that shows a word by which a person asks for more than a list, or may
OF_SEND = "send"  # the rule of the evidence that names a send by its number, where its lists are meant


def narrow(level: Level | None) -> Level | None:
    """What a request goes on asking for while it waits: lists alone; None where it is the account, as of any other."""
    return Level.list if level is Level.list else None


class Evidence(NamedTuple):
    """One thing that was seen. `rule` names a rule id or the built-in check (`feedback-type`, `header`, `token`, …).

    `where` is subject, body, header, report, envelope, or record: that was found when it was recorded. `span` are
    offsets into the new text or subject, None elsewhere.
    """

    rule: str
    phrase: str
    where: str
    span: tuple[int, int] | None = None


class Door(NamedTuple):
    """As what a request in a mail is recorded, whether it acts at once or a person says later that it is one.

    `about_mail_of` as in `Fact`; `send` is the number of the send that a token in it names.
    """

    fact: FactKind
    channel: Channel
    about_mail_of: datetime | None = None
    send: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedbackSummary:
    """What the decision keeps of a feedback report; `source` is the id of a known source, else the From domain."""

    type: str
    source: str = "unknown"
    original_rcpt_to: tuple[str, ...] = ()
    source_ip: str | None = None
    user_agent: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BounceSummary:
    """What the decision keeps of one failed recipient; `bounce_class` is `class` in JSON."""

    address: str | None
    status: str | None
    bounce_class: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What one mail means for one account.

    `level` and `list_id` are None where nobody's standing changes, but of a review that asks for lists they say so
    (with level `list` and no `list_id`: those of the send that the evidence names, else different ones). `reason` is
    one short sentence for people, `rule` the id of the deciding rule or None. `mail`, `ruleset` and `policy` are
    digests (`sha256:…`) of what was decided on.
    `subscribers` in order of trust. `also` sorted. `new_text` None where the mail was not read for text.
    `foreign` is True when a report or bounce is not about our mail. `authentication` as it was when deciding;
    `hinges` tells that what it left open (nobody looked, or DNS gave no answer) could turn the action. `door` is for
    whoever answers a review of it; None in what was recorded before it was kept.
    """

    kind: MailKind
    action: Action
    also: tuple[Also, ...] = ()
    level: Level | None = None
    list_id: str | None = None
    reason: str
    rule: str | None = None
    ruleset: str
    policy: str
    mail: str
    subscribers: tuple[SubscriberRef, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    new_text: str | None = None
    feedback: FeedbackSummary | None = None
    bounces: tuple[BounceSummary, ...] = ()
    facts: tuple[Fact, ...] = ()
    foreign: bool = False
    defects: tuple[str, ...] = ()
    parser: str = "raw"
    authentication: Authentication
    hinges: bool = False
    door: Door | None = None


def decision_as_json(decision: Decision) -> dict[str, Any]:
    """The decision as plain values, all keys always there; `replay` adds `file` and `elapsed_ms`."""
    return {
        "kind": decision.kind.value,
        "action": decision.action.value,
        "also": sorted(also.value for also in decision.also),
        "level": decision.level.value if decision.level else None,
        "list": decision.list_id,
        "reason": decision.reason,
        "rule": decision.rule,
        "ruleset": decision.ruleset,
        "mail": decision.mail,
        "subscribers": [
            {"address": ref.address, "key": ref.key, "source": ref.source.value, "trust": ref.trust.value}
            for ref in decision.subscribers
        ],
        "evidence": [
            {"rule": one.rule, "phrase": one.phrase, "where": one.where, "span": list(one.span) if one.span else None}
            for one in decision.evidence
        ],
        "new_text": decision.new_text,
        "feedback": _feedback_as_json(decision.feedback),
        "bounces": [
            {"address": one.address, "status": one.status, "class": one.bounce_class, "reason": one.reason}
            for one in decision.bounces
        ],
        "foreign": decision.foreign,
        "defects": list(decision.defects),
        "parser": decision.parser,
    }


def decision_as_recorded(decision: Decision) -> dict[str, Any]:
    """The same as it is kept, with the `door` that an answer to a review of it goes by; null where none is known."""
    return {**decision_as_json(decision), "door": None if decision.door is None else _door_as_json(decision.door)}


def door_in(recorded: Mapping[str, Any]) -> Door | None:
    """The door of a recorded decision; None where it was recorded before that was kept."""
    said = recorded.get("door")
    if said is None:
        return None
    about = said["about_mail_of"]
    return Door(
        fact=FactKind(said["fact"]),
        channel=Channel(said["channel"]),
        about_mail_of=None if about is None else datetime.fromisoformat(about),
        send=said["send"],
    )


def facts_as_json(decision: Decision) -> list[dict[str, str | None]]:
    """What becomes known by a decision, as plain values: whom it takes off or bounces, and where; empty for nobody.

    Without what the decision says elsewhere: account, time of arrival, evidence.
    """
    return [
        {
            "kind": fact.kind.value,
            "address": fact.address,
            "key": fact.key,
            "level": fact.level.value,
            "list": fact.list_id,
            "channel": fact.channel.value,
            "about_mail_of": fact.about_mail_of.isoformat() if fact.about_mail_of else None,
        }
        for fact in decision.facts
    ]


def _door_as_json(door: Door) -> dict[str, str | None]:
    about = door.about_mail_of.isoformat() if door.about_mail_of else None
    return {"fact": door.fact.value, "channel": door.channel.value, "about_mail_of": about, "send": door.send}


def _feedback_as_json(feedback: FeedbackSummary | None) -> Mapping[str, Any] | None:
    if feedback is None:
        return None
    return {
        "type": feedback.type,
        "source": feedback.source,
        "original_rcpt_to": list(feedback.original_rcpt_to),
        "source_ip": feedback.source_ip,
        "user_agent": feedback.user_agent,
    }
