"""`replay` over everything that mail is saved in, on one process and on several."""

import json
import mailbox

import pytest
from command_line import PRAISE, REQUEST, Shell

from mailproc.cli.saved_mail.deciding import PARALLEL_FROM

LINE = b"From pat@example.org Tue Mar  3 10:00:00 2026\n"


def rows(shell: Shell, *words: str) -> list[dict[str, object]]:
    run = shell.run("replay", "--jsonl", *words)
    assert run.returncode == 0, run.stderr
    found = [json.loads(line) for line in run.stdout.splitlines()]
    return [{key: value for key, value in row.items() if key != "elapsed_ms"} for row in found]


def test_an_mbox_is_decided_mail_by_mail_under_numbers(shell: Shell) -> None:
    shell.write("saved.mbox", LINE + REQUEST + b"\n" + LINE + PRAISE + b"\n")
    assert [(row["file"], row["action"]) for row in rows(shell, "saved.mbox")] == [
        ("saved.mbox#1", "unsubscribe"),
        ("saved.mbox#2", "forward"),
    ]


def test_a_maildir_is_decided(shell: Shell) -> None:
    box = mailbox.Maildir(shell.folder / "Maildir")
    box.add(REQUEST)
    box.add_folder("Archive").add(PRAISE)
    assert sorted(str(row["action"]) for row in rows(shell, "Maildir")) == ["forward", "unsubscribe"]


def test_a_mail_is_decided_the_same_wherever_it_was_saved(shell: Shell) -> None:
    shell.write("saved.mbox", LINE + REQUEST)
    (from_mbox,), (from_file,) = rows(shell, "saved.mbox"), rows(shell, "mails/request.eml")
    assert {**from_mbox, "file": ""} == {**from_file, "file": ""}


@pytest.mark.parametrize("count", [3, PARALLEL_FROM + 30])
def test_one_process_and_several_give_the_same_rows_in_the_same_order(shell: Shell, count: int) -> None:
    mails = [REQUEST.replace(b"pat@", b"p%d@" % number) for number in range(count)]
    shell.write("saved.mbox", b"".join(LINE + mail + b"\n" for mail in mails))
    one, two, chosen = (rows(shell, "saved.mbox", "--jobs", jobs) for jobs in ("1", "2", "0"))
    assert len(one) == count
    assert one == two == chosen


def test_a_mail_that_cannot_be_read_on_several_processes_is_told_and_the_rest_goes_on(shell: Shell) -> None:
    run = shell.run("replay", "--jsonl", "mails/none.eml", "mails", "--jobs", "2")
    assert run.returncode == 65
    assert "none.eml: No such file" in run.stderr
    assert len(run.stdout.splitlines()) == 2


def test_apply_tells_what_cannot_be_read_and_does_the_rest(database: Shell) -> None:
    run = database.run("replay", "--apply", "mails/none.eml", "mails")
    assert run.returncode == 65
    assert "1 forward, 1 not read, 1 unsubscribe" in run.stdout
    assert "none.eml" in run.stderr


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("README.md", b"# mailproc\n\nWhoever wants to be off the list: write to us.\n", "save the whole mail"),
        ("notes.txt", b"please unsubscribe me\n", "is no mail: it does not begin with header fields"),
        ("scan.pdf", b"%PDF-1.7\n", "is no mail but a PDF"),
        ("box.mbox", b"nothing that an mbox begins with\n", "is no mail"),
        ("empty.txt", b"", "is empty"),
    ],
)
def test_what_is_clearly_no_mail_is_told_and_the_rest_is_decided(
    shell: Shell, name: str, content: bytes, sentence: str
) -> None:
    shell.write(name, content)
    run = shell.run("replay", "--jsonl", name, "mails")
    assert run.returncode == 65
    assert f"{name}: " in run.stderr
    assert sentence in run.stderr
    assert len(run.stdout.splitlines()) == 2


@pytest.mark.parametrize("name", ["mail.txt", "4711:2,S"])
def test_a_mail_is_decided_whatever_its_file_is_called(shell: Shell, name: str) -> None:
    shell.write(name, REQUEST)
    assert [row["action"] for row in rows(shell, name)] == ["unsubscribe"]


def test_what_is_called_eml_is_decided_as_it_would_be_if_it_came(shell: Shell) -> None:
    shell.write("mails/rubbish.eml", b"\x00\x01 no header at all\n")
    assert len(rows(shell, "mails")) == 3


def test_apply_leaves_out_what_is_clearly_no_mail(database: Shell) -> None:
    database.write("README.md", b"# Read me\n\nunsubscribe\n")
    run = database.run("replay", "--apply", "README.md", "mails")
    assert run.returncode == 65
    assert "1 forward, 1 not read, 1 unsubscribe" in run.stdout


def test_apply_of_an_mbox_records_each_mail(database: Shell) -> None:
    database.write("saved.mbox", LINE + REQUEST + b"\n" + LINE + PRAISE)
    assert "1 forward, 1 unsubscribe" in database.run("replay", "--apply", "saved.mbox").stdout


def test_bad_rules_are_told_once_also_on_several_processes(shell: Shell) -> None:
    shell.write("bad/10-x.toml", "= 1")
    run = shell.run("replay", "mails", "--rules", "bad", "--jobs", "2")
    assert run.returncode == 78
    assert run.stderr.count("is not TOML") == 1
