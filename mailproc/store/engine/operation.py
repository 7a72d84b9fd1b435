"""What the journal commits: kinds of writing, and what every transaction may need to know."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, TypeVar

from mailproc.policy.hooks.forwarding import Forwarding
from mailproc.policy.standing.scope import NO_SCOPES, Scopes
from mailproc.policy.standing.standing import BounceThresholds
from mailproc.store.engine.persons import Names
from mailproc.store.engine.statement import Transaction

Payload = TypeVar("Payload")
Result = TypeVar("Result")


def no_hooks(account_id: str) -> tuple[str, ...]:
    """Nobody is told."""
    return ()


def usual_thresholds(account_id: str) -> BounceThresholds:
    """The same for every account."""
    return BounceThresholds()


def nobody_forwards(account_id: str) -> Forwarding | None:
    """No account forwards mail."""
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What every transaction may need to know; made anew for each attempt at one.

    All `…_of` are called on other threads: plain look-ups by account. `news` is filled by the transaction and
    heeded only when it was committed.
    """

    now: datetime
    process_id: str
    hooks_of: Callable[[str], tuple[str, ...]]
    thresholds_of: Callable[[str], BounceThresholds]
    alarm_hooks_of: Callable[[str], tuple[str, ...]] = no_hooks
    probe_hooks_of: Callable[[str], tuple[str, ...]] = no_hooks
    forwarding_of: Callable[[str], Forwarding | None] = nobody_forwards
    scopes: Scopes = NO_SCOPES
    news: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Operation(Generic[Payload, Result]):
    """One kind of thing that the journal commits.

    `run` gets every payload of its kind in a batch and gives their results in the same order; kinds of lower `rank` go
    first. `rescue` is what is done for a payload that the database refuses: without it the caller gets a StoreError.
    `bulky` payloads go one per batch, so that nobody small waits for many of them; `alone` ones are a batch each, in
    turn with what else waits. `patient` ones have nobody outside who waits for them: they may be kept back for a
    moment. `names` tells whom payloads concern, by account: all whom a batch concerns are locked at once, before
    anything is written. What finds out by itself whom to lock is alone, or others' rows would be held meanwhile.
    """

    name: str
    rank: int
    run: Callable[[Context, Sequence[Payload]], Transaction[Sequence[Result]]]
    rescue: Callable[[Context, Payload], Transaction[Result]] | None = None
    bulky: bool = False
    alone: bool = False
    patient: bool = False
    names: Callable[[Sequence[Payload]], Transaction[Mapping[str, Names]]] | None = None


def one_by_one(
    run: Callable[[Context, Payload], Transaction[Result]], context: Context, payloads: Sequence[Payload]
) -> Transaction[list[Result]]:
    """Payloads that have nothing to gain from each other's company."""
    return (yield from in_order(run, context, payloads, lambda payload: 0))


def in_order(
    run: Callable[[Context, Payload], Transaction[Result]],
    context: Context,
    payloads: Sequence[Payload],
    place_of: Callable[[Payload], Any],
) -> Transaction[list[Result]]:
    """The same for payloads whose rows other processes write, too: in one order for all of them."""
    results: dict[int, Result] = {}
    for index in sorted(range(len(payloads)), key=lambda index: place_of(payloads[index])):
        results[index] = yield from run(context, payloads[index])
    return [results[index] for index in range(len(payloads))]
