"""Lines that count as an attribution only right above a marked quote, and sentences that do not."""

import pytest
from written_mail import html_mail, mail_of

from mailproc.mail.text.new_text import find_new_text

LEADS = [
    "Quoting Karl Mendel <karl@lisp.example>:",
    "Quoting Karl Mendel:",
    "Zitat von Karl Mendel <karl@lisp.example>:",
    "Selon Karl Mendel <karl@lisp.example>:",
    "Citeren Karl Mendel <karl@lisp.example>:",
    "Mensaje citado por Karl Mendel <karl@lisp.example>:",
    "Citando Karl Mendel <karl@lisp.example>:",
    "* Karl Mendel <karl@lisp.example> [2008-01-02 12:10]:",
    "* Karl Mendel [2008-01-02 12:10 +0100]:",
    "Thus spake Karl Mendel (karl@lisp.example):",
    "Karl sez:",
    "Karl asked:",
    "According to Karl Mendel:",
    "begin  quoting Karl Mendel as of Fri, Apr 03, 2009 at 12:10:11PM +0200:",
    "Karl Mendel wrote",
    "Karl Mendel meinte am 3.4.2009:",
    "Du schriebst am 3. April 2009:",
    "am Freitag, 3. April 2009 um 12:10 schrieben Sie:",
    "2009/4/3 Karl Mendel <karl@lisp.example>",
    "Karl Mendel écrivait :",
    "Apr 3, 2021, 14:22 by karl@lisp.example:",
    "Excerpts from Karl Mendel's message of 2009-04-03 12:10:11 +0200:",
    "Вы писали 3 апреля 2009 г., 12:10:11:",
    "Karl Mendel said the following on 4/3/2009 12:10 PM:",
    "On Fri, Apr 03, 2009 at 12:10:11PM +0200, Karl Mendel wrote....",
    "On Fri, Apr 03, 2009 at 12:10:11PM +0200, Karl Mendel wrote;",
    "Quoth Karl Mendel on Apr 03:",
    'From: "Karl Mendel" <karl@lisp.example>',
    'In message "[kiln 12] relay"\n    on 09/04/03, Karl Mendel <karl@lisp.example> writes:',
]
SENTENCES = [
    "I agree with what Karl wrote.",
    "The manual of 3 April 2009 is right:",
    "I wrote to karl@lisp.example on 3 April, and he says no:",
    "Write to <karl@lisp.example>",
    "Two things:",
    "The quoting rules of the list are odd:",
]


def new_text(body: str) -> str:
    return find_new_text(mail_of(body)).text


@pytest.mark.parametrize("lead", LEADS)
def test_what_leads_to_a_marked_quote_is_cut_with_it(lead: str) -> None:
    quote = "> The relay welds shut.\n> Bigger relay?"
    assert new_text(f"{lead}\n{quote}\n\nUse an SSR.\n") == "Use an SSR."
    assert new_text(f"Hi Karl,\n\n{lead}\n\n{quote}\n\nUse an SSR.\n") == "Hi Karl,\nUse an SSR."
    assert new_text(f"Use an SSR.\n\n{lead}\n{quote}\n") == "Use an SSR."


@pytest.mark.parametrize("lead", [LEADS[0], LEADS[6], LEADS[10], LEADS[12], LEADS[14], LEADS[18], LEADS[23]])
def test_where_no_quote_stands_below_it_stays(lead: str) -> None:
    assert lead in new_text(f"{lead}\n\nUse an SSR.\n")


@pytest.mark.parametrize("sentence", SENTENCES)
def test_a_sentence_above_a_quoted_line_is_new(sentence: str) -> None:
    assert new_text(f"> First?\n\n{sentence}\n\n> Second?\n\nNo.\n") == f"{sentence}\nNo."


def test_a_lead_above_a_quote_of_the_html_is_cut_with_it() -> None:
    lead = "Apr 3, 2021, 14:22 by karl@lisp.example:"
    html = f"<div>Use an SSR.</div><div>{lead}</div><blockquote>Bigger relay?</blockquote>"
    assert find_new_text(html_mail(html)).text == "Use an SSR."


def test_one_line_quoted_by_initials_is_known_below_its_lead() -> None:
    assert new_text("Friday, April 3, 2009, 12:10:11 PM, you wrote:\n\nK> Bigger relay?\n\nNo.\n") == "No."


def test_a_quote_of_full_width_marks_is_cut() -> None:
    assert new_text("＞ フィルムは?\n＞ 値段は?\n\nはい。\n") == "はい。"


@pytest.mark.parametrize(
    "line", [">>> Karl Mendel <karl@lisp.example> 03/04/09 12:10 PM >>>", '>>> "Karl" <karl@lisp.example> 3/4/2009 >>>']
)
def test_below_the_line_of_groupwise_nothing_is_new(line: str) -> None:
    assert new_text(f"Use an SSR.\n\n{line}\nThe relay welds shut.\n\nBigger relay?\n") == "Use an SSR."


BLOCK = "From: Karl Mendel <karl@lisp.example>\nSent: Friday\nTo: Pat\nSubject: relay\n"


@pytest.mark.parametrize(
    "head",
    [
        "-------- Original-Nachricht --------\n> Datum: 03 Apr 2009\n> Von: Karl <karl@lisp.example>\n> An: Pat\n>\n",
        f"-----Original Message-----\n{BLOCK}\n",
        "From: Karl Mendel <karl@lisp.example>\nSubject: relay\nDate: Fri, 03 Apr 2009 12:10:11 +0200\n\n",
    ],
)
def test_below_a_salutation_and_a_marked_quote_the_answer_is_new(head: str) -> None:
    assert new_text(f"Hi Karl,\n\n{head}> Bigger relay?\n\nUse an SSR.\n") == "Hi Karl,\nUse an SSR."
    assert new_text(f"Use an SSR.\n\n{BLOCK}\n> Bigger relay?\n\nHe said no.\n") == "Use an SSR."


@pytest.mark.parametrize(
    "letter",
    [
        "Am 3. Mai haben Sie mir geschrieben:",
        "Le 3 mai 2020, vous m'avez écrit :",
        "On 3 May 2020 you wrote:",
        "On 3 May he wrote:",
        "On 3 May I got this from support@shop.example:",
    ],
)
def test_who_cites_in_a_letter_goes_on_below(letter: str) -> None:
    text = f"{letter}\n\nYour parcel is on its way.\n\nNothing came."
    assert new_text(text + "\n") == text
    assert new_text(f"{letter}\n> Your parcel is on its way.\n\nNothing came.\n").endswith("Nothing came.")


ATTRIBUTION = "On Fri, Apr 3, 2020 at 2:22 PM Karl <karl@lisp.example> wrote:"


@pytest.mark.parametrize("words", ["Hello Bartholomew,", "Thank you for the questions, I answer in between."])
@pytest.mark.parametrize("above", ["", "Hi all,\n\n"])
def test_words_between_attribution_and_marked_quote_are_new_where_nothing_else_is_answered(
    above: str, words: str
) -> None:
    body = f"{above}{ATTRIBUTION}\n\n{words}\n\n> First?\n\nYes.\n\n> Second?\n\nNo.\n"
    assert new_text(body) == above.replace("\n\n", "\n") + f"{words}\nYes.\nNo."


def test_below_an_answer_and_an_unmarked_quote_older_answers_are_not_new() -> None:
    body = f"Use an SSR.\n\n{ATTRIBUTION}\n\nNo idea.\n\n> older\n\nolder answer\n"
    assert new_text(body) == "Use an SSR."


@pytest.mark.parametrize(
    "line",
    [
        ">>> On 4/3/2009 at 12:10 PM, in message <4A@lisp.example>, Karl <karl@lisp.example> wrote:",
        "##- Please type your reply above this line -##",
        "-- Reply above this line --",
        "----- Bitte antworten Sie oberhalb dieser Zeile -----",
    ],
)
def test_below_what_programs_draw_above_a_quote_nothing_is_new(line: str) -> None:
    assert new_text(f"Use an SSR.\n\n{line}\n\nThe relay welds shut.\n") == "Use an SSR."
