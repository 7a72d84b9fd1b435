"""Sends as they were recorded, and the check before each: `Store.sends` is one of these."""

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, select

from mailproc.policy.standing.send import Send
from mailproc.policy.standing.verdict import Classification
from mailproc.store.engine.columns import from_json, json_text, micros_of, storable, time_of
from mailproc.store.engine.journal import Journal
from mailproc.store.engine.operation import Context, Operation, one_by_one
from mailproc.store.engine.people_tables import send
from mailproc.store.engine.reader import Reader
from mailproc.store.engine.statement import Row, Statement, Transaction, ask, tell
from mailproc.store.sends.first_met import MEET, FirstMet

if TYPE_CHECKING:
    from mailproc.store.sends.memory_check import MemoryCheck
    from mailproc.store.sends.send_check import SendCheck

SEND_COLUMNS = tuple(send.c[name] for name in ("account_id", "id", "name", "lists", "classification", "created_at"))

_PUT = Statement(lambda insert: insert(send).on_conflict_do_nothing(index_elements=["account_id", "id"]))
_BY_ID = Statement(
    lambda insert: select(*SEND_COLUMNS).where(
        send.c.account_id == bindparam("account_id"), send.c.id == bindparam("id")
    )
)
_BY_NUMBER = Statement(
    lambda insert: (
        select(*SEND_COLUMNS)
        .where(send.c.account_id == bindparam("account_id"), send.c.number == bindparam("number"))
        .order_by(send.c.created_at.desc(), send.c.id)
    )
)
_NEWEST = Statement(
    lambda insert: (
        select(*SEND_COLUMNS)
        .where(send.c.account_id == bindparam("account_id"), send.c.created_at >= bindparam("since"))
        .order_by(send.c.created_at.desc(), send.c.id)
        .limit(bindparam("limit"))
    )
)


def _put(context: Context, one: Send) -> Transaction[Send]:
    row = {
        "account_id": storable(one.account_id),
        "id": storable(one.id),
        "number": one.number,
        "name": storable(one.name),
        "lists": json_text(sorted(set(one.list_ids))),
        "classification": one.classification.value,
        "created_at": micros_of(one.created_at),
    }
    yield from tell(_PUT, [row])
    (found,) = yield from ask(_BY_ID, account_id=row["account_id"], id=row["id"])
    return send_from(found)


def _put_all(context: Context, payloads: Sequence[Send]) -> Transaction[list[Send]]:
    return (yield from one_by_one(_put, context, payloads))


PUT_SEND: Operation[Send, Send] = Operation(name="put send", rank=22, run=_put_all)


class Sends:
    """The store's sends: `Store.sends` is one. `check` asks who may be mailed."""

    def __init__(self, journal: Journal, reader: Reader, context_of: Callable[[], Context]) -> None:
        self._journal = journal
        self._reader = reader
        self._context_of = context_of

    @cached_property
    def check(self) -> "SendCheck":
        """Who may be mailed."""
        from mailproc.store.sends.send_check import (
            SendCheck,  # here: numpy takes its time, and most commands check no send
        )

        return SendCheck(self._reader, self._context_of)

    def check_in_memory(self, account_id: str) -> "MemoryCheck":
        """The same for one account with all names in memory, which are to be loaded first: for millions of people."""
        from mailproc.store.sends.memory_check import MemoryCheck

        return MemoryCheck(self._reader, self._context_of, account_id)

    async def put(self, one: Send) -> Send:
        """Record a send; gives the one that is recorded: where there was one by this id, that stays as it was."""
        return await self._journal.submit(PUT_SEND, one)

    async def meet(self, account_id: str, people: Sequence[tuple[str, str]]) -> int:
        """Make people known as active, pairs of key ("" for none) and address; gives how many were unknown (R25).

        Nothing that is known of anybody changes, and what stands against an address holds for who has it now (R27).
        """
        met = FirstMet(account_id=account_id, people=tuple(people))
        return await self._journal.submit(MEET, met)

    async def find(self, account_id: str, send_id: str) -> Send | None:
        """The send by the sender's own id; None when none was recorded."""
        found = await self._asked(_BY_ID, account_id=storable(account_id), id=storable(send_id))
        return found[0] if found else None

    async def of_number(self, account_id: str, number: int) -> tuple[Send, ...]:
        """The sends that a token's number means, newest first; hardly ever more than one, empty for none.

        An id that is no number has 47 bits of a digest: of a million such sends two share one in three cases of a
        thousand. Whoever takes people off lists by it takes the lists of all (R31).
        """
        return tuple(await self._asked(_BY_NUMBER, account_id=storable(account_id), number=number))

    async def lists_of(self, account_id: str, number: int) -> tuple[str, ...] | None:
        """The lists that a token's mail went to, sorted: a click takes its person off those that they are on (R31).

        Empty when it went to no list; None when no such send was recorded.
        """
        found = await self.of_number(account_id, number)
        return tuple(sorted({list_id for one in found for list_id in one.list_ids})) if found else None

    async def newest(self, account_id: str, limit: int = 100) -> list[Send]:
        """Recorded sends of an account, newest first."""
        return await self._asked(_NEWEST, account_id=storable(account_id), since=0, limit=limit)

    async def _asked(self, statement: Statement, **parameters: Any) -> list[Send]:
        return [send_from(row) for row in await self._reader.run(ask(statement, **parameters))]


def send_from(row: Row) -> Send:
    """A send from its columns, in the order of `SEND_COLUMNS`."""
    account_id, send_id, name, lists, classification, created_at = row
    return Send(
        account_id=account_id,
        id=send_id,
        name=name,
        list_ids=tuple(from_json(lists)),
        classification=Classification(classification),
        created_at=time_of(created_at),
    )
