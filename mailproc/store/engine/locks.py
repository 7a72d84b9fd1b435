"""Locks that no row stands for: numbers, each taken by one transaction at a time and held to its end (PostgreSQL).

They are taken in the order of their numbers alone, so that no two processes wait for each other. What a transaction
finds out late that it needs may stand before what it holds: then it begins anew, with all of it from the start.
"""

from collections.abc import Collection

from sqlalchemy import func, select

from mailproc.store.engine.columns import from_json, json_text
from mailproc.store.engine.statement import Statement, Step, Transaction, ask, each_number_of

# SQLite has one writer at a time; there the lock that its transaction takes is enough.
LOCK = Statement(
    lambda insert: select(func.pg_advisory_xact_lock(each_number_of("locks").subquery().c[0])), only="postgresql"
)


class OutOfOrder(Exception):
    """A transaction needs a lock that stands before one that it holds; `needed` are all that it is known to need."""

    def __init__(self, needed: frozenset[int]) -> None:
        super().__init__("locks are taken in order alone")
        self.needed = needed


def lock(numbers: Collection[int]) -> Transaction[bool]:
    """Take locks until the end of the transaction; False where all are held, or the database has no need of any."""
    return any(is_new for (is_new,) in (yield from ask(LOCK, locks=locks_text(numbers))))


def needs_locks() -> Transaction[bool]:
    """Whether the database has several writers at a time."""
    return bool((yield from ask(LOCK, locks=locks_text(()))))


def locks_text(numbers: Collection[int]) -> str:
    """Numbers as `LOCK` takes them, in order."""
    return json_text([str(number) for number in sorted(numbers)])


def still_wanted(step: Step, held: Collection[int]) -> frozenset[int]:
    """Which locks a step of `LOCK` asks for beyond those that are held. Raises OutOfOrder."""
    wanted = frozenset(int(number) for number in from_json(step.rows[0]["locks"])).difference(held)
    if wanted and held and min(wanted) < max(held):
        raise OutOfOrder(wanted.union(held))
    return wanted
