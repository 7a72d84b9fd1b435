"""What pydantic finds wrong with a value, in an operator's words."""

from collections.abc import Iterator
from difflib import get_close_matches
from typing import Any, get_args

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from mailproc.settings.settings import Settings
from mailproc.settings.types import Loc, Mistake

# By the kind of error; the words in braces are pydantic's own names for the limits.
_SAYS = {
    "missing": "is missing",
    "greater_than_equal": "must be at least {ge}",
    "greater_than": "must be more than {gt}",
    "less_than_equal": "must be at most {le}",
    "less_than": "must be less than {lt}",
    "too_short": "must not be empty",
    "string_too_short": "must not be empty",
    "int_parsing": "must be a whole number",
    "int_type": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_parsing": "must be a number",
    "float_type": "must be a number",
    "bool_parsing": "must be true or false",
    "bool_type": "must be true or false",
    "string_type": 'must be a text, as in "…"',
    "path_type": 'must be a path, as in "…"',
    "tuple_type": 'must be a list, as in ["…", "…"]',
    "literal_error": "must be {expected}",
    "enum": "must be {expected}",
    "dict_type": "must be a table of keys and values",
    "model_type": "must be a table of keys and values",
    "model_attributes_type": "must be a table of keys and values",
}


def mistake_of(error: ErrorDetails, loc: Loc) -> Mistake:
    """One error of pydantic's as a mistake; `loc` is where it stands in the file."""
    if error["type"] == "extra_forbidden":
        return Mistake(loc=loc, sentence=f"there is no such key{_meant(loc)}")
    if error["type"] == "tuple_type" and len(loc) == 1:
        return Mistake(loc=loc, sentence=f"must be written as [[{loc[0]}]], with two brackets: there may be several")
    if loc and loc[-1] == "[key]":  # pydantic's word for the key of a mapping
        return Mistake(loc=loc[:-1], sentence="the key must be a whole number")
    said = _SAYS.get(error["type"], error["msg"].removeprefix("Value error, "))
    limits = {
        name: f"{value:g}" if isinstance(value, float) else str(value).replace("'", "")
        for name, value in error.get("ctx", {}).items()
    }
    return Mistake(loc=loc, sentence=said.format(**limits) if error["type"] in _SAYS else said)


def _meant(loc: Loc) -> str:
    """What an unknown key may have been meant as; empty when nothing in its table is like it."""
    table = _table_at([step for step in loc[:-1] if isinstance(step, str)])
    near = get_close_matches(str(loc[-1]), table.model_fields if table else (), n=1)
    return f"; did you mean `{near[0]}`?" if near else ""


def _table_at(steps: list[str]) -> type[BaseModel] | None:
    table: type[BaseModel] | None = Settings
    for step in steps:
        field = table.model_fields.get(step) if table else None
        table = next(_tables_in(field.annotation), None) if field else None
    return table


def _tables_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _tables_in(part)
