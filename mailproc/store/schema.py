"""All tables, in the field's words; their keys begin with the account, so that a sharded PostgreSQL can split by it.

Times are whole microseconds since 1970 in UTC, JSON is kept as text: both databases hold exactly the same values.
"""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Sequence,
    Table,
    Text,
    UniqueConstraint,
    literal_column,
    text,
)

metadata = MetaData(
    naming_convention={
        "pk": "%(table_name)s_pkey",
        "uq": "%(table_name)s_%(column_0_N_name)s_key",
        "ix": "%(column_0_N_label)s_idx",
    }
)


# Conditions of partial indexes, written out: no database uses such an index for a parameter that it does not know yet.
ACCEPTED: ColumnElement[str] = literal_column("'accepted'")
WAITING: ColumnElement[str] = literal_column("'waiting'")
PENDING: ColumnElement[str] = literal_column("'pending'")
DEAD: ColumnElement[str] = literal_column("'dead'")
HELD: ColumnElement[str] = literal_column("'held'")
OPEN: ColumnElement[str] = literal_column("'open'")


def _text(name: str, *, null: bool = False) -> Column[str]:
    return Column(name, Text, nullable=null)


def _time(name: str, *, null: bool = False) -> Column[int]:
    return Column(name, BigInteger, nullable=null)


def _count(name: str) -> Column[int]:
    return Column(name, Integer, nullable=False, server_default=text("0"))


def _partial_index(name: str, where: str, *columns: Column[Any]) -> Index:
    return Index(name, *columns, postgresql_where=text(where), sqlite_where=text(where))


mail = Table(
    "mail",
    metadata,
    _text("account_id"),
    _text("id"),
    _text("digest"),  # of its content without leading trace headers: the same over every relay
    # short digest of content, recipients in any order, and the sender where the mail names none: a resend has the same
    _text("identity"),
    _text("envelope"),  # JSON
    _time("received_at"),
    Column("size_bytes", BigInteger, nullable=False),
    _text("state"),  # accepted, waiting, decided
    _count("attempts"),  # times that a process took over this mail from one that was gone
    _text("owner"),  # the process that has it in hand
    _time("dropped_at", null=True),  # when retention let go of its content
    _time("next_at", null=True),  # of what is waiting: not before
    PrimaryKeyConstraint("account_id", "id"),
    UniqueConstraint("account_id", "identity"),
    sqlite_with_rowid=False,
)
_partial_index("mail_undecided_idx", "state = 'accepted'", mail.c.received_at)
_partial_index("mail_waiting_idx", "state = 'waiting'", mail.c.next_at)

mail_content = Table(
    "mail_content",
    metadata,
    _text("account_id"),
    _text("mail_id"),
    Column("seq", Integer, nullable=False),
    Column("chunk", LargeBinary, nullable=False),  # zstd, each chunk a frame of its own
    PrimaryKeyConstraint("account_id", "mail_id", "seq"),
    sqlite_with_rowid=False,
)

upload = Table(  # big mails on their way in: what is here and has no living owner left chunks without a mail
    "upload",
    metadata,
    _text("account_id"),
    _text("mail_id"),
    _text("owner"),
    _time("started_at"),
    PrimaryKeyConstraint("account_id", "mail_id"),
)

decision = Table(  # append-only
    "decision",
    metadata,
    _text("account_id"),
    _text("mail_id"),
    Column("n", Integer, nullable=False),
    _text("kind"),
    _text("action"),
    _text("ruleset"),
    _text("policy"),
    _text("authentication"),  # JSON
    _text("decision"),  # JSON
    _time("decided_at"),
    PrimaryKeyConstraint("account_id", "mail_id", "n"),
    sqlite_with_rowid=False,
)
Index("decision_time_idx", decision.c.decided_at)

subscriber = Table(
    "subscriber",
    metadata,
    _text("account_id"),
    _text("key"),
    _text("address"),
    _text("address_key"),
    _text("loose_key"),
    _time("created_at"),
    PrimaryKeyConstraint("account_id", "key"),
    sqlite_with_rowid=False,
)
Index("subscriber_address_idx", subscriber.c.account_id, subscriber.c.address_key)
Index("subscriber_loose_idx", subscriber.c.account_id, subscriber.c.loose_key)

mailing_list = Table(
    "list",
    metadata,
    _text("account_id"),
    _text("id"),
    _text("name"),
    _time("created_at"),
    Column("spellings", Text, nullable=False, server_default=text("'[]'")),  # JSON: other names that people call it by
    Column("classification", Text, nullable=False, server_default=text("'commercial'")),
    _count("is_public"),  # 1: subscribers see it
    _time("removed_at", null=True),
    PrimaryKeyConstraint("account_id", "id"),
    sqlite_with_rowid=False,
)

subscription = Table(
    "subscription",
    metadata,
    _text("account_id"),
    _text("list_id"),
    _text("subscriber_key"),
    _time("joined_at"),
    PrimaryKeyConstraint("account_id", "list_id", "subscriber_key"),
    sqlite_with_rowid=False,
)

fact = Table(  # append-only; a person's standing is computed from these rows alone
    "fact",
    metadata,
    _text("account_id"),
    _text("id"),
    _text("kind"),
    _text("address", null=True),
    _text("address_key", null=True),
    _text("key", null=True),
    _text("level"),
    _text("list_id", null=True),
    _time("occurred_at"),
    _time("about_mail_of", null=True),
    _time("began_at"),  # of a complaint when the mail that it is about was sent, else occurred_at: the later outlasts
    _text("channel"),
    _text("evidence"),  # JSON
    _text("retracts", null=True),
    _time("recorded_at"),
    PrimaryKeyConstraint("account_id", "id"),
    sqlite_with_rowid=False,
)
_partial_index(
    "fact_address_idx",
    "address_key IS NOT NULL",
    *(fact.c[name] for name in ("account_id", "address_key", "kind", "level", "list_id", "began_at")),
)
_partial_index(
    "fact_key_idx",
    "key IS NOT NULL",
    *(fact.c[name] for name in ("account_id", "key", "kind", "level", "list_id", "began_at")),
)
_partial_index("fact_retracts_idx", "retracts IS NOT NULL", fact.c.account_id, fact.c.retracts)

standing = Table(  # projection of the facts: can be rebuilt
    "standing",
    metadata,
    _text("account_id"),
    _text("person"),  # k:<subscriber key> or a:<address key>
    _text("key", null=True),
    _text("address", null=True),
    _text("status"),
    _text("blocks"),  # JSON
    Column("version", BigInteger, nullable=False),
    _time("changed_at"),
    PrimaryKeyConstraint("account_id", "person"),
    sqlite_with_rowid=False,
)

outbox_ids = Sequence("outbox_id_seq", metadata=metadata)

outbox = Table(
    "outbox",
    metadata,
    _text("account_id"),
    Column("id", BigInteger, nullable=False, autoincrement=False),
    _text("hook"),
    _text("person"),
    Column("version", BigInteger, nullable=False),
    _text("event_id"),
    _text("event"),  # JSON
    _text("state"),
    _count("attempts"),
    _time("next_at"),
    _count("lease"),  # fencing token: grows with every claim
    _time("lease_until", null=True),  # None: in nobody's hands
    _text("owner", null=True),  # the process that claimed it last
    _text("last_error", null=True),
    _time("created_at"),
    _time("settled_at", null=True),
    _text("writer", null=True),  # address key of who wrote a mail that is forwarded; None for events
    PrimaryKeyConstraint("account_id", "id"),
    sqlite_with_rowid=False,
)
Index("outbox_id_idx", outbox.c.id, unique=True)
_partial_index("outbox_due_idx", "state = 'pending'", outbox.c.hook, outbox.c.next_at)
_partial_index("outbox_open_idx", "state = 'pending'", outbox.c.account_id, outbox.c.person, outbox.c.hook)
_partial_index("outbox_leased_idx", "lease_until IS NOT NULL", outbox.c.hook)
_partial_index("outbox_dead_idx", "state = 'dead'", outbox.c.hook)
_partial_index("outbox_held_idx", "state = 'held'", outbox.c.hook)
Index("outbox_person_idx", outbox.c.account_id, outbox.c.person, outbox.c.id)
_partial_index("outbox_writer_idx", "writer IS NOT NULL", outbox.c.account_id, outbox.c.writer, outbox.c.created_at)

review = Table(
    "review",
    metadata,
    _text("account_id"),
    _text("id"),
    _text("mail_id", null=True),
    _text("state"),  # open, resolved
    _text("reason"),
    _time("created_at"),
    _time("due_at"),
    _text("resolution", null=True),
    _time("resolved_at", null=True),
    _text("resolved_by", null=True),
    _text("note", null=True),
    PrimaryKeyConstraint("account_id", "id"),
    sqlite_with_rowid=False,
)
_partial_index("review_open_idx", "state = 'open'", review.c.due_at)

review_name = Table(  # whom a review is about: a:<address key> or k:<subscriber key>
    "review_name",
    metadata,
    _text("account_id"),
    _text("name"),
    _text("review_id"),
    PrimaryKeyConstraint("account_id", "name", "review_id"),
    sqlite_with_rowid=False,
)

unproven = Table(  # the breaker's memory: people taken off by what nothing proves, by counter and five minutes
    "unproven",
    metadata,
    _text("account_id"),
    _text("counter"),  # network <CIDR>, rule <id>
    _time("slot"),
    _count("count"),
    PrimaryKeyConstraint("account_id", "counter", "slot"),
    sqlite_with_rowid=False,
)
Index("unproven_slot_idx", unproven.c.slot)

alarm = Table(
    "alarm",
    metadata,
    _text("account_id"),
    _text("kind"),
    _text("subject"),
    _text("text"),
    _time("raised_at"),
    _time("last_at"),
    _count("count"),
    _time("cleared_at", null=True),
    PrimaryKeyConstraint("account_id", "kind", "subject"),
    sqlite_with_rowid=False,
)

feedback_report = Table(  # who reported, for a source's counts, its silence, and releasing what waits
    "feedback_report",
    metadata,
    _text("account_id"),
    _text("mail_id"),
    _text("source"),  # id of a feedback source, else the From domain
    _time("received_at"),
    Column("is_foreign", Integer, nullable=False),  # 1: not about our mail
    PrimaryKeyConstraint("account_id", "mail_id"),
    sqlite_with_rowid=False,
)
Index("feedback_report_source_idx", *(feedback_report.c[name] for name in ("account_id", "source", "received_at")))

shadow_decision = Table(  # what a second rule set would have decided differently; bounded
    "shadow_decision",
    metadata,
    _text("account_id"),
    _text("mail_id"),
    _text("live_ruleset"),
    _text("ruleset"),
    _text("difference"),  # JSON
    _time("decided_at"),
    PrimaryKeyConstraint("account_id", "mail_id"),
    sqlite_with_rowid=False,
)
Index("shadow_decision_time_idx", shadow_decision.c.decided_at)

process = Table(  # who is alive: undecided mail of anyone else may be taken over
    "process",
    metadata,
    _text("id"),
    _time("alive_until"),
    PrimaryKeyConstraint("id"),
    sqlite_with_rowid=False,
)
