import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailproc.policy.tokens.token import Purpose, Token, find_tokens, looks_like_token, make_token, read_token

KEYS = {1: bytes(range(32))}
TOKEN = Token(purpose=Purpose.unsubscribe_all, subscriber=1234567890123, message=424242, day=20800, kid=1)
TEXT = "u-ceaqaaabd5y7wbglaaaaabtzgjiubozftnjofvvgcwganmm2"


def test_the_published_vector_is_made():
    assert make_token(TOKEN, KEYS) == TEXT


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
