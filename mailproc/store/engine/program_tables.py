"""The programs' tables: tokens for the API, and answers that are given again to the same request."""

from sqlalchemy import BigInteger, Column, Index, PrimaryKeyConstraint, Table, Text, text

from mailproc.store.engine.table import metadata, text_column, time_column

api_token = Table(
    "api_token",
    metadata,
    text_column("account_id"),
    text_column("id"),
    text_column("digest"),  # SHA-256 of the secret, which is kept nowhere
    text_column("name"),
    text_column("scopes"),  # JSON
    time_column("created_at"),
    text_column("created_by"),
    time_column("expires_at", null=True),
    time_column("revoked_at", null=True),
    time_column("last_used_at", null=True),
    PrimaryKeyConstraint("account_id", "id"),
    sqlite_with_rowid=False,
)
Index("api_token_digest_idx", api_token.c.digest, unique=True)

api_request = Table(  # what was asked for once under an Idempotency-Key
    "api_request",
    metadata,
    text_column("account_id"),
    text_column("token_id"),
    text_column("key"),
    text_column("digest"),  # of method, path and body
    time_column("asked_at"),  # first: a repeat is done as of then
    Column("taken_at", BigInteger, nullable=False, server_default=text("0")),  # by whom it is being done; 0: nobody
    Column("status", BigInteger, nullable=True),  # of the answer; none: it is not known yet
    Column("answer", Text, nullable=True),  # JSON: headers and body
    PrimaryKeyConstraint("account_id", "token_id", "key"),
    sqlite_with_rowid=False,
)
Index("api_request_time_idx", api_request.c.asked_at)
