"""What errors of the reading side mean: SQLAlchemy wraps its drivers' errors, the rooms above know only ours."""

import contextlib
from collections.abc import Iterator

from sqlalchemy.exc import DataError, IntegrityError, NotSupportedError, ProgrammingError, SQLAlchemyError

from mailproc.errors import StoreError, StoreUnavailable


@contextlib.contextmanager
def store_errors() -> Iterator[None]:
    """Turn whatever a database says into StoreUnavailable (trying again may help) or StoreError."""
    try:
        yield
    except (ProgrammingError, DataError, IntegrityError, NotSupportedError) as error:
        raise StoreError(f"the database refuses: {error.orig}") from error
    except SQLAlchemyError as error:
        raise StoreUnavailable(f"the database does not answer: {error}") from error
    except OSError as error:
        raise StoreUnavailable(f"the database cannot be reached: {error}") from error
