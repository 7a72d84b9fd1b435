"""Databases as they were at some revision, to be filled and migrated."""

import contextlib
from collections.abc import AsyncIterator

from alembic import command
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from mailproc.store.engine.upgrading import config_of_migrations


def upgrade_to(connection: Connection, revision: str) -> None:
    config = config_of_migrations()
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


@contextlib.asynccontextmanager
async def at_revision(url: str, revision: str) -> AsyncIterator[AsyncConnection]:
    """A database as it was then, to be filled."""
    engine = create_async_engine(url)
    async with engine.begin() as connection:
        await connection.run_sync(upgrade_to, revision)
        yield connection
    await engine.dispose()


async def insert(connection: AsyncConnection, table: str, *rows: dict[str, object], **values: object) -> None:
    """One row by its values, or several that have the same columns."""
    rows = rows or (values,)
    names, places = ", ".join(rows[0]), ", ".join(f":{name}" for name in rows[0])
    await connection.execute(text(f"INSERT INTO {table} ({names}) VALUES ({places})"), list(rows))


async def without_later_revisions(connection: AsyncConnection) -> None:
    """Takes off what came after 0018 from tables with something in them."""
    for statement in (
        "ALTER TABLE review DROP COLUMN request",
        "ALTER TABLE api_request DROP COLUMN taken_at",
        "DROP INDEX fact_loose_idx",
        "ALTER TABLE fact DROP COLUMN loose_key",
        "DROP INDEX fact_place_idx",
        "ALTER TABLE fact DROP COLUMN place",
        "DROP TABLE fact_place",
        *(["DROP SEQUENCE fact_place_seq"] if connection.dialect.name == "postgresql" else []),
    ):
        await connection.execute(text(statement))
