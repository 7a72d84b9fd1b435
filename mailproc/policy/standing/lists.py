"""Lists of an account: what they are, how tokens name them, and which of them leaving a send leaves."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from mailproc.policy.standing.list_number import by_number, numbered
from mailproc.policy.standing.verdict import Classification
from mailproc.policy.tokens.token import Purpose, Token
from mailproc.policy.tokens.token_key import number_of

_MOST_TOLD = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class MailingList:
    """A list or publication of an account. `spellings` are other names that people call it by.

    A public one is shown to subscribers, and they may join it; the classification is that of its usual mail.
    """

    account_id: str
    id: str
    name: str
    spellings: tuple[str, ...] = ()
    classification: Classification = Classification.commercial
    is_public: bool = False


def list_of_number(number: int, lists: Iterable[str]) -> str | None:
    """Which of these lists a token means; None when none of them."""
    return next((list_id for list_id in lists if number_of(list_id) == number), None)


def list_named_by(token: Token, lists: Iterable[str]) -> str | None:
    """The list that a token names, by its number where these hold none such: never widened to all (R15).

    None where it names no list, or those of a send, which are looked up when it is recorded.
    """
    if token.purpose != Purpose.unsubscribe_list:
        return None
    return list_of_number(token.message, lists) or numbered(token.message)


def left_of_send(sent_to: Collection[str], member_of: Collection[str]) -> tuple[str, ...]:
    """What somebody leaves who leaves a send: those of its lists that they are on (R31); sorted.

    All of them where they are on none that we know, because who is on them is kept elsewhere; none where it had none.
    Either name of a list may be given; those of the send come back.
    """
    on = {by_number(list_id) for list_id in member_of}
    return tuple(sorted([list_id for list_id in sent_to if by_number(list_id) in on] or sent_to))


def told_of_send(number: str, sent_to: Collection[str] | None, left: Collection[str]) -> str:
    """What leaving a send came to, for people; `sent_to` is None where nobody recorded it."""
    if not sent_to:
        what = "is not recorded" if sent_to is None else "went to no list"
        return f"send {number[:20]} {what}: counts for the account"
    if len(left) < len(sent_to):
        counts = f"{_some_of(left)}, which they were on"
    else:
        counts = "all of them" if len(left) > 1 else "that list"
    return f"send {number} went to {_some_of(sent_to)}: counts for {counts}"


def told_of_number(name: str, list_id: str) -> str:
    """Which list was meant by a name like `number-77`, for people."""
    if name == list_id:
        return f"no list is known by {name}: counts for that list, should it come back"
    return f"{name} is the list {list_id}"


def _some_of(lists: Collection[str]) -> str:
    more = f" and {len(lists) - _MOST_TOLD} more" if len(lists) > _MOST_TOLD else ""
    return ", ".join(sorted(lists)[:_MOST_TOLD]) + more
