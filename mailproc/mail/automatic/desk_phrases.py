"""Words of desks and of mailboxes that are given up: RE2 patterns over lower-case text."""

# Subject and text of an acknowledgement: the text needs the subject or a promise beside it.
ACK_SUBJECTS = (
    (
        r"\[?#?(?:ticket|case|request|anfrage|incident|issue|vorgang|demande|solicitud|caso|zaak|ärende|sag"
        r"|sak|zgłoszenie|req|sr|inc)[- ]?(?:id|no\.?|nr\.?|number|nummer)?[ #:\[-]{0,3}[a-z]{0,6}[-_]?\d{3,}"
    ),
    r"\[[a-z]{2,10}-\d+\]", r"\[ ?ref:[^\]]{4,60}\]", r"\[#?(?:[a-z]{1,6}[-_])?\d{4,}\]",
    r"##?[a-z]{0,4}-?\d{4,}##?",
    "(?:we(?:'ve| have)?|has been|was) received",
    "thank(?:s| you) for (?:contacting|your|e-?mailing|writing|getting in touch|reaching out)",
    "(?:ihre|deine) (?:anfrage|nachricht|e-?mail)", "vielen dank für", "nous avons bien reçu",
    "bedankt voor (?:uw|je|het)", "gracias por (?:contactar|su |tu )",
    "merci (?:pour|de) (?:votre|nous avoir)",
    "grazie per (?:averci|il (?:tuo|suo))", "obrigad[oa] (?:por (?:entrar|nos)|pel[oa] (?:seu|sua))",
    "tack för (?:ditt|att)",
    "votre (?:demande|message|e-?mail)", "accusé de réception", "hemos recibido", "acuse de recibo",
    "su (?:solicitud|mensaje|consulta)", "abbiamo ricevuto", "conferma di ricezione", "recebemos (?:a )?su",
    "recebemos o seu", "we hebben uw", "bevestiging van ontvangst", "ontvangstbevestiging",
    "vi har (?:mottagit|mottatt|modtaget)", "potwierdzenie", "otrzymaliśmy", "eingangsbestätigung",
    "empfangsbestätigung", "(?:message|request|enquiry|inquiry) received",
    "ваш(?:е|а)? (?:обращение|запрос|заявка)",
    "お問い合わせ", "受付", "acknowledge?ment",
)  # fmt: skip
ACK_TEXTS = (
    (
        "(?:we|i)(?: have|'ve)? received your (?:e-?mail|message|request|mail|enquiry|inquiry|ticket|query"
        "|comment|submission)"
    ),
    (
        r"your (?:e-?mail|message|request|mail|enquiry|inquiry|ticket|query|case|submission) "
        r"(?:[(\[#][^ )\]]{1,20}[)\]]? )?(?:has been"
        r"|was) (?:\w+ )?(?:received|created|registered|logged|assigned|opened)"
    ),
    "a (?:ticket|case|support request) has been (?:created|opened)",
    (
        "(?:ihre|deine) (?:anfrage|nachricht|e-?mail|mail) (?:ist (?:bei uns )?eingegangen"
        "|haben wir erhalten|wurde (?:erfasst|registriert|erhalten))"
    ),
    "wir haben ihre (?:anfrage|nachricht|e-?mail) erhalten",
    "(?:ihr|dein|das|ein) ticket[^.]{0,40} wurde (?:angelegt|erstellt|eröffnet|aufgenommen)",
    "werden (?:uns|ihre anfrage) (?:so )?(?:schnell|bald|schnellst)", "nous avons bien reçu",
    "votre (?:demande|message) a (?:bien )?été (?:reçue?|enregistrée?|prise? en compte)",
    "hemos recibido (?:su|tu)",
    "(?:su|tu) (?:solicitud|mensaje) ha sido (?:recibid|registrad)",
    "abbiamo ricevuto (?:la (?:sua|tua)|il (?:suo|tuo))",
    "(?:la sua|la tua) (?:richiesta|e-?mail) è stata (?:ricevuta|registrata)",
    "recebemos (?:a sua|o seu|sua|seu)",
    "(?:wij? hebben (?:uw|je) (?:bericht|e-?mail|aanvraag|vraag)[^.]{0,30}ontvangen)",
    "vi har (?:mottagit|mottatt|modtaget|tagit emot)", "otrzymaliśmy (?:twoj|państwa|pana)",
    "zgłoszenie zostało",
    "(?:ваш(?:е|а)? (?:обращение|запрос|заявка|письмо))[^.]{0,30}(?:получен|принят|зарегистрирован)",
    "お問い合わせ(?:いただき|を受け付け|ありがとう)", "お問合せ(?:いただき|を受け付け|ありがとう)",
    "(?:ваш(?:е|а)? (?:сообщение|обращение|заявка|письмо)[^.!?]{0,30} (?:получен|принят|присвоен))",
    "присвоен номер",
    (
        "(?:(?:ihre|deine) (?:anfrage|nachricht|e-?mail|mail|bewerbung) ist[^.!?]{0,40} (?:eingegangen"
        "|eingetroffen|angekommen))"
    ),
    "(?:we|i)(?: have|'ve)? (?:just )?(?:got|safely received|successfully received) your",
    "recebemos (?:a |o )?(?:sua|seu|tua)",
    "(?:chamado|protocolo|ticket)[^.!?]{0,30}(?:foi )?(?:abert|registrad|criad)",
    "megkaptuk (?:az )?(?:üzenet|level)", "köszönjük (?:megkeresés|üzenet|level)",
    "am primit (?:mesajul|solicitarea)", "vă mulțumim (?:pentru mesaj|că ne)",
    "ваш(?:е|ий)? (?:звернення|запит|лист)[^.]{0,30}отриман",
    "(?:talebiniz|mesajınız|başvurunuz)[^.]{0,30}(?:alınmıştır|ulaşmıştır|alındı)",
    "(?:פנייתך|הודעתך) (?:התקבלה|נתקבלה)",
    "(?:تم استلام|استلمنا|لقد تلقينا) (?:رسالت|طلب)",
    "(?:我们|我們)?(?:已|已经|已經)收到(?:您|你)的", "感谢您(?:的来信|联系|的咨询)",
    "문의(?:해 ?주셔서|가 (?:정상적으로 )?접수)",
)  # fmt: skip
# People have a number, too: it needs the subject.
ACK_NUMBERS = (r"(?:ticket|case|reference) (?:id|number|no\.?)[ :#]",)
# What people say, too, and desks always: it needs a promise.
THANKS = (
    (
        "thank(?:s| you) for (?:contacting|reaching out|getting in touch|your (?:e-?mail|message|enquiry"
        "|inquiry"
        "|request))"
    ),
    (
        "thank(?:s| you) for (?:applying|your (?:application|submission|feedback|interest|order|query)"
        "|writing to|e-?mailing|taking the time)"
    ),
    (
        "danke?,? (?:dass sie uns|für (?:die|ihr|ihre|deine) (?:kontaktaufnahme|bewerbung|interesse"
        "|zuschrift|mitteilung))"
    ),
    "merci de (?:nous avoir|l'intérêt)", "(?:fijn|leuk|goed|bedankt) dat (?:u|je)",
    "danke? für (?:ihre|deine) (?:anfrage|nachricht|e-?mail|kontaktaufnahme)",
    "merci (?:de|pour) (?:votre (?:message|demande|e-?mail|courriel)|nous avoir (?:contacté|écrit))",
    (
        "gracias por (?:contactar|escribir|ponerte en contacto|ponerse en contacto|su (?:mensaje|consulta"
        "|correo))"
    ),
    "grazie per (?:averci (?:contattat|scritt)|il (?:suo|tuo) messaggio)",
    (
        "obrigad[oa] (?:por (?:entrar em contat|entrar em contact|nos contat|contactar)|pel[oa] (?:seu"
        "|sua) (?:mensage|contat))"
    ),
    "bedankt voor (?:uw|je) (?:bericht|e-?mail|aanvraag|vraag)",
    "tack för (?:ditt|att du) (?:mejl|meddelande|kontakt)", "(?:ditt|ert) ärende (?:har|är)",
    "tak for (?:din|deres) henvendelse",
    "takk for (?:din |at du )?(?:henvendelse|tok kontakt)", "(?:din|deres) henvendelse er (?:mod|mot)",
    "kiitos (?:yhteydenotosta|viestist)", "(?:viestisi|yhteydenottosi) on vastaanotettu",
    "dziękujemy za (?:kontakt|wiadomość|zgłoszenie)", "děkujeme za (?:vaši |váš )?(?:zprávu|dotaz|e-?mail)",
    "(?:vaši|váš) (?:zprávu|dotaz|požadavek) jsme", "ďakujeme za (?:vašu |váš )?(?:správu|dopyt)",
    "мы получили ваш", "ми отримали ваш", "спасибо за (?:обращение|ваше обращение)",
    "λάβαμε το (?:μήνυμ|αίτημ)",
)  # fmt: skip

# … and what a desk promises, or bids.
PROMISES = (
    r"within (?:the next )?(?:\d|one|two|three|a few|a couple|24|48)", "(?:working|business) (?:day|hour)",
    "as soon as (?:possible|we can)",
    "your (?:ticket|case|reference|request) (?:number|id|no)",
    "our (?:support |service |customer )?(?:team|staff|agents|faq|help cent)",
    "(?:support|service) (?:team|staff)", "be assured",
    (
        r"(?:high|large|huge|great|increased|growing) (?:volume|number|amount|quantity) of (?:e-?mails?|mail"
        r"|messages|letters|enquiries|inquiries|requests|applications|corr)"
    ),
    "(?:hohe[ns]?|große[rn]?) (?:anzahl|aufkommen|zahl)", "vielzahl", "grand nombre de",
    "gran (?:cantidad|volumen|número) de", "elevato numero", "(?:grande|alto) (?:volume|número)",
    "(?:look at|read|review|consider) (?:every|each|all) ", "only (?:contact|reply to|answer) th",
    "(?:weitergegeben|weitergeleitet)", "(?:de nos|un de nos) (?:conseill|collab)",
    "(?:van onze|onze) (?:medewerkers|collega)", "wachttijd", "в течение", "протягом",
    "in the order (?:they|it)", "schnellstmöglich",
    "(?:so|möglichst) (?:schnell|bald|rasch)", "(?:in|binnen) kürze", "innerhalb von", "werktag",
    "(?:vorgangs|ticket|bearbeitungs|fall|kunden)nummer", "umgehend", "(?:meilleurs|plus brefs) délais",
    r"sous \d+ ?h", "ouvrée?s",
    "(?:numéro|référence) de (?:dossier|ticket|demande)", "lo antes posible", "(?:mayor|máxima) brevedad",
    "(?:en un plazo|en las próximas)", "(?:laborable|hábil)", "número de (?:caso|ticket|solicitud)",
    "il prima possibile",
    "(?:quanto prima|al più presto)", r"entro \d", "numero di (?:ticket|pratica|richiesta)",
    "o mais (?:breve|rápido)",
    "assim que possível", "(?:horas|dias) úteis", "(?:protocolo|número do chamado|não responda)",
    "zo (?:snel|spoedig) mogelijk", r"binnen (?:\d|een|twee|enkele)", "werkdag",
    "(?:ticket|zaak|referentie)nummer",
    "så snart", "snarast", "snarest", r"(?:inom|innen|inden for) (?:\d|en|ett|et|to|två)",
    "(?:arbets|arbejds|virke)dag",
    "(?:ärende|sags|saks)nummer", "mahdollisimman pian", "arkipäiv", "jak najszybciej", "w ciągu",
    "dni robocz",
    "numer (?:zgłoszenia|sprawy)", "(?:co nejdříve|čo najskôr)", "pracovní", "(?:hamarosan|munkanap|mielőbb)",
    "(?:cel mai scurt|cât mai curând|zile lucrătoare)",
    "(?:ближайшее время|рабоч|номер (?:заявки|обращения))",
    "(?:найближчим часом|робоч|номер (?:заявки|звернення))", "(?:το συντομότερο|εργάσιμ)",
    "(?:en kısa sürede|iş günü|talep numara)",
    "(?:בהקדם|ימי עסקים)", "(?:أقرب وقت|أيام عمل)", "(?:営業日|折り返し|担当者より|受付番号)",
    "(?:工作日|尽快|盡快|工单)",
    "(?:영업일|빠른 시일|접수번호)",
)  # fmt: skip

# Somebody else, or a mailbox, is gone: not "I no longer work there", which is how people begin.
GONE = (
    (
        "(?:is|are|was) (?:now |unfortunately )?no longer (?:with|employed|working|part of|an employee|at"
        "|a member|here"
        "|associated|affiliated)"
    ),
    "no longer works (?:at|for|here|with|in)",
    r"has (?:now |recently )?(?:left|retired|departed|moved on|resigned)(?:\W|$)",
    "(?:(?:does not|doesn't) (?:use|work|check|read|monitor|answer)[^.!?]{0,40} any ?more)",
    "(?:passed|handed) (?:on )?(?:his|her|their) (?:duties|responsibilities|role|work)",
    (
        "(?:adresse|konto|postfach)[^.!?]{0,40} (?:gelöscht|deaktiviert|geschlossen|abgeschaltet|stillgelegt"
        "|aufgelöst)"
    ),
    "hat uns [^.!?]{0,20}verlassen",
    (
        "(?:adresse|boîte|messagerie|compte)[^.!?]{0,60} (?:a été|est) (?:supprimée?|désactivée?|fermée?"
        "|clôturée?)"
    ),
    (
        "(?:cuenta|dirección|buzón)[^.!?]{0,60} (?:ha sido|fue|está) (?:desactivad|eliminad|cerrad"
        "|dad[ao] de baja)"
    ),
    "(?:se ha|se) desvincul", "dejó (?:la empresa|de trabajar|de laborar)",
    (
        "(?:casella|indirizzo|account)[^.!?]{0,60} (?:è stat[oa]|è) (?:disattivat|chius|dismess|soppress"
        "|eliminat)"
    ),
    "ha cessato",
    "(?:desligou-se|(?:foi|está) desligad[oa]|deixou a empresa)",
    "(?:conta|endereço|caixa|e-?mail)[^.!?]{0,60} foi (?:desativad|encerrad|excluíd)",
    "(?:adres|mailbox|postvak)[^.!?]{0,60} (?:opgeheven|gedeactiveerd|afgesloten)",
    "(?:heeft (?:ons|het bedrijf|de organisatie)[^.!?]{0,20} verlaten)",
    "(?:adress|brevlåda|konto)[^.!?]{0,40} (?:stängts|avslutats|avaktiverats)",
    "zakończyła? (?:pracę|współpracę)",
    "(?:skrzynka|konto|adres)[^.!?]{0,40} (?:zamknięt|usunięt|wyłączon|zlikwidowan)",
    "(?:schránka|adresa)[^.!?]{0,40} (?:zrušen|deaktivov)",
    "(?:ящик|адрес|аккаунт)[^.!?]{0,40} (?:отключен|удал[её]н|закрыт|деактивирован)",
    "(?:hesab|adres)[^.!?]{0,40} (?:kapatılmış|kapatıldı|silinmiş)",
    "no longer with (?:the|our|us)", "my last (?:working )?day (?:at|with|was)",
    "i have (?:now )?left (?:the (?:company|organi[sz]ation|firm|office)|my (?:position|post|role|job))",
    (
        "(?:address|mailbox|inbox|account)[^.!?]{0,60} (?:no longer (?:in|be|mon|act|val|exist|use|check|acc"
        "|ava)|not (?:in use|monitored|active|valid)"
        "|(?:been|is|was) (?:closed|retired|deactivated|disabled|discontinued|abandoned|decommissioned))"
    ),
    (
        "(?:ist|sind)(?: seit| zum| leider| ab)?[^!?]{0,40} nicht (?:mehr|länger) (?:bei|im unternehmen"
        "|in unserem"
        "|in unserer|für uns|tätig|beschäftigt|mitarbeiter)"
    ),
    "(?:arbeitet|ist)[^!?]{0,40} nicht mehr (?:bei|für|hier|tätig)",
    "(?:ist|sind)[^!?]{0,60}(?:ausgeschieden|in den ruhestand)",
    (
        "(?:adresse|postfach|konto|mailbox)[^.!?]{0,60} nicht (?:mehr|länger) (?:in|gültig|aktiv|verw|genutzt"
        "|gelesen|abge|erreich|exist|zur)"
    ),
    "hat (?:das|unser) unternehmen[^.!?]{0,30} verlassen",
    "(?:ne fait|ne font) plus partie", "(?:ne travaille|n.exerce|n.occupe) plus",
    "a quitté (?:la|l.|ses|son|notre)",
    "a (?:pris sa|fait valoir)[^.!?]{0,20} retraite",
    "(?:adresse|boîte|messagerie|compte)[^.!?]{0,60} (?:n.est|n.existe) plus",
    "ya no (?:trabaja|forma|pertenece|labora|presta)", "ha (?:dejado|causado baja)",
    "(?:cuenta|dirección|buzón)[^.!?]{0,60} ya no (?:est|se|es)",
    "non (?:lavora|fa|opera) più", "(?:casella|indirizzo|account)[^.!?]{0,60} non è più",
    "ha lasciato (?:l|la|il|il suo)",
    "(?:não|já não) (?:trabalha|faz|integra|pertence)",
    "(?:conta|endereço|caixa|e-?mail)[^.!?]{0,60} (?:não está mais|já não|não é mais)",
    "(?:werkt|is)[^.!?]{0,30} niet (?:meer|langer) (?:bij|voor|werkzaam|in dienst|hier)",
    "(?:adres|mailbox|postvak)[^.!?]{0,60} niet (?:meer|langer) (?:in|actief|gelezen|gebruikt|geldig)",
    "(?:har slutat|arbetar inte längre|jobbar inte längre|har gått i pension)",
    "(?:adress|brevlåda|konto)[^.!?]{0,40} (?:inte längre|används inte)",
    "(?:er ikke længere|er fratrådt|arbejder ikke længere|er stoppet hos)",
    "(?:jobber ikke lenger|arbeider ikke lenger|har sluttet|er ikke lenger)",
    "(?:ei työskentele enää|ei ole enää|on jäänyt eläkkeelle)",
    "(?:nie jest już|już nie pracuje|nie pracuje już|zakończył)",
    "(?:adres|skrzynka|konto)[^.!?]{0,40} (?:nieaktywn|nie jest już)",
    r"(?:již|už) (?:u nás )?(?:nepracuje|nepůsobí|není zaměstnanc)(?:[^\pL]|$)",
    r"(?:už|viac) (?:u nás )?nepracuje(?:[^\pL]|$)",
    "(?:schránka|adresa)[^.!?]{0,40} (?:již|už) ne(?:ní|plat|exist|použ)", "már nem (?:dolgozik|munkatárs)",
    "nu mai (?:lucrează|face parte|este)",
    "(?:больше|уже) не (?:работает|является|используется)", "(?:більше|вже) не (?:працює|використовується)",
    "(?:δεν εργάζεται|δεν ανήκει|δεν χρησιμοποιείται) πλέον",
    "(?:artık|bünyemizde|görevinden) [^.!?]{0,40}(?:çalışmamaktadır|ayrılmıştır|kullanılmamaktadır)",
    "(?:אינו|אינה|לא) עובדת? (?:עוד|יותר)", "(?:لم يعد|لم تعد) (?:يعمل|تعمل|مستخدم)",
    "(?:は|が)[^。]{0,30}退職(?:いたし|致し|し)",
    "(?:使用|利用)(?:しておりません|されておりません|を停止)", "(?:已|已经|已經)(?:离职|離職|停用)",
    "(?:님|씨|대리|과장|부장|사원|직원)(?:은|는|이|가)?[^.]{0,30}(?:퇴사|퇴직)",
)  # fmt: skip
# … and the writer's own words of it, under which a person goes on about the writer's own mail.
GONE_MYSELF = (
    "i (?:no longer|don't|do not|moved|changed|retired|have moved|have changed|am no longer|was)",
    "i'm no longer",
    "since i (?:left|moved|retired)",
    r"\bmy (?:old|former|previous|new|other|own|husband|wife|father|mother|late|boss|colleague)",
    "(?:keep|continue|carry on|go on) (?:sending|writing)",
    "from now on (?:please )?(?:send|to|at)", r"\bmein\pL* (?:alte|neue|frühere|mann|frau|vater|mutter)",
    "ich (?:bin|arbeite)[^.!?]{0,40}nicht mehr",
    "je ne (?:fais|travaille|suis) plus", r"\bm(?:on|a) (?:ancienne?|nouvelle?|mari|femme)",
    "ya no (?:trabajo|estoy|uso)", r"\bmi (?:antigu|nuev|marido|mujer)",
    "non (?:lavoro|sono|uso) più", "(?:não|já não) (?:trabalho|estou|uso)",
    "ik (?:werk|ben)[^.!?]{0,30} niet (?:meer|langer)", r"\bm(?:ijn|'n) (?:oude|nieuwe|man|vrouw)",
    r"\bja(?:g)? (?:jobbar|arbetar|har slutat|är inte)",
    r"\bjeg (?:arbejder|jobber|er ikke|har sluttet|arbeider)",
    "(?:nie pracuję|nepracuji|nepracujem)",
    "я (?:больше|уже|більше|вже)", "我(?:们|們)?(?:已|现在|現在|不)", "私(?:は|が|も)", "(?:저는|제가)",
    "(?:لم أعد|أنا)",
    "(?:δεν εργάζομαι)", "(?:çalışmıyorum|ayrıldım)",
)  # fmt: skip
# … and where mail should go instead.
REDIRECTS = (
    "@",
    (
        "(?:contact|direct|address|e-?mail|forward|send|resend|write|redirect|reach|call)(?:ed)? (?:to "
        "|us|your|all"
        "|the |our|my (?:col|succ)|him|her)"
    ),
    "please (?:contact|direct|address|e-?mail|forward|use|resend)", "wenden sie sich",
    "(?:richten|schreiben|senden|kontaktieren|verwenden|nutzen) sie", "ansprechpartner",
    "veuillez", "merci de", "nous vous (?:invitons|prions|remercions)", "vous pouvez",
    "(?:contactez|adressez|écrivez)",
    "(?:dirij|diríj|póngase|contact|escrib|envíe|remit)", "(?:rivolg|contatt|scriv|invi)",
    "(?:contat|contact|envi|dirij|encaminh|entre em)",
    "(?:neem|stuur|contact|richt|wend)", "(?:kontakt|vänd|skicka|hänvis|henvend|rette|send)",
    "(?:ota yhteyttä|ottakaa|lähet)", "(?:kontakt|kierowa|prosz)",
    "(?:obra[ťt]|kontakt|pošl|prosím)", "(?:fordul|keress|írjon)", "(?:contact|adres|scrie|rugăm)",
    "(?:обращ|пиш|направл|свяж|просим)", "(?:зверта|пиш|надсил)",
    "(?:επικοινων|απευθυν|στείλ)", "(?:iletişim|ulaş|gönder|başvur)", "(?:לפנות|פנו|נא)",
    "(?:التواصل|يرجى|الاتصال)",
    "(?:連絡|宛|お願い)", "(?:联系|聯|发送|發送|请)", "(?:연락|문의|보내)",
)  # fmt: skip

# A responder does not know what it answers: who names the newsletter has read it.
OUR_MAIL = (
    "news ?letter", "mailing ?list", "(?:your|this|the|e-?mail|distribution) list",
    "subscri(?:be me|bed to|ption)",
    "mailings?", "verteiler", "rundbrief",
    "liste de diffusion", "lettres? d.info", "infolettre", "lista de (?:correo|distribu|e-?mail)",
    "bolet[íi]n",
    "nieuwsbrief", "maillijst", "nyhetsbrev",
    "nyhedsbrev", "utskick", "uutiskirje", "postituslist", "biuletyn", "zpravodaj", "hírlevél", "рассылк",
    "розсилк",
    "ενημερωτικ", "bülten", "ניוזלטר",
    "النشرة", "メルマガ", "メールマガジン", "配信(?:停止|を)", "邮件列表", "订阅", "訂閱", "뉴스레터", "수신 ?거부",
)  # fmt: skip

# The person or the mailbox is gone, in whatever words: what an automatic mail may say of itself.
ABANDONED = (
    (
        "no longer (?:with|works? (?:at|for|here)|employed|in use|monitored|valid|active|at this|using this"
        "|use this|checked|an employee|available at this|exists?|accepts? (?:e-?mail|mail))"
    ),
    "(?:has|have) left", "left the (?:company|organi[sz]ation|firm)", "is no longer (?:with|part of)",
    "moved on (?:from|to)", "is retired", "has retired", "have retired",
    (
        "(?:(?:e-?mail )?(?:address|mailbox|inbox|account)[^.]{0,60}(?:no longer|not (?:in use|monitored"
        "|active"
        "|valid)|closed|deactivated|discontinued|abandoned|disabled|retired|unmonitored))"
    ),
    "(?:new|changed my) e-?mail address", "my (?:new )?(?:e-?mail )?address (?:has changed|is now)",
    (
        "nicht mehr (?:für|bei|im unternehmen|in unserem (?:hause?|unternehmen)|tätig|beschäftigt|gültig"
        "|aktiv"
        "|gelesen|in verwendung|abgerufen"
        "|erreichbar unter|verwendet|genutzt|existent)"
    ),
    "ausgeschieden", "neue (?:e-?mail|mail)-?adresse", "(?:n.est|ne fait|n.existe|ne travaille) plus",
    "a quitté (?:la société|l.entreprise|ses fonctions)", "nouvelle adresse",
    "ya no (?:trabaja|forma parte|está|es válid|se utiliza)", "non (?:lavora|fa|è) più", "non è più attiv",
    "não (?:trabalha|faz|está|é) mais", "já não (?:trabalha|faz)", "werkt niet (?:meer|langer) (?:bij|voor)",
    "niet (?:langer|meer) in gebruik", "niet meer werkzaam", "(?:arbetar|jobbar) inte längre", "har slutat",
    "(?:arbejder|jobber|arbeider) ikke lenger", "ikke længere (?:ansat|i brug)", "har sluttet", "ei ole enää",
    "ei työskentele enää", "nie pracuje już", "już nie pracuje", "nieaktywn", "již nepracuje", "už nepracuje",
    "больше не (?:работает|используется)", "уволил", "退職", "異動", "使用しておりません", "已离职", "已離職",
    "不再使用", "퇴사",
)  # fmt: skip
