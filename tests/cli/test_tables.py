"""Tables: on a terminal nothing is cut so that it could be something else, in a pipe nothing is cut at all."""

import pytest
from command_line import REQUEST, Shell

LONG = "a-mail-with-a-name-that-is-longer-than-any-column-on-a-narrow-terminal-can-be-and-ends-differently"
WRITER = "somebody.with.a.name.longer.than.forty.characters@very-long-domain.example.org"


@pytest.fixture
def long_named(shell: Shell) -> Shell:
    """Two mails by somebody with a long address, whose long names differ at their ends."""
    for end in ("one", "two"):
        shell.write(f"long/{LONG}-{end}.eml", REQUEST.replace(b"pat@example.org", WRITER.encode()))
    return shell


@pytest.mark.parametrize("width", ["40", "80", "109", "110", "150", "300"])
def test_names_of_mails_are_whole_at_any_width(long_named: Shell, width: str) -> None:
    run = long_named.run("replay", "long", COLUMNS=width)
    assert all(len(line) <= int(width) for line in run.stdout.splitlines())
    shown = run.stdout.replace("\n", "").replace(" ", "")
    for told in (f"long/{LONG}-one.eml", f"long/{LONG}-two.eml", WRITER, "keywordinreply"):
        assert told in shown


def test_on_a_wide_terminal_the_kind_is_shown_too(long_named: Shell) -> None:
    assert "reply                unsubscribe" in long_named.run("replay", "mails", COLUMNS="110").stdout
    narrow = long_named.run("replay", "mails", COLUMNS="109").stdout
    assert "reply                unsubscribe" not in narrow.split("     1  ")[0]


def test_in_a_pipe_each_mail_is_one_line_with_nothing_cut_off_and_no_spaces_at_its_end(long_named: Shell) -> None:
    lines = long_named.run("replay", "long", COLUMNS="").stdout.splitlines()
    assert lines[0].split() == ["file", "kind", "action", "level", "who", "why"]
    cells = [f"long/{LONG}-one.eml", "reply", "unsubscribe", "account", WRITER]
    assert lines[1].split()[:5] == cells
    assert lines[1].endswith("(en-unsubscribe-me)")
    assert lines == [line.rstrip() for line in lines]


def test_lists_of_what_is_stored_are_whole_in_a_pipe_too(database: Shell) -> None:
    database.write("more/long.eml", REQUEST.replace(b"pat@example.org", WRITER.encode()))
    database.run("replay", "--apply", "more")
    for words in (("mail", "list"), ("outbox", "list")):
        (line,) = (line for line in database.run(*words, COLUMNS="").stdout.splitlines() if "@" in line)
        assert WRITER in line
    assert WRITER not in database.run("outbox", "list", COLUMNS="80").stdout


def test_no_colour_gets_into_a_pipe(long_named: Shell) -> None:
    for width in ("", "80"):
        assert "\x1b" not in long_named.run("replay", "long", COLUMNS=width).stdout


def test_what_stands_beside_a_label_is_folded_below_itself_and_whole_in_a_pipe(shell: Shell) -> None:
    told = shell.run("explain", "mails/request.eml", COLUMNS="60").stdout
    assert all(len(line) <= 60 for line in told.splitlines())
    piped = shell.run("explain", "mails/request.eml", COLUMNS="").stdout
    assert "who        pat@example.org by From, unauthenticated" in piped.splitlines()
    assert any(line.startswith("assumed    ") for line in piped.splitlines())
    assert "".join(told.split()) == "".join(piped.split())
