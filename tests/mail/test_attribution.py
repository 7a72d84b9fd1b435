"""Attribution lines of many languages and clients, on one line and wrapped, over marked and unmarked quotes."""

import pytest
from written_mail import mail_of

from mailproc.mail.text.new_text import find_new_text

QUOTED = """Hello subscriber,

our offers of this week.
To unsubscribe from these emails click here."""

ATTRIBUTIONS = [
    "On Tue, 3 Mar 2026 at 09:12, Acme News <news@acme.example> wrote:",
    "Acme News <news@acme.example> wrote:",
    "Acme News wrote on 03.03.2026 09:12:",
    "On Mar 3, 2026, at 9:12 AM, Acme News <news@acme.example> wrote:",
    "    On Tuesday, March 3, 2026 at 09:12:00 AM GMT+1, Acme News <news@acme.example> wrote:  ",
    "At 09:12 AM 3/3/2026 +0100, Acme News wrote:",
    "Am Di., 3. März 2026 um 09:12 Uhr schrieb Acme News <news@acme.example>:",
    "Acme News <news@acme.example> schrieb am Di., 3. März 2026, 09:12:",
    "Am 03.03.26 um 09:12 schrieb Acme News:",
    'Am 03.03.2026 3:35 nachm. schrieb "Acme News" <news@acme.example>:',
    "Le mar. 3 mars 2026 à 09:12, Acme News <news@acme.example> a écrit :",
    "El mar, 3 mar 2026 a las 9:12, Acme News (<news@acme.example>) escribió:",
    "El dt., 3 de març 2026 a les 9:12, Acme News va escriure:",
    "Il giorno mar 3 mar 2026 alle ore 09:12 Acme News <news@acme.example> ha scritto:",
    'In data 3 marzo 2026 09:12:31 "Acme News" <news@acme.example> ha scritto:',
    "Em ter., 3 de mar. de 2026 às 09:12, Acme News <news@acme.example> escreveu:",
    "Op di 3 mrt 2026 om 09:12 schreef Acme News <news@acme.example>:",
    "Op 3 mrt. 2026 om 09:12 heeft Acme News <news@acme.example> het volgende geschreven:",
    "Den tis 3 mars 2026 kl 09:12 skrev Acme News <news@acme.example>:",
    "tirs. 3. mar. 2026 kl. 09.12 skrev Acme News <news@acme.example>:",
    "3 mars 2026 kl. 09:12 skrev Acme News <news@acme.example>:",
    "ti 3. maalisk. 2026 klo 9.12 Acme News (news@acme.example) kirjoitti:",
    "wt., 3 mar 2026 o 09:12 Acme News <news@acme.example> napisał(a):",
    "W dniu 3.03.2026 o 09:12, Acme News pisze:",
    "Dnia 3 mar 2026 o godz. 09:12 Acme News <news@acme.example> napisał(a):",
    "út 3. 3. 2026 v 9:12 odesílatel Acme News <news@acme.example> napsal:",
    "ut 3. 3. 2026 o 9:12 Acme News <news@acme.example> napísal(a):",
    "Acme News <news@acme.example> ezt írta (időpont: 2026. márc. 3., K, 9:12):",
    "mar., 3 mar. 2026 la 09:12, Acme News <news@acme.example> a scris:",
    "На вт, 3.03.2026 г. в 9:12 Acme News <news@acme.example> написа:",
    "3 марта 2026 г., 09:12 пользователь Acme News <news@acme.example> написал:",
    "вт, 3 мар. 2026 г. в 09:12, Acme News <news@acme.example>:",
    '03.03.2026, 09:12, "Acme News" <news@acme.example>:',
    "вт, 3 бер. 2026 р. о 09:12 Acme News <news@acme.example> пише:",
    "Στις Τρί 3 Μαρ 2026 στις 9:12 π.μ., ο/η Acme News <news@acme.example> έγραψε:",
    "Acme News <news@acme.example>, 3 Mar 2026 Sal, 09:12 tarihinde şunu yazdı:",
    "בתאריך יום ג׳, 3 במרץ 2026 ב-9:12 מאת Acme News <news@acme.example>:",
    "في الثلاثاء، 3 مارس 2026 في 9:12 ص تمت كتابة ما يلي بواسطة Acme News <news@acme.example>:",
    "2026年3月3日(火) 9:12 Acme News <news@acme.example>:",
    "2026/03/03 9:12、Acme News <news@acme.example>のメール:",
    "Acme News <news@acme.example> 于2026年3月3日周二 09:12写道：",
    "2026년 3월 3일 (화) 오전 9:12, Acme News <news@acme.example>님이 작성:",
    "Vào Th 3, 3 thg 3, 2026 vào lúc 09:12 Acme News <news@acme.example> đã viết:",
    "ในวันที่ อ. 3 มี.ค. 2026 เวลา 09:12 Acme News <news@acme.example> เขียนว่า:",
    "Pada Sel, 3 Mar 2026 pukul 09.12 Acme News <news@acme.example> menulis:",
    "uto, 3. ožu 2026. u 09:12 Acme News <news@acme.example> napisao je:",
    "2026-03-03 9:12 GMT+01:00 Acme News <news@acme.example>:",
    "Tue, 03 Mar 2026 09:12:00 +0100 Acme News <news@acme.example>:",
    "---- On Tue, 03 Mar 2026 09:12:00 +0100 Acme News <news@acme.example> wrote ----",
    "Wiadomość napisana przez Acme News <news@acme.example> w dniu 3 mar 2026, o godz. 09:12:",
    "Acme News писал 2026-03-03 09:12:",
    "Acme News писала 03.03.2026 09:12:",
]
NO_ATTRIBUTIONS = [
    "Please stop. I wrote to you twice.",
    "On second thoughts, remove me",
    "Am I still subscribed?",
    "Le problème est résolu",
    "El pedido no llegó",
    "Unsubscribe",
    "Op vakantie tot maandag",
    "Em breve respondo",
    "Вы мне больше не пишите",
    "请不要再发邮件给我",
    "On the phone he wrote:",
    "On Thursday:",
    "On your remote host you can run this on 3 March:",
    "This is my address: pat@example.org, and these are the reasons:",
    "On 3 March I wrote:",
    "Am 3. März schrieb ich Ihnen folgendes:",
    "Den 3 mars vill jag säga följande:",
    "2026-03-03 14:30:25",
    "Here are the dates of 03.03.2026:",
    "Он писал мне вчера:",
    "Ta wiadomość została napisana przez mojego brata:",
]


def marked(text: str) -> str:
    return "".join(f"> {line}\n" for line in text.split("\n"))


def wrapped_anywhere(attribution: str) -> list[str]:
    """The attribution as clients wrap it: at 72 columns, before, within and behind the address."""
    cuts = [0]
    opening, closing = attribution.find("<"), attribution.find(">")
    if opening > 0:
        cuts += [opening, opening + 1, closing, closing + 1]
    if len(attribution) > 72:
        cuts.append(attribution.rfind(" ", 0, 72))
    versions = {attribution[:cut].rstrip() + "\n" + attribution[cut:].lstrip() if cut else attribution for cut in cuts}
    return sorted(version for version in versions if version.strip() == version or version == attribution)


@pytest.mark.parametrize("attribution", ATTRIBUTIONS)
def test_an_attribution_is_cut_with_the_quote_below_it_marked_or_not_wrapped_or_not(attribution: str) -> None:
    for version in wrapped_anywhere(attribution):
        for quote in (marked(QUOTED), "\n" + marked(QUOTED), QUOTED, "\n" + QUOTED):
            found = find_new_text(mail_of(f"No, thank you.\n\n{version}\n{quote}\n"))
            assert found.text == "No, thank you.", (version, quote)


@pytest.mark.parametrize("attribution", ATTRIBUTIONS)
def test_an_answer_below_the_marked_quote_stays(attribution: str) -> None:
    assert find_new_text(mail_of(f"{attribution}\n{marked(QUOTED)}\nNo, thank you.\n")).text == "No, thank you."


@pytest.mark.parametrize("line", NO_ATTRIBUTIONS)
def test_a_sentence_that_only_looks_like_an_attribution_stays_with_all_below_it(line: str) -> None:
    text = f"{line}\nand more of it\n\nin two paragraphs"
    assert find_new_text(mail_of(text + "\n")).text == text


@pytest.mark.parametrize("line", NO_ATTRIBUTIONS)
def test_a_sentence_above_a_marked_quote_stays(line: str) -> None:
    found = find_new_text(mail_of(f"Hello,\n{line}\n\n{marked(QUOTED)}"))
    assert found.text.startswith("Hello,")
    assert line in found.text or line.endswith(("wrote:", "följande:", "folgendes:"))


def test_an_attribution_without_date_or_address_counts_only_above_a_marked_quote() -> None:
    assert find_new_text(mail_of("Yes.\n\nYou wrote:\n> may we?\n")).text == "Yes."
    assert find_new_text(mail_of("Yes.\n\nYou wrote:\nmay we?\n")).text == "Yes.\n\nYou wrote:\nmay we?"


def test_an_attribution_over_five_lines_with_its_address_torn_apart_is_cut() -> None:
    torn = "On Tue, 3 Mar 2026 at 09:12 Acme News\n\n<\nmailto:Acme News <news@acme.example>\n> wrote:\n\n"
    assert find_new_text(mail_of("First.\n\n" + torn + "Second.\n")).text == "First."


def test_the_last_sentence_above_an_attribution_is_not_swallowed() -> None:
    text = "On 5 March I shall be there.\nOn Tue, 3 Mar 2026, Acme News <news@acme.example> wrote:\n> hello\n"
    assert find_new_text(mail_of(text)).text == "On 5 March I shall be there."
    assert find_new_text(mail_of("Thanks!\n<news@acme.example> wrote:\n> hello\n")).text == "Thanks!"


def test_bidi_marks_in_an_attribution_do_not_hide_it() -> None:
    line = "\u202bבתאריך יום ג׳, 3 במרץ 2026 ב-9:12 מאת \u202aAcme News\u202c <news@acme.example>:\u202c"
    assert find_new_text(mail_of(f"לא, תודה\n\n{line}\n\n{QUOTED}\n")).text == "לא, תודה"
