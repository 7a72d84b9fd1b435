"""How tables are written down: the kinds of column that all of them share, and the one collection of them."""

from typing import Any

from sqlalchemy import BigInteger, Column, Index, Integer, MetaData, Text, text

metadata = MetaData(
    naming_convention={
        "pk": "%(table_name)s_pkey",
        "uq": "%(table_name)s_%(column_0_N_name)s_key",
        "ix": "%(column_0_N_label)s_idx",
    }
)


def text_column(name: str, *, null: bool = False) -> Column[str]:
    """A word or JSON."""
    return Column(name, Text, nullable=null)


def time_column(name: str, *, null: bool = False) -> Column[int]:
    """Whole microseconds since 1970 in UTC."""
    return Column(name, BigInteger, nullable=null)


def count_column(name: str) -> Column[int]:
    """A number that begins at none."""
    return Column(name, Integer, nullable=False, server_default=text("0"))


def partial_index(name: str, where: str, *columns: Column[Any]) -> Index:
    """An index of the rows for which `where` holds, written out."""
    return Index(name, *columns, postgresql_where=text(where), sqlite_where=text(where))
