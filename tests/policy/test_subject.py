import pytest

from mailproc.mail.reading.message import Headers, Message, Part
from mailproc.policy.deciding.subject import read_subject, without_prefixes


def message(subject: str) -> Message:
    return Message(headers=Headers(), root=Part(content_type="text/plain"), subject=subject)


@pytest.mark.parametrize(
    ("subject", "text", "answers"),
    [
        ("Re: news", "news", True),
        ("RE[2]: AW: news", "news", True),
        ("Fwd: news", "news", True),
        ("[acme] Re: [x] news", "news", True),
        ("回复： news", "news", True),
        ("SV: Vs: Odp: news", "news", True),
        ("NEWS: Re: unsubscribe", "unsubscribe", True),
        ("unsubscribe", "unsubscribe", False),
        ("[acme] unsubscribe", "unsubscribe", False),
        ("Request: remove me", "Request: remove me", False),
        ("Re:", "Re:", True),
        ("", "", False),
        ("Re: " * 40, "Re: " * 27 + "Re:", True),
    ],
)
def test_prefixes_of_all_languages_are_taken_off(subject: str, text: str, answers: bool):
    assert without_prefixes(subject) == (text, answers)


def test_the_quoted_header_tells_whether_the_subject_is_new():
    body = "unsubscribe\n\nVon: Acme\nBetreff: März-Neuigkeiten\n\nHallo"
    assert read_subject(message("Re: März-Neuigkeiten")).is_that_of_quoted(body) is True
    assert read_subject(message("unsubscribe")).is_that_of_quoted(body) is False
    assert read_subject(message("unsubscribe")).is_that_of_quoted("no quote") is None


@pytest.mark.parametrize(
    ("subject", "quotation"), [("'unsub from news'", True), ("„Abmelden“", True), ("it's off", False)]
)
def test_a_subject_in_quotation_marks_is_a_quotation(subject: str, quotation: bool):
    assert read_subject(message(subject)).is_quotation is quotation
