"""`headers` and `token` as their user types them."""

import asyncio
import csv
import io
import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from mailproc.cli.main import app
from mailproc.cli.shell.terminal import exit_code_of
from mailproc.errors import MailprocError
from mailproc.policy.stamp import HEADER_NAMES
from mailproc.settings.settings import StoreSettings
from mailproc.store.engine.database import create_if_new
from mailproc.store.results import Subscriber
from mailproc.store.store import Store

SETTINGS = """
database = "sqlite+aiosqlite:///m.db"
[[account]]
id = "acme"
domains = ["reply.acme.example"]
sends_from = ["news.acme.example"]
[account.lists]
weekly = "Acme Weekly"
[account.token_keys]
1 = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
"""
VECTOR = "u-ceaqaaabd5y7wbglaaaaabtzgjiubozftnjofvvgcwganmm2@reply.acme.example"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MAILPROC_CONFIG", raising=False)
    Path("mailproc.toml").write_text(SETTINGS, encoding="utf-8")
    return tmp_path


def invoke(*words: str, stdin: str | None = None) -> Result:
    return CliRunner().invoke(app, words, input=stdin)


def refused(*words: str, stdin: str | None = None) -> tuple[int, str]:
    """Exit code and sentence, as `main` has them, of a command that raises an error of ours."""
    error = invoke(*words, stdin=stdin).exception
    assert isinstance(error, MailprocError)
    return exit_code_of(error), str(error)


def put(*people: tuple[str, str]) -> None:
    async def work() -> None:
        database = f"sqlite+aiosqlite:///{Path('m.db').resolve()}"
        await create_if_new(database)
        store = await Store.open(database, StoreSettings())
        try:
            await store.put_subscribers([Subscriber(account_id="acme", key=key, address=at) for key, at in people])
        finally:
            await store.close()

    asyncio.run(work())


def test_headers_are_printed_one_a_line() -> None:
    result = invoke("headers", "--person", "1234567890123", "--list", "weekly", "--send", "42")
    assert result.exit_code == 0
    names = [line.partition(":")[0] for line in result.stdout.splitlines()]
    assert names == [name for name in HEADER_NAMES if name != "List-Unsubscribe-Post"]


def test_an_address_stands_for_the_one_subscriber_who_has_it() -> None:
    put(("77", "pat@example.org"), ("78", "kim@example.org"), ("79", "kim@example.org"))
    result = invoke("headers", "--person", "Pat@example.org", "--json")
    assert result.exit_code == 0
    read = invoke("token", "read", result.stdout)
    assert "person 77" in read.stdout
    several = invoke("headers", "--person", "kim@example.org")
    assert (several.exit_code, "78, 79" in several.output) == (65, True)
    nobody = invoke("headers", "--person", "nobody@example.org")
    assert nobody.exit_code != 0


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("headers",), 64, "either --person or --csv"),
        (("headers", "--person", "7", "--list", "none"), 65, "no list none"),
        (("headers", "--person", "7", "--links-base", "http://acme.example"), 65, "https"),
        (("headers", "--person", "7", "--links-base", "https://acme.example/u/#"), 65, "links_base must have no `#`"),
        (("token", "make", "--person", "a b"), 65, "does not fit"),
        (("token", "make", "--person", "7", "--purpose", "party"), 65, "party"),
        (("token", "make", "--person", "7", "--list", "none"), 64, "weekly"),
        (("token", "make", "--person", "7", "--send", "0"), 65, "no send can have the id 0"),
        (("token", "read", "reply@reply.acme.example"), 65, "shape of a token"),
        (("token", "read", "u-d" + VECTOR[3:]), 65, "key 9"),
    ],
)
def test_a_mistake_gets_a_sentence_and_its_exit_code(words: tuple[str, ...], code: int, says: str) -> None:
    result = invoke(*words)
    assert (result.exit_code, says in result.output) == (code, True), result.output


def test_a_table_is_stamped_row_by_row_and_what_cannot_be_is_told_with_its_line() -> None:
    Path("in.csv").write_bytes(
        b"\xef\xbb\xbfname,id,list\r\n\"Pat,\nthe first\",7,weekly\r\nM\xfcller,0035g00000AbCdEAAV,\r\n\r\n"
        b"Kim,not a key,weekly\r\nshort,8\r\nAnn,9,unknown\r\nLee,10,weekly\r\n"
    )  # fmt: skip
    result = invoke(
        "headers", "--csv", "in.csv", "--key-column", "id", "--list-column", "list", "--send", "42",
        "-o", "out.csv", "--rejects", "bad.csv",
    )  # fmt: skip
    assert result.exit_code == 65
    with Path("out.csv").open(encoding="utf-8", errors="surrogateescape", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["id"] for row in rows] == ["7", "0035g00000AbCdEAAV", "10"]
    assert rows[0]["name"] == "Pat,\nthe first"
    assert [row["List-Id"] for row in rows] == ["Acme Weekly <weekly.news.acme.example>", "", rows[0]["List-Id"]]
    assert len({row["Message-ID"] for row in rows}) == 3
    assert b"M\xfcller" in Path("out.csv").read_bytes()
    rejects = list(csv.reader(Path("bad.csv").read_text(encoding="utf-8").splitlines()))
    assert [line for line, _ in rejects] == ["line", "6", "7", "8"]
    for key, row in zip(("7", "0035g00000AbCdEAAV", "10"), rows, strict=True):
        for name in ("Return-Path", "Reply-To", "Message-ID", "List-Unsubscribe", "CFBL-Feedback-ID"):
            assert f"person {key}" in invoke("token", "read", row[name]).stdout


def test_a_table_comes_and_goes_through_a_pipe() -> None:
    result = invoke("headers", "--csv", "-", stdin="key\n7\n8\n")
    assert result.exit_code == 0
    assert [row["key"] for row in csv.DictReader(io.StringIO(result.stdout))] == ["7", "8"]


def test_bytes_that_are_no_utf_8_pass_through_a_pipe_unchanged(tmp_path: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-m", "mailproc", "headers", "--csv", "-"],
        input=b"\xef\xbb\xbfkey,name\r\n7,M\xfcller\r\n", capture_output=True, cwd=tmp_path, check=True,
    )  # fmt: skip
    assert run.stdout.splitlines()[1].startswith(b"7,M\xfcller,")


def test_the_table_itself_is_not_overwritten() -> None:
    Path("in.csv").write_text("key\n7\n", encoding="utf-8")
    for words in (("-o", "in.csv"), ("-o", "out.csv", "--rejects", "./in.csv")):
        result = invoke("headers", "--csv", "in.csv", *words)
        assert (result.exit_code, "the table itself" in result.output) == (64, True)
    assert Path("in.csv").read_text(encoding="utf-8") == "key\n7\n"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "in.csv: line 1 is empty: it has to name the columns"),
        (b"x" * 200_000 + b"\n", "in.csv: line 1, column 1: a cell of more than 131,072 characters"),
        (b"name,id\nPat,7\n", "in.csv: line 1: there is no column key; there: name, id"),
        (b"key,Key\n7,8\n", "in.csv: line 1, column 2: two columns are called Key"),
        (b'key,name\n7,Pat\n8,"Kim"x\n', "in.csv: line 3, column 2: a quote ends in the middle of a cell"),
        (b'key,name\n7,"Pat\n8,Kim\n', "in.csv: line 2, column 2: a quote that begins here never ends"),
        (b"key,name\n7,Pat\n8,K\0m\n", "in.csv: line 3, character 4: NUL in the text"),
        (b"key,name\n7," + b"x" * 1_100_000, "in.csv: line 2, column 1: a row of more than 1,048,576 characters"),
        (b"PK\x03\x04", "in.csv: line 1: this is an Excel workbook"),
    ],
)
def test_what_is_no_table_is_refused_whole_with_its_place_and_leaves_no_file(content: bytes, said: str) -> None:
    Path("in.csv").write_bytes(content)
    before = sorted(Path().iterdir())
    code, sentence = refused("headers", "--csv", "in.csv", "-o", "out.csv", "--rejects", "bad.csv")
    assert (code, sentence.startswith(said)) == (65, True), sentence
    assert sorted(Path().iterdir()) == before


def test_a_row_of_another_width_is_told_with_the_column_where_it_is_another() -> None:
    content = 'key,name\n7,Pat\n"8\n",Kim,x,y\n9\n10,Ann\n'
    result = invoke("headers", "--csv", "-", "-o", "out.csv", "--rejects", "bad.csv", stdin=content)
    assert result.exit_code == 65
    assert Path("bad.csv").read_text(encoding="utf-8").splitlines() == [
        "line,reason",
        '3,"column 3: 4 cells, but the first line names 2 columns"',
        '5,"column 2: 1 cells, but the first line names 2 columns"',
    ]


@pytest.mark.parametrize(("delimiter", "words"), [(";", ()), ("\t", ()), ("!", ("--delimiter", "!"))])
def test_rows_keep_the_delimiter_that_they_came_with(delimiter: str, words: tuple[str, ...]) -> None:
    content = f"key{delimiter}name\n'-7{delimiter}Pat, the first\n"
    result = invoke("headers", "--csv", "-", *words, stdin=content)
    [row] = csv.DictReader(io.StringIO(result.stdout), delimiter=delimiter)
    assert (row["key"], row["name"]) == ("'-7", "Pat, the first")
    assert "person -7" in invoke("token", "read", row["Reply-To"]).stdout


def test_what_turns_out_to_be_no_table_leaves_an_earlier_file_alone() -> None:
    Path("out.csv").write_text("from yesterday", encoding="utf-8")
    code, sentence = refused("headers", "--csv", "-", "-o", "out.csv", stdin='key,name\n7,Pat\n8,"Kim\n')
    assert (code, sentence) == (65, "-: line 3, column 2: a quote that begins here never ends")
    assert Path("out.csv").read_text(encoding="utf-8") == "from yesterday"


def test_a_table_that_is_not_there_is_told() -> None:
    assert refused("headers", "--csv", "missing.csv") == (66, "cannot open missing.csv: No such file or directory")


def test_a_token_says_who_and_what() -> None:
    result = invoke("token", "read", VECTOR.upper())
    assert result.exit_code == 0
    assert (
        "account acme  purpose unsubscribe_all  person 1234567890123  send 424242  issued 2026-12-13  key_id 1"
        in result.stdout
    )


def test_a_token_is_found_in_a_folded_header_from_standard_input() -> None:
    result = invoke("token", "read", "-", stdin=f"CFBL-Feedback-ID: {VECTOR[2:30]}\n {VECTOR[30:50]}\n")
    assert "person 1234567890123" in result.stdout


def test_a_made_token_is_read_again() -> None:
    for words in (("--purpose", "bounce", "--send", "42"), ("--list", "weekly"), ("--purpose", "reply")):
        made = invoke("token", "make", "--person", "0035g00000AbCdEAAV", *words)
        assert made.exit_code == 0
        assert "person 0035g00000AbCdEAAV" in invoke("token", "read", made.stdout).stdout


def test_a_new_key_has_the_next_number_and_then_signs() -> None:
    line = invoke("token", "keygen").stdout.strip()
    assert line.startswith('2 = "')
    old = invoke("token", "make", "--person", "7").stdout
    with Path("mailproc.toml").open("a", encoding="utf-8") as file:
        file.write(line + "\n")
    new = invoke("token", "make", "--person", "7").stdout
    assert "key_id 2" in invoke("token", "read", new).stdout
    assert "key_id 1" in invoke("token", "read", old).stdout


def test_a_big_table_is_stamped_on_all_cores_in_its_order() -> None:
    padding = "x" * 200
    with Path("in.csv").open("w", encoding="utf-8") as file:
        file.write("key,note\n")
        file.writelines(f"{'not a key' if n == 3000 else n},{padding}\n" for n in range(5000))
    result = invoke("headers", "--csv", "in.csv", "-o", "out.csv", "--rejects", "bad.csv")
    assert result.exit_code == 65
    with Path("out.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [int(row["key"]) for row in rows] == [n for n in range(5000) if n != 3000]
    assert len({row["Message-ID"] for row in rows}) == 4999
    assert Path("bad.csv").read_text(encoding="utf-8").splitlines()[1].startswith("3002,")


def test_a_new_key_goes_into_a_file_of_its_own_that_is_never_overwritten(folder: Path) -> None:
    made = invoke("token", "keygen", "--out", "token-2.key")
    assert made.exit_code == 0
    assert f'2 = "file:{folder}/token-2.key"' in made.stdout
    key = folder / "token-2.key"
    assert key.stat().st_mode & 0o777 == 0o600
    assert key.read_text(encoding="utf-8").strip() not in made.output
    again = invoke("token", "keygen", "--out", "token-2.key")
    assert (again.exit_code, "token-2.key: cannot be written: File exists" in again.output) == (73, True)


def test_the_how_to_runs_as_it_is_written(folder: Path) -> None:
    root = Path(__file__).resolve().parents[2]
    text = (root / "docs" / "how-to" / "stamp-mail.md").read_text(encoding="utf-8")
    (folder / "mailproc.toml").unlink()
    Path("mailproc.example.toml").write_bytes((root / "mailproc.example.toml").read_bytes())
    commands = "".join(text.split("\n| field |")[0].split("```")[1::2])  # what comes later needs a mail that was sent
    shell = f'mailproc() {{ "{sys.executable}" -m mailproc "$@"; }}\nset -e\n{commands}'
    done = subprocess.run(["bash", "-c", shell], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "List-Id: Acme News <news.news.acme.example>" in done.stdout
    assert "2 rows stamped, 0 rejected" in done.stderr


def test_who_has_no_key_is_told_what_to_do() -> None:
    put(("77", "pat@example.org"))
    nobody = invoke("headers", "--person", "nobody@example.org")
    assert nobody.exit_code != 0
    assert "give the one that your CRM has" in str(nobody.exception)
    Path("mailproc.toml").write_text(SETTINGS.split("[account.token_keys]")[0], encoding="utf-8")
    unsigned = invoke("headers", "--person", "77")
    assert (unsigned.exit_code, "`mailproc token keygen` makes one" in unsigned.output) == (65, True)


def test_an_address_tells_list_and_send_of_a_key_that_is_a_number_and_no_other() -> None:
    of_both = ("--list", "weekly", "--send", "42")
    made = invoke("token", "make", "--person", "7", *of_both)
    read = invoke("token", "read", made.stdout.strip())
    assert ("list weekly" in read.stdout, "send 42" in read.stdout) == (True, True)
    refused = invoke("token", "make", "--person", "0035g00000AbCdEAAV", *of_both)
    assert (refused.exit_code, "not for both" in refused.stderr) == (65, True)


@pytest.mark.parametrize(
    ("words", "purpose"),
    [
        (("--send", "42"), "unsubscribe_send"),
        (("--list", "weekly", "--send", "42"), "unsubscribe_list"),
        (("--list", "weekly"), "unsubscribe_list"),
        ((), "unsubscribe_all"),
    ],
)
def test_a_made_token_is_the_one_that_headers_stamps_and_read_tells_what_it_leaves(
    words: tuple[str, ...], purpose: str
) -> None:
    made = invoke("token", "make", "--person", "7", *words).stdout.strip()
    stamped = json.loads(invoke("headers", "--person", "7", *words, "--json").stdout)
    assert stamped["List-Unsubscribe"] == f"<mailto:{made}?subject=unsubscribe>"
    [told] = json.loads(invoke("token", "read", made, "--json").stdout)
    assert told["purpose"] == purpose
    assert f"purpose {purpose}  " in invoke("token", "read", made).stdout
