"""Short texts in some thirty languages and what each of them asks for, decided by the shipped rules."""

import pytest
from posted import shipped_rules

from mailproc.policy.decision import Action, Also
from mailproc.policy.rules.intent import Intent, read_intent

UNSUBSCRIBE = [
    "Unsubscribe",
    "UNSUB please",
    "unsuscribe me plz",
    "unsubcribe",
    "Please unsubscibe me from this list",
    "unsubsrcibe",
    "Remove me.",
    "Please take me off your mailing list, thanks",
    "STOP",
    "Stop emailing me!!!",
    "Do not contact me again by email",
    "No more emails please",
    "I don't want to receive these emails",
    "Kindly remove my email from your database",
    "How do I unsubscribe?",
    "The unsubscribe link does not work",
    "I unsubscribed last week and still get mails. Remove me",
    "opt out",
    "Opt me out",
    "Bitte abmelden",
    "Melden Sie mich bitte vom Newsletter ab",
    "Bitte tragen Sie mich aus",
    "Keine Mails mehr!",
    "Bitte löschen Sie mich aus Ihrem Verteiler",
    "Désabonnez-moi svp",
    "Merci de me désinscrire",
    "Je ne souhaite plus recevoir vos mails",
    "STOP PUB",
    "baja",
    "Por favor, darme de baja",
    "No quiero recibir más correos",
    "Elimíneme de la lista",
    "Descadastrar",
    "Por favor remova meu email",
    "Não quero mais receber e-mails",
    "cancellatemi",
    "Vi prego di disiscrivermi",
    "Non voglio più ricevere mail",
    "Graag afmelden",
    "Schrijf mij uit aub",
    "Ik wil geen mails meer ontvangen",
    "Avregistrera mig tack",
    "Jag vill inte ha fler mejl",
    "Afmeld mig",
    "Meld meg av",
    "Vennligst fjern meg fra listen",
    "Poistakaa osoitteeni listalta",
    "En halua uutiskirjettä",
    "Proszę mnie wypisać",
    "Nie chcę otrzymywać wiadomości",
    "Odhlásit odběr",
    "Odhlaste mě prosím",
    "Nechci dostávat reklamní e-maily",
    "odhlásiť",
    "Leiratkozom",
    "Nem kérek több hírlevelet",
    "Vreau dezabonare",
    "Nu mai vreau să primesc mesaje",
    "Отпишете ме",
    "Отпишите меня от рассылки",
    "Удалите мой адрес из базы",
    "Больше не присылайте",
    "Відпишіть мене",
    "Не надсилайте мені листи",
    "Διαγράψτε με από τη λίστα",
    "Δεν θέλω να λαμβάνω μηνύματα",
    "Abonelikten çıkmak istiyorum",
    "Beni listeden çıkarın lütfen",
    "נא להסיר אותי מהרשימה",
    "הסר",
    "الرجاء إلغاء الاشتراك",
    "لا أريد استلام رسائل",
    "配信停止をお願いします",
    "メールの配信を停止してください",
    "退会したいです",
    "退订",
    "请不要再发邮件给我",
    "取消訂閱",
    "TD",
    "수신거부",
    "메일 그만 보내주세요",
    "hủy đăng ký",
    "Đừng gửi email cho tôi nữa",
    "ยกเลิกการรับข่าวสาร",
    "Jangan kirim email lagi",
    "Odjavite me",
    "Ne želim primati mailove",
]

REVIEW = [
    "Please don't remove me, I love this",
    "I did not unsubscribe, why did I stop getting mails?",
    "Why was I removed from the list?",
    "I accidentally unsubscribed, can you put me back?",
    "Keep me subscribed",
    "Not interested",
    "No thanks",
    "I never signed up for this",
    "John no longer works here",
    "Bitte nicht abmelden",
    "Kein Interesse",
    "Ne me désabonnez pas",
    "Não me remova da lista",
    "Non cancellarmi",
    "niet uitschrijven",
    "Nie wypisujcie mnie",
    "Не отписывайте меня",
    "Не интересует",
    "間違えて解除してしまいました",
    "不要退订",
]

NOTHING = [
    "How do I cancel my order?",
    "Please remove item 3 from the order",
    "Feel free to stop by our office on Monday",
    "We meet at the bus stop",
    "I can't stop laughing",
    "To unsubscribe click here",
    "You can unsubscribe at any time",
    "Click here to unsubscribe",
    "Can you cancel my appointment on Friday?",
    "This growth is unsustainable",
    "Great news, thank you!",
    "What is the price of the blue one?",
    "subscribe",
    "Ich möchte meine Bestellung stornieren und den Termin abmelden",
    "Je voudrais annuler ma commande",
    "Pour vous désabonner cliquez ici",
    "Estoy de baja médica hasta mayo",
    "Quiero cancelar mi pedido",
    "Quero cancelar o pedido",
    "Vorrei cancellare il mio ordine",
    "Ik wil mijn bestelling annuleren",
    "Proszę anulować zamówienie",
    "Как отменить заказ?",
    "Отпишитесь по проекту завтра",
    "Siparişimi iptal etmek istiyorum",
    "注文をキャンセルしたい。注文の取消をお願いします",
    "我想取消订单",
    "주문 취소하고 싶어요",
]

COMPLAINT = [
    "This is spam",
    "I am reporting you as spam",
]

OBJECTION = [
    "Ich widerspreche der Nutzung meiner Daten für Werbung",
    "I withdraw my consent to marketing e-mail",
    "Me opongo al tratamiento de mis datos con fines publicitarios",
]
ERASURE = [
    "Delete all my personal data under GDPR",
    "Bitte löschen Sie alle meine Daten gemäß DSGVO",
]


def intent_of(text: str) -> Intent:
    return read_intent(shipped_rules().matcher.match(text), shipped_rules())


@pytest.mark.parametrize("text", UNSUBSCRIBE)
def test_it_asks_to_be_taken_off(text: str):
    intent = intent_of(text)
    assert intent.action == Action.unsubscribe
    assert not intent.also


@pytest.mark.parametrize("text", REVIEW)
def test_it_is_for_a_person_to_judge(text: str):
    assert intent_of(text).action == Action.review


@pytest.mark.parametrize("text", NOTHING)
def test_it_asks_for_nothing(text: str):
    assert intent_of(text).action is None


@pytest.mark.parametrize("text", COMPLAINT)
def test_a_complaint_takes_off_and_alerts(text: str):
    assert (intent_of(text).action, intent_of(text).also) == (Action.unsubscribe, {Also.alert})


@pytest.mark.parametrize("text", ERASURE)
def test_a_wish_to_be_erased_takes_off_and_opens_a_request(text: str):
    assert (intent_of(text).action, intent_of(text).also) == (Action.unsubscribe, {Also.erasure_request})


@pytest.mark.parametrize("text", OBJECTION)
def test_an_objection_takes_off_and_is_forwarded(text: str):
    assert (intent_of(text).action, intent_of(text).also) == (Action.unsubscribe, {Also.forward})
