"""Words by which automatic mail tells itself, in thirty languages: RE2 patterns over lower-case text."""

# A text that calls itself automatic.
DECLARATIONS = (
    (
        "(?:this|the following) (?:is|was) an? (?:auto(?:mated|matic(?:ally[- ]generated)?)"
        "|computer[- ]generated|system[- ]generated)"
    ),
    (
        "(?:this|the) (?:e-?mail|message|reply|response|note|mail) (?:is|was|has been) (?:an? )?(?:auto"
        "(?:mated|matic|matically|-?generated|-?reply|response)|computer[- ]generated|system[- ]generated"
        "|generated automatically|sent automatically)"
    ),
    "this (?:auto-?reply|auto-?response) (?:message )?(?:was|is)", "the following is an automat(?:ed|ic)",
    "this is an auto-?(?:reply|response|responder)", "^auto(?:matic|mated)?[- ]?(?:reply|response)[.:!]",
    r"\[?this is an automat(?:ed|ic)", "automatic(?:ally)? (?:generated )?(?:reply|response) from",
    (
        "(?:dies(?:e|es)?|dies ist eine|hierbei handelt es sich um eine) (?:e-?mail |mail |nachricht "
        "|antwort )?(?:ist eine |wurde )?(?:automatisch|automatische)"
    ),
    "(?:ceci est|cet? (?:e-?mail|message|courriel)[^.]{0,40}) (?:un|une|généré|envoyé)[^.]{0,30}automatique",
    (
        "(?:(?:este|esta) (?:es|é|e) (?:un|una|um|uma) (?:mensaje|respuesta|mensagem|resposta"
        "|correo)[^.]{0,20}autom[áa]tic)"
    ),
    "(?:(?:questo è un|questa è una) (?:messaggio|risposta|e-?mail)[^.]{0,20}automatic)",
    "dit is een automatisch",
    "(?:detta är ett|dette er (?:en|et)) automatisk", "tämä on automaattinen",
    "to jest (?:wiadomość|odpowiedź) automatyczn", "jest to automatyczna", "toto je automatick",
    "это автоматическ",
    "данное (?:письмо|сообщение) (?:отправлено|сгенерировано|создано) автоматически", "це автоматичн",
    "bu (?:otomatik|bir otomatik)", "ez egy automatikus", "acesta este un (?:mesaj|răspuns) automat",
    "自動(?:送信|返信|応答)(?:メール|され|です)", "このメールは自動", "本邮件(?:为|由)?(?:系统)?自动",
    "此(?:邮件|郵件)(?:为|為|由|是)?(?:系统|系統)?自[动動]", "자동(?:으로)? (?:발송|회신|응답)",
    (
        "(?:nachricht|mail|bestätigung|antwort|schreiben)[^.!?]{0,30} (?:wurde|wird|ist) (?:automatisch"
        "|maschinell|automatisiert)"
    ),
    "(?:automatisch|maschinell) (?:erstellte|erzeugte|generierte|versandte|versendete)",
    "(?:generado|enviado|generada|enviada) (?:automáticamente|de forma automática)",
    "(?:généré|envoyé)e?s? automatiquement", "(?:generat|inviat)[oa] automaticamente",
    "(?:gerad|enviad)[oa] automaticamente", "automatisch (?:gegenereerd|verzonden|aangemaakt)",
    "(?:automatiskt|automatisk) (?:skickat|genererat|genereret|sendt|generert)",
    "(?:wygenerowan|wysłan)[aoy] automatycznie", "(?:automaticky (?:vygenerov|odeslán|vytvořen|odoslan))",
    "(?:отправлено|создано|сформировано) автоматически", "otomatik olarak (?:gönderil|oluşturul)",
    "(?:reply|respond|answer)[^.!?]{0,30} above this line", "über dieser (?:zeile|linie)",
    "au-dessus de cette ligne",
    "(?:encima|arriba) de esta línea", "acima desta linha", "sopra (?:a )?questa (?:linea|riga)",
    "boven deze (?:lijn|regel)",
    "αυτό είναι (?:ένα )?αυτόματο", "זוהי? (?:הודעה|תשובה) אוטומטית", "هذ[اه] (?:رسالة|رد) (?:تلقائي|آلي)",
)  # fmt: skip

# A text that speaks of whatever comes in: who answers one mail speaks of that mail.
UNATTENDED = (
    (
        r"(?:un|not |no longer |isn't |never )(?:being )?(?:regularly |actively )?(?:monitored|attended"
        r"|staffed)(?:\W|$)"
    ),
    "(?:mailbox|inbox|address|account)[^.!?]{0,40} (?:not|never) (?:be )?(?:checked|read|answered|monitored)",
    (
        "(?:please )?do not (?:reply|respond) (?:directly )?to this (?:e-?mail|message|mail|address"
        "|notification)"
    ),
    "replies to this (?:e-?mail|message|mail|address) (?:are|is|will|go|can)",
    (
        "(?:e-?mails?|mail|messages?) (?:sent )?to this (?:e-?mail )?(?:account|address|mailbox"
        "|inbox) (?:is|are|will|won't|goes|go)"
    ),
    (
        "(?:nobody|no ?one) (?:is |will |here )?(?:be )?(?:reads?|reading|checks?|checking|monitors?"
        "|monitoring|looks? after|answers?) (?:this|the|his|her|their) (?:inbox|mailbox|account|address"
        "|e-?mails?)(?: any ?(?:more|longer)| now| at| regularly| currently|[.,;:!]|$)"
    ),
    (
        "(?:your|all|any) (?:e-?mails?|messages?|mail) (?:is|are|was|has|have|will) not (?:been |be )?(?:read"
        "|forwarded|deliver)"
    ),
    "e-?mails? (?:sent )?to this (?:e-?mail )?(?:address|account|mailbox)",
    "you(?:'ve| have) reached (?:the )?(?:inbox|mailbox|e-?mail|office|desk|voice)",
    "(?:this|the) (?:notice|notification|message|reply) (?:only )?once",
    (
        "(?:postfach|mailbox|adresse|konto)[^.!?]{0,40} nicht (?:mehr )?(?:gelesen|überwacht|abgerufen"
        "|betreut"
        "|bearbeitet|eingesehen)"
    ),
    "(?:ihre|deine|eingehende) (?:e-?mails?|mails?|nachricht(?:en)?) (?:wird|wurde|werden|wurden) nicht",
    "antworten sie (?:bitte )?nicht (?:auf|direkt)",
    "ne pas (?:y )?répondre", "n.est (?:pas|plus) (?:consultée?|relevée?|surveillée?|lue?)",
    "(?:vos?|les) (?:e-?mails?|messages?|courriels?|mails?)[^.!?]{0,40} ne ser(?:a|ont)",
    "no (?:responda|respondas|conteste|contestes) (?:directamente )?a est[ea]",
    "este buzón (?:de correo )?no (?:es|está|se)", "non (?:rispondere|rispondete|risponda) a quest",
    "casella[^.!?]{0,30} non (?:è|viene)[^.!?]{0,10}(?:presidiat|monitorat|letta|abilitat|controllat)",
    "(?:não|nao) (?:responda|responder) (?:a )?est[ea]",
    "niet (?:te )?(?:reageren|antwoorden|beantwoorden) op d",
    "(?:uw|je) (?:bericht|e-?mail|mail) (?:is|wordt|werd) niet", "svara inte på det", "svar ikke på denne",
    "(?:din|deres) (?:mail|e-?mail|e-?post) (?:bliver|blir) ikke", "inte vidarebefordra",
    "älä(?:thän)? vastaa tähän",
    "(?:nie odpowiada[ćj]|nie odpowiadać) na (?:tę|ta|t[eę] wiadomość|ten)",
    "(?:neodpovídejte|neodpovedajte) na t",
    "ne válaszoljon erre", "nu răspunde(?:ți|ti)? la acest", "не отвечайте на (?:это|данное)",
    "не відповідайте на (?:це|цей)", "μην απαντήσετε σε",
    "bu (?:e-?postay?ı?|mesaj)[^.!?]{0,20}(?:yanıtlam|cevap verm)",
    "אין להשיב", "(?:لا ترد|عدم الرد) على", "送信専用", "ご?返信(?:いただいても|できません|はご遠慮)",
    "(?:请|請)勿(?:直接)?(?:回复|回覆)",
    "발신 ?전용", "회신(?:하지|되지|이 되지)",
)  # fmt: skip

# Somebody is away …
AWAY = (
    (
        "(?:i am|i'm|i will be|i'll be|is|will be) (?:currently |now |temporarily |presently )?(?:out of "
        "(?:the |my )?(?:office|country|town)|on (?:annual |sick |maternity |paternity |parental |medical "
        "|study |an? )?(?:leave|vacation|holidays?|sabbatical|business trip)|away (?:from|on|until|till)"
        "|travell?ing (?:until|till|and|from)|not in the office|absent)"
    ),
    "out of (?:the )?office (?:until|till|from|between|through|and will|with|on|this|next|today|friday)",
    (
        r"\bi (?:only |usually |normally )?work (?:only |part[- ]time|(?:on )?(?:mondays?|tuesdays?"
        r"|wednesdays?|thursdays?|fridays?))"
    ),
    "(?:my|our) (?:working|office|opening) (?:hours|days) are",
    "(?:(?:i am|i'm) (?:at|attending) (?:a|the) [^.!?]{0,30}(?:fair|conference|congress|training|workshop))",
    "(?:no|without|limited|little) access to (?:my |our )?(?:e-?mails?|mails?|messages|inbox)",
    (
        r"(?:keinen|kein|ohne|eingeschränkt(?:en)?) (?:zugriff|zugang) (?:auf|zu) (?:meine[nr]? )?(?:e-?mail"
        r"|mail|post)"
    ),
    "pas accès à (?:ma |mes |la )?(?:messagerie|mails?|e-?mails?|courriels?|boîte)",
    "(?:sin|no (?:tengo|tendré)) acceso (?:al?|a mi) (?:correo|e-?mail|buzón)",
    "(?:senza|non (?:ho|avrò)) accesso all", "(?:sem|não (?:tenho|terei)) acesso ao? (?:e-?mail|correio)",
    "geen (?:toegang tot|inzage in) (?:mijn )?(?:e-?mail|mail|post)",
    "(?:brak|bez) dostępu do (?:poczty|e-?mail)",
    "taking (?:a |some |a few |the )(?:short |well[- ]earned )?(?:break|time off|days off|week off)",
    "(?:estoy|estaré) fuera (?:por|del|hasta|esta|toda|unos)",
    "not checking (?:my )?e-?mail", "not at (?:his|her|their|my) desk", "(?:gone|out) fishing",
    "will not be (?:reading|checking|looking at|monitoring|answering)",
    (
        "(?:have started|started|begun|am starting|currently on|now on|away on|gone on) (?:my |his |her )?"
        "(?:annual |maternity |paternity |parental |medical |sick |summer )?(?:leave|vacation|holidays?"
        "|sabbatical)"
    ),
    "(?:office|shop|studio|store|we) (?:is|are|will be) closed (?:from|until|till|for|over|between|on)",
    (
        "e-?mails? (?:sent|received|arriving|that (?:reach|arrive"
        "|come))[^.!?]{0,60} will (?:not )?be (?:answered|read"
        "|dealt|replied|deleted|forwarded)"
    ),
    (
        "(?:(?:ich bin|bin|befinde mich) (?:derzeit |zur ?zeit |momentan |aktuell |vom |bis |ab |leider "
        "|heute "
        "|erst )?[^!?]{0,60}?(?:nicht (?:im|in|am|erreichbar)|im urlaub|in urlaub|in elternzeit"
        "|in mutterschutz|abwesend|außer haus|auf (?:dienst|geschäfts)reise|wieder (?:im|für sie"
        "|erreichbar)))"
    ),
    "(?:betriebsferien|betriebsurlaub|werksferien)",
    "(?:büro|praxis|werkstatt|laden|geschäft)[^.!?]{0,40}geschlossen",
    "eingeschränkt (?:erreichbar|verfügbar)",
    "ich arbeite (?:nur |immer )?(?:montags|dienstags|mittwochs|donnerstags|freitags|in teilzeit|von montag)",
    "en déplacement", "consulte peu", "je (?:ne )?travaille (?:pas|que|uniquement) l",
    "je suis (?:actuellement |absent)", "je serai (?:absent|en congé|de retour)",
    "je suis en (?:congé|vacances|arrêt)",
    "ferm[ée]+s? (?:pour|du|jusqu)", "fermeture (?:annuelle|estivale)",
    "cerrad[oa]s? (?:por|del|hasta|desde)", "(?:estaré|estoy|me encuentro) de viaje",
    "chius[oiae] (?:per|dal|fino)", "(?:sono|sarò) (?:in viaggio|in trasferta|in maternità|in malattia)",
    "fechad[oa]s? (?:para|de|até)",
    "encontro-me (?:ausente|de férias|de licença|fora)", r"en congés?(?: jusqu| du| au|,|\.)",
    r"absente? (?:du bureau|jusqu|du \d)", "de retour le",
    "(?:estoy|estaré|me encuentro) (?:actualmente )?(?:fuera de|ausente|de vacaciones|de baja)",
    "(?:sono|sarò) (?:attualmente )?(?:assente|fuori|in ferie|in congedo)",
    "(?:estou|estarei) (?:atualmente )?(?:ausente|de férias|fora d|em férias|de licença)",
    (
        "(?:ik ben|ben ik) (?:momenteel |op dit moment |tot |van )?[^.]{0,40}?(?:afwezig|niet aanwezig"
        "|op vakantie|met (?:verlof|vakantie)|niet bereikbaar|buiten kantoor)"
    ),
    "gesloten (?:wegens|van|tot)",
    "ik werk (?:alleen |niet )?(?:op )?(?:maandag|dinsdag|woensdag|donderdag|vrijdag)",
    "är hemma med", "(?:är|er) hjemme med", "suljettu", "(?:zamknięt|nieczynn)[aeyo]", "(?:zavřeno|zatvoren)",
    "stängt (?:för|till|mellan)", "jag har semester",
    "(?:lukket|stengt) (?:for|på grund|til)",
    "jag är (?:för närvarande )?(?:på semester|ledig|borta|inte på|bortrest|föräldraledig)",
    "åter på kontoret",
    (
        "jeg (?:er|holder|har) (?:for tiden |for øyeblikket |i øjeblikket )?(?:på ferie|ikke på|ferie"
        "|ikke til stede|fraværende|bortreist)"
    ),
    "tilbage (?:på|igen)", "tilbake på", "olen (?:lomalla|poissa|tavoitettavissa|vuosilomalla)",
    "en (?:lue|pääse)[^.!?]{0,20}sähköpost", "urlop(?:ie)? (?:macierzyńsk|wychowawcz|wypoczynk)",
    "(?:jestem|przebywam|będę) (?:obecnie )?(?:na urlopie|nieobecn|poza biurem|na zwolnieniu)",
    "(?:jsem|budu) (?:momentálně |do )?(?:na dovolené|mimo kancelář|nepřítom)", "čerpám dovolenou",
    "(?:som|budem) (?:momentálne )?(?:na dovolenke|mimo kancelárie)", "szabadságon (?:vagyok|leszek)",
    "nem vagyok (?:az irodában|elérhető)", "(?:sunt|voi fi) (?:în concediu|plecat|în afara)",
    "(?:я )?(?:в отпуске|нахожусь в|буду отсутствовать|отсутствую|вне офиса)",
    "(?:я )?(?:у відпустці|перебуваю у|буду відсутн)", "в отпуск (?:съм|до)", "βρίσκομαι (?:εκτός|σε άδεια)",
    "απουσιάζω", "(?:izindeyim|ofis dışındayım|yıllık izinde|tarihleri arasında izin)",
    "אני (?:נמצא(?:ת)? )?(?:בחופשה|מחוץ למשרד|לא במשרד)", "אהיה בחופש",
    "(?:أنا|سأكون) (?:حاليا )?(?:خارج المكتب|في إجازة)",
    "(?:休暇|不在|出張|外出|夏季休業|休業)(?:を|と|の|中|に|して|いた|期間)",
    "(?:我)?(?:正在|目前|现在)?(?:休假|出差|外出|不在办公室|不在辦公室)", "(?:휴가|부재|출장) ?중",
    "tôi (?:đang|sẽ) (?:nghỉ|đi công tác|vắng)", "saya sedang (?:cuti|di luar)",
    "na godišnjem (?:sam|odmoru)",
)  # fmt: skip

# … and says what happens meanwhile.
MEANWHILE = (
    (
        "(?:i will|i'll|will|shall) (?:reply|respond|answer|get back|be back|return|read|deal|be returning"
        "|be responding|attend)"
    ),
    "(?:when|upon|on|after) (?:i|my|his|her|we) (?:return|get back|am back)", "upon my return",
    "in my absence",
    "during my absence", "while i(?: a|')m (?:away|out)",
    "(?:limited|no|intermittent|sporadic|irregular) (?:or no )?(?:access to|e-?mail access|internet)",
    (
        "(?:urgent|immediate|emergenc|pressing|time[- ]sensitive)[^.]{0,80}(?:contact|call|e-?mail|reach"
        "|forward|phone|speak|please)"
    ),
    "please (?:contact|e-?mail|call|direct|forward)[^.]{0,60}(?:instead|in my absence|if|for|@)",
    "(?:back|returning|return) (?:in the office |to the office |to work )?(?:on|in|at|by) ",
    r"back  ?[a-z]{3,9} +\d",
    "(?:is|will be) (?:looking after|covering|taking over|standing in|taking care|filling in)",
    "in the meantime",
    "(?:e-?mail|mail|messages?)[^.!?]{0,60}will (?:not )?be (?:answered|read|dealt|deleted|forwarded)",
    "your (?:message|e-?mail|mail) has been filed",
    "this (?:is the only|will be the only) (?:notification|reply)",
    "vertritt mich", "vertreten (?:mich|durch)", "prendra le relais", "(?:mon|ma) (?:assistante?|collègue)",
    "la mia (?:collega|assistente)",
    "sköter", "vikarie", "sijaise", "(?:zastępuje|zastępstwo)", "be patient", "in der reihenfolge",
    "orden de llegada", "alla riapertura", "par ordre d'arrivée",
    "first thing", "back (?:at|in|on|to) ", r"ext\.? ?\d", "eerstvolgende werkdag",
    "beantwoord (?:uw|je)", "wenn es brennt", "mientras tanto", "nel frattempo", "entre-temps",
    "in der zwischenzeit", "(?:all|everything|anything) (?:else|others?) (?:can|will)", "in dringenden",
    "in dringlichen",
    "meine vertretung", "vertretung", "nach meiner rückkehr",
    "nicht weitergeleitet", "der reihe nach", "in dieser zeit", "nach unserer rückkehr",
    "werde (?:ich )?(?:ihre|ihnen|sie|mich)", "sobald", "ab dem",
    "bis (?:zum|einschließlich)", "wieder (?:da|erreichbar|im büro|zurück|zur verfügung|für sie)",
    "en cas d.urgence",
    "(?:à|dès) mon retour", "je vous répondrai", "(?:à|dès) notre retour", "pendant mon absence",
    "en mon absence",
    "de retour", "vous pouvez contacter",
    "n.aurai pas accès", "en caso de urgencia", "urgente", "a mi regreso", "a mi vuelta",
    "durante mi ausencia",
    "hasta el", "per urgenze", "per le urgenze", "in caso di urgenza", "al mio rientro", "al mio ritorno",
    "durante la mia assenza",
    "fino al", "rientr", "em caso de urgência", "urgente", "no meu (?:retorno|regresso)",
    "até (?:o dia|ao dia|dia)",
    "retorn", "(?:voor|bij|in) (?:dringende|spoed|urgente)", "bij mijn terugkomst",
    "tijdens mijn afwezigheid",
    "tot en met", "weer (?:aanwezig|terug|bereikbaar)", "terug op", "vid brådskande", "åter", "tillbaka",
    "kontakta",
    "under min", "ved (?:hast|behov|spørs)", "kontakt", "tilbake", "tilbage", "kiireellis", "palaan",
    "ota yhteyttä",
    "lomani", "w pilnych", "w sprawach pilnych", "po powrocie", "do dnia", "proszę o kontakt",
    "w czasie mojej",
    "v naléhavých", "v urgentn", "po návratu", r"do \d", "kontaktujte", "zastup", "sürgős", "visszatér",
    "keresse",
    "urgen", "revin", "contacta", "срочн", "по возвращении", "обращайтесь", "вернусь", r"до \d", "по всем",
    "терміново", "нагальн", "звертайтеся", "повернусь", "επείγ", "επιστρ", "επικοινων", "acil", "döndüğ",
    "iletişim",
    "tarihine kadar", "דחופ", "אשוב", "אחזור", "לפנות", "عاجل", "عودتي", "التواصل",
    "(?:緊急|至急|戻り|次第|までの間|ご連絡|以降)", "(?:紧急|緊急|急事|返回|回来|联系|聯繫|聯絡|尽快|盡快)",
    "(?:긴급|급한|복귀|연락)", "khẩn", "trở lại", "liên hệ", "mendesak", "kembali", "hubungi", "hitn", "povratk",
    "kontaktirajte",
)  # fmt: skip
