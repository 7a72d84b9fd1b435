"""Bringing tables up to date, by Alembic; apart, because only who migrates needs to load it."""

import time
from collections.abc import Callable

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, text

from mailproc.errors import StoreError
from mailproc.store.engine.revision import MIGRATIONS, current_revision

# A sequence in a restored backup goes on from where that stood; who follows the facts has seen later places than those.
_PLACES_AFTER_NOW = text("SELECT setval('fact_place_seq', greatest(last_value, :now)) FROM fact_place_seq")


def config_of_migrations() -> Config:
    """Where Alembic finds our revisions."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


def upgrade(connection: Connection, tell: Callable[[str], None]) -> list[str]:
    """Apply what is missing, and give the revisions, oldest first. Raises StoreError after a newer program."""
    config = config_of_migrations()
    before = current_revision(connection)
    config.attributes["connection"] = connection
    config.attributes["tell"] = tell
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        raise StoreError(f"the database has {before}, which this program does not know: {error}") from error
    if connection.dialect.name == "postgresql":
        connection.execute(_PLACES_AFTER_NOW, {"now": time.time_ns() // 1000})
    after = current_revision(connection)
    if after == before or after is None:
        return []
    steps = ScriptDirectory.from_config(config).iterate_revisions(after, before or "base")
    return [step.revision for step in reversed(list(steps))]
