"""How much a transaction takes on: what is said in one account is work in all whom it reaches."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

from mailproc.policy.standing.scope import Scopes
from mailproc.store.people.fact_rows import StoredFact

Item = TypeVar("Item")


def weight_of(scopes: Scopes, facts: Iterable[StoredFact]) -> int:
    """How many standings these facts may change, about, in whichever account; at least 1."""
    return max(1, sum(scopes.hearers(one.fact.account_id) for one in facts))


def portions(
    scopes: Scopes, items: Sequence[Item], account_of: Callable[[Item], str], most: int
) -> Iterator[tuple[tuple[Item, ...], int]]:
    """Share items out, in order, so that each portion weighs at most `most` or is a single item; with the weight."""
    portion: list[Item] = []
    weight = 0
    for item in items:
        more = scopes.hearers(account_of(item))
        if portion and weight + more > most:
            yield tuple(portion), weight
            portion, weight = [], 0
        portion.append(item)
        weight += more
    if portion:
        yield tuple(portion), weight
