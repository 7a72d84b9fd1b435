"""Lists of an account as tokens name them: by number."""

from collections.abc import Iterable

from mailproc.policy.token_key import number_of


def list_of_number(number: int, lists: Iterable[str]) -> str | None:
    """Which of these lists a token means; None when none of them."""
    return next((list_id for list_id in lists if number_of(list_id) == number), None)
