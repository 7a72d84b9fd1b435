"""The first tables: mail, decisions, people and their facts, outbox, reviews."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make all tables."""
    _make_mail()
    _make_people()
    _make_outbox()
    if op.get_context().dialect.name == "postgresql":
        op.execute(sa.schema.CreateSequence(sa.Sequence("outbox_id_seq")))
        # Chunks are compressed already: PostgreSQL must not try again.
        op.execute("ALTER TABLE mail_content ALTER COLUMN chunk SET STORAGE EXTERNAL")
    else:
        _tell_the_planner()


# What SQLite's planner would find out by ANALYZE in a grown database. Without it, it takes the account for a good thing
# to search by, and reads all of an account's rows. Rows in the index, then rows per value of its first column, of its
# first two, and so on.
_STATISTICS = {
    ("mail", "mail"): "1000000 1000000 1",
    ("mail", "sqlite_autoindex_mail_2"): "1000000 1000000 1",
    ("mail", "mail_undecided_idx"): "1000 1",
    ("mail_content", "mail_content"): "1000000 1000000 1 1",
    ("decision", "decision"): "1000000 1000000 1 1",
    ("decision", "decision_time_idx"): "1000000 1",
    ("subscriber", "subscriber"): "1000000 1000000 1",
    ("subscriber", "subscriber_address_idx"): "1000000 1000000 2",
    ("subscriber", "subscriber_loose_idx"): "1000000 1000000 2",
    ("fact", "fact"): "1000000 1000000 1",
    ("fact", "fact_address_idx"): "900000 900000 3 2 2 2 1",
    ("fact", "fact_key_idx"): "300000 300000 3 2 2 2 1",
    ("fact", "fact_retracts_idx"): "10000 10000 1",
    ("standing", "standing"): "1000000 1000000 1",
    ("outbox", "outbox"): "1000000 1000000 1",
    ("outbox", "outbox_id_idx"): "1000000 1",
    ("outbox", "outbox_person_idx"): "1000000 1000000 2 1",
    ("outbox", "outbox_open_idx"): "1000 1000 1 1",
    ("outbox", "outbox_due_idx"): "1000 500 1",
    ("outbox", "outbox_leased_idx"): "100 50",
    ("outbox", "outbox_dead_idx"): "100 50",
    ("review", "review"): "10000 10000 1",
    ("review", "review_open_idx"): "1000 1",
}


def _tell_the_planner() -> None:
    op.execute("ANALYZE")  # makes the table of statistics
    table = sa.table("sqlite_stat1", sa.column("tbl"), sa.column("idx"), sa.column("stat"))
    op.execute(sa.delete(table))
    op.bulk_insert(table, [{"tbl": name, "idx": index, "stat": stat} for (name, index), stat in _STATISTICS.items()])


def _make_mail() -> None:
    _make_table(
        "mail",
        ("account_id", "id"),
        _text("account_id"),
        _text("id"),
        _text("digest"),
        _text("identity"),
        _text("envelope"),
        _big("received_at"),
        _big("size_bytes"),
        _text("state"),
        _count("attempts"),
        _text("owner"),
        sa.UniqueConstraint("account_id", "identity", name="mail_account_id_identity_key"),
    )
    _partial_index("mail_undecided_idx", "mail", ["received_at"], "state = 'accepted'")
    _make_table(
        "mail_content",
        ("account_id", "mail_id", "seq"),
        _text("account_id"),
        _text("mail_id"),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("chunk", sa.LargeBinary(), nullable=False),
    )
    _make_table(
        "upload",
        ("account_id", "mail_id"),
        _text("account_id"),
        _text("mail_id"),
        _text("owner"),
        _big("started_at"),
        with_rowid=True,
    )
    _make_table(
        "decision",
        ("account_id", "mail_id", "n"),
        _text("account_id"),
        _text("mail_id"),
        sa.Column("n", sa.Integer(), nullable=False),
        _text("kind"),
        _text("action"),
        _text("ruleset"),
        _text("policy"),
        _text("authentication"),
        _text("decision"),
        _big("decided_at"),
    )
    op.create_index("decision_time_idx", "decision", ["decided_at"])
    _make_table(
        "review",
        ("account_id", "id"),
        _text("account_id"),
        _text("id"),
        _text("mail_id", null=True),
        _text("state"),
        _text("reason"),
        _big("created_at"),
        _big("due_at"),
        _text("resolution", null=True),
        _big("resolved_at", null=True),
    )
    _partial_index("review_open_idx", "review", ["due_at"], "state = 'open'")
    _make_table(
        "process",
        ("id",),
        _text("id"),
        _big("alive_until"),
    )


def _make_people() -> None:
    _make_table(
        "subscriber",
        ("account_id", "key"),
        _text("account_id"),
        _text("key"),
        _text("address"),
        _text("address_key"),
        _text("loose_key"),
        _big("created_at"),
    )
    op.create_index("subscriber_address_idx", "subscriber", ["account_id", "address_key"])
    op.create_index("subscriber_loose_idx", "subscriber", ["account_id", "loose_key"])
    _make_table(
        "list",
        ("account_id", "id"),
        _text("account_id"),
        _text("id"),
        _text("name"),
        _big("created_at"),
    )
    _make_table(
        "subscription",
        ("account_id", "list_id", "subscriber_key"),
        _text("account_id"),
        _text("list_id"),
        _text("subscriber_key"),
        _big("joined_at"),
    )
    _make_table(
        "fact",
        ("account_id", "id"),
        _text("account_id"),
        _text("id"),
        _text("kind"),
        _text("address", null=True),
        _text("address_key", null=True),
        _text("key", null=True),
        _text("level"),
        _text("list_id", null=True),
        _big("occurred_at"),
        _big("about_mail_of", null=True),
        _big("began_at"),
        _text("channel"),
        _text("evidence"),
        _text("retracts", null=True),
        _big("recorded_at"),
    )
    _partial_index(
        "fact_address_idx",
        "fact",
        ["account_id", "address_key", "kind", "level", "list_id", "began_at"],
        "address_key IS NOT NULL",
    )
    _partial_index(
        "fact_key_idx", "fact", ["account_id", "key", "kind", "level", "list_id", "began_at"], "key IS NOT NULL"
    )
    _partial_index("fact_retracts_idx", "fact", ["account_id", "retracts"], "retracts IS NOT NULL")
    _make_table(
        "standing",
        ("account_id", "person"),
        _text("account_id"),
        _text("person"),
        _text("key", null=True),
        _text("address", null=True),
        _text("status"),
        _text("blocks"),
        _big("version"),
        _big("changed_at"),
    )


def _make_outbox() -> None:
    _make_table(
        "outbox",
        ("account_id", "id"),
        _text("account_id"),
        _big("id"),
        _text("hook"),
        _text("person"),
        _big("version"),
        _text("event_id"),
        _text("event"),
        _text("state"),
        _count("attempts"),
        _big("next_at"),
        _count("lease"),
        _big("lease_until", null=True),
        _text("owner", null=True),
        _text("last_error", null=True),
        _big("created_at"),
        _big("settled_at", null=True),
    )
    _partial_index("outbox_due_idx", "outbox", ["hook", "next_at"], "state = 'pending'")
    op.create_index("outbox_id_idx", "outbox", ["id"], unique=True)
    _partial_index("outbox_open_idx", "outbox", ["account_id", "person", "hook"], "state = 'pending'")
    _partial_index("outbox_leased_idx", "outbox", ["hook"], "lease_until IS NOT NULL")
    _partial_index("outbox_dead_idx", "outbox", ["hook"], "state = 'dead'")
    op.create_index("outbox_person_idx", "outbox", ["account_id", "person", "id"])


def _make_table(name: str, key: tuple[str, ...], *parts: Any, with_rowid: bool = False) -> None:
    primary_key = sa.PrimaryKeyConstraint(*key, name=f"{name}_pkey")
    op.create_table(name, *parts, primary_key, sqlite_with_rowid=with_rowid)


def _partial_index(name: str, table: str, columns: list[str], where: str) -> None:
    op.create_index(name, table, columns, postgresql_where=sa.text(where), sqlite_where=sa.text(where))


def _text(name: str, *, null: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=null)


def _big(name: str, *, null: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, nullable=null, autoincrement=False)


def _count(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, nullable=False, server_default=sa.text("0"))
