"""CSV files about people: encodings and delimiters that are said or can be seen; what is no CSV is told and refused."""

import codecs
import contextlib
import csv
import gzip
import io
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mailproc.errors import BadFile, NotFound
from mailproc.files import people_file
from mailproc.files.csv_rules import MAX_LINE, delimiter_named
from mailproc.files.people_file import PeopleFile, open_people

Rows = list[tuple[int, Sequence[str]]]


def rows_of(file: PeopleFile) -> Rows:
    """Each row with the number of its first line."""
    return [row for portion in file.portions() for row in zip(portion.lines, portion.rows, strict=True)]


def read(tmp_path: Path, content: bytes, **how: str) -> tuple[PeopleFile, Rows]:
    path = tmp_path / "people.csv"
    path.write_bytes(content)
    with open_people(path, **how) as file:  # type: ignore[arg-type]
        return file, rows_of(file)


TEXT = "email;city\nmüller@example.org;Köln\n"


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (TEXT.encode(), "utf-8"),
        (codecs.BOM_UTF8 + TEXT.encode(), "utf-8-sig"),
        (codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le"), "utf-16"),
        (codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"), "utf-16"),
        (codecs.BOM_UTF32_LE + TEXT.encode("utf-32-le"), "utf-32"),
        (codecs.BOM_UTF32_BE + TEXT.encode("utf-32-be"), "utf-32"),
    ],
)
def test_encodings_that_can_be_seen_are(tmp_path: Path, content: bytes, encoding: str) -> None:
    file, rows = read(tmp_path, content)
    assert (file.encoding, file.head) == (encoding, ["email", "city"])
    assert rows == [(2, ["müller@example.org", "Köln"])]


def test_windows_1252_is_read_where_it_is_named_and_asked_for_where_it_is_not(tmp_path: Path) -> None:
    content = b"email;city\n" + b"a@example.org;Graz\n" * 9000 + "b@example.org;Köln\n".encode("windows-1252")
    assert read(tmp_path, content, encoding="windows-1252")[1][-1] == (9002, ["b@example.org", "Köln"])
    with pytest.raises(BadFile, match=r"line 9002, character 16: byte 0xf6 is no UTF-8.*--encoding windows-1252"):
        read(tmp_path, content)


@pytest.mark.parametrize("name", ["klingon", "base64"])
def test_an_encoding_that_is_none_is_told(tmp_path: Path, name: str) -> None:
    with pytest.raises(BadFile, match="is no encoding"):
        read(tmp_path, b"email\n", encoding=name)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_the_one_that_the_first_line_has(tmp_path: Path, delimiter: str) -> None:
    first = delimiter.join(["email", '"a, b; c | d"', "city"])
    file, rows = read(tmp_path, f"{first}\nx@example.org{delimiter}1{delimiter}2\n".encode())
    assert (file.delimiter, rows) == (delimiter, [(2, ["x@example.org", "1", "2"])])


def test_one_column_needs_no_delimiter_and_a_given_one_counts(tmp_path: Path) -> None:
    assert read(tmp_path, b"email\nx@example.org\n")[1] == [(2, ["x@example.org"])]
    assert read(tmp_path, b"email,b;c\n1,2;3\n", delimiter=";")[1] == [(2, ["1,2", "3"])]


def test_names_of_delimiters_are_known_and_what_is_none_is_told() -> None:
    assert [delimiter_named(name) for name in ("comma", "tab", ";")] == [",", "\t", ";"]
    for wrong in ("", "ab", '"', "\n"):
        with pytest.raises(BadFile, match="is no delimiter"):
            delimiter_named(wrong)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_end_as_they_like_and_a_row_is_known_by_its_first(tmp_path: Path, end: str) -> None:
    content = end.join(["email,note", 'a@example.org,"two', 'lines"', "", "b@example.org,x"]).encode()
    assert [(line, row[0]) for line, row in read(tmp_path, content)[1]] == [(2, "a@example.org"), (5, "b@example.org")]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b'email,x\na@example.org,"never ends\n' * 3, "line 2, column 2: a quote"),
        (b'email,x\na@example.org,1\nb@example.org,"x"y\n', "line 3, column 2: a quote ends in the middle"),
        (b'email\r"a\rb"\r"c\rd"e\r', "line 4, column 1: a quote ends in the middle"),
        (b"email\ra@example.org\rb\0\r", "line 3, character 2: NUL"),
        (b"email\na@example.org\nb\0@example.org\n", "NUL"),
        (TEXT.encode("utf-16-le"), "--encoding utf-16-le"),
        (b"email\n" + b"a" * MAX_LINE, "line 2, column 1: a row of more than 1,048,576"),
        (b"a" * MAX_LINE + b"\n", "line 1, column 1: a row of more than 1,048,576"),
        (b'email,b\n1,2\n3,"x\n' + b"a" * MAX_LINE + b'"\n', "line 3, column 1: a row of more than 1,048,576"),
        (b"email,b\n1,2\n" + (b'"x\n' + b"a" * 1000 + b'",') * 1100, "line 3, column 1: a row of more than 1,048,576"),
        (b'email\n"' + b"a\n" * MAX_LINE, "line 2, column 1: "),
        (b"", "line 1 is empty"),
        (b"\n\nemail\n", "line 1 is empty"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "line 1"),
        (codecs.BOM_UTF16_LE + b"e\0m\0x", "not UTF-16"),
        (b"PK\x03\x04\x14\0\x06\0", "line 1: this is an Excel workbook or a ZIP file: save it as CSV"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "line 1: this is an old Excel workbook: save it as CSV"),
        (gzip.compress(b"email\na@example.org\n", mtime=0), "line 1: this is a file of gzip: unpack it"),
    ],
)
def test_what_is_no_csv_is_told_with_its_line(tmp_path: Path, content: bytes, sentence: str) -> None:
    with pytest.raises(BadFile, match=sentence):
        read(tmp_path, content)


def test_a_file_that_is_not_there_and_a_folder_are_told(tmp_path: Path) -> None:
    for path, why in ((tmp_path / "none.csv", "No such file"), (tmp_path, "Is a directory")):
        with pytest.raises(NotFound, match=why), open_people(path):
            pass


@pytest.mark.parametrize("at_once", [1, 3, 20_000])
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.lists(st.text(' "a\n\r,ö', max_size=4), min_size=2, max_size=2), max_size=9))
def test_rows_are_the_same_however_they_are_portioned_and_stay_as_they_were_written(
    tmp_path: Path, at_once: int, rows: list[list[str]]
) -> None:
    written = io.StringIO(newline="")
    csv.writer(written).writerows([["email", "b"], *rows])
    path = tmp_path / "people.csv"
    path.write_text(written.getvalue(), encoding="utf-8", newline="")
    with pytest.MonkeyPatch.context() as patch, open_people(path) as file:
        patch.setattr(people_file, "_ROWS_AT_ONCE", at_once)
        portions = list(file.portions(same_width=True))
    assert [list(row) for portion in portions for row in portion.rows] == rows
    assert file.head_text + "".join(text for portion in portions for text in portion.texts) == written.getvalue()


def test_a_portion_of_long_rows_has_fewer_of_them(tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_bytes(b"email\n" + (b"a" * 100_000 + b"\n") * 120)
    with open_people(path) as file:
        assert max(len(portion.rows) for portion in file.portions()) < 50


def test_a_row_of_another_width_is_told_with_its_line_where_all_must_be_as_the_first(tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_bytes(b'email,b\n"x\ny",2\n\nz\n')
    with (
        open_people(path) as file,
        pytest.raises(BadFile, match="line 5, column 2: 1 cells, but the first line names 2"),
    ):
        list(file.portions(same_width=True))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=300), encoding=st.sampled_from([None, "windows-1252", "utf-16", "utf-7"]))
def test_any_bytes_are_rows_or_a_bad_file(tmp_path: Path, content: bytes, encoding: str | None) -> None:
    path = tmp_path / "any.csv"
    path.write_bytes(b"email,b\n" + content)
    with contextlib.suppress(BadFile), open_people(path, encoding=encoding) as file:
        assert all(cells for _, cells in rows_of(file))
