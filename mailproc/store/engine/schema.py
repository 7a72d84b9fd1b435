"""The road's tables: mail, what was decided, what goes out, what waits for a person, and who is at work.

Their keys begin with the account, so that a sharded PostgreSQL can split by it; `people_tables.py` has the rest.
Times are whole microseconds since 1970 in UTC, JSON is kept as text: both databases hold exactly the same values.
"""

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Sequence,
    Table,
    UniqueConstraint,
    literal_column,
)

from mailproc.store.engine.table import count_column, metadata, partial_index, text_column, time_column

# Conditions of partial indexes, written out: no database uses such an index for a parameter that it does not know yet.
ACCEPTED: ColumnElement[str] = literal_column("'accepted'")
WAITING: ColumnElement[str] = literal_column("'waiting'")
PENDING: ColumnElement[str] = literal_column("'pending'")
DEAD: ColumnElement[str] = literal_column("'dead'")
HELD: ColumnElement[str] = literal_column("'held'")
OPEN: ColumnElement[str] = literal_column("'open'")

mail = Table(
    "mail",
    metadata,
    text_column("account_id"),
    text_column("id"),
    text_column("digest"),  # of its content without leading trace headers: the same over every relay
    # short digest of content, recipients in any order, and the sender where the mail names none: a resend has the same
    text_column("identity"),
    text_column("envelope"),  # JSON
    time_column("received_at"),
    Column("size_bytes", BigInteger, nullable=False),
    text_column("state"),  # accepted, waiting, decided
    count_column("attempts"),  # times that a process took over this mail from one that was gone
    text_column("owner"),  # the process that has it in hand
    time_column("dropped_at", null=True),  # when retention let go of its content
    time_column("next_at", null=True),  # of what is waiting: not before
    PrimaryKeyConstraint("account_id", "id"),
    UniqueConstraint("account_id", "identity"),
)
partial_index("mail_undecided_idx", "state = 'accepted'", mail.c.received_at)
partial_index("mail_waiting_idx", "state = 'waiting'", mail.c.next_at)

mail_content = Table(
    "mail_content",
    metadata,
    text_column("account_id"),
    text_column("mail_id"),
    Column("seq", Integer, nullable=False),
    Column("chunk", LargeBinary, nullable=False),  # zstd, each chunk a frame of its own
    PrimaryKeyConstraint("account_id", "mail_id", "seq"),
)

upload = Table(  # big mails on their way in: what is here and has no living owner left chunks without a mail
    "upload",
    metadata,
    text_column("account_id"),
    text_column("mail_id"),
    text_column("owner"),
    time_column("started_at"),
    PrimaryKeyConstraint("account_id", "mail_id"),
)

decision = Table(  # append-only
    "decision",
    metadata,
    text_column("account_id"),
    text_column("mail_id"),
    Column("n", Integer, nullable=False),
    text_column("kind"),
    text_column("action"),
    text_column("ruleset"),
    text_column("policy"),
    text_column("authentication"),  # JSON
    text_column("decision"),  # JSON
    time_column("decided_at"),
    PrimaryKeyConstraint("account_id", "mail_id", "n"),
)
Index("decision_time_idx", decision.c.decided_at)

outbox_ids = Sequence("outbox_id_seq", metadata=metadata)

outbox = Table(
    "outbox",
    metadata,
    text_column("account_id"),
    Column("id", BigInteger, nullable=False, autoincrement=False),
    text_column("hook"),
    text_column("person"),
    Column("version", BigInteger, nullable=False),
    text_column("event_id"),
    text_column("event"),  # JSON
    text_column("state"),
    count_column("attempts"),
    time_column("next_at"),
    count_column("lease"),  # fencing token: grows with every claim
    time_column("lease_until", null=True),  # None: in nobody's hands
    text_column("owner", null=True),  # the process that claimed it last
    text_column("last_error", null=True),
    time_column("created_at"),
    time_column("settled_at", null=True),
    text_column("writer", null=True),  # address key of who wrote a mail that is forwarded; None for events
    PrimaryKeyConstraint("account_id", "id"),
)
Index("outbox_id_idx", outbox.c.id, unique=True)
partial_index("outbox_due_idx", "state = 'pending'", outbox.c.hook, outbox.c.next_at)
partial_index("outbox_open_idx", "state = 'pending'", outbox.c.account_id, outbox.c.person, outbox.c.hook)
partial_index("outbox_leased_idx", "lease_until IS NOT NULL", outbox.c.hook)
partial_index("outbox_dead_idx", "state = 'dead'", outbox.c.hook)
partial_index("outbox_held_idx", "state = 'held'", outbox.c.hook)
Index("outbox_person_idx", outbox.c.account_id, outbox.c.person, outbox.c.id)
partial_index("outbox_writer_idx", "writer IS NOT NULL", outbox.c.account_id, outbox.c.writer, outbox.c.created_at)

review = Table(
    "review",
    metadata,
    text_column("account_id"),
    text_column("id"),
    text_column("mail_id", null=True),
    text_column("state"),  # open, resolved
    text_column("reason"),
    time_column("created_at"),
    time_column("due_at"),
    text_column("resolution", null=True),
    time_column("resolved_at", null=True),
    text_column("resolved_by", null=True),
    text_column("note", null=True),
    text_column("request", null=True),  # by which request it was answered: a digest
    PrimaryKeyConstraint("account_id", "id"),
    sqlite_with_rowid=False,
)
partial_index("review_open_idx", "state = 'open'", review.c.due_at)

review_name = Table(  # whom a review is about: a:<address key> or k:<subscriber key>
    "review_name",
    metadata,
    text_column("account_id"),
    text_column("name"),
    text_column("review_id"),
    PrimaryKeyConstraint("account_id", "name", "review_id"),
    sqlite_with_rowid=False,
)
Index("review_name_review_idx", review_name.c.account_id, review_name.c.review_id)

unproven = Table(  # the breaker's memory: people taken off by what nothing proves, by counter and five minutes
    "unproven",
    metadata,
    text_column("account_id"),
    text_column("counter"),  # network <CIDR>, rule <id>
    time_column("slot"),
    count_column("count"),
    PrimaryKeyConstraint("account_id", "counter", "slot"),
    sqlite_with_rowid=False,
)
Index("unproven_slot_idx", unproven.c.slot)

alarm = Table(
    "alarm",
    metadata,
    text_column("account_id"),
    text_column("kind"),
    text_column("subject"),
    text_column("text"),
    time_column("raised_at"),
    time_column("last_at"),
    count_column("count"),
    time_column("cleared_at", null=True),
    PrimaryKeyConstraint("account_id", "kind", "subject"),
    sqlite_with_rowid=False,
)

feedback_report = Table(  # who reported, for a source's counts, its silence, and releasing what waits
    "feedback_report",
    metadata,
    text_column("account_id"),
    text_column("mail_id"),
    text_column("source"),  # id of a feedback source, else the From domain
    time_column("received_at"),
    Column("is_foreign", Integer, nullable=False),  # 1: not about our mail
    PrimaryKeyConstraint("account_id", "mail_id"),
    sqlite_with_rowid=False,
)
Index("feedback_report_source_idx", *(feedback_report.c[name] for name in ("account_id", "source", "received_at")))

shadow_decision = Table(  # what a second rule set would have decided differently; bounded
    "shadow_decision",
    metadata,
    text_column("account_id"),
    text_column("mail_id"),
    text_column("live_ruleset"),
    text_column("ruleset"),
    text_column("difference"),  # JSON
    time_column("decided_at"),
    PrimaryKeyConstraint("account_id", "mail_id"),
    sqlite_with_rowid=False,
)
Index("shadow_decision_time_idx", shadow_decision.c.decided_at)

process = Table(  # who is alive: undecided mail of anyone else may be taken over
    "process",
    metadata,
    text_column("id"),
    time_column("alive_until"),
    PrimaryKeyConstraint("id"),
    sqlite_with_rowid=False,
)
