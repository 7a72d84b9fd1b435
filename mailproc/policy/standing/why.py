"""Why somebody gets no mail: the steps in order, the first that blocks, all that block, and what would change it (R96).

The verdict says what stops a send (policy/standing/verdict.py); here it is only sorted into steps and put into words.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from mailproc.policy.address import is_address
from mailproc.policy.standing.facts import Fact, FactKind, Level
from mailproc.policy.standing.list_number import is_same_list
from mailproc.policy.standing.remedy import Asked, Change, Remedy, changes_for
from mailproc.policy.standing.standing import Block, standing_of, still_said


class Step(StrEnum):
    """Where mail can be stopped."""

    record = "record"  # there is an address, and mail can be sent to it
    sendable = "sendable"  # it neither bounced nor is held
    account = "account"  # the account's standing
    list = "list"  # the list or publication
    global_ = "global"  # everywhere


ORDER = (Step.record, Step.sendable, Step.account, Step.list, Step.global_)
GLOBAL_FIRST = (Step.global_, Step.record, Step.sendable, Step.account, Step.list)  # the other order in use (R100a)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known of one person in one account; `facts` are all that count there.

    `member_of` are the lists that the subscriber is on; None where nobody keeps members. `global_elsewhere`: the system
    that sends keeps a global list of its own, which nobody here can read.
    """

    address: str | None = None
    key: str | None = None
    is_subscriber: bool = False
    facts: tuple[Fact, ...] = ()
    member_of: frozenset[str] | None = None
    global_elsewhere: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A block with the fact that it comes from; `times`: so many alike stand, and this is the oldest."""

    block: Block
    fact: Fact
    times: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What one step says. `stopped_by` forbids this send; `passed` stands there and does not.

    `stops` may be without either: where there is no address.
    """

    step: Step
    said: str
    stops: bool
    stopped_by: tuple[Told, ...] = ()
    passed: tuple[Told, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """The whole answer; `answers` in ORDER, `changes` all that is needed. `suspicion` is never a fact (R100)."""

    send: Asked
    known: Known
    answers: tuple[Answer, ...]
    changes: tuple[Change, ...] = ()
    suspicion: str | None = None

    @property
    def may_send(self) -> bool:
        """Whether no step stops the send."""
        return not any(one.stops for one in self.answers)

    @property
    def answered_by(self) -> str:
        """What the answer comes down to, in one word for counting (R104): a step, `suspected` or `nothing`."""
        first = self.first()
        return first.step.value if first else "suspected" if self.suspicion else "nothing"

    def first(self, order: Sequence[Step] = ORDER) -> Answer | None:
        """The first step that stops the send; None when none does."""
        return min((one for one in self.answers if one.stops), key=lambda one: order.index(one.step), default=None)


def why(send: Asked, known: Known, at: datetime) -> Why:
    """Walk the steps for one send to one person; `at` is a time later than all facts. Raises nothing."""
    standing = standing_of(known.facts, send.thresholds)
    stopping = {block.fact_id for block in send.verdict_on(standing).stopped_by}
    told = _told(standing.blocks, known.facts)
    answers = (_record(known), *(_answer(step, send, known, told, stopping) for step in ORDER[1:]))
    changes = changes_for(send, known.facts, address=known.address, key=known.key, at=at)
    if answers[0].stops:
        changes = (Change(remedy=Remedy.address), *changes)
    may_send = not any(one.stops for one in answers)
    suspicion = GLOBAL_ELSEWHERE if may_send and _is_suspect(known) else None
    return Why(send=send, known=known, answers=answers, changes=changes, suspicion=suspicion)


def _record(known: Known) -> Answer:
    name = f"subscriber {known.key}" if known.is_subscriber else f"key {known.key}"
    stops = False
    if known.address is None:
        is_known = known.is_subscriber or known.facts
        said, stops = f"{name} has no address" if is_known else f"nobody is known by the key {known.key}", True
    elif not is_address(known.address):
        said, stops = f"{known.address} is no address that mail could be sent to", True
    elif known.is_subscriber:
        said = f"{name}, {known.address}"
    elif known.key is not None:
        said, stops = f"no subscriber has the key {known.key}, with which {known.address} was named", True
    elif known.facts:
        said = "an address that no subscriber has; what is said of it holds for whoever gets it"
    else:
        said = "nothing is known of this address; a first send would make it known, as active"
    return Answer(step=Step.record, said=said, stops=stops)


def _answer(step: Step, send: Asked, known: Known, told: Sequence[Told], stopping: Collection[str]) -> Answer:
    mine = [one for one in told if _step_of(one.block) is step]
    asked = [one for one in mine if _step_of(one.block) is not Step.list or _is_asked(one, send)]
    stopped_by = tuple(one for one in asked if one.block.fact_id in stopping)
    return Answer(
        step=step,
        said=_said(step, send, stands=bool(asked)),
        stops=bool(stopped_by),
        stopped_by=stopped_by,
        passed=tuple(one for one in asked if one.block.fact_id not in stopping),
        notes=_list_notes(send, known, mine) if step is Step.list else (),
    )


GLOBAL_ELSEWHERE = (
    "suspected only, nothing that is recorded: the system that sends may keep a global list of its own, "
    "which cannot be read from here"
)
_SAID: Mapping[Step, tuple[str, str]] = {
    Step.sendable: ("neither bounced nor held", "mail cannot be delivered there, or is held back"),
    Step.account: ("neither opted out nor complained", "no more mail of this account is wanted"),
    Step.global_: ("not out everywhere", "out everywhere: of all accounts{of}, now and later"),
    Step.list: ("nothing stands against mail of list {list}", "no more mail of list {list}"),
}


def _said(step: Step, send: Asked, *, stands: bool) -> str:
    if step is Step.list and send.list_id is None:
        return "the send names no list"
    of = f" of {send.enterprise}" if send.enterprise else ""
    return _SAID[step][stands].replace("{of}", of).replace("{list}", str(send.list_id))


def _list_notes(send: Asked, known: Known, told: Sequence[Told]) -> tuple[str, ...]:
    """What is good to know beside: other lists that were left, and membership, which is no standing (R7)."""
    notes = []
    if send.list_id is not None and known.is_subscriber and known.member_of is not None:
        if any(is_same_list(list_id, send.list_id) for list_id in known.member_of):
            notes.append(f"member of list {send.list_id}")
        else:
            notes.append(f"not a member of list {send.list_id}, which is no opt-out: an import may add them")
    others = sorted({str(one.block.list_id) for one in told if not _is_asked(one, send)})
    if others:
        notes.append(f"out of {'other lists' if send.list_id else 'lists'}: {', '.join(others)}")
    return tuple(notes)


def _is_asked(one: Told, send: Asked) -> bool:
    return is_same_list(one.block.list_id, send.list_id)


def _step_of(block: Block) -> Step:
    if block.level is Level.global_:
        return Step.global_
    if block.level is Level.list:
        return Step.list
    return Step.sendable if block.kind in (FactKind.bounce, FactKind.block) else Step.account


def _told(blocks: Sequence[Block], facts: Sequence[Fact]) -> list[Told]:
    """The oldest of those alike, as standings are kept, with how many there are."""
    by_id = still_said(facts)
    alike = Counter(_likeness(block) for block in blocks)
    oldest: dict[tuple[str | None, ...], Block] = {}
    for block in blocks:
        oldest.setdefault(_likeness(block), block)
    return [Told(block=block, fact=by_id[block.fact_id], times=alike[likeness]) for likeness, block in oldest.items()]


def _likeness(block: Block) -> tuple[str | None, ...]:
    return (block.kind, block.level, block.list_id, block.account_id)


def _is_suspect(known: Known) -> bool:
    """Active, and nothing was ever heard: where others may keep a global list, it may be that."""
    return not known.facts and (known.global_elsewhere or not known.is_subscriber)
