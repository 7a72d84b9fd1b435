"""`check-send` and `sends` as their user types them."""

import csv
import json
from datetime import UTC, datetime, timedelta

import pytest
from command_line import Shell

PEOPLE = """key,email,name
1,pat@example.org,Pat
2,Kim@Example.net,Kim
3,nobody,Bad
4,new@example.com,New
"""
LISTS = '[account.lists]\nweekly = "Acme Weekly"\noffers = "Acme Offers"\n[[hook]]'
FILES = ("--in", "people.csv", "--out", "ok.csv", "--blocked", "blocked.csv")


@pytest.fixture
def world(either: Shell) -> Shell:
    """Two lists, four rows: Pat left one list, Kim the account, the third is no address. On both databases."""
    return prepared(either)


@pytest.fixture
def shop(database: Shell) -> Shell:
    """The same on SQLite."""
    return prepared(database)


def prepared(shell: Shell) -> Shell:
    shell.run("db", "migrate")
    settings = shell.folder / "mailproc.toml"
    settings.write_text(settings.read_text(encoding="utf-8").replace("[[hook]]", LISTS), encoding="utf-8")
    shell.write("people.csv", PEOPLE)
    assert shell.run("unsubscribe", "pat@example.org", "--level", "list", "--list", "weekly").returncode == 0
    assert shell.run("unsubscribe", "kim@example.net").returncode == 0
    return shell


def table(shell: Shell, name: str) -> list[dict[str, str]]:
    with (shell.folder / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def nothing_is_left(shell: Shell) -> bool:
    return not [one.name for one in shell.folder.iterdir() if "ok.csv" in one.name or "blocked" in one.name]


def test_rows_go_where_they_belong_with_all_their_columns_in_their_order(world: Shell) -> None:
    done = world.run("check-send", "--list", "weekly", *FILES)
    assert (done.returncode, done.stdout.splitlines()[0].startswith("4 rows in ")) == (0, True), done.stderr
    assert (world.folder / "ok.csv").read_text(encoding="utf-8") == "key,email,name\n4,new@example.com,New\n"
    pat, kim, bad = table(world, "blocked.csv")
    assert (pat["name"], pat["blocked_what"], pat["blocked_level"], pat["blocked_list"]) == (
        "Pat", "opt_out", "list", "weekly",
    )  # fmt: skip
    assert (kim["email"], kim["blocked_level"], kim["blocked_in"]) == ("Kim@Example.net", "account", "acme")
    assert json.loads(kim["blocked_all"])[0]["since"] == kim["blocked_since"]
    assert json.loads(bad["blocked_all"]) == [{"what": "no valid address", "problem": "no @ in the address"}]


def test_with_the_names_in_memory_the_same_files_come_out(world: Shell) -> None:
    assert world.run("check-send", "--list", "weekly", *FILES).returncode == 0
    written = [(world.folder / name).read_bytes() for name in ("ok.csv", "blocked.csv")]
    assert world.run("check-send", "--list", "weekly", "--in-memory", *FILES).returncode == 0
    assert [(world.folder / name).read_bytes() for name in ("ok.csv", "blocked.csv")] == written


def test_the_apostrophe_that_an_export_writes_hides_nobody(shop: Shell) -> None:
    shop.run("unsubscribe", "+pat@example.org")
    shop.write("people.csv", "key,email\n'=9,'+pat@example.org\n5,'+jo@example.org\n")
    assert shop.run("check-send", "--list", "weekly", "--create", *FILES).returncode == 0
    assert (shop.folder / "ok.csv").read_text(encoding="utf-8") == "key,email\n5,'+jo@example.org\n"
    assert shop.json("status", "+jo@example.org")[0]["key"] == "5"  # type: ignore[index]


@pytest.mark.parametrize("cells", ["y" * 1_100_000, '"yyyyyy\n",' * 150_000])
def test_a_row_that_never_ends_is_refused_before_memory_is(shop: Shell, cells: str) -> None:
    shop.write("people.csv", "email,name\na@example.org,x\n" + cells)
    done = shop.run("check-send", "--list", "weekly", *FILES)
    assert (done.returncode, "line 3, column 1: a row of more than 1,048,576 characters" in done.stderr) == (65, True)
    assert nothing_is_left(shop)


@pytest.mark.parametrize("name", ["--out", "--blocked"])
def test_a_folder_is_refused_before_anything_is_done(shop: Shell, name: str) -> None:
    shop.write("ok.csv", "from yesterday")
    (shop.folder / "folder").mkdir()
    files = {"--in": "people.csv", "--out": "ok.csv", "--blocked": "blocked.csv"} | {name: "folder"}
    words = [word for pair in files.items() for word in pair]
    done = shop.run("check-send", "--list", "weekly", "--create", "--send", "42", *words)
    assert (done.returncode, "folder cannot be written: Is a directory" in done.stderr) == (73, True), done.stderr
    assert (shop.folder / "ok.csv").read_text(encoding="utf-8") == "from yesterday"
    assert not (shop.folder / "blocked.csv").exists()
    assert shop.json("sends", "list") == []
    assert shop.json("status", "4") == []


def test_another_list_goes_on(shop: Shell) -> None:
    summary = shop.json("check-send", "--list", "offers", *FILES)
    assert isinstance(summary, dict)
    assert (summary["rows"], summary["ok"], summary["blocked"], summary["created"]) == (4, 2, 2, 0)
    age = datetime.now(UTC) - datetime.fromisoformat(summary["checked_at"])
    assert timedelta(seconds=summary["seconds"] - 1) < age < timedelta(hours=1)
    assert summary["reasons"] == {"opt_out account": 1, "no valid address": 1}
    assert shop.json("status", "new@example.com") == [], "nobody is made known unless it is asked for"


def test_unknown_people_who_may_be_mailed_are_made_known_once_and_no_other(world: Shell) -> None:
    summary = world.json("check-send", "--list", "weekly", "--create", *FILES)
    assert isinstance(summary, dict)
    assert summary["created"] == 1
    assert world.json("status", "4")[0]["status"] == "active"  # type: ignore[index]
    assert world.json("status", "2") == []
    assert world.json("check-send", "--list", "weekly", "--create", *FILES)["created"] == 0  # type: ignore[index]
    assert world.json("status", "kim@example.net")[0]["status"] == "unsubscribed"  # type: ignore[index]


def test_rows_come_out_byte_for_byte_with_quotes_line_ends_and_empty_lines_apart(shop: Shell) -> None:
    rows = 'email,"na""me"\r\n\r\na@example.org,"x, ""y""\r\nz"\r\n"b@example.org",  q  \r\nc@bücher.example,'
    shop.write("people.csv", "\ufeff" + rows)
    assert shop.run("check-send", "--list", "weekly", *FILES).returncode == 0
    written = (shop.folder / "ok.csv").read_bytes().decode()
    assert written == rows.replace("\r\n\r\na@", "\r\na@") + "\n"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "line 1 is empty"),
        (b"name,phone\n", "no column is called key, address or email"),
        (b"email,Email\n", "column 2: two columns are called Email"),
        (b"email,name\na@example.org,x\n\nb@example.org\n", "line 4, column 2: 1 cells, but the first line names 2"),
        (b"email,name\na@example.org,x,y\n", "line 2, column 3: 3 cells"),
        (b"email,name\na@example.org,M\xfcller\n", "line 2, character 16: byte 0xfc is no UTF-8"),
        (b'email,name\na@example.org,"x\n', "line 2, column 2: a quote that begins here never ends"),
        (b'email,name\n"x\ny",1\n"a"b,2\n', "line 4, column 1: "),
        (b"email,blocked_all\n", "line 1, column 2: blocked_all is there already"),
        (b"email\n" + b"a" * 1_100_000, "line 2, column 1: a row of more than"),
    ],
)
def test_a_bad_file_is_told_with_its_place_and_nothing_is_written(shop: Shell, content: bytes, said: str) -> None:
    shop.write("people.csv", content)
    done = shop.run("check-send", "--list", "weekly", "--create", *FILES)
    assert (done.returncode, said in done.stderr) == (65, True), done.stderr
    assert nothing_is_left(shop)


def test_a_mistake_in_the_last_row_makes_nobody_known_and_leaves_earlier_files_alone(shop: Shell) -> None:
    shop.write("people.csv", PEOPLE + "5,too,many,cells\n")
    shop.write("ok.csv", "from yesterday")
    done = shop.run("check-send", "--list", "weekly", "--create", "--send", "42", *FILES)
    assert done.returncode == 65
    assert (shop.folder / "ok.csv").read_text(encoding="utf-8") == "from yesterday"
    assert shop.json("status", "4") == []
    assert shop.json("sends", "list") == []


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("--list", "weekly", "--in", "none.csv", "--out", "ok.csv"), 66, "cannot open none.csv"),
        (("--list", "weekly", "--in", "people.csv", "--out", "none.d/ok.csv"), 73, "none.d/ok.csv cannot be written"),
        (("--list", "weekly", "--in", "people.csv", "--out", "people.csv"), 64, "three different files"),
        (("--list", "weekly", "--in", "people.csv", "--out", "-"), 64, "three different files"),
        (("--list", "weakly", *FILES), 65, "acme has no list weakly"),
        (FILES, 64, "name the list that the send goes to"),
        (("--list", "weekly", "--delimiter", ";;", *FILES), 65, "is no delimiter: give one character"),
        (("--list", "weekly", "--key-column", "id", *FILES), 65, "there is no column id; there: key, email, name"),
    ],
)
def test_what_cannot_be_done_is_refused_with_what_to_do(
    shop: Shell, words: tuple[str, ...], code: int, said: str
) -> None:
    done = shop.run("check-send", *words)
    assert (done.returncode, said in done.stderr) == (code, True), done.stderr
    assert nothing_is_left(shop)


def test_a_transactional_send_needs_no_list_and_passes_opt_outs(shop: Shell) -> None:
    summary = shop.json("check-send", "--transactional", *FILES)
    assert isinstance(summary, dict)
    assert (summary["ok"], summary["classification"]) == (3, "transactional")


def test_a_file_of_keys_alone_with_semicolons_by_standard_input(shop: Shell) -> None:
    shop.run("check-send", "--list", "offers", "--create", "--in", "people.csv", "--out", "ok.csv")
    shop.run("unsubscribe", "4")
    typed = b"Key;note\n1;a\n4;b\n9;c\n"
    words = ("check-send", "--list", "offers", "--in", "-", *FILES[2:], "--delimiter", ";")
    for more in ((), ("--in-memory",)):
        assert shop.run(*words, *more, typed=typed).returncode == 0
        assert (shop.folder / "ok.csv").read_text(encoding="utf-8") == "Key;note\n1;a\n"
        blocked = (shop.folder / "blocked.csv").read_text(encoding="utf-8").splitlines()
        assert blocked[2].startswith("9;c;unknown key;")
        assert "no subscriber has this key, and there is no address" in blocked[2]


def test_a_send_is_recorded_with_its_lists_and_keeps_them(world: Shell) -> None:
    words = ("--list", "weekly", "--list", "offers", "--send", "m-3", "--name", "March")
    assert world.run("check-send", *words, *FILES).returncode == 0
    [send] = world.json("sends", "show", "m-3")  # type: ignore[misc]
    assert (send["name"], send["lists"], send["classification"]) == ("March", ["offers", "weekly"], "commercial")
    assert world.json("sends", "show", str(send["number"])) == [send]
    assert world.run("check-send", *words, *FILES).returncode == 0, "the same again"
    other = world.run("check-send", "--list", "weekly", "--send", "m-3", *FILES)
    assert (other.returncode, "recorded as commercial to offers, weekly" in other.stderr) == (65, True)
    assert world.run("sends", "add", "43", "--list", "weekly").returncode == 0
    assert [one["id"] for one in world.json("sends", "list")] == ["43", "m-3"]  # type: ignore[attr-defined]
    assert "March" in world.run("sends", "list").stdout


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("show", "none"), 66, "has no send none"),
        (("add", " ", "--list", "weekly"), 65, "1 to 200 printable characters"),
        (("add", "1", "--list", "weakly"), 65, "has no list weakly"),
        (("add", "1"), 65, "name the list that the send goes to"),
    ],
)
def test_sends_that_cannot_be(shop: Shell, words: tuple[str, ...], code: int, said: str) -> None:
    done = shop.run("sends", *words)
    assert (done.returncode, said in done.stderr) == (code, True)
