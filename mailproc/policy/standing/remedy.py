"""The smallest change that would let a stopped send through: what would have to be recorded, and who may say it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from mailproc.policy.standing.facts import ENTERPRISE, Channel, Fact, FactKind, Level, retraction_of
from mailproc.policy.standing.list_number import is_same_list
from mailproc.policy.standing.scope import EVERYWHERE
from mailproc.policy.standing.standing import (
    DEFAULT_THRESHOLDS,
    Block,
    BounceThresholds,
    Standing,
    standing_of,
    still_said,
)
from mailproc.policy.standing.verdict import Classification, Verdict, verdict

_BOUNCES_AT_MOST = 5  # taken back one by one; of more nobody says each that it was wrong
_OPT_OUTS = (FactKind.opt_out, FactKind.complaint)
_FROM_ABOVE = (Level.global_, Level.account, Level.list)  # consent is refused while a global opt-out stands (R14)


class Remedy(StrEnum):
    """What kind of change it is, and so whose it is to make."""

    address = "address"  # the subscriber needs one that mail can be sent to
    consent = "consent"  # the person's alone; others enter that it was given
    take_back = "take_back"  # of what proved wrong
    lift = "lift"  # of a global opt-out: an operator's of the installation alone (R14a)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A send that somebody asks about, and what its account's settings say of such sends.

    `list_id` None: to no list. `enterprise` is whose global opt-outs count where those are each enterprise's own.
    """

    account_id: str
    classification: Classification = Classification.commercial
    list_id: str | None = None
    transactional_despite_opt_out: bool = True
    thresholds: BounceThresholds = DEFAULT_THRESHOLDS
    enterprise: str | None = None

    def verdict_on(self, standing: Standing) -> Verdict:
        """Whether this send may go to somebody of that standing."""
        return verdict(
            standing,
            self.classification,
            self.list_id,
            transactional_despite_opt_out=self.transactional_despite_opt_out,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One change; `facts` are what it records, none for a new address. By and why are for whoever makes it to say."""

    remedy: Remedy
    level: Level = Level.account
    list_id: str | None = None
    facts: tuple[Fact, ...] = ()


def changes_for(
    send: Asked, facts: Sequence[Fact], *, address: str | None, key: str | None, at: datetime
) -> tuple[Change, ...]:
    """What must be said, at a time `at` later than all these facts, so that the send may go; none when it may already.

    All of it is needed, and nothing that stands is ended without need: consent at no other level than what stops,
    bounces taken back where nobody has to consent anyway. Raises nothing.
    """
    standing = standing_of(facts, send.thresholds)
    stopped_by = send.verdict_on(standing).stopped_by
    levels = {block.level for block in stopped_by if block.kind in _OPT_OUTS}
    changes = [_consent(send, level, address=address, key=key, at=at) for level in _FROM_ABOVE if level in levels]
    said = still_said(facts)
    holds = [said[block.fact_id] for block in stopped_by if block.kind is FactKind.block]
    bounced = any(block.kind is FactKind.bounce for block in stopped_by)
    if bounced and not changes:  # any consent ends the bounces, too
        wrong = _bounces_to_take_back(send, facts, at)
        if len(wrong) > _BOUNCES_AT_MOST and (level := _level_free_of_opt_outs(send, standing)):
            changes.append(_consent(send, level, address=address, key=key, at=at))
        else:
            holds += wrong
    if holds:
        changes.append(Change(remedy=Remedy.take_back, facts=tuple(_taken_back(one, at) for one in holds)))
    return tuple(changes)


def _consent(send: Asked, level: Level, *, address: str | None, key: str | None, at: datetime) -> Change:
    """Consent of one subscriber where the key is known, else of the address; a global one is always an address's."""
    is_global = level is Level.global_
    list_id = send.list_id if level is Level.list else None
    fact = Fact(
        kind=FactKind.consent,
        account_id=EVERYWHERE if is_global else send.account_id,
        address=address if is_global or key is None else None,
        key=None if is_global else key,
        level=level,
        list_id=list_id,
        occurred_at=at,
        channel=Channel.command,
        evidence={ENTERPRISE: send.enterprise} if is_global and send.enterprise else {},
    )
    remedy = Remedy.lift if is_global else Remedy.consent
    return Change(remedy=remedy, level=level, list_id=list_id, facts=(fact,))


def _taken_back(said: Fact, at: datetime) -> Fact:
    return retraction_of(said, by="", reason="", at=at)


def _bounces_to_take_back(send: Asked, facts: Sequence[Fact], at: datetime) -> list[Fact]:
    """The fewest bounces without which the address lives, each of them one that crossed a threshold; all where many."""
    said = still_said(facts)
    wrong: list[Fact] = []
    undone: list[Fact] = []
    while len(wrong) <= _BOUNCES_AT_MOST and (fatal := _fatal(send, [*facts, *undone])):
        wrong.append(said[fatal.fact_id])
        undone.append(_taken_back(wrong[-1], at))
    if len(wrong) <= _BOUNCES_AT_MOST:
        return wrong
    return [one for one in said.values() if one.kind is FactKind.bounce]


def _fatal(send: Asked, facts: Iterable[Fact]) -> Block | None:
    blocks = standing_of(facts, send.thresholds).blocks
    return next((block for block in blocks if block.kind is FactKind.bounce), None)


def _level_free_of_opt_outs(send: Asked, standing: Standing) -> Level | None:
    """A level at which consent ends no opt-out: one that stands, yet does not stop this send, is to stand on."""
    taken = {
        block.level
        for block in standing.blocks
        if block.kind in _OPT_OUTS and (block.level is not Level.list or is_same_list(block.list_id, send.list_id))
    }
    free = [Level.list] * (send.list_id is not None) + [Level.account]
    return next((level for level in free if level not in taken), None)
