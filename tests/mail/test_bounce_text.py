import pytest
from written_mail import multipart_mail

from mailproc.mail.reading.message import read_message
from mailproc.mail.reports.bounce_text import addresses_on, report_text, returned_text, stretch_about, without_returned

HEADER = "Received: from a by b\nFrom: news@sender.example\nMessage-ID: <1@sender.example>\n"


@pytest.mark.parametrize(
    "line",
    [
        "--- Below this line is a copy of the message.",
        "------ This is a copy of the message, including all the headers. ------",
        "----- Original message -----",
        "   ----- Unsent message follows -----",
        "Original message follows.",
        "Message headers follow.",
        "--- The header of the original message is following. ---",
        "    Below is a copy of the original message:",
        "---- START OF RETURNED MESSAGE ----",
        "Included is a copy of the message header:",
        "|------------------------- Message text follows: ------------------------|",
        "Original message headers:",
        "--- Mensaje original adjunto.",
        "",
    ],
)
def test_the_copy_of_the_returned_mail_is_cut_off(line: str) -> None:
    assert without_returned(f"no such user\n\n{line}\n\n{HEADER}\nunsubscribe\n").strip() == "no such user"


@pytest.mark.parametrize(
    "text",
    [
        "The original message was received at Tuesday\nuser unknown",
        "Your message\n  To: a@example.org\ndid not reach",
        "Reporting-MTA: dns; x\nFinal-Recipient: rfc822; a@example.org",
    ],
)
def test_what_the_report_itself_says_stays(text: str) -> None:
    assert without_returned(text) == text


def test_quoted_lines_are_left_out_but_not_what_a_server_was_told() -> None:
    assert (
        without_returned("hello\n> user unknown\n>>> RCPT TO:<a@example.org>") == "hello\n>>> RCPT TO:<a@example.org>"
    )


def test_the_returned_mail_begins_at_its_header() -> None:
    assert returned_text(f"no such user\n\n{HEADER}\nbody\n") == f"{HEADER}\nbody\n"
    assert returned_text("no such user\n") == ""


def test_a_report_in_html_only_is_read() -> None:
    message = read_message(
        b"Content-Type: text/html\n\n<html><p>Your message</p><p>did not reach<br>pat@example.org</p></html>"
    )
    assert "pat@example.org" in report_text(message)
    assert "<p>" not in report_text(message)


def test_a_mail_without_text_says_nothing() -> None:
    assert report_text(read_message(b"Content-Type: image/png\n\nx")) == ""


def test_the_stretch_about_one_recipient_ends_at_the_next() -> None:
    text = "<a@example.org>:\nno such user\n<b@example.org>:\nmailbox full\n\nbye"
    assert stretch_about(text, ["a@example.org"], alone=False) == "<a@example.org>:\nno such user"
    assert stretch_about(text, ["B@example.org"], alone=False) == "<b@example.org>:\nmailbox full"
    assert stretch_about(text, ["c@example.org"], alone=False) == ""
    assert stretch_about(text, [], alone=True) == text


def test_addresses_on_a_line_come_bare() -> None:
    assert addresses_on("to <a@example.org>, 'b@example.org'. c@example.org.") == [
        "a@example.org",
        "b@example.org",
        "c@example.org",
    ]
    assert addresses_on("nobody") == []


@pytest.mark.parametrize(
    ("kind", "name", "said"),
    [
        ("text/plain", "report.txt", "Rcpt: pat@example.org\n451 come back later\n"),
        ("text/html", "details.html", "<p>Rcpt: pat@example.org</p><p>451 come back later</p>"),
        ("application/octet-stream", "bounce.txt", "Rcpt: pat@example.org\n451 come back later\n"),
    ],
)
def test_what_stands_in_a_file_is_told_below_the_text(kind: str, name: str, said: str) -> None:
    file = (f"{kind}\nContent-Disposition: attachment; filename={name}", said)
    told = report_text(multipart_mail("mixed", ("text/plain", "See the file."), file))
    assert " ".join(told.split()) == "See the file. Rcpt: pat@example.org 451 come back later"


def test_another_file_tells_nothing() -> None:
    file = ("text/plain\nContent-Disposition: attachment; filename=notes.txt", "451 come back later\n")
    assert report_text(multipart_mail("mixed", ("text/plain", "See the file."), file)).strip() == "See the file."
