"""Two names of one list: its id, and the number by which a token names it when nobody knows the id."""

import re
from functools import lru_cache

from mailproc.policy.tokens.token_key import number_of

_NUMBERED = re.compile(r"number-(?:0|[1-9][0-9]{0,14})", re.ASCII)


def numbered(number: int) -> str:
    """What a list is called of which a token tells nothing but its number."""
    return f"number-{number}"


def is_numbered(list_id: str) -> bool:
    """Whether that is such a name; no list is made by one."""
    return _NUMBERED.fullmatch(list_id) is not None


@lru_cache(maxsize=4096)
def by_number(list_id: str) -> str:
    """The list's name by number, whichever of its names is given: a key under which both are one."""
    return list_id if is_numbered(list_id) else numbered(number_of(list_id))


def is_same_list(one: str | None, other: str | None) -> bool:
    """Whether two names mean one list: what was said of a list by its number holds for it when it is known again."""
    if one == other or one is None or other is None:
        return one == other
    return (is_numbered(one) or is_numbered(other)) and by_number(one) == by_number(other)
