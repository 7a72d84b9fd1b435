"""Lists and publications that were made by command: kept beside those of the settings."""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import bindparam, select, update

from mailproc.policy.standing.lists import MailingList
from mailproc.policy.standing.verdict import Classification
from mailproc.store.engine.columns import from_json, json_text, micros_of, storable
from mailproc.store.engine.operation import Context, Operation, one_by_one
from mailproc.store.engine.people_tables import mailing_list
from mailproc.store.engine.reader import Reader
from mailproc.store.engine.statement import Insert, Statement, Transaction, ask, tell

_COLUMNS = ("account_id", "id", "name", "spellings", "classification", "is_public")


def _upsert(insert: Insert) -> Any:
    statement = insert(mailing_list)
    new = statement.excluded
    return statement.on_conflict_do_update(
        index_elements=["account_id", "id"],
        set_={name: new[name] for name in (*_COLUMNS[2:], "removed_at")},
    )


_UPSERT = Statement(_upsert)
_ALL = Statement(
    lambda insert: (
        select(*(mailing_list.c[name] for name in _COLUMNS))
        .where(mailing_list.c.removed_at.is_(None))
        .order_by(mailing_list.c.account_id, mailing_list.c.id)
    )
)
IDS_EVER = Statement(lambda insert: select(mailing_list.c.id).where(mailing_list.c.account_id == bindparam("account")))
_REMOVE = Statement(
    lambda insert: (
        update(mailing_list)
        .where(
            mailing_list.c.account_id == bindparam("account"),
            mailing_list.c.id == bindparam("list_id"),
            mailing_list.c.removed_at.is_(None),
        )
        .values(removed_at=bindparam("now"))
        .returning(mailing_list.c.id)
    )
)


def _put(context: Context, one: MailingList) -> Transaction[None]:
    row = {
        "account_id": storable(one.account_id),
        "id": storable(one.id),
        "name": storable(one.name),
        "spellings": json_text(one.spellings),
        "classification": one.classification.value,
        "is_public": int(one.is_public),
        "created_at": micros_of(context.now),
        "removed_at": None,
    }
    yield from tell(_UPSERT, [row])


def _remove(context: Context, name: tuple[str, str]) -> Transaction[bool]:
    account_id, list_id = name
    return bool((yield from ask(_REMOVE, account=account_id, list_id=list_id, now=micros_of(context.now))))


def _put_all(context: Context, payloads: Sequence[MailingList]) -> Transaction[list[None]]:
    return (yield from one_by_one(_put, context, payloads))


def _remove_all(context: Context, payloads: Sequence[tuple[str, str]]) -> Transaction[list[bool]]:
    return (yield from one_by_one(_remove, context, payloads))


PUT: Operation[MailingList, None] = Operation(name="put list", rank=20, run=_put_all)
REMOVE: Operation[tuple[str, str], bool] = Operation(name="remove list", rank=21, run=_remove_all)


class Lists:
    """The store's lists: `Store.lists` is one."""

    def __init__(self, submit: Callable[..., Any], reader: Reader) -> None:
        self._submit = submit
        self._reader = reader

    async def all(self) -> list[MailingList]:
        """Every list that was made by command and not removed, by account and id."""
        return [
            MailingList(
                account_id=account_id,
                id=list_id,
                name=name,
                spellings=tuple(from_json(spellings)),
                classification=Classification(classification),
                is_public=bool(is_public),
            )
            for account_id, list_id, name, spellings, classification, is_public in await self._reader.run(ask(_ALL))
        ]

    async def ids_ever(self, account_id: str) -> list[str]:
        """The ids of all lists of an account that were ever made by command, removed ones included; in order."""
        found = await self._reader.run(ask(IDS_EVER, account=storable(account_id)))
        return sorted(list_id for (list_id,) in found)

    async def put(self, one: MailingList) -> None:
        """Make a list, or make it another; one that was removed is there again, with the opt-outs it had."""
        await self._submit(PUT, one)

    async def remove(self, account_id: str, list_id: str) -> bool:
        """Let a list go; False when there is none. Its opt-outs stay: should it come back, they hold."""
        return bool(await self._submit(REMOVE, (storable(account_id), storable(list_id))))
