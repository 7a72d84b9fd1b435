"""Who answered a review and why, whom a review is about, who wrote a forwarded mail, and whose content was dropped."""

import hashlib
import json

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add what is new; reviews that are there get the names of those whom they are about."""
    op.add_column("review", sa.Column("resolved_by", sa.Text, nullable=True))
    op.add_column("review", sa.Column("note", sa.Text, nullable=True))
    op.add_column("mail", sa.Column("dropped_at", sa.BigInteger, nullable=True))
    op.add_column("outbox", sa.Column("writer", sa.Text, nullable=True))
    is_forward = sa.text("writer IS NOT NULL")
    op.create_index(
        "outbox_writer_idx",
        "outbox",
        ["account_id", "writer", "created_at"],
        postgresql_where=is_forward,
        sqlite_where=is_forward,
    )
    op.create_table(
        "review_name",
        sa.Column("account_id", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("review_id", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("account_id", "name", "review_id", name="review_name_pkey"),
        sqlite_with_rowid=False,
    )
    if op.get_context().dialect.name == "sqlite":
        _tell_the_planner()
    _name_reviews()


def _tell_the_planner() -> None:
    table = sa.table("sqlite_stat1", sa.column("tbl"), sa.column("idx"), sa.column("stat"))
    statistics = {("outbox", "outbox_writer_idx"): "10000 10000 3 1", ("review_name", "review_name"): "10000 10000 2 1"}
    op.bulk_insert(table, [{"tbl": name, "idx": index, "stat": stat} for (name, index), stat in statistics.items()])


def _name_reviews() -> None:
    """From the decisions of open reviews; an address is compared without letter case, good enough for what is old."""
    connection = op.get_bind()
    found = connection.execute(
        sa.text(
            "SELECT r.account_id, r.id, d.decision FROM review r JOIN decision d"
            " ON d.account_id = r.account_id AND d.mail_id = r.mail_id WHERE r.state = 'open'"
        )
    )
    rows = {
        (account_id, name, review_id)
        for account_id, review_id, decision in found
        for ref in json.loads(decision).get("subscribers", ())
        for name in _names(ref)
    }
    table = sa.table("review_name", sa.column("account_id"), sa.column("name"), sa.column("review_id"))
    op.bulk_insert(table, [dict(zip(("account_id", "name", "review_id"), row, strict=True)) for row in sorted(rows)])


def _names(ref: dict[str, str | None]) -> list[str]:
    names = []
    for kind, value in (("a", (ref.get("address") or "").strip().lower()), ("k", ref.get("key") or "")):
        if value and "\x00" not in value:
            if len(value) > 400:
                value = f"{value[:383]}~{hashlib.sha256(value.encode()).hexdigest()[:16]}"
            names.append(f"{kind}:{value}")
    return names
