"""SQLite: tables of wide rows get rowids.

A table without them keeps each row in its key's tree, which has room for a quarter of a page: of every mail, decision
and event the rest went to a page of its own. In PostgreSQL there is nothing to do.
"""

from alembic import op
from sqlalchemy import text

revision = "0013"
down_revision = "0012"

WIDE = ("mail", "mail_content", "decision", "fact", "outbox")


def upgrade() -> None:
    """Write these tables anew, row by row in the order of their keys, with the indexes they had."""
    if op.get_bind().dialect.name == "sqlite":
        op.get_bind().exec_driver_sql("PRAGMA legacy_alter_table = ON")  # views look at these tables, by name
        for table in WIDE:
            _rebuild(table)
        op.get_bind().exec_driver_sql("PRAGMA legacy_alter_table = OFF")


def _rebuild(table: str) -> None:
    connection = op.get_bind()
    written = "SELECT sql FROM sqlite_master WHERE tbl_name = :name AND type = :type AND sql IS NOT NULL"
    [definition] = connection.execute(text(written), {"name": table, "type": "table"}).scalars()
    indexes = connection.execute(text(written), {"name": table, "type": "index"}).scalars().all()
    columns, _, _without_rowid = definition.partition("(")[2].rpartition(")")
    connection.exec_driver_sql(f"DROP TABLE IF EXISTS new_{table}")  # of a migration that was cut off
    connection.exec_driver_sql(f"CREATE TABLE new_{table} ({columns})")
    connection.exec_driver_sql(f"INSERT INTO new_{table} SELECT * FROM {table}")  # noqa: S608 - names of ours
    connection.exec_driver_sql(f"DROP TABLE {table}")
    connection.exec_driver_sql(f"ALTER TABLE new_{table} RENAME TO {table}")
    for index in indexes:
        connection.exec_driver_sql(index)
