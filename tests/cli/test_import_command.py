"""`mailproc import` and `export` as their users type them, on both databases."""

import contextlib
import csv
import io
import json
import sqlite3
from typing import Any

import pytest
from command_line import Done, Shell

from mailproc.policy.imports.person_row import derived_key

PEOPLE = "E-Mail;Kundennr;Ort\npat@example.org;17;Graz\nkim@example.net;18;Wien\nlee@example.com;;\n"


@pytest.fixture
def people(either: Shell) -> Shell:
    """A list `weekly`, a list `daily`, and a file of three people."""
    for list_id in ("weekly", "daily"):
        assert either.run("lists", "add", list_id).returncode == 0
    either.write("people.csv", PEOPLE)
    return either


def told(done: Done) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def exported(shell: Shell, *words: str) -> list[dict[str, str]]:
    done = shell.run("export", *words)
    assert done.returncode == 0, done.stderr
    return list(csv.DictReader(io.StringIO(done.stdout)))


def test_people_are_imported_and_what_was_assumed_is_said(people: Shell) -> None:
    done = people.run("import", "people.csv", "--list", "weekly", "--map", "city=Ort")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("acme: 3 new, 0 updated, 0 unchanged, 0 rows rejected")
    assert "email = column 'E-Mail'; key = column 'Kundennr'; attributes: city" in done.stderr
    assert exported(people) == [
        {"key": "17", "email": "pat@example.org", "status": "active", "blocked": "", "lists": "weekly", "city": "Graz"},
        {"key": "18", "email": "kim@example.net", "status": "active", "blocked": "", "lists": "weekly", "city": "Wien"},
        {"key": derived_key("acme", "lee@example.com"), "email": "lee@example.com", "status": "active", "blocked": "",
         "lists": "weekly", "city": ""},
    ]  # fmt: skip


def test_what_is_not_imported_is_said(people: Shell) -> None:
    assert "not imported: Ort" in people.run("import", "people.csv").stderr
    assert "Ort" not in exported(people)[0]


def test_who_is_out_stays_out_and_the_summary_says_how_many_at_which_level(people: Shell) -> None:
    people.run("unsubscribe", "pat@example.org")
    people.run("unsubscribe", "kim@example.net", "--level", "list", "--list", "weekly")
    people.run("unsubscribe", "lee@example.com", "--level", "global", "--by", "kim", "--reason", "asked")
    done = people.run("import", "people.csv", "--list", "weekly")
    assert "3 stay opted out: 1 globally, 1 for the account, 1 from a list" in done.stdout
    again = told(people.run("import", "people.csv", "--list", "weekly", "--json"))
    assert (again["unchanged"], again["stayed_out"]) == (3, {"global": 1, "account": 1, "list": 1})
    [pat] = people.json("status", "pat@example.org", "--account", "acme")  # type: ignore[misc]
    assert (pat["status"], pat["lists"]) == ("unsubscribed", ["weekly"])


def test_a_dry_run_tells_the_same_and_changes_nothing(people: Shell) -> None:
    people.run("unsubscribe", "pat@example.org")
    tried = told(people.run("import", "people.csv", "--list", "weekly", "--dry-run", "--json"))
    assert exported(people) == []
    done = told(people.run("import", "people.csv", "--list", "weekly", "--json"))
    different = {name for name in done if tried[name] != done[name]}
    assert different <= {"dry_run", "seconds"}
    assert (done["new"], done["stayed_out"]["account"]) == (3, 1)


def test_rows_that_cannot_be_taken_go_to_a_file_and_the_rest_is_imported(people: Shell) -> None:
    people.write(
        "bad.csv", "email,key,lists\npat@,1,\nkim@example.net,a b,\nlee@example.com,3\nann@example.org,4,news\n"
    )
    done = people.run("import", "bad.csv", "--rejects", "rejects.csv")
    assert (done.returncode, "0 new" in done.stdout, "4 rows rejected" in done.stdout) == (65, True, True)
    rejects = list(csv.reader((people.folder / "rejects.csv").read_text(encoding="utf-8").splitlines()))
    assert [row[:2] for row in rejects] == [
        ["line", "column"], ["2", "email"], ["3", "key"], ["4", ""], ["5", "lists"],
    ]  # fmt: skip
    shown = people.run("import", "bad.csv")
    assert "line 2: email: 'pat@' is no address" in shown.stderr


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b'email\npat@example.org\n"kim@example.net', "line 3, column 1: a quote that begins here never ends"),
        (b"email\npat@example.org\nb\0\n", "NUL"),
        (b"name\nPat\n", "no column is called like an address"),
        (b"email\npat@example.org\nM\xfcller@example.org\n", "line 3, character 2: byte 0xfc is no UTF-8"),
        (b"email\npat@example.org\n" + b"a" * 1_100_000, "line 3, column 1: a row of more than"),
    ],
)
def test_a_file_that_is_no_csv_is_refused_whole_and_changes_nothing(
    database: Shell, content: bytes, sentence: str
) -> None:
    database.write("bad.csv", content)
    done = database.run("import", "bad.csv")
    assert (done.returncode, sentence in done.stderr) == (65, True), done.stderr
    assert exported(database) == []


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (("none.csv",), 66, "cannot open none.csv"),
        (("people.csv", "--list", "wekly"), 65, "has no list wekly; there: daily, weekly"),
        (("people.csv", "--map", "email"), 65, "say FIELD=COLUMN"),
        (("people.csv", "--map", "a=Ort", "--map", "a=Ort"), 65, "names a twice"),
        (("people.csv", "--map", "city=Town"), 65, "there is no column 'Town'"),
        (("people.csv", "--delimiter", "::"), 65, "is no delimiter"),
        (("people.csv", "--rejects", "people.csv"), 64, "is the table itself"),
        (("people.csv", "--consent", "at the fair"), 64, "needs when"),
        (("people.csv", "--consented-at", "2026-03-03"), 64, "needs --consent REASON"),
        (("people.csv", "--consent", "x", "--consented-at", "tomorrow"), 65, "no time of the past"),
        (("people.csv", "--consent", "x", "--consented-at", "2999-01-01"), 65, "no time of the past"),
    ],
)
def test_a_slip_of_the_pen_is_told_and_changes_nothing(
    database: Shell, words: tuple[str, ...], code: int, sentence: str
) -> None:
    database.run("lists", "add", "weekly")
    database.run("lists", "add", "daily")
    database.write("people.csv", PEOPLE)
    done = database.run("import", *words)
    assert (done.returncode, sentence in done.stderr) == (code, True), done.stderr
    assert exported(database) == []
    assert (database.folder / "people.csv").read_text(encoding="utf-8") == PEOPLE


def test_consent_is_a_fact_only_when_it_is_asked_for_and_brings_nobody_back(people: Shell) -> None:
    people.run("unsubscribe", "pat@example.org", "--received-at", "2020-01-01")
    people.run("import", "people.csv")
    [kim] = people.json("status", "kim@example.net")  # type: ignore[misc]
    assert kim["facts"] == []
    done = people.run("import", "people.csv", "--consent", "signed up at the fair", "--consented-at", "2026-03-03")
    assert "2 consents recorded" in done.stdout
    [kim] = people.json("status", "kim@example.net")  # type: ignore[misc]
    [fact] = kim["facts"]
    assert (fact["kind"], fact["channel"], fact["occurred_at"]) == ("consent", "import", "2026-03-03T00:00:00+00:00")
    assert (fact["evidence"]["reason"], fact["evidence"]["file"]) == ("signed up at the fair", "people.csv")
    [pat] = people.json("status", "pat@example.org")  # type: ignore[misc]
    assert pat["status"] == "unsubscribed"


def test_what_comes_on_standard_input_is_imported(people: Shell) -> None:
    done = people.run("import", "-", typed=PEOPLE.encode())
    assert (done.returncode, done.stdout[:12]) == (0, "acme: 3 new,")


def test_importing_an_export_changes_nothing(people: Shell) -> None:
    people.write("odd.csv", 'email,key,note\n+tag@example.org,-17,"=1+1"\n\'q@example.org,x,"two\nlines; "\n')
    people.run("import", "odd.csv", "--list", "weekly", "--attributes")
    people.run("unsubscribe", "+tag@example.org")
    before = people.run("export").stdout
    assert "'=1+1" in before
    people.write("export.csv", before)
    again = told(people.run("import", "export.csv", "--attributes", "--json"))
    assert (again["unchanged"], again["new"], again["updated"], again["rejected"]) == (2, 0, 0, 0)
    assert people.run("export").stdout == before


def test_raw_cells_stay_as_they_are(people: Shell) -> None:
    people.write("odd.csv", "email,note\nx@example.org,=1+1\n")
    people.run("import", "odd.csv", "--attributes")
    assert exported(people, "--raw")[0]["note"] == "=1+1"
    assert exported(people)[0]["note"] == "'=1+1"


def test_an_export_has_those_of_a_list_and_of_a_standing(people: Shell) -> None:
    people.run("import", "people.csv")
    people.run("lists", "join", "18", "--list", "daily")
    people.run("unsubscribe", "17")
    assert [row["key"] for row in exported(people, "--list", "daily")] == ["18"]
    assert [(row["key"], row["blocked"][:27]) for row in exported(people, "--status", "unsubscribed")] == [
        ("17", "account: opt_out by command")
    ]
    assert len(exported(people, "--status", "active")) == 2
    done = people.run("export", "--out", "out.csv")
    assert "3 people written to out.csv" in done.stderr


def test_more_people_than_are_read_at_once_are_exported_each_once(either: Shell) -> None:
    rows = "".join(f"person.{number}@example.org\n" for number in range(2500))
    either.write("many.csv", f"email\n{rows}")
    assert told(either.run("import", "many.csv", "--json"))["new"] == 2500
    assert len({row["email"] for row in exported(either)}) == 2500


def test_an_export_that_fails_midway_leaves_the_file_as_it_was(database: Shell) -> None:
    database.run("db", "migrate")
    database.write("people.csv", PEOPLE)
    assert database.run("import", "people.csv").returncode == 0
    assert database.run("export", "--out", "out.csv").returncode == 0
    whole = (database.folder / "out.csv").read_bytes()
    (database.folder / "out.csv").chmod(0o600)
    assert database.run("export", "--out", "out.csv").returncode == 0
    assert (database.folder / "out.csv").stat().st_mode & 0o777 == 0o600, "whoever could not read it still cannot"
    with contextlib.closing(sqlite3.connect(database.folder / "m.db")) as behind:
        behind.execute("DROP TABLE subscription")
    assert database.run("export", "--out", "out.csv").returncode != 0
    assert (database.folder / "out.csv").read_bytes() == whole
    assert [one.name for one in database.folder.iterdir() if ".part" in one.name] == []
