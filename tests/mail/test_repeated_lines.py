"""The account's own footer and copies of the quote are subtracted where no client marked them."""

from html import escape

import pytest
from written_mail import html_mail, mail_of

from mailproc.mail.text.new_text import find_new_text

FOOTERS = (
    "You get this mail because you subscribed at acme.example.\n"
    "Unsubscribe\n"
    "Acme Ltd, 1 Example Street, 12345 Exampletown\n",
    "Sie erhalten diese Mail, weil Sie sich angemeldet haben.\nHier abmelden",
)


def new_text(body: str) -> str:
    return find_new_text(mail_of(body), FOOTERS).text


@pytest.mark.parametrize("footer", FOOTERS)
def test_an_unquoted_footer_below_the_answer_is_cut(footer: str) -> None:
    assert new_text(f"No, thank you.\n\n{footer}") == "No, thank you."


def test_a_footer_is_cut_however_it_was_wrapped_and_spaced() -> None:
    wrapped = (
        "You get this mail because you\nsubscribed at acme.example.  \n\n  UNSUBSCRIBE <https://acme.example/u?x=1>\n\n"
        "Acme Ltd,   1 Example Street, 12345 Exampletown\n"
    )
    assert new_text(f"No, thank you.\n\n{wrapped}") == "No, thank you."


def test_a_footer_in_html_is_cut() -> None:
    html = "<p>No.</p><p>You get this mail because you subscribed at acme.example.<br><a href='x'>Unsubscribe</a></p>"
    assert find_new_text(html_mail(html), FOOTERS).text == "No."


def test_where_it_was_cut_is_told() -> None:
    found = find_new_text(mail_of(f"No.\n\n{FOOTERS[0]}"), FOOTERS)
    assert [cut.reason for cut in found.cuts] == ["footer"] * len(found.cuts)
    assert "Example Street" in "".join(found.body[cut.start : cut.end] for cut in found.cuts)


@pytest.mark.parametrize("word", ["Unsubscribe", "unsubscribe", "Hier abmelden", "Unsubscribe please"])
def test_a_persons_own_word_stays_although_the_footer_has_it(word: str) -> None:
    assert new_text(f"{word}\n") == word
    assert new_text(f"{word}\n\n{FOOTERS[0]}") == word
    assert new_text(f"{FOOTERS[0]}\n{word}\n") == word


def test_without_footers_nothing_is_subtracted() -> None:
    assert "subscribed at" in find_new_text(mail_of(f"No.\n\n{FOOTERS[0]}")).text


def test_an_unmarked_copy_of_the_quote_is_cut() -> None:
    quoted = "our offers of this week are here\nand there are many more of them\n"
    marked = "".join(f"> {line}\n" for line in quoted.splitlines())
    assert new_text(f"No.\n\nAcme News <news@acme.example> wrote:\n{marked}\n{quoted}") == "No."


def test_a_sentence_that_a_person_repeats_stays() -> None:
    said = "please take me off this mailing list"
    assert new_text(f"{said}\n\nOn 3 March 2026 Pat wrote:\n> {said}\n") == said
    assert new_text(f"> {said}\n\n{said}\n") == said


@pytest.mark.parametrize(
    "code", ["f <- function(x, ...) {\n  g(x, na.rm = TRUE)", "if (a == b and c) {\n  run it again now;"]
)
def test_code_that_a_person_shows_once_more_stays(code: str) -> None:
    marked = "".join(f"> {line.strip()}\n" for line in code.splitlines())
    said = f"It does work with\n\n{code}\n  other(x)\n}}"
    assert new_text(f"Pat wrote:\n> I tried\n>\n{marked}> }}\n\n{said}\n") == said


QUOTE = (
    "On Tue, 3 Mar 2026 at 09:12, Acme News <news@acme.example> wrote:\n"
    "> Does it stand\n> in the sun?\n> How hot is it?\n"
)


@pytest.mark.parametrize(
    "shown",
    [
        "> uniq words > once\n\nor, if need be,\n\n > sort words | uniq",
        "> 30 degrees are usual here",
        "> the fonts\n> the map",
    ],
)
def test_marked_lines_above_a_whole_quote_that_does_not_hold_them_are_the_writers(shown: str) -> None:
    said = f"What I would do:\n\n{shown}\n\nThat is all."
    assert new_text(f"{said}\n\n{QUOTE}") == said
    footer = "_______________\nGarden mailing list\nhttps://lists.example/listinfo/garden\n"
    assert new_text(f"{said}\n\n{QUOTE}\n{footer}") == said
    assert "degrees" not in new_text(f"{QUOTE}\n{shown}\n\nYes.\n")


def test_marked_lines_above_a_whole_quote_without_marks_are_the_writers_too() -> None:
    said = "The verse on her desk:\n\n> The river takes the leaf along\n> and does not ask\n\nNo music."
    head = "------ Original Message ------\nFrom: Acme <news@acme.example>\nSubject: Words\n\n"
    assert new_text(f"{said}\n\n{head}Is there a text?\n") == said
    assert new_text(f"Yes:\n\n> Is there a text?\n\nNo music.\n\n{head}Is there a text?\n") == "Yes:\nNo music."


def test_marked_lines_in_html_above_its_quote_are_the_writers_too() -> None:
    body = f"Yes, from noon on.\n> 30 degrees is usual.\nPat\n\n{QUOTE}"
    html = escape(body).replace("\n", "<br>")
    assert find_new_text(html_mail(html)).text == "Yes, from noon on.\n> 30 degrees is usual.\nPat"


@pytest.mark.parametrize(
    "copied",
    [
        "> in the sun?",
        "> Does it stand in\n> the sun?",
        ">> of an older mail",
        "Pat asked:\n> something else",
        "> in the sun?\n> and that",
        "> Message-ID: <1@acme.example>",
        "> Subject: our sun",
        "> On Tue, 3 Mar 2026 at 09:12, Pat <pat@example.org> wrote:\n>\n> something else",
    ],
)
def test_marked_lines_above_a_whole_quote_that_are_of_it_or_of_another_are_quoted(copied: str) -> None:
    assert new_text(f"My answer:\n\n{copied}\n\nYes.\n\n{QUOTE}") == "My answer:\nYes."
    assert new_text(f"My answer.\n\n> something else\n\n{QUOTE}") == "My answer."


def test_where_something_was_written_below_marked_lines_above_are_quoted() -> None:
    assert new_text(f"First:\n\n> something else\n\nYes.\n\n{QUOTE}\nNo.\n") == "First:\nYes.\nNo."
