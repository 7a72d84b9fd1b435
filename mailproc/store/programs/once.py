"""What a program asked for once under a key of its own: the same again gets the same answer, and does nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import bindparam, delete, select, update

from mailproc.store.engine.columns import from_json, json_text, micros_of, storable
from mailproc.store.engine.journal import Context, Journal, Operation, one_by_one
from mailproc.store.engine.program_tables import api_request
from mailproc.store.engine.statement import Statement, Transaction, ask, tell

KEPT = timedelta(hours=24)
ABANDONED = timedelta(minutes=1)  # who has no answer by then has died: the next may try

_MINE = (
    api_request.c.account_id == bindparam("account"),
    api_request.c.token_id == bindparam("token"),
    api_request.c.key == bindparam("name"),
)
_FORGET = Statement(lambda insert: delete(api_request).where(api_request.c.asked_at < bindparam("before")))
_CLAIM = Statement(
    lambda insert: insert(api_request).on_conflict_do_nothing().returning(api_request.c.key)  # of two one gets it
)
_FIND = Statement(
    lambda insert: select(
        api_request.c.digest, api_request.c.asked_at, api_request.c.status, api_request.c.answer
    ).where(*_MINE)
)
_ANSWER = Statement(
    lambda insert: update(api_request).where(*_MINE).values(status=bindparam("code"), answer=bindparam("said"))
)
_TAKE_OVER = Statement(lambda insert: update(api_request).where(*_MINE).values(asked_at=bindparam("now")))
_LET_GO = Statement(lambda insert: delete(api_request).where(*_MINE, api_request.c.status.is_(None)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """Under which key who asked; the same key of another token is another."""

    account_id: str
    token_id: str
    key: str

    def columns(self) -> dict[str, Any]:
        """As parameters."""
        return {"account": self.account_id, "token": self.token_id, "name": storable(self.key)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request by its digest."""

    key: Key
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What was answered."""

    status: int
    headers: Mapping[str, str]
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """What is known of a request: `is_other` when the key was used for another one; no answer: it is being done.

    `is_erased`: it was done, and its answer was erased when a person of the account was forgotten.
    """

    is_other: bool = False
    is_erased: bool = False
    answer: Answer | None = None


def _begin(context: Context, asked: Asked) -> Transaction[Before | None]:
    now = micros_of(context.now)
    yield from tell(_FORGET, [{"before": micros_of(context.now - KEPT)}])
    mine = asked.key.columns()
    row = {
        "account_id": mine["account"],
        "token_id": mine["token"],
        "key": mine["name"],
        "digest": asked.digest,
        "asked_at": now,
        "status": None,
        "answer": None,
    }
    if (yield from ask(_CLAIM, **row)):
        return None
    [(digest, asked_at, status, said)] = yield from ask(_FIND, **mine)
    if digest != asked.digest:
        return Before(is_other=True)
    if status is not None and said is None:
        return Before(is_erased=True)
    if status is not None:
        told = from_json(said)
        return Before(answer=Answer(status=status, headers=told["headers"], body=told["body"]))
    if asked_at > micros_of(context.now - ABANDONED):
        return Before()
    yield from tell(_TAKE_OVER, [{**mine, "now": now}])
    return None


def _end(context: Context, said: tuple[Key, Answer | None]) -> Transaction[None]:
    key, answer = said
    if answer is None:
        yield from tell(_LET_GO, [key.columns()])
        return
    told = json_text({"headers": dict(answer.headers), "body": answer.body})
    yield from tell(_ANSWER, [{**key.columns(), "code": answer.status, "said": told}])


def _begin_all(context: Context, payloads: Sequence[Asked]) -> Transaction[list[Before | None]]:
    return (yield from one_by_one(_begin, context, payloads))


def _end_all(context: Context, payloads: Sequence[tuple[Key, Answer | None]]) -> Transaction[list[None]]:
    return (yield from one_by_one(_end, context, payloads))


BEGIN: Operation[Asked, Before | None] = Operation(name="begin request", rank=93, run=_begin_all)
END: Operation[tuple[Key, Answer | None], None] = Operation(name="end request", rank=94, run=_end_all)


class Once:
    """What programs did once: `Store.once` is one."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    async def begin(self, key: Key, digest: str) -> Before | None:
        """Claim a key for a request; None: it is yours to do, and to `end`."""
        return await self._journal.submit(BEGIN, Asked(key=key, digest=digest))

    async def end(self, key: Key, answer: Answer | None) -> None:
        """Keep the answer for a day; None: nothing was done, and the same may be asked for again."""
        await self._journal.submit(END, (key, answer))
