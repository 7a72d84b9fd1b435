"""One set of SQL for both databases: each statement is built by SQLAlchemy Core and compiled once per dialect.

A transaction is a generator: it yields steps (a statement and its rows of parameters) and is sent the rows that came
back. The driver decides how the steps travel; the logic is written once.
"""

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import BigInteger, ColumnElement, Select, Table, Text, bindparam, cast, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import asyncpg
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.dml import UpdateBase
from sqlalchemy.sql.expression import ClauseElement
from sqlalchemy.sql.functions import FunctionElement

Row = tuple[Any, ...]
Rows = Sequence[Row]
Parameters = Mapping[str, Any]
Result = TypeVar("Result")

_DIALECTS: dict[str, Dialect] = {
    "sqlite": sqlite.dialect(paramstyle="qmark"),
    "postgresql": asyncpg.dialect(),  # type: ignore[no-untyped-call]  # as SQLAlchemy has it
}
Insert = Callable[[Table], Any]
_INSERTS: dict[str, Insert] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


@dataclass(frozen=True, slots=True)
class Compiled:
    """SQL of one dialect; `arguments` picks a row's values in the order of its placeholders."""

    sql: str
    arguments: Callable[[Parameters], tuple[Any, ...]]
    returns_rows: bool


class Statement:
    """A statement for both databases; `build` gets the dialect's own `insert`, which knows ON CONFLICT.

    `only` names the one dialect on which it does anything: elsewhere it is skipped and returns no rows.
    """

    __slots__ = ("_build", "_compiled", "_only")

    def __init__(self, build: Callable[[Insert], ClauseElement], *, only: str | None = None) -> None:
        self._build = build
        self._only = only
        self._compiled: dict[str, Compiled | None] = {}

    def compiled(self, dialect: str) -> Compiled | None:
        """The SQL for `sqlite` or `postgresql`; None where this statement does nothing."""
        if dialect not in self._compiled:
            self._compiled[dialect] = self._compile(dialect) if self._only in (None, dialect) else None
        return self._compiled[dialect]

    def _compile(self, dialect: str) -> Compiled:
        clause = self._build(_INSERTS[dialect])
        compiled = clause.compile(dialect=_DIALECTS[dialect])
        assert isinstance(compiled, SQLCompiler)
        returns_rows = isinstance(clause, Select) or bool(isinstance(clause, UpdateBase) and clause._returning)
        return Compiled(str(compiled), _arguments_of(compiled), returns_rows or not isinstance(clause, UpdateBase))


def _arguments_of(compiled: SQLCompiler) -> Callable[[Parameters], tuple[Any, ...]]:
    names = list(compiled.positiontup or ())
    constants = {name: compiled.binds[name].value for name in names if not compiled.binds[name].required}
    if constants:
        return lambda row: tuple(row[name] if name in row else constants[name] for name in names)
    if not names:
        return lambda row: ()
    if len(names) == 1:
        return lambda row, name=names[0]: (row[name],)  # type: ignore[misc]
    return itemgetter(*names)


class Step(NamedTuple):
    """One statement with its rows of parameters; one that returns rows has exactly one row of them."""

    statement: Statement
    rows: Sequence[Parameters]


Transaction = Generator[Step, Rows, Result]


def ask(statement: Statement, **parameters: Any) -> Transaction[Rows]:
    """Run a statement once and give the rows that came back."""
    return (yield Step(statement, (parameters,)))


def tell(statement: Statement, rows: Sequence[Parameters]) -> Transaction[int | None]:
    """Run a statement for each row of parameters; nothing for none.

    Gives how many rows that wrote, None where the database does not say.
    """
    if not rows:
        return 0
    answer = yield Step(statement, rows)
    return answer[0][0] if answer else None


class _JsonTexts(FunctionElement[Any]):
    """The elements of a JSON array of texts, as rows with one column `value`."""

    name = "json_texts"
    inherit_cache = True


@compiles(_JsonTexts, "sqlite")
def _json_each(element: _JsonTexts, compiler: SQLCompiler, **options: Any) -> str:
    return f"json_each({compiler.process(element.clauses, **options)})"


@compiles(_JsonTexts, "postgresql")
def _json_array_elements_text(element: _JsonTexts, compiler: SQLCompiler, **options: Any) -> str:
    return f"json_array_elements_text(CAST({compiler.process(element.clauses, **options)} AS JSON))"


def each_of(name: str) -> Select[tuple[str]]:
    """The texts of parameter `name`, which holds a JSON array: a set of any size is one parameter on both databases."""
    return select(_JsonTexts(bindparam(name, type_=Text)).table_valued("value").c.value)


def one_of(column: ColumnElement[Any], name: str) -> ColumnElement[bool]:
    """Whether a text column is among the texts of parameter `name` (a JSON array)."""
    return column.in_(each_of(name))


def each_number_of(name: str) -> Select[tuple[int]]:
    """The same for whole numbers, written as texts."""
    value = _JsonTexts(bindparam(name, type_=Text)).table_valued("value").c.value
    return select(cast(value, BigInteger))
