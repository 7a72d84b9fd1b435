"""Words of desks and shops that acknowledge a mail: RE2 patterns over lower-case text."""

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
        "(?:your|this) (?:e-?mail|message|request|mail|enquiry|inquiry|letter|application|form|query"
        "|note)(?: to us)? (?:has|have) "
        "(?:just |safely |now )?(?:come through|arrived|reached (?:us|the|our)|got through|landed|come in"
        "|found its way)"
    ),
    "(?:wir haben|haben wir) (?:ihre|deine|eure)[^.!?]* (?:erhalten|erfasst|aufgenommen|registriert)",
    "nous avons (?:bien )?(?:enregistré|pris en compte) (?:votre|ta)",
    "hemos (?:registrado|anotado|abierto) (?:su|tu|un caso)",
    "abbiamo (?:registrato|preso in carico) (?:la|il)",
    "(?:registr[aá]mos|anot[aá]mos|abrimos) (?:o |a )?(?:seu|sua|teu|tua|um chamado)",
    "(?:hebben|is) (?:wij |we )?(?:uw|je|jouw) (?:[^.!?]*(?:geregistreerd|in behandeling))",
    "(?:zarejestrowaliśmy|przyjęliśmy) (?:twoje|państwa|pana)", "(?:přijali|zaevidovali|zaregistrovali) jsme",
    "(?:kaydınız|talebiniz) (?:oluşturul|alın)",
    (
        "(?:ihre|deine) (?:anfrage|nachricht|e-?mail|mail) (?:ist (?:bei uns )?eingegangen"
        "|haben wir erhalten|wurde (?:erfasst|registriert|erhalten))"
    ),
    "wir haben ihre (?:anfrage|nachricht|e-?mail) erhalten",
    "(?:ihr|dein|das|ein) ticket[^.]{0,40} wurde (?:angelegt|erstellt|eröffnet|aufgenommen)",
    "(?:nous est|est) bien parvenue?", "nos ha llegado (?:su|tu)", "ci è pervenut",
    "(?:din|deres) (?:mail|besked) er modtaget",
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
    "(?:我们|我們)?(?:已|已经|已經)收到(?:您|你)的",
    "感谢您(?:的来信|联系|的咨询)",
    "(?:邮件|郵件|来信|來信|信息|留言)(?:我们|我們|我)?(?:已|已经|已經)(?:收到|收悉)",
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
    "danke? für (?:ihre|deine|eure) (?:anfrage|nachricht|e-?mail|mail|kontaktaufnahme)",
    "thank(?:s| you) for dropping (?:us|me) a",
    "спасибо за (?:ваше )?(?:письмо|сообщение)", "bedankt voor (?:uw|je) mail",
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

# What only desks do with a mail: they promise less, and in fewer words.
LOGGED = (
    (
        r"your (?:e-?mail|message|request|enquiry|inquiry|ticket|query|case|submission|application)"
        r" (?:has been|was|is being) (?:\w+ )?(?:received|created|registered|logged|assigned|opened|processed|passed"
        r"|forwarded)"
    ),
    (
        "(?:ihre|deine) (?:anfrage|nachricht|e-?mail|bewerbung) (?:wurde|wird) (?:erfasst|registriert"
        "|bearbeitet|geprüft)"
    ),
    "votre (?:demande|message) (?:a été|est|sera) (?:enregistrée?|transmise?|traitée?)",
    "(?:su|tu) (?:solicitud|consulta|mensaje) (?:ha sido|fue|está siendo) (?:registrad|recibid|procesad)",
)  # fmt: skip
NEXT_STEPS = (
    "(?:we|someone|somebody|an? (?:agent|adviser|advisor|colleague|member|specialist)) will",
    "you will (?:not )?(?:hear|receive|get|be)",
    "wir (?:melden|werden)", "(?:nous|un conseiller|on) (?:vous )?(?:répond|recontact|revien|contact)",
    "(?:nos|le|te) (?:pondremos|contactar|responder)",
)  # fmt: skip

# … and what a desk promises, or bids.
PROMISES = (
    (
        r"(?:will|shall|'ll|aim to|try to|strive|usually|normally"
        r"|expect)[^.!?]{0,60} within (?:the next )?(?:\d|one|two|three|a few|a couple)"
    ),
    "(?:working|business) (?:day|hour)",
    (
        "(?:may|might|can|could|will) take (?:us )?(?:up to )?(?:a few|some|several|a couple of|\\d+|two"
        "|three|four|five|ten) [^.!?]*(?:to (?:get (?:to|round|around)|repl|respon|answer|deal|process|look"
        "|read|handle)|(?:before|until|till) (?:you|we|somebody|someone))"
    ),
    "as soon as (?:possible|we can)",
    "your (?:ticket|case|reference|request) (?:number|id|no)",
    (
        "(?:cannot|can't|are not able to|aren't able to|unable to|not always) (?:answer|reply to"
        "|respond to) (?:every|all|each)"
    ),
    "(?:hat|trägt|unter der|lautet|mit der)[^.!?]* (?:nummer|aktenzeichen) ",
    "wird (?:von|durch)[^.!?]* (?:gelesen|bearbeitet|geprüft|beantwortet)",
    "our (?:support |service |customer )?(?:team|staff|agents|faq|help cent)",
    "(?:support|service) (?:team|staff)", "be assured", "give us (?:a|some|up to|\\d)",
    "(?:small|tiny|little) team", "kleines team", "petite équipe", "klein team",
    "(?:look|go|work|sift|read) through (?:all|every|the|each)",
    (
        r"(?:en|dans|sous|in|em|binnen|entro|inom|innen|within|w|do|за) (?:\pL+ )?\d+ ?(?:h\b|horas|heures"
        r"|ore\b|stunden|uur|timmar|timer|hours|días|jours|giorni|dias\b|tagen|dagen|dagar|dage\b|days"
        r"|godzin|dni|дн)"
    ),
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
