"""The people's tables: who is subscribed to what, what was said about whom, and what follows from it.

Their keys begin with the account; times and JSON are as in `schema.py`.
"""

from sqlalchemy import BigInteger, Column, Index, PrimaryKeyConstraint, Table, Text, text

from mailproc.store.engine.table import count_column, metadata, partial_index, text_column, time_column

subscriber = Table(
    "subscriber",
    metadata,
    text_column("account_id"),
    text_column("key"),
    text_column("address"),
    text_column("address_key"),
    text_column("loose_key"),
    time_column("created_at"),
    PrimaryKeyConstraint("account_id", "key"),
    sqlite_with_rowid=False,
)
Index("subscriber_address_idx", subscriber.c.account_id, subscriber.c.address_key)
partial_index(  # most addresses are their own loose form: those are found by the address
    "subscriber_loose_idx", "loose_key <> address_key", subscriber.c.account_id, subscriber.c.loose_key
)

attribute = Table(  # what else an account keeps of a subscriber
    "attribute",
    metadata,
    text_column("account_id"),
    text_column("subscriber_key"),
    text_column("name"),
    text_column("value"),
    PrimaryKeyConstraint("account_id", "subscriber_key", "name"),
    sqlite_with_rowid=False,
)

mailing_list = Table(
    "list",
    metadata,
    text_column("account_id"),
    text_column("id"),
    text_column("name"),
    time_column("created_at"),
    Column("spellings", Text, nullable=False, server_default=text("'[]'")),  # JSON: other names that people call it by
    Column("classification", Text, nullable=False, server_default=text("'commercial'")),
    count_column("is_public"),  # 1: subscribers see it
    time_column("removed_at", null=True),
    PrimaryKeyConstraint("account_id", "id"),
    sqlite_with_rowid=False,
)

subscription = Table(
    "subscription",
    metadata,
    text_column("account_id"),
    text_column("list_id"),
    text_column("subscriber_key"),
    time_column("joined_at"),
    PrimaryKeyConstraint("account_id", "list_id", "subscriber_key"),
    sqlite_with_rowid=False,
)
Index("subscription_subscriber_idx", subscription.c.account_id, subscription.c.subscriber_key)

import_run = Table(  # how far the import of a file has come
    "import_run",
    metadata,
    text_column("account_id"),
    text_column("id"),  # digest of the rows
    text_column("cursor"),  # the place of the last row that is done; empty at the beginning
    text_column("counts"),  # JSON: what became of the people so far
    time_column("started_at"),
    time_column("finished_at", null=True),
    PrimaryKeyConstraint("account_id", "id"),
)

fact = Table(  # append-only; a person's standing is computed from these rows alone
    "fact",
    metadata,
    text_column("account_id"),
    text_column("id"),
    text_column("kind"),
    text_column("address", null=True),
    text_column("address_key", null=True),
    text_column("key", null=True),
    text_column("level"),
    text_column("list_id", null=True),
    time_column("occurred_at"),
    time_column("about_mail_of", null=True),
    time_column(
        "began_at"
    ),  # of a complaint when the mail that it is about was sent, else occurred_at: the later outlasts
    text_column("channel"),
    text_column("evidence"),  # JSON
    text_column("retracts", null=True),
    time_column("recorded_at"),
    Column("place", BigInteger, nullable=False, server_default=text("0")),  # in the order in which followers hear of it
    text_column("loose_key", null=True),  # of a request by an address alone that is not its own loose form: that form
    PrimaryKeyConstraint("account_id", "id"),
)
partial_index(
    "fact_address_idx",
    "address_key IS NOT NULL",
    *(fact.c[name] for name in ("account_id", "address_key", "kind", "level", "list_id", "began_at")),
)
partial_index(
    "fact_key_idx",
    "key IS NOT NULL",
    *(fact.c[name] for name in ("account_id", "key", "kind", "level", "list_id", "began_at")),
)
partial_index(
    "fact_loose_idx",
    "loose_key IS NOT NULL",
    *(fact.c[name] for name in ("account_id", "loose_key", "level", "began_at")),
)
Index("fact_recorded_idx", fact.c.account_id, fact.c.recorded_at)  # what is new
Index("fact_place_idx", fact.c.account_id, fact.c.place)
partial_index("fact_retracts_idx", "retracts IS NOT NULL", fact.c.account_id, fact.c.retracts)

fact_place = Table(  # one row: the last place that was given out; PostgreSQL has the sequence `fact_place_seq` instead
    "fact_place",
    metadata,
    Column("last", BigInteger, nullable=False),
)

standing = Table(  # projection of the facts: can be rebuilt
    "standing",
    metadata,
    text_column("account_id"),
    text_column("person"),  # k:<subscriber key> or a:<address key>
    text_column("key", null=True),
    text_column("address", null=True),
    text_column("status"),
    text_column("blocks"),  # JSON
    Column("version", BigInteger, nullable=False),
    time_column("changed_at"),
    PrimaryKeyConstraint("account_id", "person"),
    sqlite_with_rowid=False,
)

partial_index("standing_changed_idx", "blocks <> '[]'", standing.c.account_id, standing.c.changed_at)

send = Table(  # a job: which lists it went to, so that what comes back is traced to them
    "send",
    metadata,
    text_column("account_id"),
    text_column("id"),
    Column("number", BigInteger, nullable=False),  # by which tokens name it
    text_column("name"),
    text_column("lists"),  # JSON
    text_column("classification"),
    time_column("created_at"),
    PrimaryKeyConstraint("account_id", "id"),
    sqlite_with_rowid=False,
)
Index("send_number_idx", send.c.account_id, send.c.number)
Index("send_time_idx", send.c.account_id, send.c.created_at)

pepper = Table(  # what forgotten addresses were hashed with, never the pepper itself
    "pepper",
    metadata,
    text_column("id"),
    text_column("proof"),  # a hash that shows whether somebody has the same pepper
    time_column("first_used_at"),
    PrimaryKeyConstraint("id"),
    sqlite_with_rowid=False,
)

why_answer = Table(  # how often which step of a diagnosis has answered
    "why_answer",
    metadata,
    text_column("account_id"),
    text_column("step"),
    count_column("count"),
    time_column("last_at"),
    PrimaryKeyConstraint("account_id", "step"),
    sqlite_with_rowid=False,
)
