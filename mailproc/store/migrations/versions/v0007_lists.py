"""Lists that are made by command: other spellings, classification, whether they are public, and when one went."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Add the columns; nothing wrote lists before."""
    op.add_column("list", sa.Column("spellings", sa.Text, nullable=False, server_default="[]"))
    op.add_column("list", sa.Column("classification", sa.Text, nullable=False, server_default="commercial"))
    op.add_column("list", sa.Column("is_public", sa.Integer, nullable=False, server_default="0"))
    op.add_column("list", sa.Column("removed_at", sa.BigInteger, nullable=True))
