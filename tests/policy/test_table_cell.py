"""Cells that spreadsheets would run as formulas are neutralised, and read back as they were."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailproc.policy.imports.table_cell import neutral_cell, plain_cell


@pytest.mark.parametrize("text", ['=HYPERLINK("https://evil.example")', "+43 1 234", "-5", "@SUM(A1)", "\t=1", "'=1"])
def test_what_would_run_is_written_with_an_apostrophe(text: str) -> None:
    assert neutral_cell(text) == "'" + text


@pytest.mark.parametrize("text", ["", "pat@example.org", "'n Abend", "5-3", "O'Neill", "'"])
def test_what_would_not_run_stays_as_it_is_both_ways(text: str) -> None:
    assert neutral_cell(text) == text
    assert plain_cell(text) == text


@given(st.text(alphabet="'=+-@\t\rab"))
def test_what_was_written_is_read_back_the_same_and_never_runs(text: str) -> None:
    written = neutral_cell(text)
    assert plain_cell(written) == text
    assert written[:1] not in set("=+-@\t\r")
