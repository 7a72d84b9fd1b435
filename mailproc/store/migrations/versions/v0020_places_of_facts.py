"""Facts get a place in the order in which followers hear of them; older ones have the time at which they were recorded.

So cursors from before go on holding: they name such a time. New places begin behind the last of these and behind now.
"""

import time

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    """Give older facts their places, and say which is the next."""
    connection = op.get_bind()
    op.add_column("fact", sa.Column("place", sa.BigInteger, nullable=False, server_default=sa.text("0")))
    op.create_table("fact_place", sa.Column("last", sa.BigInteger, nullable=False))
    newest = connection.execute(sa.text("SELECT max(recorded_at) FROM fact")).scalar_one()
    last = max(newest or 0, time.time_ns() // 1000)
    if connection.dialect.name == "sqlite":
        op.execute("UPDATE fact SET place = recorded_at")
        connection.execute(sa.text("INSERT INTO fact_place VALUES (:last)"), {"last": last})
    else:
        # The table is written anew once, where an UPDATE would leave a dead row beside each.
        op.execute("ALTER TABLE fact ALTER COLUMN place TYPE bigint USING recorded_at")
        op.execute("CREATE SEQUENCE fact_place_seq")
        connection.execute(sa.text("SELECT setval('fact_place_seq', :last)"), {"last": last})
    op.create_index("fact_place_idx", "fact", ["account_id", "place"])
