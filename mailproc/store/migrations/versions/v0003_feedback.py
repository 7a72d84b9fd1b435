"""Feedback loops: who reported, the breaker's memory, alarms."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_STATISTICS = {
    ("unproven", "unproven"): "10000 10000 12 1",
    ("unproven", "unproven_slot_idx"): "10000 800",
    ("alarm", "alarm"): "100 100 50 1",
    ("feedback_report", "feedback_report"): "100000 100000 1",
    ("feedback_report", "feedback_report_source_idx"): "100000 100000 5000 1",
}


def upgrade() -> None:
    """Make the three tables; reports of before are not in them, counting begins now."""
    op.create_table(
        "unproven",
        *_texts("account_id", "counter"),
        sa.Column("slot", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("count", sa.Integer, nullable=False, server_default=sa.text("0")),
        sa.PrimaryKeyConstraint("account_id", "counter", "slot", name="unproven_pkey"),
        sqlite_with_rowid=False,
    )
    op.create_index("unproven_slot_idx", "unproven", ["slot"])
    op.create_table(
        "alarm",
        *_texts("account_id", "kind", "subject", "text"),
        sa.Column("raised_at", sa.BigInteger, nullable=False),
        sa.Column("last_at", sa.BigInteger, nullable=False),
        sa.Column("count", sa.Integer, nullable=False, server_default=sa.text("0")),
        sa.Column("cleared_at", sa.BigInteger, nullable=True),
        sa.PrimaryKeyConstraint("account_id", "kind", "subject", name="alarm_pkey"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "feedback_report",
        *_texts("account_id", "mail_id", "source"),
        sa.Column("received_at", sa.BigInteger, nullable=False),
        sa.Column("is_foreign", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("account_id", "mail_id", name="feedback_report_pkey"),
        sqlite_with_rowid=False,
    )
    op.create_index("feedback_report_source_idx", "feedback_report", ["account_id", "source", "received_at"])
    if op.get_context().dialect.name == "sqlite":
        table = sa.table("sqlite_stat1", sa.column("tbl"), sa.column("idx"), sa.column("stat"))
        rows = [{"tbl": name, "idx": index, "stat": stat} for (name, index), stat in _STATISTICS.items()]
        op.bulk_insert(table, rows)


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text, nullable=False) for name in names]
