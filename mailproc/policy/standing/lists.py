"""Lists of an account: what they are, and how tokens name them."""

from collections.abc import Iterable
from dataclasses import dataclass

from mailproc.policy.standing.verdict import Classification
from mailproc.policy.tokens.token_key import number_of


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
