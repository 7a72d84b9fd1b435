"""Addresses whose domain was written with its final dot are the same people as without it: their keys lose the dot.

Standings of two that become one are computed anew by `mailproc db rebuild`, and whoever migrates is told to run it:
hooks are settings, which no revision knows. The send check reads facts, and needs none.
What was forgotten under such an address stays under its hash: nobody can tell what it was made of.
"""

import sqlalchemy as sa
from alembic import op

from mailproc.policy.address_key import loose_form
from mailproc.store.migrations.telling import tell

revision = "0017"
down_revision = "0016"

_DOTTED = "LIKE '%@%.'"
# The name of a person: `a:<address key>`; where both are there already, the one without dot stays.
_NAMES = (("standing", "person", ""), ("review_name", "name", " AND other.review_id = {table}.review_id"))


def upgrade() -> None:
    """Rewrite keys of subscribers and facts, and the names of people in standings, reviews and events."""
    connection = op.get_bind()
    rows = connection.execute(
        sa.text(f"SELECT account_id, key, rtrim(address_key, '.') FROM subscriber WHERE address_key {_DOTTED}")  # noqa: S608 - words of ours
    ).all()
    for account_id, key, address_key in rows:
        connection.execute(
            sa.text(
                "UPDATE subscriber SET address_key = :a, loose_key = :l WHERE account_id = :account AND key = :key"
            ),
            {"a": address_key, "l": loose_form(address_key), "account": account_id, "key": key},
        )
    facts = connection.execute(
        sa.text(f"UPDATE fact SET address_key = rtrim(address_key, '.') WHERE address_key {_DOTTED}")  # noqa: S608 - words of ours
    ).rowcount
    op.execute(f"UPDATE outbox SET person = rtrim(person, '.') WHERE person LIKE 'a:%' AND person {_DOTTED}")  # noqa: S608 - words of ours
    for table, column, condition in _NAMES:
        is_dotted = f"{column} LIKE 'a:%' AND {column} {_DOTTED}"
        same = (
            f"other.account_id = {table}.account_id AND other.{column} = rtrim({table}.{column}, '.')"
            + condition.format(table=table)
        )
        op.execute(f"DELETE FROM {table} WHERE {is_dotted} AND EXISTS (SELECT 1 FROM {table} other WHERE {same})")  # noqa: S608 - words of ours
        op.execute(f"UPDATE {table} SET {column} = rtrim({column}, '.') WHERE {is_dotted}")  # noqa: S608 - words of ours
    if rows or facts:
        tell(
            f"0017: addresses lost the final dot of their domain (subscribers: {len(rows)}, facts: {facts})."
            " Run `mailproc db rebuild` next: until then hooks and the SQL views do not know"
            " what was said under the other spelling; `status` and the checks before a send do."
        )
