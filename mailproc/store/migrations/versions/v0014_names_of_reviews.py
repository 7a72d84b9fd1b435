"""Reviews find whom they are about, as people find their reviews."""

from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Add the index."""
    op.create_index("review_name_review_idx", "review_name", ["account_id", "review_id"])
