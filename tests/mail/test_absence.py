"""An absence in nobody's usual words is told by two signs together; whoever speaks to somebody is a person."""

import pytest
from written_mail import mail_of

from mailproc.mail.arrival.envelope import Envelope
from mailproc.mail.automatic.absence import find_absence
from mailproc.mail.kind import kind_of
from mailproc.mail.mail_kind import MailKind

PERSON = Envelope(mail_from="pat@example.org", rcpt_tos=("reply@news.example.net",))
AWAY = [
    (
        "Re: March news",
        "I'm up in the mountains until the 12th and there is no signal. Jana (jana@example.net) has the keys.",
    ),
    (
        "Re: March news",
        (
            "I have been called for jury service and expect to be in court for most of October. I'll get to"
            " your email in the evenings."
        ),
    ),
    ("Gone sailing!", "I have cast off for six months and shall be looking at email roughly never."),
    ("Re: March news", "I am at a trade fair all week. For quotes please ring Mia on 01632 960 130."),
    (
        "Re: March news",
        "We've closed for our annual stocktake from Monday through Saturday. No emails get answered in that time.",
    ),
    ("Re: March news", "Thank you for getting in touch. We are closed for the winter and will reopen on 27 March."),
    ("Bin im Urlaub", "Ich lasse bis einschließlich 18. Oktober die Seele baumeln und rufe keine Mails ab."),
    (
        "Re: Neues",
        (
            "Ich bin auf Kur und komme erst am 2. November zurück, bis zum 1. bleibt das Handy aus. Vertretung:"
            " gruber@example.at"
        ),
    ),
    ("Re: Neues", "Ich reise bis Ende November durch die Anden. Mails beantworte ich erst danach."),
    ("Absente", "Je suis en congés jusqu'au 19 octobre et je ne consulte pas ma messagerie."),
    ("Re: Boletín", "Estoy de baja por maternidad hasta marzo. Mi sustituta es Marta, marta@example.es."),
    ("Cerrado por vacaciones", "Hemos echado el cierre hasta el lunes. A la vuelta contestaremos a todos los correos."),
    ("Sono in ferie", "Sono in ferie e rientro lunedì. Nel frattempo leggerò la posta solo saltuariamente."),
    ("Re: Nieuws", "Ik ben met verlof tot februari. Collega Joris neemt waar: joris@example.nl."),
    ("Afwezig", "Ik ben er even tussenuit en vanaf maandag weer bereikbaar. Is het dringend? Bel dan 020-5550123."),
    ("Re: news", "Do 23. října čerpám dovolenou a nemám přístup k poště."),
    ("Re: news", "現在、育児休業中です。ご用件は後任の鈴木（suzuki@example.jp）までお願いいたします。"),
    (
        "휴가 중입니다",
        "10월 19일까지 휴가로 자리를 비웁니다. 급한 용무는 박지영 대리(02-555-0133)에게 연락 부탁드립니다.",
    ),
]
# Away, closed, gone, ill: and people all the same, who fetch, order, ask, thank, or speak of what is ours.
PEOPLE = [
    "I'm snowed in until Thursday, so the eggs come later. Ring Kim on 01632 960 160 if you need some.",
    "Hi Tom, I'm away until the 12th. Jana has the keys, she can let you in. Her number is 01632 960 111.",
    "We're closed until Monday for stocktaking, so no bread until then. Anna can take orders on 01632 960 112.",
    "I'm in Spain until the 12th with no signal, so I can't come to the harvest day. Have fun!",
    "I'm off sailing until October, so the apples will have to wait. My wife can pick them up, 01632 960 113.",
    (
        "I am on maternity leave and finally have time to read your recipes. The quince one was lovely."
        " Write to anna@example.net if you need a tester."
    ),
    "We are away for two weeks from Saturday. Please leave the box with Mrs Hill, 01632 960 114.",
    "I won't be checking my mail much this month, so call me about the delivery: 01632 960 115.",
    "I have been ill for a month and haven't read my messages. What did I miss?",
    "No internet at the cottage until next week, so a paper copy would be lovely. 12 Mill Lane.",
    "I'm out of the country for a month. My mother (mum@example.net) will collect what we ordered.",
    "My phone is switched off most of the time, e-mail is best: pat@example.net. I would like two crates.",
    "We have sold the shop and are off travelling until spring. Thank you for all the good fruit!",
    "Our bakery is closed for renovation until May. From June we want 20 kg again. Call Sam on 01632 960 117.",
    "I'm on holiday until Sunday and just saw this. Is it too late to join? pat@example.net",
    "Slow reply from me, sorry, I have no reception here. Yes to the apples!",
    "Kim will be looking after our orders from now on, kim@example.net. I am off to university for three years.",
    "The internet here is down until Friday. Anything I need to know? You can reach me on 01632 960 118.",
    "Ich bin bis Ende Oktober in Kur. Meine Frau holt die Äpfel ab, Tel. 0555 12345.",
    "Wir sind bis zum 20. im Urlaub, stellen Sie die Kiste bitte bei Frau Hahn ab (0555 12346).",
    "Ich bin im Mutterschutz und habe jetzt Zeit für Ihr Kochbuch. Wo kann man es kaufen? kim@example.org",
    "Hallo Petra, ich bin bis Montag nicht da, Silke weiß Bescheid (0555 12347).",
    "Wegen Umbau haben wir bis Mai zu. Danach nehmen wir wieder 20 Kilo, bitte melden Sie sich unter 0555 12348.",
    "Je suis en vacances jusqu'au 20, mon voisin prendra les caisses. Son numéro : 01 99 00 12 35.",
    "Nous sommes fermés jusqu'au 15 pour travaux, donc pas de livraison avant. Contactez Paul au 01 99 00 12 36.",
    "Estoy de viaje hasta el lunes, mi hermana recogerá las manzanas. Su teléfono es 600 555 013.",
    "Sono in ferie fino al 20, passo io a prendere le mele dopo. Per urgenze 333 555 0123.",
    "Estou de férias até dia 20, a minha mãe vai buscar as maçãs. O número dela é 912 555 012.",
    "Ik ben tot 20 oktober op reis, mijn buurman haalt de appels op: 020-5550124.",
    "Jag är bortrest till den 20, min man hämtar äpplena, ring honom på 070-555 01 23.",
    "Jeg er på ferie til den 20., min kone henter æblerne, ring på 55 50 12 34.",
    "Olen matkoilla 20. päivään saakka, vaimo hakee omenat, soita 040 555 0198.",
    "Jestem na urlopie do 20 października, jabłka odbierze żona, telefon 600 555 014.",
    "Do 20. října jsem na dovolené, jablka vyzvedne manželka, tel. 600 555 015.",
    "Я в отпуске до 20-го, яблоки заберёт жена, её номер 8 900 555 01 23.",
    "20日まで出張です。りんごは妻が受け取りに行きます。連絡先は 090-5550-0123 です。",
    "我出差到20号，苹果请留着，我回来再取。有急事打 010-5550199。",
    "20일까지 출장이라 사과는 아내가 찾으러 갑니다. 연락처는 010-5550-0123입니다.",
    "Ayın 20'sine kadar izindeyim, elmaları eşim alacak, telefonu 0555 012 34 56.",
    "Jonas is not with us any more, so I do the ordering now. Ten boxes as usual, and write to me at kim@example.net.",
    "The person you are looking for in your competition is my grandfather! He is in the photo of 1961. kim@example.net",
    "Your message came through safely. We will bring the cider on Sunday.",
    "Your parcel has arrived, thank you! It took a few days to get here but everything is whole.",
    "I have started a new job and can't make the Tuesday deliveries. Could Thursdays work? kim@example.net",
    "I've left my wallet at your shop. Please contact me at kim@example.net.",
    "Nobody reads this inbox but me, so feel free to write. I liked the recipe.",
    "My mail filter only lets in people I know, so your bulletin went to junk. I have approved you now.",
    "Your message is waiting in my spam folder every month. What can I do to have it delivered?",
    "How did we do at the pumpkin contest? The form says the ticket was closed. Kim",
    "I closed my account at the bank, so the direct debit will fail. New details: call 01632 960 119.",
    "Got your email. It may take me a few days to get back to you about the stall.",
    "Thanks for reaching out! Our team would love to visit the orchard within the next two weeks.",
    "We registered your contact as our supplier number 55190. Please use it on invoices.",
    "Registramos seu contato como fornecedor 55190. Pode mandar a nota?",
    "The office is staffed only on Tuesdays, so please bring the fruit then.",
    "I resigned on Friday. It was a pleasure reading you at work; I have signed up with my private address.",
    "Er is stoppet her, så skriv til mig i stedet: kim@example.dk. Vi vil gerne have ti kasser.",
    "Hello, our library is closed on Mondays, so could the display copy come on Tuesday?",
    "We are closed until Easter. Thank you for writing! When we re-open we would like to sell your jam again.",
    (
        "I'm laid up with a broken leg until November and reading everything twice. Your crossword has a"
        " mistake in 14 across."
    ),
    (
        "I am studying abroad for a year, so a digital copy is all I can use. Is there one? My new address"
        " is in the signature."
    ),
    (
        "Thanks for the invitation. We're in Norway until the 3rd so we'll miss it. Ask Britta, 01632 960"
        " 120, she might come."
    ),
    (
        "My father is in hospital and I will be with him for the next weeks. I won't be reading much."
        " Please forgive the silence."
    ),
    "No longer at the office in Leeds, I moved to the Hull branch. Same phone: 01632 960 121. Keep it coming!",
    "I have retired! Now I finally have time for the allotment, so the tips are more welcome than ever.",
    "The school is shut for the summer until September 4th, the children will write to you then about the bees.",
    "We shut the stall in winter. Anything for us can go to Mrs Potts, 12 Mill Lane, or call her on 01632 960 122.",
    "I can't open the attachment on my phone, and I'm away from the computer until Thursday. Can you paste the text?",
    "I usually answer within two working days, sorry that it took me three. Yes, the hall is free on the 9th.",
    (
        "Thank you for contacting us about the stand. We have received your application form and need a"
        " copy of your insurance."
    ),
    "Ich bin seit Montag in Rente, die Gartentipps lese ich jetzt erst recht. Grüße, Horst (Tel. 0555 12349)",
    "Unser Laden hat bis Freitag zu, wir streichen. Danach gern wieder zwei Kisten. Bei Fragen: 0555 12350.",
    "Bin gerade auf Geschäftsreise und sehe das erst jetzt. Ist die Aktion noch gültig bis Sonntag?",
    (
        "Je suis à la montagne jusqu'à dimanche et la connexion est mauvaise, mais l'article sur les"
        " châtaignes m'a beaucoup plu. Paul 01 99 00 12 37"
    ),
    "Sono in viaggio fino a domenica ma leggo sempre volentieri le vostre ricette. Complimenti!",
    (
        "Ik ben op vakantie tot zondag en las het stukje over de kruisbessen op het strand. Erg leuk!"
        " Groet, Ans 06-55501234"
    ),
    "Jag är på landet till den 15 och täckningen är dålig. Tack för tipset om svamparna!",
    "Jestem za granicą do maja, ale chętnie czytam. Czy wysyłacie sadzonki do Niemiec?",
    "Я на даче до сентября, интернет плохой. Спасибо за советы, помидоры удались!",
    "来週まで旅行中で返信が遅れました。講座に申し込みます。よろしくお願いします。",
    "我这周在外地出差，活动赶不上了，下次一定参加。",
    (
        "Our practice manager has left the practice, her successor Dr Hill would like to keep reading you."
        " d.hill@example.org"
    ),
    (
        "Anna isn't with the choir any more, but her mother is and would like to be in the photo. Contact"
        " her at anna@example.net"
    ),
    "My inbox is rarely read by anybody but spam, so your note was a nice surprise!",
    "I hold the keys for the chapel. If you want to see it call me on 01632 960 123, I'm here until Sunday.",
    "We have been without internet for a week. Tell me what I missed, pat@example.org",
]


@pytest.mark.parametrize("text", PEOPLE)
@pytest.mark.parametrize("subject", ["Re: March news", "Apples"])
def test_who_speaks_to_somebody_is_a_person(subject: str, text: str) -> None:
    assert kind_of(mail_of(text, Subject=subject), PERSON).kind is MailKind.reply


@pytest.mark.parametrize(("subject", "text"), AWAY)
def test_two_signs_of_an_absence_are_a_responder_s(subject: str, text: str) -> None:
    assert kind_of(mail_of(text, Subject=subject), PERSON).kind is MailKind.auto_reply


@pytest.mark.parametrize(
    "text",
    [
        "i'm in the mountains until the 12th.",
        "there is no signal up here.",
        "jana (jana@example.net) has the keys.",
        "we are closed for the winter.",
    ],
)
def test_one_sign_is_not_enough(text: str) -> None:
    assert find_absence(text, titled=False, thanks=False) is None


def test_the_subject_of_an_absence_counts_as_one() -> None:
    assert find_absence("we are closed for the winter.", titled=True, thanks=False) == "we are closed"


@pytest.mark.parametrize("name", ["tom", "green valley folk"])
def test_a_greeting_by_name_is_a_person_s(name: str) -> None:
    note = "i'm away until the 12th. in an emergency call kim on 01632 960 111."
    assert find_absence(f"hello there, {note}", titled=False, thanks=False) is not None
    assert find_absence(f"dear {name}, {note}", titled=False, thanks=False) is None


def test_who_is_here_is_not_away() -> None:
    note = "until the 12th. in an emergency call kim on 01632 960 111."
    assert find_absence(f"i'm here {note}", titled=False, thanks=False) is None


def test_who_has_himself_called_has_no_stand_in() -> None:
    assert find_absence("i'm away until the 12th, call me on 01632 960 111.", titled=False, thanks=False) is None
