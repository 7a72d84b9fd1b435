"""Which revision a database has, and which one this program is made for: asked at every opening, so without Alembic."""

from functools import cache
from pathlib import Path

from sqlalchemy import Connection, inspect, text

from mailproc.store.results import SchemaState

MIGRATIONS = Path(__file__).parent.parent / "migrations"
_TABLE = "alembic_version"


@cache
def newest_revision() -> str:
    """The last revision in `migrations/versions`: files are called `vNUMBER_…`, and each follows the one before."""
    return max(path.name for path in (MIGRATIONS / "versions").glob("v[0-9]*_*.py"))[1:].partition("_")[0]


def current_revision(connection: Connection) -> str | None:
    """The revision of a database; None for one without tables."""
    if not inspect(connection).has_table(_TABLE):
        return None
    found: str | None = connection.scalar(text(f"SELECT version_num FROM {_TABLE}"))  # noqa: S608 - a name of ours
    return found


def schema_state_of(connection: Connection) -> SchemaState:
    """Both of them."""
    return SchemaState(current=current_revision(connection), head=newest_revision())
