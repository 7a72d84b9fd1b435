"""Which peppers forgotten addresses were hashed with: a store that has them not must not open."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Add the table; nobody was forgotten before."""
    op.create_table(
        "pepper",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("proof", sa.Text, nullable=False),
        sa.Column("first_used_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pepper_pkey"),
        sqlite_with_rowid=False,
    )
