"""What a second rule set would have decided differently."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "shadow_decision",
        sa.Column("account_id", sa.Text, nullable=False),
        sa.Column("mail_id", sa.Text, nullable=False),
        sa.Column("live_ruleset", sa.Text, nullable=False),
        sa.Column("ruleset", sa.Text, nullable=False),
        sa.Column("difference", sa.Text, nullable=False),
        sa.Column("decided_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("account_id", "mail_id", name="shadow_decision_pkey"),
        sqlite_with_rowid=False,
    )
    op.create_index("shadow_decision_time_idx", "shadow_decision", ["decided_at"])
