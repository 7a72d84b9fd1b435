"""New text: sentences of a person that begin as what clients, lists and lawyers write, and what these write."""

import pytest
from written_mail import html_mail, mail_of

from mailproc.mail.text.new_text import find_new_text

QUOTE = "On Tue, 3 Mar 2026 at 09:12, Acme News <news@acme.example> wrote:\n\n> Hello\n> subscriber\n"


def new_text(body: str) -> str:
    return find_new_text(mail_of(body)).text


@pytest.mark.parametrize(
    "lead",
    [
        "On 3 March 2026 your colleague wrote:",
        "Am 3. März schrieb Ihre Kollegin:",
        "Le 3 mars votre collègue m'a écrit :",
        "Le 3 mars 2026 à 10:00 elle m'a écrit :",
        "El 3 de marzo su compañera me escribió:",
        "Il 3 marzo la collega mi ha scritto:",
        "Op 3 maart schreef uw collega:",
        "Den 3 mars skrev din kollega:",
        "3 марта ваша коллега мне написала:",
    ],
)
def test_whose_colleague_wrote_to_whom_is_told_by_no_client(lead: str) -> None:
    told = f"{lead}\nit is lost. Where is it?"
    assert new_text(f"{told}\n\n{QUOTE}") == told
    assert new_text(f"{QUOTE}\n{told}\n") == told
    assert new_text(f"No.\n\n{lead}\n> it is lost\n") == "No."


@pytest.mark.parametrize(
    "attribution",
    [
        "On 3 March 2026 at 10:00 Your Local Gym wrote:",
        "On 3 March 2026, Your Local Gym <news@gym.example> wrote:",
        "Le 3 mars 2026 à 10:00, Notre Lettre a écrit :",
        "Am 3. März 2026 um 10:00 schrieb Meine Zeitung:",
    ],
)
def test_whoever_is_called_so_is_quoted_all_the_same(attribution: str) -> None:
    assert new_text(f"No.\n\n{attribution}\n\nHello subscriber\n") == "No."


@pytest.mark.parametrize(
    "sentence",
    [
        "On 3 March Pat (pat@example.org) will bring:\n2 chairs",
        "On 3 March please write to pat@example.org:\nshe knows",
    ],
)
def test_a_day_without_year_and_hour_introduces_no_quote_unless_somebody_wrote(sentence: str) -> None:
    assert new_text(f"{QUOTE}\n{sentence}\n") == sentence


@pytest.mark.parametrize(
    "attribution",
    [
        "Þann þri., 3. mar. 2026 kl. 09:00 skrifaði Acme <news@acme.example>:",
        "V V tor., 3. mar. 2026 ob 09:00 je oseba Acme <news@acme.example> napisala:",
        "--- Antworten Sie bitte oberhalb dieser Zeile ---",
        "=-=-= Please reply above this line =-=-=",
        "3 Mar 2026, 10:00, Acme <news@acme.example>:",
        "On 03/03/26 Acme <news@acme.example>:",
    ],
)
def test_what_introduces_one(attribution: str) -> None:
    assert new_text(f"No.\n\n{attribution}\n\nHello subscriber\n") == "No."


@pytest.mark.parametrize(
    "block",
    [
        "From: Monday 4 May\nTo: Friday 8 May\nSubject: to availability",
        "From: home\nTo: work\nSubject: late again",
    ],
)
def test_from_to_and_subject_without_address_and_hour_are_somebodys_own(block: str) -> None:
    told = f"Please change it:\n\n{block}\n\nand tell me the price."
    assert new_text(f"{told}\n\n{QUOTE}") == told


@pytest.mark.parametrize(
    "block",
    [
        "From: Acme News\nSent: Tuesday, 3 March 2026 09:12\nTo: Pat\nSubject: News",
        "From: Acme News\nSent: Tuesday, 3 March 2026\nSubject: News",
        "From: news@acme.example\nTo: pat@example.org\nSubject: News",
    ],
)
def test_with_an_address_or_an_hour_they_are_a_clients(block: str) -> None:
    assert new_text(f"No.\n\n{block}\n\nHello subscriber\n") == "No."


@pytest.mark.parametrize("delimiter", ["--", "---"])
@pytest.mark.parametrize(
    "rest", ["but not on Sundays", "and for the children\n\n=> pasta", "aber nicht am Sonntag", "3) next year"]
)
def test_what_goes_on_below_dashes_is_no_signature(delimiter: str, rest: str) -> None:
    assert new_text(f"Fine.\n{delimiter}\n{rest}\n\n{QUOTE}") == f"Fine.\n{delimiter}\n{rest}"


@pytest.mark.parametrize("signature", ["bob", "Bob and Alice", "and/or Ltd", "to unsubscribe click here"])
def test_a_name_below_dashes_is_one(signature: str) -> None:
    assert new_text(f"Fine.\n--\n{signature}\n\n{QUOTE}") == "Fine."


@pytest.mark.parametrize("request_below", ["unsubscribe me please", "Please unsubscribe"])
def test_a_request_below_a_drawn_line_is_no_footer(request_below: str) -> None:
    for above in ("", "Hello,\n\n"):
        assert request_below in new_text(f"{above}_____\n{request_below}\n\n{QUOTE}")


@pytest.mark.parametrize(
    "footer",
    [
        "To unsubscribe, send a mail to pumps-leave@lists.example.org",
        "Unsubscribe: https://lists.example.org/pumps",
        "Unsubscribe | Settings | Help",
        "You can unsubscribe by following the link in any of our letters to you",
    ],
)
def test_how_one_unsubscribes_below_a_drawn_line_is_one(footer: str) -> None:
    assert new_text(f"Fine.\n_____\n{footer}\n\n{QUOTE}") == "Fine."


@pytest.mark.parametrize(
    "sentence",
    [
        "Sent from my balcony with a glass of your own wine",
        "Sent from Leeds the parcel took nine days",
        "Enviado desde Sevilla el día 3 por la tarde",
        "The information in this leaflet is intended for children?",
        "Confidentiality notice? You must be joking.",
        "Legal notice came today, what now?",
        "Please consider the environment and stop the paper letters",
        "Este mensaje es confidencial, no se lo diga a mi marido.",
        "Bitte denken Sie an die Umwelt und schicken Sie kein Papier",
        "Important: the parcel of the other customer is still here.",
        "Please excuse any errors in the form, the spelling of Lodz above all",
        "Diese Nachricht ist vertraulich, mein Mann weiß nichts davon.",
        "This email is confidential, so please do not show it to Mr Brown.",
    ],
)
def test_a_sentence_that_begins_as_clients_and_lawyers_do_is_kept(sentence: str) -> None:
    assert new_text(f"{sentence}\n\n{QUOTE}") == sentence
    assert new_text(f"Hello.\n\n{sentence}\n\nGo on.\n\n{QUOTE}") == f"Hello.\n\n{sentence}\n\nGo on."


@pytest.mark.parametrize(
    "line",
    [
        "The content of this email is confidential and may be privileged.",
        "The contents of this message are intended for the addressee only.",
        "AVISO LEGAL: Este mensaje y sus anexos son confidenciales.",
        "AVISO DE CONFIDENCIALIDAD: la información es privada.",
        "Please consider the environment and do not print this email.",
        "Diese Nachricht ist vertraulich. Wer nicht der Empfänger ist, informiere mich bitte.",
        "Este mensaje es confidencial. Si lo ha recibido por error, avíseme a mi dirección.",
        "Hinweis: Diese E-Mail ist vertraulich.",
        "IMPORTANT: The contents of this email are confidential.",
        "CONFIDENTIALITY NOTICE: This e-mail is for the sole use of the intended recipient.",
        "Any views expressed in this message are those of the individual sender.",
        "Do you really need to print this email?",
        "Bitte denken Sie an die Umwelt, bevor Sie diese E-Mail drucken.",
        "Questa e-mail è confidenziale.",
        "Ta wiadomość jest poufna.",
        "Sitz der Gesellschaft: Ulm, Registergericht Ulm HRB 00000",
        "Amtsgericht Ulm, HRB 00000",
        "Envoyé à partir d’Outlook pour iOS",
        "Pobierz aplikację Outlook dla systemu iOS",
        "Získejte Outlook pro iOS",
        "Küldve az iPhone-omról",
        "Enviat des del meu iPhone",
        "ส่งจาก iPhone ของฉัน",
        "Sent from my iPhone\nPlease excuse typos",
        "docomoのスマートフォンから送信",
        "احصل على Outlook لـ iOS",
        "[image: LinkedIn] <https://social.example/in/pat> [image: Photos] <https://social.example/pat>",
        "[image: Tracker] <https://tracker.example?utm_source=x> Sender notified by Tracker",
    ],
)
def test_clients_and_lawyers_write_so(line: str) -> None:
    assert new_text(f"No.\n\n{line}\n\n{QUOTE}") == "No."


def test_a_picture_that_is_all_there_is_stays() -> None:
    assert new_text(f"[image: my cat]\n\n{QUOTE}") == "[image: my cat]"


@pytest.mark.parametrize("lead", ["Sie schrieben am 4. Oktober 2025, 07:12:44:", "You wrote on 4 October 2025:"])
def test_a_quote_by_initials_that_are_a_prompt_elsewhere(lead: str) -> None:
    assert new_text(f"No.\n\n{lead}\n\nR> Mushrooms in October\nR> Enjoy!\n") == "No."
    assert new_text("It fails:\n\nR> library(x)\nR> x(1)\n\nWhy?").count("R>") == 2


OUTLOOK = (
    '<hr tabindex="-1"><div id="divRplyFwdMsg"><b>From:</b> Acme News<br><b>Sent:</b> Tuesday</div>'
    "<p>Hello subscriber</p>"
)


def new_text_of_html(html: str) -> str:
    return find_new_text(html_mail(html)).text


@pytest.mark.parametrize("style", ["border-top:solid black 1.0pt", "background:#efefef"])
def test_a_box_of_ones_own_may_begin_with_a_colon(style: str) -> None:
    html = f'<p>Hello,</p><div style="{style}"><p>Please: stop it.</p></div><p>Thanks</p>{OUTLOOK}'
    assert new_text_of_html(html) == "Hello,\nPlease: stop it.\nThanks"


@pytest.mark.parametrize(
    "labels",
    [
        "<b>From:</b> Acme News<br><b>Sent:</b> Tuesday",
        "<b>发件人:</b> Acme<br><b>主题:</b> News",
        "<b>Sendandi:</b> Acme<br><b>Dagsetning:</b> Tuesday<br><b>Efni:</b> News",
    ],
)
def test_a_box_with_labels_of_headers_begins_what_is_quoted(labels: str) -> None:
    html = f'<p>No.</p><div style="border-top:solid black 1.0pt"><p>{labels}</p></div><p>Hello subscriber</p>'
    assert new_text_of_html(html) == "No."


@pytest.mark.parametrize("container", ['class="gmail_signature"', 'id="Signature"', 'class="moz-signature"'])
def test_what_was_written_into_the_signature_is_kept_where_nothing_else_is(container: str) -> None:
    assert new_text_of_html(f"<div {container}><p>Stop it please</p></div>{OUTLOOK}") == "Stop it please"
    assert new_text_of_html(f"<p>No.</p><div {container}>Pat Lee</div>{OUTLOOK}") == "No."
    assert new_text_of_html(f"<div {container}>Pat Lee</div>{OUTLOOK}") == ""
    assert new_text_of_html(f"<div {container}>Sent from my iPhone</div>{OUTLOOK}") == ""


def test_an_armoured_signature_alone_is_nothing_written() -> None:
    assert new_text("-----BEGIN PGP SIGNATURE-----\n\niQEz\n-----END PGP SIGNATURE-----\n") == ""


def test_what_is_typed_below_the_mark_of_outlook_and_above_its_line_is_kept() -> None:
    assert new_text_of_html(f'<div id="appendonsend"></div><p>Stop it please</p>{OUTLOOK}') == "Stop it please"
    assert new_text_of_html('<p>No.</p><div id="appendonsend"></div><p>Hello subscriber</p>') == "No."
