"""By which request a review was answered: whoever asks the same again is told that it was this one."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    """Null where no program answered, or none that gave its request a key; those of before are not known."""
    op.add_column("review", sa.Column("request", sa.Text))
