from hypothesis import given
from hypothesis import strategies as st

from mailproc.policy.storable import short_text, storable_text


def test_what_cannot_be_stored_is_replaced_one_to_one():
    assert storable_text("a\x00b\ud800c\td\ne") == "a\ufffdb\ufffdc\td\ne"


def test_a_short_text_is_one_line():
    assert short_text("  a\n b\t c ") == "a b c"
    assert short_text("x" * 300) == "x" * 199 + "…"


@given(st.text(alphabet=st.characters(), max_size=200))
def test_any_text_becomes_storable_and_keeps_its_length(text: str):
    stored = storable_text(text)
    assert len(stored) == len(text)
    assert "\x00" not in stored
    stored.encode("utf-8")
    assert len(short_text(text, 20)) <= 20
