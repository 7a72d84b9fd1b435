"""Since when a program's request is being done: apart from when it was first asked for, which stays."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    """Nobody does those that are there: whoever did was another version."""
    op.add_column("api_request", sa.Column("taken_at", sa.BigInteger, nullable=False, server_default=sa.text("0")))
