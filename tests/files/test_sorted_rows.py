"""Rows in order of their key, however many and in whichever order they came; those about one person are one."""

from collections.abc import Iterable
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailproc.files import sorted_rows
from mailproc.files.sorted_rows import SortedRows
from mailproc.policy.imports.person_row import PersonRow

NOW = datetime(2026, 3, 3, 9, 12, 0, 123456, tzinfo=UTC)


def gone_through(rows: Iterable[PersonRow]) -> tuple[list[PersonRow], str]:
    with SortedRows() as taken:
        for row in rows:
            taken.add(row)
        return list(taken), taken.digest()


def test_a_row_comes_back_as_it_was() -> None:
    row = PersonRow("k:1", "müller@example.org", ("weekly", "daily"), (("city", "Köln"),), NOW)
    assert gone_through([row])[0] == [row]


@pytest.mark.parametrize("run_rows", [1, 3, 1000])
def test_rows_come_by_place_and_those_of_one_person_in_the_order_of_the_file(
    monkeypatch: pytest.MonkeyPatch, run_rows: int
) -> None:
    monkeypatch.setattr(sorted_rows, "_RUN_ROWS", run_rows)
    rows = [PersonRow(f"k:{number % 7}", f"{number}@example.org") for number in range(50)]
    found = gone_through(rows)[0]
    assert [(row.place, row.address) for row in found] == [
        (f"k:{n}", f"{max(range(n, 50, 7))}@example.org") for n in range(7)
    ]


def test_keyless_rows_come_after_all_that_have_a_key() -> None:
    rows = [PersonRow("n:a", "a@example.org"), PersonRow("k:z", "z@example.org")]
    assert [row.has_key for row in gone_through(rows)[0]] == [True, False]


def test_the_digest_tells_the_content_and_its_order() -> None:
    one, other = PersonRow("k:1", "a@example.org"), PersonRow("k:1", "b@example.org")
    digests = {gone_through(rows)[1] for rows in ([one, other], [other, one], [one], [one._replace(lists=("weekly",))])}
    assert len(digests) == 4
    assert gone_through([one, other])[1] in digests


def test_of_no_rows_there_are_none() -> None:
    assert gone_through([])[0] == []


@given(st.lists(st.tuples(st.sampled_from("abc"), st.text(max_size=5))))
def test_any_text_that_can_be_stored_comes_back(said: list[tuple[str, str]]) -> None:
    rows = [
        PersonRow(f"k:{key}", f"{number}@example.org", (), (("t", text),)) for number, (key, text) in enumerate(said)
    ]
    storable = [row for row in rows if not any("\ud800" <= c <= "\udfff" for c in row.attributes[0][1])]
    last = {row.place: row for row in storable}
    assert gone_through(storable)[0] == [last[place] for place in sorted(last)]
