"""What a fact's id is made of: the class of a bounce, the enterprise of a global fact, the mail a complaint is about.

Retractions name facts by these ids, and have ids of their own made of that: they follow, however long the chain.
"""

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"

_COLUMNS = "account_id, id, kind, address, key, level, list_id, channel, occurred_at, about_mail_of, evidence, retracts"
_PAGE = (
    f"SELECT {_COLUMNS} FROM fact WHERE (account_id, id) > (:account, :id) AND ({{}})"  # noqa: S608 - columns of ours
    " ORDER BY account_id, id LIMIT 1000"
)
_CONCERNED = "kind = 'bounce' OR level = 'global' OR (kind = 'complaint' AND about_mail_of IS NOT NULL)"
_RENAME = sa.text("UPDATE fact SET id = :new, retracts = :retracts WHERE account_id = :account AND id = :old")
_IS_THERE = sa.text("SELECT 1 FROM fact WHERE account_id = :account AND id = :new")
_DELETE = sa.text("DELETE FROM fact WHERE account_id = :account AND id = :old")
_HEX = 32
_FACT_ID = 5  # in a block: kind, level, list, since, channel, fact, and where it was said if elsewhere


def upgrade() -> None:
    """Give those facts their new ids, and everything that names them."""
    connection = op.get_bind()
    renamed: dict[str, str] = {}
    for row in _facts(connection, f"kind <> 'retraction' AND ({_CONCERNED})"):
        _rename(connection, row, row["retracts"], renamed)
    retractions = list(_facts(connection, "kind = 'retraction'")) if renamed else []
    while following := [row for row in retractions if row["retracts"] in renamed and row["id"] not in renamed]:
        for row in following:
            _rename(connection, row, renamed[row["retracts"]], renamed)
    if renamed:
        _rename_blocks(connection, renamed)


def _facts(connection: sa.Connection, where: str) -> Iterator[Any]:
    """Page by page; what got its new id meanwhile may come again, and has it."""
    place = {"account": "", "id": ""}
    while rows := connection.execute(sa.text(_PAGE.format(where)), place).mappings().all():
        yield from rows
        place = {"account": rows[-1]["account_id"], "id": rows[-1]["id"]}


def _rename(connection: sa.Connection, row: Any, retracts: str | None, renamed: dict[str, str]) -> None:
    """What was said again since ids are made like this is there already: then the older row goes."""
    if (new := _id_of(row, retracts)) != row["id"]:
        account, old = row["account_id"], row["id"]
        if connection.execute(_IS_THERE, {"account": account, "new": new}).first():
            connection.execute(_DELETE, {"account": account, "old": old})
        else:
            connection.execute(_RENAME, {"new": new, "retracts": retracts, "account": account, "old": old})
        renamed[old] = new


def _id_of(row: Any, retracts: str | None) -> str:
    evidence = json.loads(row["evidence"])
    mail = evidence.get("mail")
    about = "" if mail or row["about_mail_of"] is None else f" about {_time(row['about_mail_of'])}"
    said = [
        *(row[name] for name in ("kind", "account_id", "address", "key", "level", "list_id", "channel")),
        mail or _time(row["occurred_at"]) + about,
        retracts,
        *([evidence.get("class")] if row["kind"] == "bounce" else []),
        *([evidence["enterprise"]] if row["level"] == "global" and "enterprise" in evidence else []),
    ]
    return hashlib.sha256(json.dumps(said, ensure_ascii=True).encode()).hexdigest()[:_HEX]


def _time(micros: int) -> str:
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=micros)).isoformat()


def _rename_blocks(connection: sa.Connection, renamed: dict[str, str]) -> None:
    """Standings say by which facts they are what they are."""
    update = sa.text("UPDATE standing SET blocks = :blocks WHERE account_id = :account AND person = :person")
    standings = connection.execute(sa.text("SELECT account_id, person, blocks FROM standing WHERE blocks <> '[]'"))
    for account_id, person, blocks in standings.all():
        told = json.loads(blocks)
        if not any(block[_FACT_ID] in renamed for block in told):
            continue
        for block in told:
            block[_FACT_ID] = renamed.get(block[_FACT_ID], block[_FACT_ID])
        values = {"blocks": json.dumps(told, separators=(",", ":")), "account": account_id, "person": person}
        connection.execute(update, values)
