"""Half words in every language that has rules: with mail in them they ask, about something else they do not."""

import pytest
from posted import shipped_rules

from mailproc.policy.decision import Action
from mailproc.policy.rules.intent import read_intent

# A wish and a why, of which one names mail.
ASKS = {
    "bg": "Вече не работя в тази сфера, няма нужда да ми пишете.",
    "ca": "Ja no treballo en aquest sector, no cal que m'escriviu.",
    "cs": "Už v oboru nejsem, už nepracuji. Nemusíte mi psát.",
    "da": "Jeg arbejder ikke længere i branchen, I behøver ikke skrive til mig.",
    "el": "Δεν δουλεύω πια σε αυτόν τον χώρο, δεν χρειάζεται να μου γράφετε.",
    "et": "Läksin pensionile, pole vaja mulle kirjutada.",
    "fi": "Jäin eläkkeelle, teidän ei tarvitse enää lähettää viestejä minulle.",
    "he": "יצאתי לפנסיה, אין צורך לכתוב לי.",
    "hr": "Više ne radim u toj struci, ne morate mi pisati.",
    "hu": "Nyugdíjas vagyok, nem kell nekem írni.",
    "id": "Saya sudah tidak bekerja di bidang ini, tidak perlu mengirim saya pesan.",
    "ko": "저는 은퇴했습니다. 저에게 메일을 보내지 않으셔도 됩니다.",
    "lt": "Nebedirbu šioje srityje, nereikia man rašyti.",
    "lv": "Vairs nestrādāju šajā nozarē, nevajag man rakstīt.",
    "no": "Jeg jobber ikke lenger i bransjen, dere trenger ikke skrive til meg.",
    "ro": "Nu mai lucrez în domeniu, nu e nevoie să îmi mai scrieți.",
    "sk": "Už nepracujem v odbore, nemusíte mi písať.",
    "sl": "Ne delam več v tej stroki, ni treba mi več pisati.",
    "th": "ผมเกษียณแล้ว ไม่ต้องส่งอีเมลมา",
    "uk": "Я більше не працюю в цій сфері, писати мені не потрібно.",
    "vi": "Tôi nghỉ hưu rồi, không cần gửi mail cho tôi nữa.",
    "zh": "我已经退休了，不用再给我发邮件了。",
}
# About an order, an invoice, an event, a membership: nothing that a newsletter's sender may read as a farewell to it.
ABOUT_SOMETHING_ELSE = {
    "bg": ["Не получих поръчката си. Моля, проверете.", "Искам да прекратя договора за фитнес."],
    "ca": ["No he rebut la comanda.", "Vull cancel·lar el gimnàs."],
    "cs": ["Nemusíte mi posílat fakturu, už ji mám.", "Chci zrušit permanentku do posilovny."],
    "da": ["I behøver ikke sende fakturaen, vi har den.", "Jeg vil stoppe mit fitnessabonnement."],
    "el": ["Δεν χρειάζεται να μου στείλετε το τιμολόγιο, το έχω.", "Θέλω να διακόψω το συμβόλαιο."],
    "et": ["Pole vaja arvet saata, mul on see olemas.", "Soovin lepingu lõpetada."],
    "fi": ["Ei tarvitse lähettää laskua, maksoin jo.", "Haluan irtisanoa kuntosalin."],
    "he": ["אין צורך לשלוח חשבונית, כבר קיבלתי.", "אני רוצה לבטל את הביטוח."],
    "hr": ["Ne morate mi slati račun, imam ga.", "Želim raskinuti ugovor."],
    "hu": ["Nem kell számlát küldeni, megvan.", "Szeretném felmondani a biztosítást."],
    "id": ["Tidak perlu kirim faktur, sudah ada.", "Saya ingin membatalkan asuransi."],
    "ko": ["청구서는 보내지 않으셔도 됩니다.", "보험을 해지하고 싶습니다."],
    "lt": ["Nereikia siųsti sąskaitos, jau turiu.", "Noriu nutraukti draudimo sutartį."],
    "lv": ["Nevajag sūtīt rēķinu, man jau ir.", "Vēlos lauzt līgumu."],
    "no": ["Dere trenger ikke sende fakturaen, vi har den.", "Jeg vil si opp treningskortet."],
    "ro": ["Nu e nevoie să îmi trimiteți factura, o am.", "Vreau să reziliez contractul."],
    "sk": ["Nemusíte mi posielať faktúru, už ju mám.", "Chcem zrušiť permanentku."],
    "sl": ["Ni mi treba pošiljati računa, ga že imam.", "Želim prekiniti pogodbo."],
    "th": ["ไม่ต้องส่งใบแจ้งหนี้ ได้รับแล้ว", "ขอยกเลิกประกัน"],
    "uk": ["Не потрібно надсилати рахунок, він у мене є.", "Хочу скасувати абонемент у спортзал."],
    "vi": ["Không cần gửi hóa đơn, tôi có rồi.", "Tôi muốn hủy bảo hiểm."],
    "zh": ["发票不用寄了，我已经收到。", "我要取消保险。"],
}
# Readers who like what they get.
GLAD = {
    "bg": "Благодаря за писмата, чета ги с удоволствие.",
    "ca": "Gràcies pels correus, m'encanten.",
    "cs": "Děkuji za vaše maily, ráda čtu každý.",
    "da": "Tak for jeres mails, jeg glæder mig hver gang.",
    "el": "Ευχαριστώ για τα μηνύματά σας, μου αρέσουν πολύ.",
    "et": "Aitäh teie kirjade eest, mulle meeldib neid lugeda.",
    "fi": "Kiitos teidän viesteistä, odotan innolla seuraavaa.",
    "he": "תודה על המיילים שלכם, אני נהנית מכל אחד.",
    "hr": "Hvala na vašim mailovima, rado čitam svaki.",
    "hu": "Köszönöm a leveleiket, örömmel olvasom őket.",
    "id": "Terima kasih atas email kalian, saya suka membaca semuanya.",
    "ko": "뉴스레터 감사합니다. 늘 잘 읽고 있습니다.",
    "lt": "Ačiū už jūsų laiškus, mielai skaitau.",
    "lv": "Paldies par jūsu vēstulēm, labprāt lasu.",
    "no": "Takk for deres eposter, jeg gleder meg hver gang.",
    "ro": "Mulțumesc pentru mailurile voastre, îmi plac.",
    "sk": "Ďakujem za vaše maily, rada čítam každý.",
    "sl": "Hvala za vaše novice, rada berem vsako.",
    "th": "ขอบคุณสำหรับจดหมายข่าว ชอบอ่านมาก",
    "uk": "Дякую за ваші листи, читаю із задоволенням.",
    "vi": "Cảm ơn bản tin của các bạn, tôi rất thích đọc.",
    "zh": "谢谢你们的邮件，我很喜欢看。",
}

# The list of an event, and not the sender's.
LIST_OF_AN_EVENT = [
    "Махнете ме от списъка за екскурзията в събота.",
    "Traieu-me de la llista de l'excursió de dissabte.",
    "Vyškrtněte mě ze seznamu na sobotní výlet.",
    "Stryg mig af listen til udflugten.",
    "Βγάλτε με από τη λίστα για την εκδρομή του Σαββάτου.",
    "Can you remove my name from the Saturday trip list?",
    "Poistakaa minut listalta perjantain retkelle.",
    "תורידו אותי מהרשימה לטיול של שבת.",
    "Maknite me s popisa za izlet u subotu.",
    "Coret nama saya dari daftar piknik hari Sabtu.",
    "土曜の遠足の名簿から外してください。",
    "토요일 소풍 명단에서 저를 빼 주세요.",
    "Išbraukite mane iš šeštadienio ekskursijos.",
    "Scoateți-mă de pe lista pentru excursia de sâmbătă.",
    "Приберіть мене зі списку на суботню екскурсію.",
    "Xóa tên tôi khỏi danh sách chuyến đi thứ bảy.",
    "请把我从星期六的郊游名单中去掉。",
]


def action_of(text: str) -> Action | None:
    rules = shipped_rules()
    return read_intent(rules.matcher.match(text), rules).action


@pytest.mark.parametrize("language", ASKS)
def test_a_wish_and_a_why_that_name_mail_ask(language: str):
    assert action_of(ASKS[language]) == Action.unsubscribe


@pytest.mark.parametrize(
    "text", [text for texts in ABOUT_SOMETHING_ELSE.values() for text in texts], ids=lambda text: text[:24]
)
def test_half_words_about_something_else_take_nobody_off(text: str):
    assert action_of(text) != Action.unsubscribe


@pytest.mark.parametrize("language", GLAD)
def test_who_likes_what_comes_goes_his_way(language: str):
    assert action_of(GLAD[language]) is None


@pytest.mark.parametrize("text", LIST_OF_AN_EVENT)
def test_off_the_list_of_an_event_takes_nobody_off(text: str):
    assert action_of(text) != Action.unsubscribe
