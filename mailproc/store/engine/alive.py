"""Which processes count as alive: what these have in hand, others leave to them."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, bindparam

from mailproc.store.engine.columns import micros_of
from mailproc.store.engine.operation import Context
from mailproc.store.engine.schema import process
from mailproc.store.engine.statement import Statement, Transaction, tell

# A process that wrote its row while the clock was wrong must not hold its mail until that day comes.
_LONGEST_LIFE = timedelta(hours=1)

_ALIVE = Statement(
    lambda insert: (statement := insert(process)).on_conflict_do_update(
        index_elements=["id"], set_={"alive_until": statement.excluded.alive_until}
    )
)


def is_alive() -> ColumnElement[bool]:
    """Whether a joined process counts as alive at `now`."""
    return process.c.alive_until.between(
        bindparam("now"), bindparam("now") + _LONGEST_LIFE // timedelta(microseconds=1)
    )


def stay_alive(context: Context, until: datetime) -> Transaction[None]:
    """Write down that this process is alive: whatever it takes in the same transaction is left to it."""
    yield from tell(_ALIVE, [{"id": context.process_id, "alive_until": micros_of(until)}])
