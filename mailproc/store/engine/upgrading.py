"""Bringing tables up to date, by Alembic; apart, because only who migrates needs to load it."""

from collections.abc import Callable

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection

from mailproc.errors import StoreError
from mailproc.store.engine.revision import MIGRATIONS, current_revision


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
    after = current_revision(connection)
    if after == before or after is None:
        return []
    steps = ScriptDirectory.from_config(config).iterate_revisions(after, before or "base")
    return [step.revision for step in reversed(list(steps))]
