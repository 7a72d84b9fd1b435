"""What a program asked for once under a key of its own: the same again gets the same answer, and does nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import bindparam, delete, select, update

from mailproc.store.engine.columns import from_json, json_text, micros_of, storable, time_of
from mailproc.store.engine.journal import Journal
from mailproc.store.engine.operation import Context, Operation, in_order
from mailproc.store.engine.program_tables import api_request
from mailproc.store.engine.statement import Row, Statement, Transaction, ask, tell

KEPT = timedelta(hours=24)
ABANDONED = timedelta(minutes=1)  # who has no answer by then has died: the next may try

_MINE = (
    api_request.c.account_id == bindparam("account"),
    api_request.c.token_id == bindparam("token"),
    api_request.c.key == bindparam("name"),
)
_STILL_MINE = (*_MINE, api_request.c.status.is_(None), api_request.c.taken_at == bindparam("taken"))
_FORGET = Statement(lambda insert: delete(api_request).where(api_request.c.asked_at < bindparam("before")))
_CLAIM = Statement(
    lambda insert: insert(api_request).on_conflict_do_nothing().returning(api_request.c.key)  # of two one gets it
)
_FIND = Statement(
    lambda insert: (
        select(
            api_request.c.digest,
            api_request.c.asked_at,
            api_request.c.taken_at,
            api_request.c.status,
            api_request.c.answer,
        )
        .where(*_MINE)
        .with_for_update()  # of two that take over one does
    )
)
_ANSWER = Statement(
    lambda insert: update(api_request).where(*_STILL_MINE).values(status=bindparam("code"), answer=bindparam("said"))
)
_TAKE_OVER = Statement(lambda insert: update(api_request).where(*_MINE).values(taken_at=bindparam("now")))
_FREE = Statement(lambda insert: update(api_request).where(*_STILL_MINE).values(taken_at=0))
_LET_GO = Statement(lambda insert: delete(api_request).where(*_STILL_MINE))


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """Under which key who asked; the same key of another token is another."""

    account_id: str
    token_id: str
    key: str

    @property
    def place(self) -> tuple[str, str, str]:
        """In which order keys are written by all processes."""
        return self.account_id, self.token_id, storable(self.key)

    def columns(self) -> dict[str, Any]:
        """As parameters."""
        return {"account": self.account_id, "token": self.token_id, "name": storable(self.key)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request by its digest."""

    key: Key
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A request that is yours to do, as of when it was first asked for; since `taken_at`, or it is another's again.

    `is_again` tells that it was begun before, and may have been done: nobody was told how that ended.
    """

    key: Key
    asked_at: datetime
    taken_at: datetime
    is_again: bool

    def columns(self) -> dict[str, Any]:
        """As parameters."""
        return {**self.key.columns(), "taken": micros_of(self.taken_at)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What was answered."""

    status: int
    headers: Mapping[str, str]
    body: str


class NoAnswer(StrEnum):
    """How a request ended that has none."""

    undone = "undone"  # it changed nothing
    unknown = "unknown"  # what it changed cannot be told: who asks again asks the same


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """What is known of a request: `is_other` when the key was used for another one; no answer: it is being done.

    `is_erased`: it was done, and its answer was erased when a person of the account was forgotten.
    """

    is_other: bool = False
    is_erased: bool = False
    answer: Answer | None = None


def _begin(context: Context, asked: Asked) -> Transaction[Before | Claim]:
    now = micros_of(context.now)
    mine = asked.key.columns()
    row = {
        "account_id": mine["account"],
        "token_id": mine["token"],
        "key": mine["name"],
        "digest": asked.digest,
        "asked_at": now,
        "taken_at": now,
        "status": None,
        "answer": None,
    }
    found: Sequence[Row] = ()
    while not found:  # another process may let go of it in between
        if (yield from ask(_CLAIM, **row)):
            return Claim(key=asked.key, asked_at=time_of(now), taken_at=time_of(now), is_again=False)
        found = yield from ask(_FIND, **mine)
    [(digest, asked_at, taken_at, status, said)] = found
    if digest != asked.digest:
        return Before(is_other=True)
    if status is not None and said is None:
        return Before(is_erased=True)
    if status is not None:
        told = from_json(said)
        return Before(answer=Answer(status=status, headers=told["headers"], body=told["body"]))
    if taken_at > micros_of(context.now - ABANDONED):
        return Before()
    yield from tell(_TAKE_OVER, [{**mine, "now": now}])
    return Claim(key=asked.key, asked_at=time_of(asked_at), taken_at=time_of(now), is_again=True)


def _end(context: Context, said: tuple[Claim, Answer | NoAnswer]) -> Transaction[None]:
    claim, answer = said
    if isinstance(answer, NoAnswer):
        yield from tell(_LET_GO if answer is NoAnswer.undone else _FREE, [claim.columns()])
        return
    told = json_text({"headers": dict(answer.headers), "body": answer.body})
    yield from tell(_ANSWER, [{**claim.columns(), "code": answer.status, "said": told}])


def _forget(context: Context) -> Transaction[None]:
    yield from tell(_FORGET, [{"before": micros_of(context.now - KEPT)}])


def _begin_all(context: Context, payloads: Sequence[Asked]) -> Transaction[list[Before | Claim]]:
    yield from _forget(context)
    return (yield from in_order(_begin, context, payloads, lambda asked: asked.key.place))


def _end_all(context: Context, payloads: Sequence[tuple[Claim, Answer | NoAnswer]]) -> Transaction[list[None]]:
    return (yield from in_order(_end, context, payloads, lambda said: said[0].key.place))


def _forget_all(context: Context, payloads: Sequence[None]) -> Transaction[list[None]]:
    yield from _forget(context)
    return [None] * len(payloads)


BEGIN: Operation[Asked, Before | Claim] = Operation(name="begin request", rank=93, run=_begin_all)
END: Operation[tuple[Claim, Answer | NoAnswer], None] = Operation(name="end request", rank=94, run=_end_all)
FORGET: Operation[None, None] = Operation(name="forget answers", rank=95, run=_forget_all, patient=True)


class Once:
    """What programs did once: `Store.once` is one."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    async def begin(self, key: Key, digest: str) -> Before | Claim:
        """Claim a key for a request; a Claim: it is yours to do, and to `end`."""
        return await self._journal.submit(BEGIN, Asked(key=key, digest=digest))

    async def end(self, claim: Claim, answer: Answer | NoAnswer) -> None:
        """Keep the answer for a day; without one the same may be asked for again. Nothing where another took over."""
        await self._journal.submit(END, (claim, answer))

    async def forget_old(self) -> None:
        """Let go of answers that are older than a day."""
        await self._journal.submit(FORGET, None)
