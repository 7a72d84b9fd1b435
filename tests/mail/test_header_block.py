"""Header blocks and dividers above quoted mail, in the languages of the clients."""

import pytest
from written_mail import mail_of

from mailproc.mail.text.header_block import header_block_end
from mailproc.mail.text.new_text import find_new_text

QUOTED = "Hello subscriber,\n\nour offers.\nTo unsubscribe from these emails click here.\n"

LABELS = [
    ("From", "Sent", "To", "Subject"),
    ("Von", "Gesendet", "An", "Betreff"),
    ("De", "Envoyé", "À", "Objet"),
    ("De", "Enviado el", "Para", "Asunto"),
    ("Da", "Inviato", "A", "Oggetto"),
    ("De", "Enviada em", "Para", "Assunto"),
    ("Van", "Verzonden", "Aan", "Onderwerp"),
    ("Från", "Skickat", "Till", "Ämne"),
    ("Fra", "Sendt", "Til", "Emne"),
    ("Lähettäjä", "Lähetetty", "Vastaanottaja", "Aihe"),
    ("Od", "Wysłano", "Do", "Temat"),
    ("Od", "Odesláno", "Komu", "Předmět"),
    ("Od", "Odoslané", "Komu", "Predmet"),
    ("Feladó", "Elküldve", "Címzett", "Tárgy"),
    ("De la", "Trimis", "Către", "Subiect"),
    ("От", "Изпратено", "До", "Относно"),
    ("От кого", "Отправлено", "Кому", "Тема"),
    ("Від", "Надіслано", "Кому", "Тема"),
    ("Από", "Στάλθηκε", "Προς", "Θέμα"),
    ("Kimden", "Gönderildi", "Kime", "Konu"),
    ("מאת", "נשלח", "אל", "נושא"),
    ("من", "تم الإرسال", "إلى", "الموضوع"),
    ("差出人", "送信日時", "宛先", "件名"),
    ("发件人", "发送时间", "收件人", "主题"),
    ("寄件者", "寄件日期", "收件者", "主旨"),
    ("보낸 사람", "보낸 날짜", "받는 사람", "제목"),
    ("Từ", "Đã gửi", "Đến", "Chủ đề"),
    ("จาก", "ส่ง", "ถึง", "เรื่อง"),
    ("Dari", "Dikirim", "Kepada", "Subjek"),
]
VALUES = ("Acme News <news@acme.example>", "3/3/2026 09:12", "pat@example.org", "March news")

DIVIDERS = [
    "-----Original Message-----",
    "----- Original Message -----",
    "-------- Original message --------",
    "-----Ursprüngliche Nachricht-----",
    "-----Message d'origine-----",
    "-----Mensaje original-----",
    "-----Messaggio originale-----",
    "-----Mensagem original-----",
    "-----Oorspronkelijk bericht-----",
    "-----Ursprungligt meddelande-----",
    "-----Oprindelig meddelelse-----",
    "-----Opprinnelig melding-----",
    "-----Alkuperäinen viesti-----",
    "-----Wiadomość oryginalna-----",
    "---------- Původní e-mail ----------",
    "-----Исходное сообщение-----",
    "-----Оригінальне повідомлення-----",
    "-----Özgün İleti-----".replace("İ", "i"),
    "------------------ 原始邮件 ------------------",
    "-----元のメッセージ-----",
    "-----원본 메시지-----",
    "*-----Original Message-----*",
    "_____ Original Message _____",
]
FORWARDS = [
    "---------- Forwarded message ----------",
    "---------- Forwarded message ---------",
    "-------- Forwarded Message --------",
    "-------- Weitergeleitete Nachricht --------",
    "-------- Message transféré --------",
    "---------- Mensaje reenviado ----------",
    "Begin forwarded message:",
    "Anfang der weitergeleiteten Nachricht:",
    "Début du message réexpédié :",
    "-------- Пересылаемое сообщение --------",
]


def block(labels: tuple[str, ...], colon: str = ": ", mark: str = "") -> str:
    return "".join(
        f"{mark}{label}{colon.rstrip()}{mark} {value}\n" for label, value in zip(labels, VALUES, strict=True)
    )


@pytest.mark.parametrize("labels", LABELS)
def test_a_header_block_of_any_language_ends_what_is_new(labels: tuple[str, ...]) -> None:
    for written in (block(labels), block(labels, " : "), block(labels, "："), block(labels, mark="*")):
        for above in ("", "________________________________\n", "-----\n\n"):
            found = find_new_text(mail_of(f"No, thank you.\n\n{above}{written}\n{QUOTED}"))
            assert found.text == "No, thank you.", written


def test_a_header_block_may_begin_with_any_label() -> None:
    hotmail = (
        "Date: Tue, 3 Mar 2026 09:12:00 +0100\nSubject: March news\nFrom: news@acme.example\nTo: pat@example.org\n"
    )
    assert find_new_text(mail_of(f"No.\n\n{hotmail}\n{QUOTED}")).text == "No."


def test_a_header_block_may_have_wrapped_recipients_and_further_labels() -> None:
    written = (
        "From: Acme News <news@acme.example>\nReply-To: Acme <desk@acme.example>\nDate: Tuesday, 3 March 2026 09:12\n"
        "To: Pat <pat@example.org>; Kim <kim@example.org>;\n  Lee <lee@example.org>\nSubject: March news\n"
    )
    assert find_new_text(mail_of(f"No.\n\n{written}\n{QUOTED}")).text == "No."


def test_a_block_in_the_manner_of_notes_is_a_header_block() -> None:
    written = (
        "Acme News <news@acme.example>\n03.03.2026 09:12\n\nTo\nPat <pat@example.org>\ncc\n\nSubject\nMarch news\n\n"
    )
    assert find_new_text(mail_of(f"No.\n\n{written}{QUOTED}")).text == "No."


@pytest.mark.parametrize(
    "text",
    [
        "From: Paris\nTo: London\nDate: 3 March\n\nPlease book that.",
        "Subject: my order\n\nWhere is it?",
        "To: the team\n\nPlease remove me.",
        "Name: Pat\nAddress: pat@example.org\nPhone: 555-0100\n\nRemove me.",
        "To\nwhom it may concern,\nplease remove me.",
        "----- Details -----\nDate: 3 March\n\nPlease call me.",
    ],
)
def test_lines_with_labels_that_are_no_header_block_stay(text: str) -> None:
    assert find_new_text(mail_of(text + "\n")).text == text


def test_a_header_block_is_looked_for_in_a_bounded_number_of_lines() -> None:
    lines = ["From: a@example.org", *["To: b@example.org"] * 1000]
    assert header_block_end(lines, 0) == 0
    assert header_block_end([*lines[:1], "To: b", "Subject: c"], 0) == 3


@pytest.mark.parametrize("divider", DIVIDERS)
def test_a_divider_ends_what_is_new(divider: str) -> None:
    for below in (QUOTED, "\n" + block(LABELS[0]) + "\n" + QUOTED):
        found = find_new_text(mail_of(f"No, thank you.\n\n{divider}\n{below}"))
        assert found.text == "No, thank you."
        assert {cut.reason for cut in found.cuts} == {"quote"}


@pytest.mark.parametrize("divider", FORWARDS)
def test_what_is_forwarded_is_not_new_and_told_as_forwarded(divider: str) -> None:
    for below in (QUOTED, block(LABELS[0]) + "\n" + QUOTED):
        found = find_new_text(mail_of(f"Look at this.\n\n{divider}\n{below}"))
        assert found.text == "Look at this."
        assert "forwarded" in {cut.reason for cut in found.cuts}


def test_a_divider_in_a_broken_charset_counts_above_a_header_block_only() -> None:
    broken = "-----Urspr??ngliche Nachricht-----"
    assert find_new_text(mail_of(f"Nein.\n\n{broken}\n{block(LABELS[1])}\n{QUOTED}")).text == "Nein."
    assert "and more" in find_new_text(mail_of(f"Nein.\n\n{broken}\n\nand more\n")).text


def test_words_between_dashes_in_a_sentence_divide_nothing() -> None:
    text = "This -- the original message -- was fine.\n- original message\nSee the forwarded message below."
    assert find_new_text(mail_of(text + "\n")).text == text


def test_an_answer_below_a_header_block_counts_when_the_quote_is_marked_and_nothing_stands_above() -> None:
    assert find_new_text(mail_of(f"{block(LABELS[0])}\n> our offers\n\nNo, thank you.\n")).text == "No, thank you."
    below = f"Yes.\n\n{block(LABELS[0])}\n> older quote\nan older answer\n"
    assert find_new_text(mail_of(below)).text == "Yes."


RAW = "From: announce@example.org\nTo: members@example.org\nSubject: Picnic\nMessage-ID: <20120821@example.org>"


@pytest.mark.parametrize("pasted", [RAW, "Return-Path: <bounce@example.org>\nX-Loop: yes\n" + RAW])
def test_a_header_that_a_person_shows_is_new(pasted: str) -> None:
    shown = f"Here they are:\n\n{pasted}\n\nThere is no List-Id. Is that the reason?"
    assert find_new_text(mail_of(shown + "\n")).text == shown


@pytest.mark.parametrize(
    "quoted",
    [
        f"Here they are.\n\n{RAW}\n\n{QUOTED}",
        f"Here they are:\n\n{block(LABELS[0])}\n\n{QUOTED}",
        f"Here they are:\n\n-----Original Message-----\n{RAW}\n\n{QUOTED}",
        f"Here they are:\n\n{RAW}\n\n{QUOTED * 4}",
    ],
)
def test_a_header_that_a_client_put_above_a_quote_is_not_new(quoted: str) -> None:
    assert find_new_text(mail_of(quoted)).text.strip() in ("Here they are.", "Here they are:")


def test_lines_of_an_order_that_resemble_a_header_block_are_new() -> None:
    text = "From: Oslo\nTo: Bergen\nDate: 3 May\nSubject: two tickets\n\nPlease book these."
    assert find_new_text(mail_of(text + "\n")).text == text


def test_one_label_that_nobody_knows_ends_no_header_block() -> None:
    head = "De: Barro <barro@oficina.example>\nPara: forno@listas.example\nRemetida: 8 de Maio\nAssunto: forno\n"
    assert find_new_text(mail_of(f"Pode mandar.\n\n{head}\n{QUOTED}")).text == "Pode mandar."
    form = "From: pat@example.org\nName: Pat\nPhone: 12\nTo: Sales\nSubject: relay\n\nWhere is it?"
    assert find_new_text(mail_of(form + "\n")).text == form


@pytest.mark.parametrize(
    "divider", ["----- Forwarded message from Pat <pat@example.org> -----", "--- Forwarded message ---"]
)
def test_below_the_end_of_what_was_forwarded_the_person_goes_on(divider: str) -> None:
    forwarded = f"{divider}\n\n{block(LABELS[0])}\n{QUOTED}\n----- End forwarded message -----\n"
    assert find_new_text(mail_of(f"Look.\n\n{forwarded}\nIs it yours?\n")).text == "Look.\nIs it yours?"
    assert find_new_text(mail_of(f"Look.\n\n{forwarded}\n-- \nPat\n")).text == "Look."
    assert find_new_text(mail_of(f"Look.\n\n{divider}\n\n{QUOTED}")).text == "Look."
