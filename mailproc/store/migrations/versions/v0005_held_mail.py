"""Forwarded mail that is held, found without reading the whole outbox."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Make the index."""
    is_held = sa.text("state = 'held'")
    op.create_index("outbox_held_idx", "outbox", ["hook"], postgresql_where=is_held, sqlite_where=is_held)
    if op.get_context().dialect.name == "sqlite":
        table = sa.table("sqlite_stat1", sa.column("tbl"), sa.column("idx"), sa.column("stat"))
        op.bulk_insert(table, [{"tbl": "outbox", "idx": "outbox_held_idx", "stat": "100 50"}])
