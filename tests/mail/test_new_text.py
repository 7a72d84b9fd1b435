"""New text: where it stands among quotes, and the map from it to the body."""

import pytest
from written_mail import html_mail, mail_of

from mailproc.mail.text.new_text import NewText, find_new_text, signed_text

ATTRIBUTION = "On Tue, 3 Mar 2026 at 09:12, Acme News <news@acme.example> wrote:"


def new_text(body: str) -> str:
    return find_new_text(mail_of(body)).text


def test_the_answer_above_a_marked_quote_is_new() -> None:
    assert new_text(f"No, thank you.\n\nPat\n\n{ATTRIBUTION}\n\n> Hello\n> subscriber\n") == "No, thank you.\n\nPat"


def test_the_answer_above_an_unmarked_quote_is_new() -> None:
    assert new_text(f"No, thank you.\n\n{ATTRIBUTION}\n\nHello subscriber,\n\nour offers.\n") == "No, thank you."


def test_the_answer_below_a_marked_quote_is_new() -> None:
    assert new_text(f"{ATTRIBUTION}\n> Hello\n> subscriber\n\nNo, thank you.\n") == "No, thank you."


def test_answers_between_quotes_are_new() -> None:
    body = f"{ATTRIBUTION}\n> First?\n\nYes.\n\n> Second?\n\nNo,\nthank you.\n\n> Bye\n"
    assert new_text(body) == "Yes.\nNo,\nthank you."


def test_a_mark_of_omission_may_stand_above_the_quote() -> None:
    assert new_text(f"{ATTRIBUTION}\n\n[...]\n\n> of this week\n\nNo.\n") == "[...]\nNo."


def test_a_quote_without_attribution_is_cut() -> None:
    assert new_text("> Hello\n> subscriber\n\nNo, thank you.\n") == "No, thank you."


def test_a_quote_of_quotes_is_cut() -> None:
    assert new_text(f"No.\n\n{ATTRIBUTION}\n> On Monday Pat wrote:\n>> older\n> > oldest\n>\n> end\n") == "No."


def test_quotes_by_initials_are_cut_and_prompts_are_not() -> None:
    assert new_text("JD> our offers\nJD> of this week\n\nNo.\n") == "No."
    assert new_text("R> summary(x)\nR> quit()\n") == "R> summary(x)\nR> quit()"


def test_quotes_by_bars_are_cut_and_drawings_are_not() -> None:
    assert new_text(f"{ATTRIBUTION}\n| our offers\n| \n| of this week\n\nNo.\n") == "No."
    assert new_text(f"{ATTRIBUTION}\n| our offers\n\nNo.\n") == "No."
    table = "| a | b |\n| 1 | 2 |\n\n| is a bar"
    assert new_text(table + "\n") == table


def test_the_rest_of_a_quoted_line_that_was_wrapped_is_cut() -> None:
    torn = "> this quoted line is longer than the client liked it to be, so it was torn in\ntwo parts\n"
    body = f"Yes.\n\n{torn}> and goes on\n"
    assert new_text(body) == "Yes."


def test_an_answer_between_two_quoted_lines_is_not_taken_for_a_rest() -> None:
    body = "> this quoted line is long as well, but it is a whole sentence, as everyone can see.\nno, stop it\n> next\n"
    assert new_text(body) == "no, stop it"
    assert new_text("> short\nno, stop it\n> next\n") == "no, stop it"


def test_a_mail_that_only_quotes_has_no_new_text() -> None:
    assert new_text(f"{ATTRIBUTION}\n> Hello\n") == ""
    assert new_text(f"{ATTRIBUTION}\n\nHello subscriber\n") == ""
    assert new_text("> Hello\n") == ""


def test_a_short_quote_by_indentation_stays_with_its_answer() -> None:
    assert "stop it" in new_text(f"{ATTRIBUTION}\n\n    our offers\n\nstop it\n")
    assert new_text(f"{ATTRIBUTION}\n\n    our offers\n    and more\n") == ""
    assert new_text(f"No.\n\n{ATTRIBUTION}\n\n    our offers\n\nstop it\n") == "No."


def test_a_line_that_an_mbox_escaped_is_no_quote() -> None:
    assert new_text("Hello,\n>From now on, no more mail.\n") == "Hello,\n>From now on, no more mail."
    assert new_text("Hello,\n> so he said\n>From now on\n") == "Hello,"


def test_a_mail_without_quotes_is_new_as_a_whole() -> None:
    text = "Dear all,\n\n- one\n- two\n\n    code > 1\n\n---\n\nthis: that\nOn Monday we meet.\n" + "line\n" * 30
    assert new_text(text) == text.rstrip("\n")


def test_blank_lines_at_the_ends_are_left_out() -> None:
    assert new_text("\n\n \t\nNo,\n\nthank you.\n\n\u200b\n") == "No,\n\nthank you."


def test_cuts_are_told_with_their_reasons() -> None:
    found = find_new_text(mail_of(f"No.\n-- \nPat\n\n{ATTRIBUTION}\n> Hello\n"))
    assert [(cut.reason, found.body[cut.start : cut.end].strip()) for cut in found.cuts] == [
        ("signature", "-- \nPat"),
        ("attribution", ATTRIBUTION),
        ("quote", "> Hello"),
    ]


def test_the_source_tells_whether_html_was_read() -> None:
    assert find_new_text(mail_of("No.")).source == "plain"
    assert find_new_text(html_mail("<p>No.</p>")).source == "html"
    assert find_new_text(mail_of("")).source == "none"


def test_of_an_enormous_body_both_ends_are_read() -> None:
    middle = "> a quoted line of the newsletter\n" * 20_000
    found = find_new_text(mail_of(f"above\n\n{middle}\nbelow\n"))
    assert found.text == "above\nbelow"
    assert "unread" in {cut.reason for cut in found.cuts}
    assert_maps_to_body(found)


@pytest.mark.parametrize("size", [65_536, 65_537, 65_600, 200_000])
def test_an_enormous_line_is_not_read_and_its_place_is_told(size: int) -> None:
    found = find_new_text(mail_of("above\n" + "x" * size + "\nbelow\n"))
    assert found.text == "above\nbelow"
    assert_maps_to_body(found)


def test_the_signature_above_a_quote_can_be_shown_but_is_not_new() -> None:
    found = find_new_text(mail_of(f"No.\n\nSent from my iPhone\n\n{ATTRIBUTION}\n> Hello\n\n-- \nList\n"))
    assert (found.text, signed_text(found)) == ("No.", "No.\nSent from my iPhone")


def test_a_signature_is_shown_below_all_that_is_new() -> None:
    found = find_new_text(mail_of(f"No.\n-- \nPat\n\n{ATTRIBUTION}\n> Hello\n\nReally not.\n"))
    assert signed_text(found) == "No.\nReally not.\n-- \nPat"


def test_a_delimiter_whose_signature_is_the_only_text_is_not_shown_again() -> None:
    found = find_new_text(mail_of(f"-- \nPat\n\n{ATTRIBUTION}\n> Hello\n"))
    assert signed_text(found) == found.text == "Pat"


def test_a_signature_at_the_end_is_not_shown() -> None:
    assert signed_text(find_new_text(mail_of("No.\n-- \nPat\n"))) == "No."


def assert_maps_to_body(found: NewText) -> None:
    assert found.text == "".join(found.body[start : start + size] for _, start, size in found.pieces)
    at = end = 0
    for offset, start, size in found.pieces:
        assert offset == at
        assert start >= end
        at, end = offset + size, start + size
    cut_end = 0
    for cut in found.cuts:
        assert cut_end <= cut.start < cut.end <= len(found.body)
        cut_end = cut.end


def test_who_asks_again_gets_what_was_found():
    mail = mail_of("Hello\n\nYou get this because you like it")
    assert find_new_text(mail) is find_new_text(mail)
    assert find_new_text(mail, ("You get this because you like it",)).text == "Hello"


def test_a_signature_for_programs_is_not_shown():
    armour = "-----BEGIN PGP SIGNATURE-----\n\nAAEC\n-----END PGP SIGNATURE-----\n"
    text = f"Hello\n\n{armour}\nOn 3 March 2026 Acme <news@acme.example> wrote:\n> a\n> b\n"
    assert signed_text(find_new_text(mail_of(text))) == "Hello"


@pytest.mark.parametrize(
    "divider",
    [
        "-------- Original message --------From: News <news@acme.example> Date: 03/03/2025 10:12 (GMT+00:00) To: pat",
        "-------- Ursprüngliche Nachricht --------Von: News <news@acme.example> Datum: 03.03.25 An: pat Betreff: x",
        "-------- Oryginalna wiadomość --------Od: News <news@acme.example> Data: 3.03.2025 Do: pat Temat: x",
        '----- Original Message ----- From: "News" <news@acme.example>',
    ],
)
def test_a_divider_may_go_on_with_all_that_is_quoted_on_its_line(divider: str):
    assert new_text(f"Stop, please.\n\n{divider} Subject: March {'offers ' * 60}\n") == "Stop, please."


def test_a_line_of_dashes_around_words_is_no_divider_where_no_sender_follows():
    assert "Original thoughts" in new_text("See below.\n---- Original ---- thoughts: Original thoughts\n")


@pytest.mark.parametrize(
    "footer",
    [
        "-=-=-=-=-=-=-=-\nGroups Links: You receive all messages sent to this group.\nView/Reply Online (#4): https://x.example\n-=-=-=-=-",
        "----\nModellers' list. To be taken off, mail scale-leave@rail.example",
        "-- \nYou received this message because you are a member.\nTo view this discussion visit https://x.example/d/1",
    ],
    ids=["groups", "dashes", "delimiter"],
)
def test_the_own_footer_of_a_list_is_cut_whatever_line_it_draws(footer: str):
    assert new_text(f"Take me off, please.\n\n{footer}\n") == "Take me off, please."
    assert new_text(f"\n{footer}\n") == ""


SCRUBBED = (
    "-------------- next part --------------\nA non-text attachment was scrubbed...\nName: signature.asc\nSize: 198"
)


@pytest.mark.parametrize(
    "note",
    [
        SCRUBBED,
        "-------------- next part --------------\nAn HTML attachment was scrubbed...\nURL: http://lists.example.org/a.html",
        "[[alternative HTML version deleted]]",
        "[Non-text portions of this message have been removed]",
        "No virus found in this incoming message.\nChecked by a scanner.\nVersion: 7.5",
        "Virus-free. www.scanner.example",
        "Virenfrei. www.scanner.example",
        "Sent wirelessly via BlackBerry from T-Mobile.",
        '-\nTo unsubscribe from this list: send the line "unsubscribe kiln" in\na message to owner@lists.example',
        "-----------\nPosted by: Pat <pat@example.org>\n-----------\n\nVisit the group at groups.example.com/x",
        f"{'-' * 78}\nLearn what is new.\nhttp://ads.example/1\n{'_' * 47}\nkiln mailing list\nkiln@lists.example.org",
        "---\nReply to this email directly or view it on the hub of all relays:\nhttps://hub.example/12",
        "------------- Groups Sponsor -------------~-->\n4 discs free\n-------------------~->\n\nTo leave, write to "
        "kiln-unsubscribe@groups.example.com",
    ],
)
def test_what_lists_and_scanners_note_at_the_end_is_cut(note: str) -> None:
    assert new_text(f"Use an SSR.\n\n{note}\n") == "Use an SSR."
    footer = f"{'_' * 47}\nkiln mailing list\nkiln@lists.example.org\n"
    assert new_text(f"Use an SSR.\n\n{note}\n{footer}") == "Use an SSR."


@pytest.mark.parametrize(
    "body",
    [
        "-------------- next part --------------\nof my story\nfollows here.",
        "The attachment was scrubbed.",
        "No virus was found\nin the box.",
        "-\nTo unsubscribe is what I want.",
    ],
)
def test_what_only_resembles_such_a_note_stays(body: str) -> None:
    assert new_text(f"Use an SSR.\n\n{body}\n") == f"Use an SSR.\n\n{body}"


@pytest.mark.parametrize("drawn", ["...", "-----------", "***", "=====", "---"])
def test_between_a_drawn_line_and_the_footer_of_a_list_a_person_may_go_on(drawn: str) -> None:
    below = "Of course it is the second relay of the two that is meant, and not the first."
    footer = f"{'_' * 47}\nkiln mailing list\nkiln@lists.example.org\n"
    assert new_text(f"Use an SSR.\n\n{drawn}\n{below}\n\n{footer}") == f"Use an SSR.\n\n{drawn}\n{below}"


def test_what_a_person_writes_below_a_line_of_dashes_stays():
    body = "First this.\n----\nThen please take me off your list, see https://blog.example/why"
    assert new_text(body + "\n") == body


def test_legal_text_right_below_a_signature_is_cut_and_the_signature_stays():
    legal = "This e-mail is confidential and intended for the addressee only. Remove it from your system."
    assert new_text(f"Is it open?\n\nMoira Kell | Kell Ltd\n{legal}\n") == "Is it open?\n\nMoira Kell | Kell Ltd"
    assert new_text("I read\nthis e-mail is confidential, so\nI wonder.\n\nYes\n").startswith("I read")
