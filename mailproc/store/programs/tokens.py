"""Tokens of programs: made, found by the digest of their secret, listed and revoked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select, update

from mailproc.policy.tokens.api_token import ApiToken, Scope
from mailproc.store.engine.columns import from_json, json_text, micros_of, storable, time_of, time_or_none
from mailproc.store.engine.journal import Journal
from mailproc.store.engine.operation import Context, Operation, in_order, one_by_one
from mailproc.store.engine.program_tables import api_token
from mailproc.store.engine.reader import Reader
from mailproc.store.engine.statement import Row, Statement, Transaction, ask, tell

_COLUMNS = tuple(
    api_token.c[name]
    for name in (
        "id", "account_id", "name", "scopes", "created_at", "created_by", "expires_at", "revoked_at", "last_used_at",
    )
)  # fmt: skip

_PUT = Statement(lambda insert: insert(api_token))
_BY_DIGEST = Statement(lambda insert: select(*_COLUMNS).where(api_token.c.digest == bindparam("digest")))
_REVOKE = Statement(
    lambda insert: (
        update(api_token)
        .where(
            api_token.c.account_id == bindparam("account"),
            api_token.c.id == bindparam("token_id"),
            api_token.c.revoked_at.is_(None),
        )
        .values(revoked_at=bindparam("now"))
        .returning(api_token.c.id)
    )
)
_TOUCH = Statement(
    lambda insert: (
        update(api_token)
        .where(api_token.c.account_id == bindparam("account"), api_token.c.id == bindparam("token_id"))
        .values(last_used_at=bindparam("now"))
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewToken:
    """A token with the digest of its secret."""

    token: ApiToken
    digest: str


def _put(context: Context, new: NewToken) -> Transaction[None]:
    one = new.token
    row: dict[str, Any] = {
        "account_id": storable(one.account_id),
        "id": one.id,
        "digest": new.digest,
        "name": storable(one.name),
        "scopes": json_text(sorted(one.scopes)),
        "created_at": micros_of(one.created_at),
        "created_by": storable(one.created_by),
        "expires_at": None if one.expires_at is None else micros_of(one.expires_at),
        "revoked_at": None,
        "last_used_at": None,
    }
    yield from tell(_PUT, [row])


def _revoke(context: Context, name: tuple[str, str]) -> Transaction[bool]:
    account_id, token_id = name
    return bool((yield from ask(_REVOKE, account=account_id, token_id=token_id, now=micros_of(context.now))))


def _touch(context: Context, name: tuple[str, str]) -> Transaction[None]:
    account_id, token_id = name
    yield from tell(_TOUCH, [{"account": account_id, "token_id": token_id, "now": micros_of(context.now)}])


def _put_all(context: Context, payloads: Sequence[NewToken]) -> Transaction[list[None]]:
    return (yield from one_by_one(_put, context, payloads))


def _revoke_all(context: Context, payloads: Sequence[tuple[str, str]]) -> Transaction[list[bool]]:
    return (yield from one_by_one(_revoke, context, payloads))


def _touch_all(context: Context, payloads: Sequence[tuple[str, str]]) -> Transaction[list[None]]:
    return (yield from in_order(_touch, context, payloads, lambda name: name))


PUT_TOKEN: Operation[NewToken, None] = Operation(name="put token", rank=26, run=_put_all)
REVOKE_TOKEN: Operation[tuple[str, str], bool] = Operation(name="revoke token", rank=27, run=_revoke_all)
TOUCH_TOKEN: Operation[tuple[str, str], None] = Operation(name="touch token", rank=28, run=_touch_all, patient=True)


class Tokens:
    """The store's tokens of programs: `Store.tokens` is one."""

    def __init__(self, journal: Journal, reader: Reader) -> None:
        self._journal = journal
        self._reader = reader

    async def put(self, token: ApiToken, digest: str) -> None:
        """Keep a new token by the digest of its secret."""
        await self._journal.submit(PUT_TOKEN, NewToken(token=token, digest=digest))

    async def find(self, digest: str) -> ApiToken | None:
        """The token with this digest, also one that is expired or revoked; None for none."""
        rows = await self._reader.run(ask(_BY_DIGEST, digest=digest))
        return _token_from(rows[0]) if rows else None

    async def all(self, account_id: str | None = None) -> list[ApiToken]:
        """Every token that was ever made, of one account or of all; the oldest first."""
        query = select(*_COLUMNS).order_by(api_token.c.account_id, api_token.c.created_at, api_token.c.id)
        if account_id is not None:
            query = query.where(api_token.c.account_id == storable(account_id))
        return [_token_from(tuple(row)) for row in await self._reader.rows(query)]

    async def revoke(self, account_id: str, token_id: str) -> bool:
        """Let a token open nothing from now on; False when there is none that holds."""
        return await self._journal.submit(REVOKE_TOKEN, (storable(account_id), storable(token_id)))

    async def touch(self, token: ApiToken) -> None:
        """Write down that it was used."""
        await self._journal.submit(TOUCH_TOKEN, (token.account_id, token.id))


def _token_from(row: Row) -> ApiToken:
    token_id, account_id, name, scopes, created_at, created_by, expires_at, revoked_at, last_used_at = row
    created: datetime = time_of(created_at)
    return ApiToken(
        id=token_id,
        account_id=account_id,
        name=name,
        scopes=frozenset(Scope(one) for one in from_json(scopes)),
        created_at=created,
        created_by=created_by,
        expires_at=time_or_none(expires_at),
        revoked_at=time_or_none(revoked_at),
        last_used_at=time_or_none(last_used_at),
    )
