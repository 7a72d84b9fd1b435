import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailproc.policy.tokens.token import Purpose, Token, make_token, read_token
from mailproc.policy.tokens.token_key import KeyForm, number_of, packed_key, subscriber_of, unpacked_key

KEYS = {3: bytes(range(32))}
TEXT_KEYS = st.text(string.ascii_letters + string.digits + "_.:-", min_size=1, max_size=21)


def token_of(key: str) -> str:
    return make_token(Token(purpose=Purpose.bounce, subscriber=subscriber_of(key), message=42, day=20_500, kid=3), KEYS)


@pytest.mark.parametrize(
    "key",
    [
        "0", "7", "18446744073709551615", "18446744073709551616", "007", "0035g00000AbCdEAAV", "0035g00000AbCdE",
        "1f0c7e1a-2b3c-4d5e-8f90-0123456789ab", "9e107d9d372bb6826bd81d3542a419d6", "A" * 21, "-", "::", "a.b_c-d:e",
    ],
)  # fmt: skip
def test_the_keys_of_all_crms_survive_a_token_unchanged(key: str) -> None:
    written = token_of(key)
    assert len(written) in (50, 63)
    for wrapped in (written, written.upper(), f"bounce+{written}"):
        read = read_token(wrapped, KEYS)
        assert read is not None
        assert (read.key, read.message, read.day, read.kid) == (key, 42, 20_500, 3)


@given(TEXT_KEYS)
def test_any_key_of_21_characters_is_read_again(key: str) -> None:
    read = read_token(token_of(key), KEYS)
    assert read is not None
    assert read.key == key


@pytest.mark.parametrize(
    "key", ["", "pat@example.org", "a" * 22, "Jörg", "two words", "1F0C7E1A-2B3C-4D5E-8F90-0123456789AB", "٣"]
)
def test_a_key_that_fits_into_no_token_is_refused_with_a_sentence(key: str) -> None:
    with pytest.raises(ValueError, match="does not fit into a token"):
        subscriber_of(key)


@given(st.binary(min_size=16, max_size=16), st.sampled_from(KeyForm))
def test_bytes_that_no_key_gives_are_no_key(packed: bytes, form: KeyForm) -> None:
    key = unpacked_key(form, packed)
    if key is not None and packed_key(key)[0] == form:
        assert packed_key(key)[1] == packed


def test_a_named_token_with_one_changed_character_is_none() -> None:
    written = token_of("0035g00000AbCdEAAV")
    for place in (2, 10, 30, 50, 61):
        other = "a" if written[place] != "a" else "b"
        assert read_token(written[:place] + other + written[place + 1 :], KEYS) is None


def test_a_numbered_token_does_not_pass_for_a_named_one() -> None:
    assert read_token(token_of("7")[:-1], KEYS) is None
    assert read_token(token_of("0035g00000AbCdEAAV")[:50], KEYS) is None


@pytest.mark.parametrize(("name", "number"), [("0", 0), ("12", 12), ("424242", 424242), ("140737488355327", 2**47 - 1)])
def test_a_number_names_itself(name: str, number: int) -> None:
    assert number_of(name) == number


@pytest.mark.parametrize("name", ["weekly", "007", "140737488355328", "9" * 5000, "", "٣", "\ud800"])
def test_any_other_name_has_a_number_that_no_number_has(name: str) -> None:
    assert 2**47 <= number_of(name) < 2**48
