"""The place of a fact in the order in which followers hear of them; and up to where that order is settled.

SQLite has one writer at a time: numbers are given out in the order of commits. PostgreSQL has many, and whoever takes
a number early may commit late. There each transaction first takes a shared lock that says which numbers were given
out before it began to take any, and holds it until it has ended: nobody ever waits for it. What stands at or before
the lowest of these, and was given out already, has ended, one way or the other.

Numbers are never behind the clock, in microseconds, where a backup is restored: followers have cursors from beyond it.
"""

from collections.abc import Iterable

from sqlalchemy import BigInteger, bindparam, func, text, update

from mailproc.store.engine.people_tables import fact_place
from mailproc.store.engine.reader import Reader
from mailproc.store.engine.statement import Statement, Transaction, ask

# A lock is two numbers of 32 bits: the sequence's own, and the lower half of the last number that was given out. The
# sequence is asked before the lock is taken, and numbers are given out after it.
_TAKEN = Statement(
    lambda insert: text(
        "WITH given AS MATERIALIZED (SELECT last_value FROM fact_place_seq),"
        " held AS MATERIALIZED (SELECT pg_advisory_xact_lock_shared("
        "CAST(CAST(CAST(CAST('fact_place_seq' AS regclass) AS bigint) AS bit(32)) AS integer),"
        " CAST(CAST(last_value AS bit(32)) AS integer)) FROM given)"
        " SELECT nextval('fact_place_seq') FROM held, generate_series(1, CAST(:count AS integer))"
    ),
    only="postgresql",
)
_GIVEN = Statement(lambda insert: text("SELECT last_value FROM fact_place_seq"), only="postgresql")
_HELD = Statement(
    lambda insert: text(
        "SELECT DISTINCT CAST(objid AS bigint) FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 2"
        " AND classid = CAST(CAST('fact_place_seq' AS regclass) AS oid)"
        " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    ),
    only="postgresql",
)
_COUNTED = Statement(
    lambda insert: (
        update(fact_place)
        .values(
            last=func.max(fact_place.c.last, bindparam("now", type_=BigInteger)) + bindparam("count", type_=BigInteger)
        )
        .returning(fact_place.c.last)
    ),
    only="sqlite",
)
_HALF = 2**32


def take_places(count: int, now: int) -> Transaction[list[int]]:
    """So many numbers that nobody else has, in order; numbers that end up with no fact are missed by nobody."""
    if not count:
        return []
    counted = yield from ask(_COUNTED, count=count, now=now)
    if counted:
        [(last,)] = counted
        return list(range(last - count + 1, last + 1))
    return sorted(place for (place,) in (yield from ask(_TAKEN, count=count)))


async def settled_place(reader: Reader) -> int | None:
    """Up to which place whatever is read from now on is all that will ever be there; None: all that there is."""
    return await reader.run(_settled())


def _settled() -> Transaction[int | None]:
    given = yield from ask(_GIVEN)
    if not given:
        return None
    [(last,)] = given
    return settled_of(last, [low for (low,) in (yield from ask(_HELD))])


def settled_of(last: int, held: Iterable[int]) -> int:
    """The lowest of the last number given out and of those whose lower halves are held.

    Who began to take numbers since `last` was read has a lock beyond it, which holds back nothing of what is read.
    """
    behind = ((last - low) % _HALF for low in held)
    return last - max((one for one in behind if one < _HALF // 2), default=0)
