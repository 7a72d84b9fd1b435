"""What closes a mail and says nothing new, and what only looks like it."""

import pytest
from written_mail import mail_of

from mailproc.mail.text.new_text import find_new_text
from mailproc.mail.text.signature import is_mobile_signature

MOBILE = [
    "Sent from my iPhone",
    "Sent from my Verizon Wireless BlackBerry",
    "Sent from Outlook for Android",
    "Sent from Yahoo Mail on Android",
    "Sent via mobile",
    "Sent with Proton Mail",
    "Sent from my cell, please excuse any typos.",
    "(sent from a phone)",
    "<<sent by galaxy>>",
    "Get Outlook for iOS",
    "\u2063Get BlueMail for Android \u200b",
    "iOS 版 Outlook を入手<https://aka.example/x>",
    "Skaffa Outlook för iOS<https://aka.example/x>",
    "iOS için Outlook'u edinin<https://aka.example/x>",
    "Az Outlook iOS-hez<https://aka.example/x> beszerzése",
    "الحصول على Outlook لـ iOS<https://aka.example/x>",
    "קבל את Outlook עבור iOS<https://aka.example/x>",
    "Gesendet mit Proton Mail <https://proton.example/mail/home> sichere E-Mail.",
    "Get Outlook for Android<https://aka.ms/x>",
    "Von meinem iPhone gesendet",
    "Mit der GMX Mail App gesendet",
    "Gesendet von Outlook für Android<https://aka.ms/x>",
    "Diese Nachricht wurde von meinem Android Mobiltelefon mit WEB.DE Mail gesendet.",
    "Holen Sie sich Outlook für iOS",
    "Envoyé de mon iPhone",
    "Télécharger Outlook pour Android",
    "Enviado desde mi iPhone",
    "Enviado do meu iPhone",
    "Obtener Outlook para Android",
    "Inviato da iPhone",
    "Ottenere Outlook per iOS",
    "Verstuurd vanaf mijn iPhone",
    "Skickat från min iPhone",
    "Sendt fra min iPhone",
    "Lähetetty iPhonesta",
    "Wysłane z iPhone'a",
    "Odesláno z iPhonu",
    "Odoslané z iPhonu",
    "Az iPhone készülékemről küldve",
    "Trimis de pe iPhone-ul meu",
    "Отправлено с iPhone",
    "Надіслано з iPhone",
    "Στάλθηκε από το iPhone μου",
    "iPhone'umdan gönderildi",
    "נשלח מה-iPhone שלי",
    "تم الإرسال من الـ iPhone",
    "iPhoneから送信",
    "发自我的iPhone",
    "從我的 iPhone 傳送",
    "나의 iPhone에서 보냄",
    "Đã gửi từ iPhone của tôi",
    "Dikirim dari iPhone saya",
]
NOT_MOBILE = [
    "Sent from my desk, which is much easier.",
    "Sent it back yesterday",
    "from my phone I cannot unsubscribe",
    "I sent this from my iPhone and nothing happened",
    "von der letzten Mail gesendet",
    "This mail was sent from an address that is not yours",
    "unsubscribe",
]
DISCLAIMERS = [
    "This email and any files transmitted with it are confidential and intended solely for the addressee.",
    "This message is intended only for the person named above.",
    "The information contained in this e-mail is privileged.",
    "CONFIDENTIALITY NOTICE: the contents of this mail are for Pat only.",
    "If you are not the intended recipient, please delete it.",
    "CAUTION: This email originated from outside of the organisation.",
    "Please consider the environment before printing.",
    "Diese E-Mail enthält vertrauliche Informationen.",
    "Ce message et ses pièces jointes sont confidentiels.",
    "Este mensaje es confidencial.",
    "Le informazioni contenute in questo messaggio sono riservate.",
    "Dit bericht is vertrouwelijk.",
    "De informatie in dit bericht is uitsluitend bestemd voor de geadresseerde.",
    "Niniejsza wiadomość jest poufna i przeznaczona wyłącznie dla adresata.",
    "Tato zpráva je důvěrná.",
    "Detta meddelande kan innehålla konfidentiell information.",
    "Denne mail er fortrolig.",
    "Ez az üzenet bizalmas információt tartalmazhat.",
    "Данное сообщение конфиденциально.",
    "Bu e-posta gizli bilgi içerebilir.",
    "הודעה זו מיועדת לנמען בלבד.",
    "هذه الرسالة سرية.",
    "本邮件可能含有保密信息。",
    "본 메일은 지정된 수신인만을 위한 것입니다.",
    "Antes de imprimir, piense en el medio ambiente.",
    "To unsubscribe from this list, please click here.",
]
OWN_WORDS = [
    "Bu mesaj bana neden geldi?",
    "Это письмо мне не нужно.",
    "本店の予約をキャンセルします。",
    "Ez az ár nagyon jó.",
    "Denne mail vil jeg ikke have.",
    "הודעה זו לא מעניינת אותי.",
    "This mail is not what I want, remove me.",
    "The information in this newsletter is boring.",
    "If you are not going to stop, I will complain.",
    "To unsubscribe I clicked your link and nothing happened.",
    "To unsubscribe, click here. But please take me off",
    "To unsubscribe click here.\nI did, and it does nothing.",
    "Important: take me off this list.",
    "Confidential? I do not care. Stop it.",
]
QUOTE = "\n\nOn Tue, 3 Mar 2026, Acme News <news@acme.example> wrote:\n> our offers\n"


@pytest.mark.parametrize("line", MOBILE)
def test_a_mobile_signature_is_cut_above_a_quote_and_at_the_end(line: str) -> None:
    for below in ("\n", QUOTE):
        found = find_new_text(mail_of(f"No, thank you.\n\n{line}{below}"))
        assert found.text == "No, thank you."
        assert "mobile_signature" in {cut.reason for cut in found.cuts}


@pytest.mark.parametrize("line", MOBILE)
def test_a_mail_with_a_mobile_signature_alone_is_empty(line: str) -> None:
    assert find_new_text(mail_of(f"\n{line}{QUOTE}")).text == ""


@pytest.mark.parametrize("line", NOT_MOBILE)
def test_a_sentence_that_begins_like_a_mobile_signature_stays(line: str) -> None:
    assert not is_mobile_signature(line)
    assert find_new_text(mail_of(f"Hello,\n{line}\n")).text == f"Hello,\n{line}"


@pytest.mark.parametrize("delimiter", ["-- ", "--", "---"])
def test_a_signature_below_its_delimiter_is_cut(delimiter: str) -> None:
    for below in ("\n", QUOTE):
        found = find_new_text(mail_of(f"No -- thank you.\n{delimiter}\nPat Smith\nAcme Ltd{below}"))
        assert found.text == "No -- thank you."


def test_a_signature_below_the_quote_is_cut() -> None:
    assert find_new_text(mail_of(f"No.{QUOTE}\n-- \nPat Smith\nAcme Ltd\n")).text == "No."


def test_much_text_below_two_dashes_is_no_signature() -> None:
    text = "first\n--\n" + "\n".join(f"line {n}" for n in range(20))
    assert find_new_text(mail_of(text + "\n")).text == text


def test_what_stands_below_a_delimiter_stays_where_nothing_else_was_written() -> None:
    assert "take me off" in find_new_text(mail_of("--\ntake me off\n")).text


def test_a_closing_formula_and_name_stay() -> None:
    assert find_new_text(mail_of(f"No.\n\nBest regards\nPat{QUOTE}")).text == "No.\n\nBest regards\nPat"


@pytest.mark.parametrize("text", DISCLAIMERS)
def test_a_disclaimer_is_cut_above_and_below(text: str) -> None:
    assert find_new_text(mail_of(f"No, thank you.\n\n{text}\nand so on.\n")).text == "No, thank you."
    assert find_new_text(mail_of(f"{text}\nand so on.\n\nNo, thank you.\n")).text == "No, thank you."


@pytest.mark.parametrize("text", OWN_WORDS)
def test_own_words_that_begin_like_a_disclaimer_stay(text: str) -> None:
    assert find_new_text(mail_of(f"Hello,\n\n{text}\n")).text == f"Hello,\n\n{text}"


def test_legal_text_in_a_box_is_cut_with_its_box() -> None:
    box = "*" * 60 + "\nViews are personal.\nThis is for the named recipient only.\n" + "*" * 60 + "\n"
    assert find_new_text(mail_of(f"No.\n\n{box}")).text == "No."
    assert find_new_text(mail_of(f"{box}\nNo.\n")).text == "No."


def test_other_text_between_rules_stays() -> None:
    text = "-----\nPlease take me off.\n-----\nThank you."
    assert find_new_text(mail_of(text + "\n")).text == text


def test_the_footer_of_a_mailing_list_is_cut() -> None:
    footer = "_" * 47 + "\nnews mailing list\nnews@lists.example.org\nhttps://lists.example.org/news\n"
    assert find_new_text(mail_of(f"No.\n\nPat\n\n{footer}")).text == "No.\n\nPat"


def test_drawn_lines_at_the_end_are_cut() -> None:
    assert find_new_text(mail_of("No ---------- thank you.\n\n--\n***\n####\n~~~~~\n======\n_______\n")).text == (
        "No ---------- thank you."
    )


@pytest.mark.parametrize("mark", ["PS:", "P.S.", "P.S:", "PPS", "ps -", "P.-S. :", "PD:"])
def test_a_postscript_below_the_signature_is_new(mark: str) -> None:
    body = f"Too thick.\n\n-- \nPat\nOdense\n\n{mark} write to me\noff list!\n"
    assert find_new_text(mail_of(body)).text == f"Too thick.\n{mark} write to me\noff list!"


@pytest.mark.parametrize("line", ["PS Engineering Ltd", "psychology dept.", "P.S. Mueller", "PD Dr. Pat Vale"])
def test_a_signature_that_begins_like_a_postscript_is_cut(line: str) -> None:
    assert find_new_text(mail_of(f"Too thick.\n\n-- \n{line}\nOdense\n")).text == "Too thick."


def test_a_list_that_is_named_with_its_address_below_a_rule_is_a_footer() -> None:
    rule = "_" * 47
    assert find_new_text(mail_of(f"Vai.\n\n{rule}\nLista encontro\nencontro@listas.example.org\n")).text == "Vai."
    own = f"Please remove\n\n{rule}\nthis one:\nencontro@listas.example.org"
    assert find_new_text(mail_of(own + "\n")).text == own


@pytest.mark.parametrize(
    "below",
    [
        "Please remove me from this list.",
        "Now my question: why does it fail\nwhen the button is pressed?",
        "Second: no. Could you send me another?",
        "Bitte löschen Sie mich.",
    ],
)
@pytest.mark.parametrize("line", ["---", "--"])
def test_words_to_the_reader_below_a_line_of_dashes_are_new(line: str, below: str) -> None:
    assert find_new_text(mail_of(f"Hello,\n{line}\n{below}\n")).text == f"Hello,\n{line}\n{below}"
    assert find_new_text(mail_of(f"Hello,\n{line}\nPat Vale\n{below}\n")).text == "Hello,"


@pytest.mark.parametrize("below", ["Pat Vale\nKiln Ltd, https://kiln.example", "We heat it.", "please recycle"])
@pytest.mark.parametrize("line", ["---", "--", "-- "])
def test_a_signature_below_a_line_of_dashes_is_cut(line: str, below: str) -> None:
    assert find_new_text(mail_of(f"Hello,\n\n{line}\n{below}\n")).text == "Hello,"


def test_below_the_delimiter_of_the_standard_even_a_sentence_is_a_signature() -> None:
    assert find_new_text(mail_of("Hello,\n\n-- \nI think, therefore I am. Do you?\n")).text == "Hello,"
