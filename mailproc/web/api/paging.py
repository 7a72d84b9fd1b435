"""Pages: how many at once, and a cursor that says where to go on."""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from typing import Annotated, Any, TypeVar

from fastapi import Query

from mailproc.errors import Unusable
from mailproc.store.results import Found

One = TypeVar("One")
_BIGGEST = 2**63 - 1
Limit = Annotated[int, Query(ge=1, le=1000, description="How many at most; a page that gets long ends before.")]
Cursor = Annotated[
    str | None, Query(max_length=2000, description="`next` of the page before; without it the first page.")
]


def place_of(cursor: str | None, *kinds: type) -> list[Any] | None:
    """The values that a cursor holds; None without one. Raises Unusable for what no page told.

    It is not signed: whatever it says, the answer is of the caller's own account.
    """
    if cursor is None:
        return None
    try:
        place = json.loads(base64.b64decode(cursor.encode("ascii"), altchars=b"-_", validate=True))
    except (ValueError, binascii.Error, RecursionError):
        place = None
    if not isinstance(place, list) or [type(one) for one in place] != list(kinds) or not all(map(_is_sane, place)):
        raise Unusable("this cursor is none of ours: take `next` of a page as it is")
    return place


def _is_sane(value: Any) -> bool:
    return abs(value) <= _BIGGEST if isinstance(value, int) else value.isprintable()


def page(found: Found[One], as_json: Callable[[One], dict[str, Any]]) -> dict[str, Any]:
    """A page with `next`, None on the last one."""
    following = cursor_of(found.items[-1][1]) if found.more else None
    return {"items": [as_json(one) for one, _ in found.items], "next": following}


def cursor_of(place: Sequence[Any]) -> str:
    """The cursor that goes on after a place."""
    return base64.b64encode(json.dumps(list(place)).encode(), altchars=b"-_").decode()
