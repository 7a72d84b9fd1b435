"""The reading side, beside the writer: transactions as the writer runs them, other queries by SQLAlchemy's engine."""

from typing import Any, TypeVar

import zstandard
from sqlalchemy import URL, Executable, Select, select
from sqlalchemy.ext.asyncio import create_async_engine

from mailproc.errors import StoreError
from mailproc.settings.settings import StoreSettings
from mailproc.store.engine.database import is_sqlite
from mailproc.store.engine.schema import mail_content
from mailproc.store.engine.sql_errors import store_errors
from mailproc.store.engine.sqlite_readers import SqliteReaders
from mailproc.store.engine.statement import Rows, Transaction

Result = TypeVar("Result")


MOST_PAGE_BYTES = 4 * 1024 * 1024  # of a page, but for its last row: a thousand long ones would be 400 MB
_AT_ONCE = 32  # rows of a page that are fetched together


def length_told(value: object) -> int:
    """Bytes of a text where it is told as JSON of ASCII alone, near enough; 0 for all else."""
    if not isinstance(value, str):
        return 0
    return len(value) if value.isascii() else 6 * len(value)


class Reader:
    """A small pool of connections that only read."""

    def __init__(self, url: URL, settings: StoreSettings) -> None:
        waiting: dict[str, Any] = {"timeout": settings.busy_timeout_seconds}
        self._sqlite: SqliteReaders | None = None
        on_server: dict[str, Any] = {}
        if is_sqlite(url):
            self._sqlite = SqliteReaders(str(url.database), settings.busy_timeout_seconds, settings.pool_size)
        else:
            on_server = {"isolation_level": "REPEATABLE READ", "pool_pre_ping": True}
        self._engine = create_async_engine(url, pool_size=settings.pool_size, connect_args=waiting, **on_server)

    async def run(self, transaction: Transaction[Result]) -> Result:
        """Run a transaction that only reads, and give its result: all that it reads is of one moment.

        Raises StoreUnavailable or StoreError.
        """
        with store_errors():
            if self._sqlite is not None:
                return await self._sqlite.run(transaction)
            return await self._on_server(transaction)

    async def _on_server(self, transaction: Transaction[Result]) -> Result:
        answer: Rows = ()
        async with self._engine.connect() as connection:
            try:
                step = next(transaction)
                while True:
                    if compiled := step.statement.compiled(self._engine.dialect.name):
                        arguments = compiled.arguments(step.rows[0])
                        found = await connection.exec_driver_sql(compiled.sql, arguments)
                        # The driver's own rows: SQLAlchemy's cost more than reading them.
                        answer = [tuple(row) for row in found.cursor.fetchall()]
                    step = transaction.send(answer)
            except StopIteration as end:
                result: Result = end.value
                return result

    async def rows(self, statement: Executable, **parameters: Any) -> list[Any]:
        """The rows that a SELECT gives. Raises StoreUnavailable or StoreError."""
        with store_errors():
            async with self._engine.connect() as connection:
                return list((await connection.execute(statement, parameters)).all())

    async def some(self, query: Select[Any], most: int) -> tuple[list[Any], bool]:
        """The first rows of a query, and whether there are more: so many, or until a page of them is long.

        Only a few are in memory beside those that are given. Raises StoreUnavailable or StoreError.
        """
        found: list[Any] = []
        size = 0
        query = query.limit(most + 1).execution_options(yield_per=_AT_ONCE)
        with store_errors():
            async with self._engine.connect() as connection, connection.stream(query) as rows:
                async for some in rows.partitions():
                    for row in some:
                        if len(found) == most or size > MOST_PAGE_BYTES:
                            return found, True
                        found.append(row)
                        size += sum(map(length_told, row))
        return found, False

    async def content_of(self, account_id: str, mail_id: str) -> bytes:
        """The bytes of a mail as they came on the wire. Raises StoreError when they are gone or damaged."""
        chunks = await self.rows(
            select(mail_content.c.chunk)
            .where(mail_content.c.account_id == account_id, mail_content.c.mail_id == mail_id)
            .order_by(mail_content.c.seq)
        )
        if not chunks:
            raise StoreError(f"the content of mail {mail_id} is gone")
        try:
            return b"".join(zstandard.ZstdDecompressor().decompress(chunk) for (chunk,) in chunks)
        except zstandard.ZstdError as error:
            raise StoreError(f"the content of mail {mail_id} is damaged: {error}") from error

    async def close(self) -> None:
        """Let the connections go."""
        if self._sqlite is not None:
            await self._sqlite.close()
        await self._engine.dispose()
