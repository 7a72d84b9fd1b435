"""New text: lines of a person that look like a client's or a list's, and lines of clients that look like a person's."""

import pytest
from written_mail import mail_of

from mailproc.mail.text.new_text import find_new_text

QUOTE = "On Tue, 3 Mar 2026 at 09:12, Acme News <news@acme.example> wrote:\n\n> Hello\n> subscriber\n"
LIST_FOOTER = "_______________________________________________\npumps mailing list\npumps@lists.example.org\n"


def new_text(body: str) -> str:
    return find_new_text(mail_of(body)).text


def test_what_stands_in_a_fence_is_shown() -> None:
    shown = "It fails:\n\n```\n> pour --angle 60\n-- \nFrom: a@example.org\n```\n\nSo there."
    assert new_text(f"{shown}\n\n{QUOTE}") == shown


def test_a_fence_that_is_not_closed_shows_nothing() -> None:
    assert new_text(f"It fails:\n\n```\npour\n\n{QUOTE}") == "It fails:\n\n```\npour"
    assert new_text("It fails:\n\n```\n> pour\n") == "It fails:\n\n```"


@pytest.mark.parametrize(
    "introduction",
    [
        "On Tue, 3 Mar 2026 at 09:12, Acme News <news@acme.example> wrote:",
        "From: Acme News <news@acme.example>\nSent: Tuesday, 3 March 2026 09:12\nTo: Pat\nSubject: News",
        "-----Original Message-----\nFrom: Acme News",
    ],
)
def test_a_fence_ends_before_what_introduces_a_quote(introduction: str) -> None:
    assert new_text(f"Look:\n```\npour\n\n{introduction}\n\nHello\n```\noffers\n") == "Look:\n```\npour"


def test_behind_a_fence_that_nothing_closes_none_is_looked_for() -> None:
    unclosed = "```a\n" + "so it is\n" * 300
    assert new_text(f"{unclosed}```\n> quoted\n```\n") == f"{unclosed}```\n```"
    assert new_text("Look: `a`\n```b```\n```\n> shown\n```\n") == "Look: `a`\n```b```\n```\n> shown\n```"


def test_a_marked_line_between_two_prompts_is_what_a_program_wrote() -> None:
    session = "$ ls -l /opt\n> /opt -> /srv\n$ ls /srv"
    assert new_text(f"See:\n\n{session}\n") == f"See:\n\n{session}"
    assert new_text("See:\n\n$ ls\n> why that?\n\nBecause.\n") == "See:\n\n$ ls\nBecause."


def test_an_angry_face_is_no_quote() -> None:
    assert new_text(f">:(\n\n{QUOTE}") == ">:("
    assert new_text(f"{QUOTE}\n>:(\n\nNo.\n") == ">:(\n\nNo."
    assert new_text("> (\n\nNo.\n") == "No."


@pytest.mark.parametrize(
    "attribution",
    [
        "  On Tue, 3 Oct 2023 at 11:55, Cover Team<team@cover.example> wrote:   Dear Sandra,",
        "On Tuesday, October 3, 2023, 11:55 AM, Cover Team <team@cover.example> wrote: Dear Sandra,",
        "Le mar. 3 oct. 2023 à 11:55, Cover <team@cover.example> a écrit : Bonjour,",
        "Am Di., 3. Okt. 2023 um 11:55 Uhr schrieb Cover <team@cover.example>: Guten Tag,",
        "From: Cover Team <team@cover.example> Sent: 3 October 2023 11:55 To: Sandra Subject: Your cover Dear Sandra,",
        "Von: Cover <team@cover.example> Gesendet: Dienstag, 3. Oktober 2023 11:55 An: Sandra Betreff: Ihr Vertrag",
    ],
)
def test_a_quote_may_begin_on_the_line_that_introduces_it(attribution: str) -> None:
    assert new_text(f"No, it is sold.\n\n{attribution}\nyour cover ends.\n\nTo unsubscribe, write.\n") == (
        "No, it is sold."
    )


@pytest.mark.parametrize(
    "said",
    [
        "On Monday at 9:00 Pat said: come home.",
        "On 3 March Pat <pat@example.org> wrote to me, at 9:00 already: come home.",
        "On 3 October you wrote to team@cover.example: come home.",
        "From: Leeds To: York Date: Friday, at 9:00",
        "Mail pat@example.org (3 March, 9:00): come home.",
        "As Pat <pat@example.org> wrote:",
        "Am 3. März schrieb Pat an alle:",
        "Comme Pat <pat@example.org> écrit :",
    ],
)
def test_what_tells_of_a_mail_in_a_sentence_introduces_no_quote(said: str) -> None:
    assert new_text(f"Hello,\n\n{said}\nand so I did.\n\n{QUOTE}") == f"Hello,\n\n{said}\nand so I did."


def test_a_sentence_that_leads_to_a_marked_quote_goes_with_it() -> None:
    assert new_text("As Pat <pat@example.org> wrote:\n> come home\n\nI did.\n") == "I did."


@pytest.mark.parametrize("who", ["MD", "ПК", "Ż"])
def test_lone_lines_quoted_by_initials_are_cut(who: str) -> None:
    body = f"Hello,\n\nOn Tuesday, July 19, 2005, 3:40:18 PM, you wrote:\n\n{who}> One?\n\nYes.\n\n{who}> Two?\n\nNo.\n"
    assert new_text(body) == "Hello,\nYes.\nNo."


def test_initials_that_nothing_introduced_are_a_persons() -> None:
    body = "Hello,\n\nПК> Один?\n\nYes, so I said.\n"
    assert new_text(body) == body.strip()


def test_a_person_may_draw_lines_above_the_footer_of_a_list() -> None:
    table = "Here:\n______________\n| M2 | 0.62 |\n______________\nThe phase is against UTC."
    assert new_text(f"{table}\n{LIST_FOOTER}") == table
    assert new_text(f"No.\n{LIST_FOOTER}") == "No."
    assert new_text(f"No.\n_____________________\nGet mail at https://mail.example/\n{LIST_FOOTER}") == "No."


@pytest.mark.parametrize(
    "said",
    [
        "Sent from my side: everything that was asked for.",
        "Sent from Leeds on Friday, by rail.",
        "Sent by post on Friday.",
        "Gesendet von Bonn aus am Freitag.",
        "Envoyé par la poste, vendredi.",
    ],
)
def test_a_sentence_about_something_sent_is_a_persons(said: str) -> None:
    assert new_text(f"Hello there.\n\n{said}\n\n{QUOTE}") == f"Hello there.\n\n{said}"


@pytest.mark.parametrize(
    "device",
    [
        "Sent from my iPhone.",
        "Sent from my iPhone, please excuse any typos.",
        "Sent from Outlook, on the go.",
        "Sent from my Galaxy: sorry for typos",
        "Sent with Sparrow",
        "Sent from Proton Mail, Swiss-based encrypted email.",
        "Von meinem Mobiltelefon gesendet.",
    ],
)
def test_what_a_device_adds_is_cut_with_or_without_a_full_stop(device: str) -> None:
    assert new_text(f"Hello there.\n\n{device}\n\n{QUOTE}") == "Hello there."


@pytest.mark.parametrize(
    "said",
    [
        "Please consider the environment and send me fewer brochures.",
        "This email is confidential, please do not tell my boss.",
        "The information in this mail is confidential, so tell nobody: I am leaving.",
        "Disclaimer: I have no idea.",
    ],
)
def test_who_speaks_of_himself_wrote_no_legal_text(said: str) -> None:
    assert new_text(f"Hello there.\n\n{said}\n\n{QUOTE}") == f"Hello there.\n\n{said}"


@pytest.mark.parametrize(
    "legal",
    [
        "Please consider the environment before printing this email.",
        "This email is confidential. If you are not the intended recipient, please tell me and delete it.",
        "If you have received this message in error, notify me at once.",
        "Disclaimer: no liability is accepted for viruses in mails from me.",
    ],
)
def test_legal_text_is_cut_also_where_one_lawyer_speaks(legal: str) -> None:
    assert new_text(f"Hello there.\n\n{legal}\n\n{QUOTE}") == "Hello there."


@pytest.mark.parametrize("more", ["PS the key is under the mat", "PS: the key is under the mat"])
def test_a_postscript_below_a_signature_is_read(more: str) -> None:
    assert new_text(f"Hello.\n\n-- \nPat\n\n{more}\n\n{QUOTE}") == f"Hello.\n{more}"


def test_a_postscript_may_stand_right_below_the_name() -> None:
    assert new_text("Hello.\n\n--\nPat\nPS: the key is under the mat\n") == "Hello.\nPS: the key is under the mat"
    assert new_text("Hello.\n\n--\nPat\nPS Media, York\n") == "Hello."


def test_a_sentence_below_three_dashes_is_new_and_a_name_or_a_lists_words_are_not() -> None:
    assert new_text("Hello.\n\n---\nAnd now the other thing.\n") == "Hello.\n\n---\nAnd now the other thing."
    assert new_text("Hello.\n\n---\nPat Doe\nAcme Pumps Ltd.\n") == "Hello."
    assert new_text("Hello.\n\n---\nMail us to be removed from this list.\n") == "Hello."


@pytest.mark.parametrize(
    "divider",
    [
        "----- Mail original -----",
        "-=-=- reply above this line -=-=-",
        "Pat Doe ---03/03/2026 09:12:11 AM---Hello subscriber",
    ],
)
def test_more_dividers(divider: str) -> None:
    assert new_text(f"No, thank you.\n\n{divider}\n\nHello subscriber,\nour offers\n") == "No, thank you."


def test_a_date_between_dashes_in_a_sentence_is_no_divider() -> None:
    said = "The pump --- 03/03/2026 at the latest --- must go."
    assert new_text(f"{said}\n\nIt is old.\n") == f"{said}\n\nIt is old."


@pytest.mark.parametrize(
    "device",
    [
        "Отправлено с Aqua Mail для Android\nhttps://www.aqua.example/aqua-mail",
        "Sent with Aqua Mail for Android\n<https://www.aqua.example/aqua-mail>",
        "<https://www.avast.example/a?b=c> Virus-free. www.avast.example\n<https://www.avast.example/a>\n<#DAB4F-2DD7>",
        "Get BlueMail for Android",
        "Obtener BlueMail para Android",
        "Secured with Tuta Mail: https://tuta.example/free",
        "P Please consider the environment before printing this e-mail",
        "__._,_.___\nPosted by: Pat <pat@example.org>\nReply via web post  Reply to sender",
    ],
)
def test_what_clients_and_lists_add_is_cut_with_the_links_below_it(device: str) -> None:
    assert new_text(f"No more of it.\n\n{device}\n") == "No more of it."
    assert new_text(f"No more of it.\n\nPat\n{device}\n\n{QUOTE}") == "No more of it.\n\nPat"


@pytest.mark.parametrize(
    "said",
    [
        "See here:\nhttps://example.org/a",
        "Sent with love",
        "Mit der Post gesendet",
        "Enviado por correo el viernes",
        "Get Signal and call me",
        "P please",
    ],
)
def test_links_and_parcels_of_a_person_are_read(said: str) -> None:
    assert new_text(f"Hello there.\n\n{said}\n\n{QUOTE}") == f"Hello there.\n\n{said}"


@pytest.mark.parametrize(
    "footer",
    [
        "---\nTo stop these mails, click here.",
        "---\nTo opt out, write STOP.",
        "---\nZum Abmelden bitten wir um eine Antwort.",
        "---\nVous pouvez vous désinscrire ici.",
        f"_____________________\nTo opt out, reply with STOP\n{LIST_FOOTER}",
        f"_____________________\nStop these mails: write to the list\n{LIST_FOOTER}",
    ],
)
def test_how_to_leave_below_a_drawn_line_is_never_the_persons(footer: str) -> None:
    assert new_text(f"It works.\n\n{footer}\n") == "It works."
