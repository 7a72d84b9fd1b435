from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailproc.policy.tokens.token import (
    MAX_LOCAL_PART,
    Purpose,
    Token,
    find_tokens,
    looks_like_token,
    make_token,
    read_token,
)
from mailproc.policy.tokens.token_key import subscriber_of

KEYS = {1: bytes(range(32))}
TOKEN = Token(purpose=Purpose.unsubscribe_all, subscriber=1234567890123, message=424242, day=20800, kid=1)
TEXT = "u-ceaqaaabd5y7wbglaaaaabtzgjiubozftnjofvvgcwganmm2"


OF_BOTH = {
    1234567890123: "u-cebaaaabd5y7wbglaaaaabtzgiaaaaaaabgvcqgq2g6jh2gkob4qbjte5y",
    "0035g00000AbCdEAAV": "u-eejaaaal7xj7ffosgjulfdifekngoaaaaadhsmqaaaaaaacnkfalweghzlhruh26h3ataii",
}


def of_both(subscriber: int | str) -> Token:
    """A token that tells list and send."""
    return Token(purpose=Purpose.unsubscribe_list, subscriber=subscriber, message=424242, day=20800, kid=1, send=77)


def test_the_published_vector_is_made():
    assert make_token(TOKEN, KEYS) == TEXT


@pytest.mark.parametrize("subscriber", OF_BOTH)
def test_list_and_send_are_both_told_by_the_same_letters_for_ever(subscriber: int | str):
    token = of_both(subscriber)
    assert make_token(token, KEYS) == OF_BOTH[subscriber]
    assert read_token(OF_BOTH[subscriber].upper(), KEYS) == token
    assert (token.message, token.send_number, str(token)) == (
        424242,
        77,
        f"subscriber {subscriber}, list 424242, send 77",
    )


@pytest.mark.parametrize("subscriber", OF_BOTH)
def test_one_letter_less_or_more_of_list_and_send_is_no_token(subscriber: int | str):
    text = OF_BOTH[subscriber]
    for changed in (text[:-1], text + "a", text[:30] + text[31:], text[:30] + "a" + text[30:]):
        assert read_token(changed, KEYS) is None
    for cut in (50, 60, 63):  # lengths that other tokens have
        assert len(text) <= cut or read_token(text[:cut], KEYS) is None


@given(st.sampled_from(["7", "0035g00000AbCdEAAV"]), st.integers(1, 2**48 - 1), st.integers(0, 2**48 - 1))
def test_whatever_list_and_send_are_both_are_read_again(key: str, send: int, message: int):
    token = replace(of_both(subscriber_of(key)), message=message, send=send)
    written = make_token(token, KEYS)
    assert read_token(written, KEYS) == token
    assert looks_like_token(written)
    assert (len(written) <= MAX_LOCAL_PART) == key.isdigit()


@pytest.mark.parametrize("written", [TEXT, TEXT.upper(), f"bounce+{TEXT}", f"prvs=1234567890={TEXT}"])
def test_a_token_is_read_however_the_address_was_wrapped(written: str):
    assert read_token(written, KEYS) == TOKEN


def test_digits_typed_for_letters_are_forgiven():
    assert read_token(TEXT.replace("o", "0").replace("b", "8"), KEYS) == TOKEN
    assert read_token(TEXT.replace("i", "1"), KEYS) == TOKEN


def test_one_changed_character_is_no_token():
    changed = TEXT[:20] + ("a" if TEXT[20] != "a" else "b") + TEXT[21:]
    assert read_token(changed, KEYS) is None
    assert looks_like_token(changed)


def test_a_retired_key_reads_nothing():
    assert read_token(TEXT, {2: bytes(32)}) is None
    assert read_token(TEXT, {}) is None


def test_a_bounce_token_does_not_pass_for_an_unsubscribe_token():
    bounce = make_token(Token(purpose=Purpose.bounce, subscriber=1, message=1, day=1, kid=1), KEYS)
    assert bounce.startswith("b-")
    assert read_token("u" + bounce[1:], KEYS) is None


def test_a_bare_token_is_found_in_a_message_id_but_is_no_address():
    bare = TEXT.removeprefix("u-")
    assert list(find_tokens(f"<{bare}.7f3a@news.acme.example>", KEYS)) == [TOKEN]
    assert not looks_like_token(bare)


@pytest.mark.parametrize("text", ["", "u-", "reply", "u-" + "a" * 47, "u-" + "a" * 49, "xu-" + "a" * 48 + "b"])
def test_other_text_is_no_token(text: str):
    assert read_token(text, KEYS) is None


@given(
    st.sampled_from(Purpose),
    st.integers(0, 2**64 - 1),
    st.integers(0, 2**48 - 1),
    st.integers(0, 65535),
)
def test_what_was_made_is_read_again(purpose: Purpose, subscriber: int, message: int, day: int):
    token = Token(purpose=purpose, subscriber=subscriber, message=message, day=day, kid=1)
    written = make_token(token, KEYS)
    assert len(written) == 50
    assert read_token(written, KEYS) == token
    assert token.key == str(subscriber)


@given(st.text(max_size=300))
def test_no_text_makes_it_raise(text: str):
    assert list(find_tokens(text, KEYS)) == []


def test_many_candidates_cost_no_more_than_fifty():
    assert len(list(find_tokens(f"{TEXT} " * 200, KEYS))) == 50
