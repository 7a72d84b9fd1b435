"""A form's token holds for the link and the deed that it was shown for, and for a day."""

import pytest

from mailproc.policy.tokens.form_token import FORM_MINUTES, is_form_token, make_form_token

KEY, MINUTE = bytes(range(32)), 29_000_000
TOKEN = make_form_token("u-abc", "leave", minute=MINUTE, key=KEY)


@pytest.mark.parametrize("later", [-5, 0, 1, FORM_MINUTES])
def test_it_holds_for_a_day_and_where_the_clock_is_a_little_late(later: int) -> None:
    assert is_form_token(TOKEN, "u-abc", "leave", minute=MINUTE + later, key=KEY)


@pytest.mark.parametrize("later", [-6, FORM_MINUTES + 1, 10**6])
def test_not_before_and_not_after(later: int) -> None:
    assert not is_form_token(TOKEN, "u-abc", "leave", minute=MINUTE + later, key=KEY)


def test_it_holds_for_nothing_else() -> None:
    assert not is_form_token(TOKEN, "u-abd", "leave", minute=MINUTE, key=KEY)
    assert not is_form_token(TOKEN, "u-abc", "everything", minute=MINUTE, key=KEY)
    assert not is_form_token(TOKEN, "u-abc", "leave", minute=MINUTE, key=bytes(32))


@pytest.mark.parametrize("text", ["", "x" * 32, TOKEN[:-1], f"{TOKEN}a", f"{MINUTE + 5:08x}{TOKEN[8:]}", "é" * 32])
def test_what_was_made_up_or_changed_does_not_hold(text: str) -> None:
    assert not is_form_token(text, "u-abc", "leave", minute=MINUTE, key=KEY)
