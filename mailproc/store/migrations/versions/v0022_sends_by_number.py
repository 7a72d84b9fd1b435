"""SQLite's planner learns that the number of a send is the better thing to search by than its account."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    """Tell it, as the first revision did of the tables of its time: each click on a send's link read all sends."""
    if op.get_context().dialect.name == "sqlite":
        table = sa.table("sqlite_stat1", sa.column("tbl"), sa.column("idx"), sa.column("stat"))
        op.bulk_insert(table, [{"tbl": "send", "idx": "send_number_idx", "stat": "1000 1000 1"}])
