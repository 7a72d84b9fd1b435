"""A file of people is read by the same rules whichever command reads it."""

import codecs

import pytest
from command_line import Done, Shell

TEXT = "email;city\r\nmüller@example.org;Köln\r\n"
COMMANDS = {
    "import": ("import", "people.csv", "--attributes", "--dry-run"),
    "check-send": ("check-send", "--transactional", "--in", "people.csv", "--out", "ok.csv", "--blocked", "no.csv"),
}
both = pytest.mark.parametrize("command", COMMANDS)


@pytest.fixture
def folder(shell: Shell) -> Shell:
    shell.run("db", "migrate")
    return shell


def read(folder: Shell, command: str, content: bytes, *more: str) -> Done:
    folder.write("people.csv", content)
    return folder.run(*COMMANDS[command], *more)


@both
@pytest.mark.parametrize(
    ("content", "words"),
    [
        (TEXT.encode(), ()),
        (codecs.BOM_UTF8 + TEXT.encode(), ()),
        (codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le"), ()),
        (TEXT.encode("windows-1252"), ("--encoding", "windows-1252")),
        (TEXT.encode("utf-16-be"), ("--encoding", "utf-16-be")),
        (TEXT.replace(";", "\t").encode(), ()),
        (TEXT.replace(";", "|").encode(), ("--delimiter", "pipe")),
    ],
)
def test_encoding_and_delimiter_are_seen_or_named(
    folder: Shell, command: str, content: bytes, words: tuple[str, ...]
) -> None:
    done = read(folder, command, content, *words)
    assert done.returncode == 0, done.stderr
    assert "1 would be new" in done.stdout or "1 may be mailed" in done.stdout


@both
@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "line 1 is empty: it has to name the columns"),
        (b'email,x\n"kim@example.net,1\n', "line 2, column 1: a quote that begins here never ends"),
        (b'email,x\n"a\nb",""\n"c""\nd","1\n', "line 5, column 2: a quote that begins here never ends"),
        (b'email,x\n"a"b,2\n', "line 2, column 1: a quote ends in the middle of a cell"),
        (b'email;x\n"a;""";"2"3\n', "line 2, column 2: a quote ends in the middle of a cell"),
        (b"email,x\na," + b"b" * 140_000, "line 2, column 2: a cell of more than 131,072 characters"),
        (b"email,x\nb\0,1\n", "line 2, character 2: NUL in the text: this is no CSV; if it is UTF-16 without its mark"),
        (b"email,x\nM\xfcller@example.org,1\n", "line 2, character 2: byte 0xfc is no UTF-8; name its encoding"),
        (b"email,x\n" + b"a" * 1_100_000, "line 2, column 1: a row of more than 1,048,576 characters"),
        (
            codecs.BOM_UTF16_LE + "email,x\n".encode("utf-16-le") + b"\x00\xd8a\x00",
            "line 1 or soon behind it is not UTF-16",
        ),
    ],
)
def test_what_is_no_csv_is_told_in_the_same_words_with_its_place(
    folder: Shell, command: str, content: bytes, sentence: str
) -> None:
    done = read(folder, command, content)
    assert (done.returncode, sentence in done.stderr) == (65, True), done.stderr


@both
@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--delimiter", ";;"), "';;' is no delimiter: give one character, or comma, semicolon, tab, pipe"),
        (("--encoding", "klingon"), "'klingon' is no encoding that is known here"),
    ],
)
def test_what_is_named_and_is_none_is_refused(
    folder: Shell, command: str, words: tuple[str, ...], sentence: str
) -> None:
    done = read(folder, command, TEXT.encode(), *words)
    assert (done.returncode, sentence in done.stderr) == (65, True), done.stderr


@pytest.mark.parametrize("encoding", ["windows-1252", "utf-16-le"])
def test_rows_of_a_send_come_out_in_the_encoding_that_they_had(folder: Shell, encoding: str) -> None:
    content = TEXT.encode(encoding)
    assert read(folder, "check-send", content, "--encoding", encoding).returncode == 0
    assert (folder.folder / "ok.csv").read_bytes() == content
