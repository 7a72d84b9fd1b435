"""Standing: who may be mailed, computed from facts alone; the same facts in any order give the same standing (R28)."""

from collections import Counter, deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from mailproc.policy.standing.facts import Channel, Fact, FactKind, Level
from mailproc.policy.standing.list_number import by_number


class Status(StrEnum):
    """A person's standing in one word."""

    active = "active"
    unsubscribed = "unsubscribed"
    bounced = "bounced"
    held = "held"


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One thing that stands against mailing; `fact_id` says which fact it is, `since` when it began (aware UTC).

    `account_id` is where that fact is recorded: an account of the same enterprise, or everyone's, may be another's.
    """

    kind: FactKind
    level: Level
    list_id: str | None
    since: datetime
    channel: str
    fact_id: str
    account_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A person's standing in one account: the word, and every block that stands, oldest first."""

    status: Status = Status.active
    blocks: tuple[Block, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BounceThresholds:
    """How many bounces make an address dead (R28c)."""

    hard: int = 1
    unsure: int = 2
    soft: int = 5
    soft_days: int = 30


DEFAULT_THRESHOLDS = BounceThresholds()

# A global opt-out is lifted by an operator of the installation alone; no mail, page or hook can (R14a).
_OPERATOR_CHANNELS = frozenset({Channel.command, Channel.api, Channel.phone, Channel.letter, Channel.chat})
_OPT_OUTS = frozenset({FactKind.opt_out, FactKind.complaint})


def standing_of(facts: Iterable[Fact], thresholds: BounceThresholds = DEFAULT_THRESHOLDS) -> Standing:
    """Compute the standing of one person from the facts about that person, in any order, duplicates allowed.

    No facts give `active`. `unsubscribed` (an opt-out or complaint at account or global level) outranks `held`, that
    `bounced`, that `active`; what stands at list level is among the blocks and leaves the status as it is.
    Consent ends the older opt-outs and complaints of its own level (and list), and every older bounce; a hold ends by
    retraction only. At equal times the block wins (R28b). A complaint is as old as the mail that it is about; where
    that is unknown, as old as its arrival, hence newer than every consent that it could have crossed.
    Raises nothing. Source: R5-R15, R28-R28c.
    """
    said = still_said(facts)
    consented_at, any_consent_at = _latest_consents(said.values())
    blocks = [
        _block(fact, fact_id)
        for fact_id, fact in said.items()
        if fact.kind is FactKind.block or (fact.kind in _OPT_OUTS and _outlasts(fact, consented_at.get(_scope(fact))))
    ]
    bounces = {fact_id: fact for fact_id, fact in said.items() if fact.kind is FactKind.bounce}
    if bounces and (fatal := _fatal_bounce(bounces, any_consent_at, thresholds)):
        blocks.append(_block(bounces[fatal], fatal))
    blocks.sort(key=lambda block: (block.since, block.fact_id))
    return Standing(status=_status(blocks), blocks=tuple(blocks))


def own_standing(standing: Standing, account_id: str) -> Standing:
    """What an account's own record says, without what reaches it from its enterprise or from everywhere (R12)."""
    blocks = tuple(block for block in standing.blocks if block.account_id == account_id)
    return Standing(status=_status(blocks), blocks=blocks)


def crm_status(standing: Standing) -> str:
    """Map a standing onto the two words that a CRM knows: `active` or `unsubscribed` (R21).

    `bounced` and `held` are `active` there: neither is a withdrawn consent (R28), and the engine blocks all the same.
    """
    return "unsubscribed" if standing.status is Status.unsubscribed else "active"


def still_said(facts: Iterable[Fact]) -> dict[str, Fact]:
    """Facts by id without those that were taken back; a retraction that is itself taken back has no effect."""
    said: dict[str, Fact] = {}
    for fact in facts:
        fact_id = fact.id
        known = said.get(fact_id)
        # A resend is the same fact; when it came first counts, whichever copy is read first.
        if known is None or _first_said(fact) < _first_said(known):
            said[fact_id] = fact
    retractions = {
        fact_id: fact.retracts
        for fact_id, fact in said.items()
        if fact.kind is FactKind.retraction and fact.retracts in said and _may_retract(fact, said[fact.retracts])
    }
    for fact_id in _taken_back(retractions):
        del said[fact_id]
    return said


def _first_said(fact: Fact) -> tuple[datetime, bool, datetime, list[tuple[str, str]]]:
    """Order among copies of one fact: earliest first, then the copy that blocks longer."""
    about = fact.about_mail_of
    return (fact.occurred_at, about is not None, about or fact.occurred_at, sorted(fact.evidence.items()))


def _may_retract(retraction: Fact, target: Fact) -> bool:
    """Whether that retraction has the right: what was said at global level only an operator takes back there."""
    return target.level is not Level.global_ or is_operators_global(retraction)


def is_operators_global(fact: Fact) -> bool:
    """Whether somebody who runs the installation says something at global level (R14a)."""
    return fact.level is Level.global_ and fact.channel in _OPERATOR_CHANNELS


def _taken_back(retractions: Mapping[str, str]) -> set[str]:
    """Ids that are taken back; `retractions` maps a retraction's id to the id that it names.

    Settles from the outermost retraction inwards, without recursion: people toggle, and chains grow long. An id is a
    digest over the id that it names, so that there are no circles.
    """
    undecided = Counter(retractions.values())
    settled = [retraction for retraction in retractions if not undecided[retraction]]
    taken: set[str] = set()
    while settled:
        retraction = settled.pop()
        target = retractions[retraction]
        if retraction not in taken:
            taken.add(target)
        undecided[target] -= 1
        if not undecided[target] and target in retractions:
            settled.append(target)
    return taken


def _scope(fact: Fact) -> tuple[str | None, ...]:
    """What a fact is about: everywhere, the account, or one list of one account.

    An opt-out from a list that nobody named would block nothing; it counts for the account, so that it is not lost.
    """
    if fact.level is Level.list and fact.list_id is not None:
        return (Level.list, fact.account_id, by_number(fact.list_id))
    return (_level(fact),)


def _level(fact: Fact) -> Level:
    if fact.kind is FactKind.bounce:  # a dead address is dead for every list, whichever mail found out
        return Level.account
    return Level.account if fact.level is Level.list and fact.list_id is None else fact.level


def _latest_consents(facts: Iterable[Fact]) -> tuple[dict[tuple[str | None, ...], datetime], datetime | None]:
    """The newest consent per scope, and the newest of all; a consent to an unnamed list opens no scope."""
    by_scope: dict[tuple[str | None, ...], datetime] = {}
    newest: datetime | None = None
    for fact in facts:
        if fact.kind is not FactKind.consent or (fact.level is Level.global_ and not is_operators_global(fact)):
            continue
        at = fact.occurred_at
        newest = at if newest is None else max(newest, at)
        if fact.level is Level.list and fact.list_id is None:
            continue
        scope = _scope(fact)
        by_scope[scope] = max(by_scope.get(scope, at), at)
    return by_scope, newest


def _outlasts(fact: Fact, consented_at: datetime | None) -> bool:
    """Whether an opt-out, complaint or bounce still counts after the newest consent; at equal times it does (R28b)."""
    if consented_at is None:
        return True
    began_at = fact.occurred_at
    if fact.kind is FactKind.complaint and fact.about_mail_of is not None:
        began_at = min(fact.about_mail_of, began_at)  # a mail complained about was sent before the complaint came
    return began_at >= consented_at


def _fatal_bounce(
    bounces: Mapping[str, Fact], consented_at: datetime | None, thresholds: BounceThresholds
) -> str | None:
    """Id of the bounce that made the address dead, the first that crossed a threshold; None while it lives (R28c).

    A hard bounce is unsure when its code is 5.2.1, which some providers use for "too fast", or when only its text was
    read; an unsure one never weighs more than a sure one. Classes other than hard and soft never count.
    """
    sure = hard = 0
    soft: deque[datetime] = deque()
    for fact_id in sorted(bounces, key=lambda fact_id: (bounces[fact_id].occurred_at, fact_id)):
        fact = bounces[fact_id]
        if not _outlasts(fact, consented_at):
            continue
        bounce_class = fact.evidence.get("class")
        if bounce_class == "hard":
            hard += 1
            sure += not _is_unsure(fact)
            if sure >= thresholds.hard or hard >= max(thresholds.hard, thresholds.unsure):
                return fact_id
        elif bounce_class == "soft":
            soft.append(fact.occurred_at)
            while fact.occurred_at - soft[0] > timedelta(days=thresholds.soft_days):
                soft.popleft()
            if len(soft) >= thresholds.soft:
                return fact_id
    return None


def _is_unsure(bounce: Fact) -> bool:
    return bounce.evidence.get("status") == "5.2.1" or bounce.evidence.get("text_only", "").lower() in _TRUE


_TRUE = frozenset({"true", "yes", "1"})


def _block(fact: Fact, fact_id: str) -> Block:
    level = _level(fact)
    return Block(
        kind=fact.kind,
        level=level,
        list_id=fact.list_id if level is Level.list else None,
        since=fact.occurred_at,
        channel=fact.channel.value,
        fact_id=fact_id,
        account_id=fact.account_id,
    )


def _status(blocks: Iterable[Block]) -> Status:
    """The strongest word that the blocks above list level amount to."""
    kinds = {block.kind for block in blocks if block.level is not Level.list}
    if kinds & _OPT_OUTS:
        return Status.unsubscribed
    if FactKind.block in kinds:
        return Status.held
    return Status.bounced if FactKind.bounce in kinds else Status.active
