"""Which driver writes to which database."""

from sqlalchemy import URL

from mailproc.settings.settings import StoreSettings
from mailproc.store.engine.database import is_sqlite
from mailproc.store.engine.driver import Driver
from mailproc.store.engine.postgres_driver import PostgresDriver
from mailproc.store.engine.sqlite_driver import SqliteDriver


def driver_of(url: URL, settings: StoreSettings) -> Driver:
    """The one connection that writes to the database at this URL."""
    if is_sqlite(url):
        return SqliteDriver(str(url.database), settings.busy_timeout_seconds)
    return PostgresDriver(url, settings.busy_timeout_seconds)
