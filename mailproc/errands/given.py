"""What somebody gives, by hand or by program: persons, lists, ids and times, checked before anything is done."""

import re
from datetime import UTC, datetime, timedelta

from mailproc.errors import Conflict, Unusable
from mailproc.policy.address import is_address
from mailproc.policy.standing.list_number import is_numbered
from mailproc.policy.tokens.token_key import number_of_send
from mailproc.settings.settings import Settings

_EARLIEST = datetime(1980, 1, 1, tzinfo=UTC)
_AHEAD = timedelta(minutes=5)  # how far clocks are apart: a request by one that is ahead must not be refused for it
_KEY = re.compile(r"[\w.:-]{1,128}")


def named(person: str) -> tuple[str | None, str | None]:
    """A person as (address, key), one of them None. Raises Unusable for what is neither."""
    person = person.strip()
    if "@" in person:
        if is_address(person):
            return person, None
    elif _KEY.fullmatch(person):
        return None, person
    raise Unusable(f"{person[:400]!r} is no address and no subscriber key")


def check_list(settings: Settings, account_id: str | None, list_id: str | None) -> None:
    """A list that the account has not (None: no account) is a slip of the pen. Raises Unusable."""
    accounts = [one for one in settings.account if account_id in (None, one.id)]
    known = sorted({name for one in accounts for name in one.lists})
    if list_id is not None and list_id not in known:
        who = account_id or "no account"
        what = f"has no list {list_id}" if account_id else f"has a list {list_id}"
        raise Unusable(f"{who} {what}; there: {', '.join(known) or 'none'}")


def check_removable(settings: Settings, account_id: str, list_id: str) -> None:
    """A list that the file itself names would still be there, without what was said of it since. Raises Conflict."""
    if any(list_id in one.lists for one in settings.account if one.id == account_id):
        raise Conflict(f"the settings name {list_id} under [account.lists]: take it out there first")


def past(at: datetime, called: str, now: datetime) -> datetime:
    """A time that somebody gave, aware; without a zone it is UTC. By a clock that is a little ahead of ours it is now.

    Raises Unusable for the future, and for what is no time of any mail; `called` is what it was given as.
    """
    then = at if at.tzinfo else at.replace(tzinfo=UTC)
    if then > now + _AHEAD:
        raise Unusable(f"{called} lies in the future")
    if then < _EARLIEST:
        raise Unusable(f"{called} lies before {_EARLIEST:%Y}: is the year right?")
    return min(then, now)


def usable_list_id(list_id: str) -> str:
    """The id of a list. Raises Unusable for what can be none."""
    if is_numbered(list_id):
        raise Unusable(f"{list_id} is what a list is called of which only a token's number is known: choose another id")
    if "/" in list_id or list_id in (".", ".."):
        raise Unusable("the id of a list is part of paths: choose one without /, and not of dots alone")
    if any(character in list_id for character in ";,|"):
        raise Unusable("the ids of lists stand in one cell of a file: choose one without ; and , and |")
    return _usable(list_id, 100, "a list")


def usable_send_id(send: str) -> str:
    """The id of a send. Raises Unusable for what can be none."""
    try:
        number_of_send(send)
    except ValueError as error:
        raise Unusable(str(error)) from None
    return _usable(send, 200, "a send")


def _usable(given: str, limit: int, what: str) -> str:
    if not given.strip() or given != given.strip() or not given.isprintable() or len(given) > limit:
        raise Unusable(f"the id of {what} is 1 to {limit} printable characters")
    return given
