"""A copy of a running SQLite database, taken in small steps that no writer waits for."""

import contextlib
import os
import sqlite3
from pathlib import Path

from mailproc.errors import StoreError
from mailproc.store.engine.private_file import make_private_file
from mailproc.store.engine.sql_errors import not_sound
from mailproc.store.engine.sqlite_driver import connect, in_one_hop, store_error_of

_PAGES_PER_STEP = 512
_PAUSE_SECONDS = 0.001


async def backup_sqlite(source: str, target: Path, busy_timeout_seconds: float) -> None:
    """Copy the database as it is now into a new file; what is committed meanwhile is not in it.

    The file appears whole or not at all. Raises StoreError when it exists or cannot be written.
    """
    part = target.with_name(target.name + ".part")
    try:
        connection = await connect(source, busy_timeout_seconds)
        try:
            await in_one_hop(connection, lambda source: _copy(source, part, target))
        finally:
            await connection.close()
    except sqlite3.Error as error:
        raise not_sound(error) or store_error_of(error) from error
    except OSError as error:
        raise StoreError(f"cannot write {target}: {error.strerror}") from error


def _copy(source: sqlite3.Connection, part: Path, target: Path) -> None:
    if target.exists():
        raise StoreError(f"{target} exists already")
    part.unlink(missing_ok=True)
    make_private_file(part)
    try:
        _copy_pages(source, part)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


def _copy_pages(source: sqlite3.Connection, part: Path) -> None:
    with contextlib.closing(sqlite3.connect(part)) as target:
        # A read transaction holds the source as it is: otherwise each commit of the service would start the copy anew.
        source.execute("BEGIN")
        try:
            source.execute("SELECT count(*) FROM sqlite_schema").fetchone()
            source.backup(target, pages=_PAGES_PER_STEP, sleep=_PAUSE_SECONDS)
        finally:
            source.execute("ROLLBACK")
    with part.open("rb+") as file:
        os.fsync(file.fileno())
