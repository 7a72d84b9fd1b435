"""What each type of feedback report does: the fact that it makes, if any, and what else (R54-R58c)."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from mailproc.mail.reports.feedback_report import FeedbackReport
from mailproc.policy.decision import Also
from mailproc.policy.standing.facts import FactKind


@dataclass(frozen=True, slots=True)
class Effect:
    """What a feedback type does: the fact that it makes (None: takes nobody off), and what else."""

    fact: FactKind | None
    also: frozenset[Also] = frozenset()


_ALERT = frozenset({Also.alert})
EFFECTS: Mapping[str, Effect] = MappingProxyType(
    {
        "abuse": Effect(FactKind.complaint),
        "fraud": Effect(FactKind.complaint, _ALERT),
        "other": Effect(FactKind.complaint),
        "opt-out": Effect(FactKind.opt_out),  # drafts before RFC 5965 only
        "opt-out-list": Effect(FactKind.opt_out),
        "virus": Effect(None, _ALERT),
        "not-spam": Effect(None),  # RFC 6430
        "miscategorized": Effect(None),  # a draft's word for not-spam
        "auth-failure": Effect(None),  # RFC 6591
        "dkim": Effect(None),  # a draft's word for auth-failure
    }
)
UNKNOWN_TYPE = Effect(None, frozenset({Also.review}))


def is_of_acting_type(report: FeedbackReport) -> bool:
    """Whether a report tells of somebody who wants no more mail: by its type, and not one of a spam trap."""
    return fact_kind_of(report.feedback_type) is not None and not report.spam_trap


def fact_kind_of(feedback_type: str) -> FactKind | None:
    """What a report of this type says of somebody: a complaint or an opt-out; None for what takes nobody off."""
    return EFFECTS.get(feedback_type, UNKNOWN_TYPE).fact
