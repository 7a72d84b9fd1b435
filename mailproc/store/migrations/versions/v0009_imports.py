"""Imports: attributes of subscribers, how far a file has come, the lists of a person, and fewer loose forms to keep."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Make the tables; the index of loose forms is made anew without the addresses that are their own."""
    op.create_table(
        "attribute",
        sa.Column("account_id", sa.Text, nullable=False),
        sa.Column("subscriber_key", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("value", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("account_id", "subscriber_key", "name", name="attribute_pkey"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "import_run",
        sa.Column("account_id", sa.Text, nullable=False),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("cursor", sa.Text, nullable=False),
        sa.Column("counts", sa.Text, nullable=False),
        sa.Column("started_at", sa.BigInteger, nullable=False),
        sa.Column("finished_at", sa.BigInteger, nullable=True),
        sa.PrimaryKeyConstraint("account_id", "id", name="import_run_pkey"),
    )
    op.create_index("subscription_subscriber_idx", "subscription", ["account_id", "subscriber_key"])
    op.drop_index("subscriber_loose_idx", "subscriber")
    condition = sa.text("loose_key <> address_key")
    op.create_index(
        "subscriber_loose_idx",
        "subscriber",
        ["account_id", "loose_key"],
        postgresql_where=condition,
        sqlite_where=condition,
    )
