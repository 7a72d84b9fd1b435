"""Sends with their lists; and the indexes by which a check in memory learns what is new."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Add the table and the indexes; nothing wrote sends before."""
    op.create_table(
        "send",
        sa.Column("account_id", sa.Text, nullable=False),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("number", sa.BigInteger, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("lists", sa.Text, nullable=False),
        sa.Column("classification", sa.Text, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("account_id", "id", name="send_pkey"),
        sqlite_with_rowid=False,
    )
    op.create_index("send_number_idx", "send", ["account_id", "number"])
    op.create_index("send_time_idx", "send", ["account_id", "created_at"])
    op.create_index("fact_recorded_idx", "fact", ["account_id", "recorded_at"])
    op.create_index(
        "standing_changed_idx",
        "standing",
        ["account_id", "changed_at"],
        sqlite_where=sa.text("blocks <> '[]'"),
        postgresql_where=sa.text("blocks <> '[]'"),
    )
