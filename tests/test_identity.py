"""Ids sort by time."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from mailproc.identity import sortable_id

NOW = datetime(2026, 3, 3, 9, 12, tzinfo=UTC)


@given(st.integers(0, 2**80 - 1), st.integers(0, 2**80 - 1), st.integers(1, 10**12))
def test_an_id_made_a_millisecond_later_sorts_after(earlier_bits: int, later_bits: int, milliseconds: int) -> None:
    later = NOW + timedelta(milliseconds=milliseconds)
    assert sortable_id(NOW, earlier_bits) < sortable_id(later, later_bits)


@given(st.integers(0, 2**80 - 1))
def test_an_id_is_26_characters_that_no_shell_url_or_address_minds(bits: int) -> None:
    made = sortable_id(NOW, bits)
    assert len(made) == 26
    assert made.isalnum()
    assert made.islower() or made.isdigit()


def test_ids_of_the_same_moment_differ_by_their_random_bits() -> None:
    assert sortable_id(NOW, 1) != sortable_id(NOW, 2)
