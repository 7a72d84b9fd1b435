"""The account's own footer and copies of the quote are subtracted where no client marked them."""

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


@pytest.mark.parametrize("code", ["f <- function(x, ...) {\n  g(x, na.rm = TRUE)", "if (a == b and c) {\n  run it again now;"])
def test_code_that_a_person_shows_once_more_stays(code: str) -> None:
    marked = "".join(f"> {line.strip()}\n" for line in code.splitlines())
    said = f"It does work with\n\n{code}\n  other(x)\n}}"
    assert new_text(f"Pat wrote:\n> I tried\n>\n{marked}> }}\n\n{said}\n") == said
