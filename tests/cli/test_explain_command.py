"""`explain`: the page answers "why?", says nothing twice, and knows what is no mail."""

import json
from pathlib import Path

import pytest
from command_line import REQUEST, Shell

FIXTURES = Path(__file__).resolve().parent.parent.parent / "fixtures" / "emails"
QUOTED = REQUEST.replace(
    b"Please unsubscribe me.",
    b"Please don't unsubscribe me.\r\n\r\nOn Mon, 2 Mar 2026, Acme wrote:\r\n> Spring is here\r\n> Unsubscribe: click",
)


def page(shell: Shell, content: bytes, *words: str, **environment: str) -> str:
    shell.write("it.eml", content)
    run = shell.run("explain", "it.eml", *words, **environment)
    assert run.returncode == 0, run.stderr
    return run.stdout


def test_the_first_line_is_the_decision_in_a_sentence(shell: Shell) -> None:
    first = page(shell, REQUEST).splitlines()[0]
    assert first.strip() == "UNSUBSCRIBE pat@example.org: keyword in reply “unsubscribe me”"


def test_a_guard_and_what_it_outweighs_are_told(shell: Shell) -> None:
    shown = page(shell, QUOTED)
    assert shown.startswith("REVIEW – nothing changes until a person decides")
    assert "“don't unsubscribe” in the body: guard negation, decides" in shown
    assert "“unsubscribe me” in the body: unsubscribe, outweighed by “don't unsubscribe”" in shown


def test_what_was_cut_off_is_one_line_and_with_all_everything(shell: Shell) -> None:
    assert "⟨attribution, quote, 3 lines⟩ On Mon, 2 Mar 2026, Acme wrote: …" in page(shell, QUOTED)
    assert "> Unsubscribe: click" not in page(shell, QUOTED)
    assert "> Unsubscribe: click" in page(shell, QUOTED, "--all")


def test_the_smallest_change_to_another_decision_is_told(shell: Shell) -> None:
    assert "without “don't unsubscribe me”, it would be unsubscribe" in page(shell, QUOTED)
    assert "without “unsubscribe me”" in page(shell, REQUEST)


def test_a_report_about_somebody_elses_mail_says_so_and_what_if_it_were_ours(shell: Shell) -> None:
    shown = page(shell, (FIXTURES / "feedback_report" / "about-somebody-elses-mail.eml").read_bytes())
    assert "not about our mail" in shown
    assert "were it shown to be about our mail, it would be unsubscribe" in shown


def test_who_is_meant_by_what_and_who_sent_it_are_told(shell: Shell) -> None:
    shown = page(shell, REQUEST)
    assert "pat@example.org by From, unauthenticated" in shown
    assert "not checked" in shown
    assert "records opt-out of pat@example.org (account, by reply)" in shown


@pytest.mark.parametrize("columns", ["80", "150"])
@pytest.mark.parametrize(
    "name",
    [
        "reply/gmail-unsubscribe-over-quote",
        "reply/request-and-refund",
        "reply/ja-haishin-teishi",
        "reply/dmarc-fails-and-nothing-is-ours",
        "reply/empty-reply-over-quote",
        "auto_reply/exchange-out-of-office",
        "delivery_status/several-recipients",
        "feedback_report/jmrp-legacy",
        "complaint/person-reports-spam",
        "calendar/accepted",
        "bulk/newsletter-to-us",
    ],
)
def test_every_kind_of_mail_fits_the_terminal_and_no_line_is_there_twice(shell: Shell, name: str, columns: str) -> None:
    lines = page(shell, (FIXTURES / f"{name}.eml").read_bytes(), COLUMNS=columns).splitlines()
    assert max(map(len, lines)) <= int(columns)
    said = [line.strip() for line in lines if len(line.strip()) > 25]
    assert len(said) == len(set(said))


def test_json_has_decision_rules_and_what_would_change_it(shell: Shell) -> None:
    shell.write("it.eml", QUOTED)
    found = shell.json("explain", "it.eml")
    assert isinstance(found, dict)
    assert found["decision"]["action"] == "review"
    assert {rule["rule"]: rule["counts"] for rule in found["rules"]}["en-negation"] is True
    assert found["otherwise"][0]["action"] == "unsubscribe"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "is empty"),
        (b"\r\n \r\n", "is empty"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "is no mail but a PNG image"),
        (b"%PDF-1.7\n", "is no mail but a PDF"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "save it as .eml"),
        (b"just some words\nand more\n", "is no mail: it does not begin with header fields"),
        (bytes(range(256)) * 20, "is no mail"),
    ],
)
def test_what_is_no_mail_is_told_in_a_sentence(shell: Shell, content: bytes, sentence: str) -> None:
    shell.write("it.eml", content)
    run = shell.run("explain", "it.eml")
    assert run.returncode == 65
    assert sentence in run.stderr
    assert not run.stdout


@pytest.mark.parametrize(
    "content", [b"Subject: x\n\n", b"From nobody\nSubject: x\n\ny", b"\nSubject: x\n\ny", b"X-Y: z\n"]
)
def test_the_least_of_mails_is_explained(shell: Shell, content: bytes) -> None:
    page(shell, content)


def test_a_folder_and_a_file_that_is_not_there_are_told(shell: Shell) -> None:
    folder = shell.run("explain", "mails")
    assert folder.returncode == 65
    assert "mailproc replay mails" in folder.stderr
    assert shell.run("explain", "none.eml").returncode == 66


def test_a_mail_of_an_mbox_is_named_by_its_number(shell: Shell) -> None:
    line = b"From pat@example.org Tue Mar  3 10:00:00 2026\n"
    shell.write("box", (line + REQUEST + b"\n") + (line + REQUEST.replace(b"pat@", b"kim@") + b"\n"))
    assert "name one, as in box#1" in shell.run("explain", "box").stderr
    assert "UNSUBSCRIBE kim@example.org" in shell.run("explain", "box#2").stdout
    assert shell.run("explain", "box#3").returncode == 66


def test_the_telling_words_are_in_colour_in_their_place_and_what_was_cut_is_dim(shell: Shell) -> None:
    shell.write("it.eml", QUOTED)
    shown = shell.process("explain", "it.eml", FORCE_COLOR="1").stdout
    assert "Please \x1b[1;30;42mdon't \x1b[0m\x1b[1;30;42munsubscribe\x1b[0m\x1b[1;30;42m me\x1b[0m." in shown
    assert "\x1b[2m⟨attribution" in shown


def test_a_mail_on_standard_input_is_explained(shell: Shell) -> None:
    assert shell.run("explain", "-", typed=REQUEST).stdout.startswith("UNSUBSCRIBE")
    assert json.loads(shell.run("explain", "-", "--json", typed=REQUEST).stdout)["near_misses"] == []


HOSTILE = "\x1b]0;owned\x07 \x9b2J \u202eeb em unsubscribe me [red]x[/] \x00"


@pytest.mark.parametrize("words", [("explain",), ("rules", "try"), ("replay",), ("explain", "--all")])
def test_nothing_in_a_mail_reaches_the_terminal_as_a_command(shell: Shell, words: tuple[str, ...]) -> None:
    content = REQUEST.replace(b"Re: March news", HOSTILE.encode()).replace(b"Please", HOSTILE.encode())
    shell.write("it[bold].eml", content.replace(b"From: pat", b'From: "\x1b[31m" <pat'))
    run = shell.run(*words, "it[bold].eml")
    assert run.returncode == 0, run.stderr
    assert not set("\x1b\x07\x9b\u202e\x00") & set(run.stdout)
    assert "it[bold].eml" in run.stdout or "[red]x[/]" in run.stdout
