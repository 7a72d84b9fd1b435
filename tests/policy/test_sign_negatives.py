"""People who write half words about something else: no order, claim, noise or greeting takes anybody off."""

import pytest
from posted import account_with, mail, reply_mail, shipped_rules

from mailproc.mail.arrival.authentication import NOT_CHECKED
from mailproc.pipeline import decide_mail
from mailproc.policy.decision import Action

GREETINGS = [
    "Please cancel it. Have a nice day.",
    "Could you cancel it? Have a nice day!",
    "Please delete this. Have a great day!",
    "Have a nice day. Please cancel it.",
    "Have a nice day. I have moved to Spain.",
    "It was a good day. You can stop the clock now.",
]
ABOUT_SOMETHING_ELSE = [
    "You should stop selling plastic. It is irritating.",
    "I did not order the second book. Please cancel it.",
    "No need to write to us again about the claim; we have found another insurer.",
    "We have moved. No need to send it to my office, send it to my home instead.",
    "The donation of 20 a month: please end it. We have retired and have to save.",
    "I keep getting charged twice, please sort it out.",
    "The voucher never works. Please sort it out, it's annoying.",
    "You can stop the search, we found a new supplier.",
]
SUPPORT = [
    "The pump is too loud and it drives me nuts. Can you make it stop?",
    "I've moved house. Please cancel the contract for the old flat.",
    "We have sold the car, so please end the insurance on the 30th.",
    "I no longer use the second licence. Please remove it.",
    "I was charged twice again. Please undo it.",
    "The export runs every single night. Please switch it off.",
    "We've closed the shop in Leeds. Kindly delete it from the map.",
    "I never asked for the express option, please take it out.",
    "My son signed us up for the trial without asking. Could you cancel it?",
    "The chat window pops up over and over. How do I get it to stop?",
    "I don't read French. Please stop it from switching the language.",
    "The meeting on Monday isn't relevant for me. Just cancel it.",
    "I've changed jobs, so please transfer the account to my colleague Ann.",
    "Third time I write: the left door is still missing. Please fix that.",
    "I have no time for the second session. Please drop it.",
    "We retired the old server last week. You can delete it.",
    "I always skip the intro. Can you turn it off?",
    "We are not in your area any more, so please stop the window cleaning.",
]
SALES_AND_COURTESY = [
    "We've found another supplier for the bolts. You can stop the quote.",
    "Not interested in the blue one. Please take it off the quote.",
    "The offer is too much for us. Please withdraw it.",
    "No need to send me the samples again, they have arrived.",
    "No need to write to me before Friday, I have left for the fair.",
    "Don't bother sending the invoice by post, we've switched to PDF.",
    "There's no need to reply. I've found the manual, enjoy your day!",
    "We have chosen someone else for the kitchen. Please close it.",
    "I've had enough coffee for today! You can stop asking, ha ha. See you at four.",
    "It's not a good fit for our roof. Could you cancel it?",
    "I'm only interested in the red one, please cancel mine.",
]
OTHER_LANGUAGES = [
    "Wir sind umgezogen. Sie brauchen uns die Rechnung nicht mehr zu schicken, wir holen sie ab.",
    "Kein Bedarf mehr, die Lampe geht wieder. Sie können sich die Mühe sparen.",
    "Ich habe das zweite Buch nie bestellt und will es nicht.",
    "Die Heizung rauscht ständig, das nervt. Bitte damit aufhören!",
    "Nous avons vendu la maison, inutile d'envoyer le devis.",
    "Je n'ai jamais demandé le deuxième livre. Vous pouvez arrêter.",
    "J'ai déménagé, pas besoin de m'envoyer le colis à l'ancienne adresse.",
    "Ya no tengo el coche. Pueden parar el seguro.",
    "No me interesa el azul, no lo quiero.",
    "Hemos cerrado la tienda, no hace falta que me manden las muestras.",
    "Abbiamo venduto la casa, non serve che mandiate il preventivo.",
    "Non uso più la seconda licenza. Potete anche evitare il rinnovo.",
    "Já não tenho o carro. Podem parar o seguro.",
    "Mudei de casa, não precisam de me enviar a fatura.",
    "We zijn verhuisd, jullie hoeven me het pakje niet meer te sturen.",
    "De boot is verkocht, u kunt met de verzekering stoppen.",
    "Vi har flyttat, ni behöver inte skicka soffan.",
    "Nie mam już tego auta. Mogą Państwo zakończyć umowę.",
    "Мы переехали, не нужно присылать мебель по старому адресу.",
    "Artık bu evde oturmuyorum, koltuğu göndermenize gerek yok.",
    "引退しましたので、見本は送っていただかなくて結構です。",
]
ASKS = [
    "No idea how you got my address, but lose it.",
    "I have retired. No need to write to me.",
    "I never read your emails. Please cancel it.",
    "I've outgrown your newsletter, please let me go.",
    "Kein Interesse, Sie brauchen mir nichts mehr zu schicken.",
    "Je ne lis jamais vos mails, vous pouvez arrêter.",
    "Ya no trabajo en el sector, no hace falta que me sigan escribiendo.",
    "Non lavoro più in questo settore, potete smettere di scrivermi.",
    "Não tenho interesse, não precisam de me enviar mais nada.",
    "Geen interesse, jullie hoeven me niets meer te sturen.",
    "Nie jestem zainteresowany, proszę nic więcej nie wysyłać.",
    "Не интересно, писать мне не нужно.",
    "引退しました。メールは送っていただかなくて結構です。",
]


def action_on(text: str) -> Action:
    return decide_mail(mail(reply_mail(text)), NOT_CHECKED, account_with(), shipped_rules()).action


@pytest.mark.parametrize("text", GREETINGS + ABOUT_SOMETHING_ELSE + SUPPORT + SALES_AND_COURTESY + OTHER_LANGUAGES)
def test_who_writes_about_something_else_is_not_taken_off(text: str):
    assert action_on(text) != Action.unsubscribe


@pytest.mark.parametrize("text", ["Could you cancel it? Have a nice day!", "Have a nice day. I have moved to Spain."])
def test_a_wish_for_a_nice_day_is_no_reason_to_leave(text: str):
    assert action_on(text) == Action.forward


@pytest.mark.parametrize(
    "text",
    [
        "We've closed the old account. Please delete it.",
        "Every single morning the heating goes off at six. Could you end that?",
        "I no longer work in this field, no need to send these.",
        "We've sold the boat, so you can save yourself the trouble.",
        "My inbox is overflowing. Please cancel mine.",
        "Ich lese das sowieso nie, Sie können sich die Mühe sparen.",
        "Vi har flyttat, ni behöver inte skicka mer.",
    ],
)
def test_half_words_that_do_not_name_mail_are_before_a_person(text: str):
    assert action_on(text) == Action.review


@pytest.mark.parametrize("text", ASKS)
def test_half_words_that_name_mail_are_a_request(text: str):
    assert action_on(text) == Action.unsubscribe
