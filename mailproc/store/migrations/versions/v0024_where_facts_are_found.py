"""SQLite's planner learns again what an early revision told it: names are better things to search by than an account.

Writing tables anew took that away with the old ones. Who forgot somebody read all facts and all events of the account,
in one transaction, while nobody else could write.
"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"

# Rows in the index, then rows per value of its first column, of its first two, and so on.
_STATISTICS = {
    ("fact", "sqlite_autoindex_fact_1"): "1000000 1000000 1",
    ("fact", "fact_address_idx"): "900000 900000 3 2 2 2 1",
    ("fact", "fact_key_idx"): "300000 300000 3 2 2 2 1",
    ("fact", "fact_place_idx"): "1000000 1000000 1",
    ("fact", "fact_recorded_idx"): "1000000 1000000 2",
    ("outbox", "sqlite_autoindex_outbox_1"): "1000000 1000000 1",
    ("outbox", "outbox_person_idx"): "1000000 1000000 2 1",
    ("outbox", "outbox_writer_idx"): "10000 10000 3 1",
}


def upgrade() -> None:
    """Tell it of facts and events; what an operator's own ANALYZE found of them stays."""
    if op.get_context().dialect.name == "sqlite":
        table = sa.table("sqlite_stat1", sa.column("tbl"), sa.column("idx"), sa.column("stat"))
        known = {index for (index,) in op.get_bind().execute(sa.select(table.c.idx))}
        rows = [{"tbl": name, "idx": index, "stat": stat} for (name, index), stat in _STATISTICS.items()]
        op.bulk_insert(table, [row for row in rows if row["idx"] not in known])
