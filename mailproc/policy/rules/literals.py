"""What stands in a text wherever a phrase does: literals, for which one automaton looks before any expression is tried.

A group of literals is one of which at least one must be there. `take (me|us) off` has one group, ` take me off ` and
` take us off `; where choices multiply a new group begins, and a literal ends where any ending may follow.
"""

from collections.abc import Iterable
from typing import NamedTuple

_MOST = 32
_MOST_GROUPS = 2


class Literals(NamedTuple):
    """The literals of a piece of a phrase: those that end at a wildcard in it, and those that go on behind it."""

    ended: frozenset[str]
    open: frozenset[str]


NONE = frozenset[str]()
NOTHING = Literals(NONE, frozenset({""}))
ANYTHING = Literals(frozenset({""}), NONE)
EVERYWHERE = frozenset({" "})  # every normal text begins with a space


def literal(text: str) -> Literals:
    """Those of plain words."""
    return Literals(NONE, frozenset({text}))


def one_of(choices: Iterable[Literals]) -> Literals:
    """Those of a choice."""
    several = tuple(choices)
    return Literals(NONE.union(*(one.ended for one in several)), NONE.union(*(one.open for one in several)))


def perhaps(one: Literals) -> Literals:
    """Those of what may be left out."""
    return Literals(one.ended, one.open | {""})


def in_a_row(pieces: Iterable[Literals]) -> Literals:
    """Those of pieces one behind the other, cut off where they become too many."""
    found = NOTHING
    for piece in pieces:
        if not found.open:
            break
        if found is not NOTHING and _too_many(found, piece):
            return Literals(found.ended | found.open, NONE)
        found = _behind(found, piece)
    return found


def groups_of(pieces: Iterable[Literals], before: str) -> tuple[frozenset[str], ...]:
    """The groups of a stretch: of each at least one literal is where the stretch is. `before` stands before each piece.

    The longest two are enough to tell; a stretch without any has what is in every text.
    """
    groups: list[frozenset[str]] = []
    fresh = literal(before)
    found = fresh
    for piece in pieces:
        if found is not fresh and _too_many(found, piece):
            groups.append(found.ended | found.open)
            found = fresh
            if "" in piece.open:
                continue
        found = _behind(found, piece)
        if not found.open:
            groups.append(found.ended)
            found = fresh
    groups.append(found.ended | found.open)
    telling = [group for group in dict.fromkeys(groups) if "" not in group and " " not in group]
    if len(telling) > _MOST_GROUPS:
        telling = sorted(telling, key=shortest, reverse=True)[:_MOST_GROUPS]
    return tuple(telling) or (EVERYWHERE,)


def shortest(group: frozenset[str]) -> int:
    """Length of the shortest literal of a group: the longer it is, the rarer are texts that have one."""
    return min(map(len, group))


def _too_many(first: Literals, second: Literals) -> bool:
    return len(first.open) * (len(second.ended) + len(second.open)) > _MOST


def _behind(first: Literals, second: Literals) -> Literals:
    if second.ended:
        ended = first.ended.union([start + one for start in first.open for one in second.ended])
    else:
        ended = first.ended
    return Literals(ended, frozenset([start + one for start in first.open for one in second.open]))
