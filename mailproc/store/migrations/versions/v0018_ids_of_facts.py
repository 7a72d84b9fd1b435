"""What a fact's id is made of: the class of a bounce, the enterprise of a global fact, the mail a complaint is about.

Retractions name facts by these ids, and have ids of their own made of that: they follow, however long the chain, and
so do the blocks of standings. What was written down as history stays as it was: stored decisions, events in the outbox,
and `carried_from` in evidence tell the ids of their time.

Old and new ids stand side by side in a table of the database while this runs: there may be millions, and a container's
temporary files are memory.
"""

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

import sqlalchemy as sa
from alembic import op

from mailproc.store.migrations.telling import tell

revision = "0018"
down_revision = "0017"

_LINE = 100_000  # facts between two lines that tell how far it has come

_REMEMBER = sa.text("INSERT INTO renamed VALUES (:old, :account_id, :new, :retracts)")
_COLUMNS = "account_id, id, kind, address, key, level, list_id, channel, occurred_at, about_mail_of, evidence"
_RETRACTED = "coalesce((SELECT new FROM renamed WHERE old = fact.retracts), retracts) AS retracted"
_FACTS = (
    f"SELECT {_COLUMNS}, {_RETRACTED} FROM fact"  # noqa: S608 - words of ours
    " WHERE (account_id, id) > (:account_id, :id) AND ({}) ORDER BY account_id, id LIMIT 1000"
)
_CONCERNED = (
    "kind <> 'retraction' AND"
    " (kind = 'bounce' OR level = 'global' OR (kind = 'complaint' AND about_mail_of IS NOT NULL))"
)
_FOLLOWING = (
    "kind = 'retraction' AND EXISTS (SELECT 1 FROM renamed WHERE old = fact.retracts)"
    " AND NOT EXISTS (SELECT 1 FROM renamed WHERE old = fact.id)"
)
_NEW_NAMES = sa.text(
    "SELECT old, account_id, new, retracts,"
    " EXISTS (SELECT 1 FROM fact WHERE fact.account_id = renamed.account_id AND fact.id = renamed.new) AS is_there"
    " FROM renamed WHERE old > :old ORDER BY old LIMIT 1000"
)
_RENAME = sa.text("UPDATE fact SET id = :new, retracts = :retracts WHERE account_id = :account_id AND id = :old")
_DELETE = sa.text("DELETE FROM fact WHERE account_id = :account_id AND id = :old")
_STANDINGS = sa.text(
    "SELECT account_id, person, blocks FROM standing WHERE (account_id, person) > (:account_id, :person)"
    " AND blocks <> '[]' ORDER BY account_id, person LIMIT 1000"
)
_NEW_IDS = sa.text("SELECT old, new FROM renamed WHERE old IN :ids").bindparams(sa.bindparam("ids", expanding=True))
_WRITE_BLOCKS = sa.text("UPDATE standing SET blocks = :blocks WHERE account_id = :account_id AND person = :person")
_HEX = 32
_IDS = 1000  # looked up at once
_FACT_ID = 5  # in a block: kind, level, list, since, channel, fact, and where it was said if elsewhere


def upgrade() -> None:
    """Give those facts their new ids, and whatever names them to be asked again."""
    connection = op.get_bind()
    op.create_table(
        "renamed",
        sa.Column("old", sa.Text, primary_key=True),
        sa.Column("account_id", sa.Text, nullable=False),
        sa.Column("new", sa.Text, nullable=False),
        sa.Column("retracts", sa.Text),
        sqlite_with_rowid=False,
    )
    if _remember(connection, _CONCERNED):
        while _remember(connection, _FOLLOWING):
            pass
        _rename_facts(connection)
        _rename_blocks(connection)
    op.drop_table("renamed")


def _remember(connection: sa.Connection, where: str) -> int:
    """Put the new ids of those facts beside their old ones; gives how many are new."""
    count = 0
    for page in _pages(connection, sa.text(_FACTS.format(where)), "account_id", "id"):
        renamed = [
            {"old": row["id"], "account_id": row["account_id"], "new": new, "retracts": row["retracted"]}
            for row in page
            if (new := _id_of(row)) != row["id"]
        ]
        if renamed:
            connection.execute(_REMEMBER, renamed)
        if count // _LINE < (count := count + len(renamed)) // _LINE:
            tell(f"0018: {count} facts get another id; going on")
    return count


def _pages(connection: sa.Connection, query: sa.TextClause, *names: str) -> Iterator[list[Any]]:
    """Rows in the order of these columns, by which the next page is asked for."""
    place = dict.fromkeys(names, "")
    while page := list(connection.execute(query, place).mappings()):
        yield page
        place = {name: page[-1][name] for name in names}


def _rename_facts(connection: sa.Connection) -> None:
    """What was said again since ids are made like this is there already: then the older row goes."""
    count = 0
    for page in _pages(connection, _NEW_NAMES, "old"):
        first = {row["new"]: row["old"] for row in reversed(page) if not row["is_there"]}
        renamed = [dict(row) for row in page if first.get(row["new"]) == row["old"]]
        older = [dict(row) for row in page if first.get(row["new"]) != row["old"]]
        for statement, rows in ((_DELETE, older), (_RENAME, renamed)):
            if rows:
                connection.execute(statement, rows)
        if count // _LINE < (count := count + len(page)) // _LINE:
            tell(f"0018: {count} facts have it; going on")


def _id_of(row: Any) -> str:
    evidence = json.loads(row["evidence"])
    mail = evidence.get("mail")
    about = "" if mail or row["about_mail_of"] is None else f" about {_time(row['about_mail_of'])}"
    said = [
        *(row[name] for name in ("kind", "account_id", "address", "key", "level", "list_id", "channel")),
        mail or _time(row["occurred_at"]) + about,
        row["retracted"],
        *([evidence.get("class")] if row["kind"] == "bounce" else []),
        *([evidence["enterprise"]] if row["level"] == "global" and "enterprise" in evidence else []),
    ]
    return hashlib.sha256(json.dumps(said, ensure_ascii=True).encode()).hexdigest()[:_HEX]


def _time(micros: int) -> str:
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=micros)).isoformat()


def _rename_blocks(connection: sa.Connection) -> None:
    """Standings say by which facts they are what they are."""
    for page in _pages(connection, _STANDINGS, "account_id", "person"):
        told = [(row, json.loads(row["blocks"])) for row in page]
        new_of = _new_ids(connection, {block[_FACT_ID] for _, blocks in told for block in blocks})
        changed = []
        for row, blocks in told:
            if any(block[_FACT_ID] in new_of for block in blocks):
                for block in blocks:
                    block[_FACT_ID] = new_of.get(block[_FACT_ID], block[_FACT_ID])
                written = json.dumps(blocks, separators=(",", ":"))
                changed.append({"blocks": written, "account_id": row["account_id"], "person": row["person"]})
        if changed:
            connection.execute(_WRITE_BLOCKS, changed)


def _new_ids(connection: sa.Connection, ids: set[str]) -> dict[str, str]:
    new_of: dict[str, str] = {}
    rest = iter(ids)
    while some := list(islice(rest, _IDS)):
        new_of.update((old, new) for old, new in connection.execute(_NEW_IDS, {"ids": some}))
    return new_of
