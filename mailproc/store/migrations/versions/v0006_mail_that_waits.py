"""Undecided mail may wait: for an answer from DNS, until a time."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Add when a waiting mail is due; what is there is accepted or decided, and stays so."""
    op.add_column("mail", sa.Column("next_at", sa.BigInteger, nullable=True))
    is_waiting = sa.text("state = 'waiting'")
    op.create_index("mail_waiting_idx", "mail", ["next_at"], postgresql_where=is_waiting, sqlite_where=is_waiting)
    if op.get_context().dialect.name == "sqlite":
        table = sa.table("sqlite_stat1", sa.column("tbl"), sa.column("idx"), sa.column("stat"))
        op.bulk_insert(table, [{"tbl": "mail", "idx": "mail_waiting_idx", "stat": "1000 1"}])
