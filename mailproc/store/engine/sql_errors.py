"""What errors of the reading side mean, SQLite's own and those SQLAlchemy wraps: the rooms above know only ours."""

import contextlib
import sqlite3
from collections.abc import Iterator

from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, NotSupportedError, ProgrammingError, SQLAlchemyError

from mailproc.errors import StoreError, StoreUnavailable

_NOT_SOUND = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})


def not_sound(error: BaseException | None) -> StoreError | None:
    """What to tell of a damaged or foreign SQLite file; None for all other errors."""
    if getattr(error, "sqlite_errorcode", 0) & 0xFF not in _NOT_SOUND:
        return None
    return StoreError(
        f"the file is not a sound SQLite database: restore a backup (`mailproc db backup` makes them); {error}"
    )


@contextlib.contextmanager
def store_errors() -> Iterator[None]:
    """Turn whatever a database says into StoreUnavailable (trying again may help) or StoreError."""
    try:
        yield
    except DBAPIError as error:
        raise _meaning_of(error, error.orig) from error
    except sqlite3.Error as error:
        raise _meaning_of(error, error) from error
    except SQLAlchemyError as error:
        raise StoreUnavailable(f"the database does not answer: {error.args[0] if error.args else error}") from error
    except OSError as error:
        raise StoreUnavailable(f"the database cannot be reached: {error}") from error


_REFUSALS = (
    *(ProgrammingError, DataError, IntegrityError, NotSupportedError),
    *(sqlite3.ProgrammingError, sqlite3.DataError, sqlite3.IntegrityError, sqlite3.NotSupportedError),
)


def _meaning_of(error: Exception, driver_error: BaseException | None) -> StoreError:
    """In the driver's own words: SQLAlchemy adds the statement, its parameters and an address."""
    if unsound := not_sound(driver_error):
        return unsound
    if isinstance(error, _REFUSALS):
        return StoreError(f"the database refuses: {driver_error}")
    return StoreUnavailable(f"the database does not answer: {driver_error}")
