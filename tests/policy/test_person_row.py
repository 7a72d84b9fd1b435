"""Rows about people: what each says, or why it cannot be taken."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailproc.policy.imports.person_columns import columns_of
from mailproc.policy.imports.person_row import PersonRow, Rejected, RowReading, derived_key, merged, time_written
from mailproc.policy.tokens.token_key import subscriber_of

NOW = datetime(2026, 3, 3, 9, 12, tzinfo=UTC)
HEAD = ["email", "key", "lists", "when", "city"]


def reading(**more: object) -> RowReading:
    columns = columns_of(HEAD, {"consented_at": "when", "city": "city"})
    values = {"known_lists": {"weekly", "daily"}, **more}
    return RowReading(account_id="acme", columns=columns, now=NOW, **values)  # type: ignore[arg-type]


def read(*cells: str, **more: object) -> PersonRow | Rejected:
    return reading(**more).read([*cells, *[""] * (len(HEAD) - len(cells))])


def test_a_row_says_who_on_which_lists_with_what_and_since_when() -> None:
    row = read(" Pat@Example.org ", "17", "weekly; daily", "2026-03-01", " Graz ")
    assert row == PersonRow(
        "k:17", "Pat@Example.org", ("weekly", "daily"), (("city", "Graz"),), datetime(2026, 3, 1, tzinfo=UTC)
    )
    assert isinstance(row, PersonRow)
    assert (row.key, row.has_key) == ("17", True)


def test_empty_cells_say_nothing_and_the_address_gives_the_key() -> None:
    row = read("Pat@Example.org")
    assert row == PersonRow(f"n:{derived_key('acme', 'pat@example.org')}", "Pat@Example.org")
    assert isinstance(row, PersonRow)
    assert not row.has_key


@pytest.mark.parametrize(
    ("cell", "lists"),
    [("a,b", ("a,b",)), ("a;b", ("a;b",)), ("x; a,b", ("x", "a,b")), ("x,y", ("x", "y")), ("x;,y", ("x", "y"))],
)
def test_a_list_whose_id_has_a_separator_in_it_is_found(cell: str, lists: tuple[str, ...]) -> None:
    row = read("pat@example.org", "1", cell, known_lists={"a,b", "a;b", "x", "y"})
    assert isinstance(row, PersonRow)
    assert row.lists == lists


def test_lists_of_the_command_come_before_those_of_the_row_each_once() -> None:
    row = read("pat@example.org", "1", "daily|weekly", lists=("weekly",))
    assert isinstance(row, PersonRow)
    assert row.lists == ("weekly", "daily")


@pytest.mark.parametrize(
    ("cells", "column", "reason"),
    [
        (("",), "email", "no address"),
        (("pat",), "email", "'pat' is no address"),
        (("pat@example.org\u200b",), "email", "is no address"),
        (("pat@example.org; kim@example.org",), "email", "is no address"),
        (("pat@example.org", "a b"), "key", "does not fit into a token"),
        (("pat@example.org", "1", "weekly,wekly"), "lists", "there is no list 'wekly'"),
        (("pat@example.org", "1", "", "yesterday"), "when", "'yesterday' is no time"),
        (("pat@example.org", "1", "", "2026-03-04"), "when", "lies in the future"),
        (("pat@example.org", "1", "", "", "x" * 2001), "city", "2001 characters are more than 2000"),
    ],
)
def test_what_cannot_be_taken_is_told_with_its_column(cells: tuple[str, ...], column: str, reason: str) -> None:
    found = read(*cells)
    assert isinstance(found, Rejected)
    assert (found.column, reason in found.reason) == (column, True)


@pytest.mark.parametrize(("count", "column"), [(0, 1), (4, 5), (6, 6), (9, 6)])
def test_a_row_of_another_width_is_rejected_whole_with_the_column_where_it_is_another(count: int, column: int) -> None:
    said = f"column {column}: {count} cells, but the first line names 5 columns"
    assert reading().read(["x@example.org"] * count) == Rejected("", said)


def test_a_time_for_all_holds_where_no_column_says_one() -> None:
    columns = columns_of(["email"], {})
    everyone = RowReading(account_id="acme", columns=columns, now=NOW, consented_at=NOW - timedelta(days=1))
    row = everyone.read(["pat@example.org"])
    assert isinstance(row, PersonRow)
    assert row.consented_at == NOW - timedelta(days=1)


@pytest.mark.parametrize("text", ["2026-03-01", "2026-03-01T01:00:00+01:00", "2026-03-01 00:00", "20260301"])
def test_times_are_iso_8601_and_utc_where_they_say_nothing_else(text: str) -> None:
    assert time_written(text) == datetime(2026, 3, 1, tzinfo=UTC)


@pytest.mark.parametrize("text", ["", "1.3.2026", "0001-01-01T00:00:00+23:00", "9999-12-31T23:59:59-10:00"])
def test_what_is_no_time_is_none(text: str) -> None:
    assert time_written(text) is None


def test_rows_about_one_person_say_together_what_they_say_one_after_the_other() -> None:
    first = PersonRow("k:1", "old@example.org", ("weekly",), (("city", "Graz"), ("name", "Pat")), NOW)
    second = PersonRow("k:1", "new@example.org", ("daily", "weekly"), (("city", "Wien"),), None)
    assert merged([first, second]) == PersonRow(
        "k:1", "new@example.org", ("weekly", "daily"), (("city", "Wien"), ("name", "Pat")), NOW
    )


@given(st.text())
def test_a_derived_key_fits_into_tokens_and_is_the_same_for_every_spelling(local: str) -> None:
    key = derived_key("acme", f"{local}@example.org")
    assert subscriber_of(key) == key
    assert derived_key("acme", f"{local}@EXAMPLE.org") == key
    assert derived_key("shop", f"{local}@example.org") != key


@given(st.lists(st.text(max_size=30), min_size=5, max_size=5))
def test_reading_raises_nothing(cells: list[str]) -> None:
    found = reading().read(cells)
    assert isinstance(found, PersonRow | Rejected)
