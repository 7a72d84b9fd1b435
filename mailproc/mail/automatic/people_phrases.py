"""What people write and responders do not, whatever else they say alike: RE2 patterns over lower-case text."""

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

# The writer's own words of an address that is given up, under which a person goes on about the writer's own mail.
GONE_MYSELF = (
    "i (?:no longer|don't|do not|moved|changed|retired|have moved|have changed|am no longer|was)",
    "(?:keep|continue|go on|carry on) (?:reading|getting|receiving|to (?:read|get|receive))",
    "would (?:still )?(?:like|love) (?:to|the)",
    "i'm no longer", "(?:write|send|mail|e-?mail|address)(?: it| them| this| all)? to me\\b|contact me\\b",
    (
        "\\bi(?:'ve| have|'m| am| will|'ll| now)? (?:do|did|take|took|taken|handle|look|looking|doing"
        "|taking|handling)(?: over| after| care)? (?:the|our|his|her|their|all)\\b"
    ),
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

# Somebody asks for something: such a text is a person's, even where it says that they are away.
REQUEST_STEMS = (
    "unsub",
    "un-sub",
    "remove (?:me|my|us|our)",
    "take (?:me|my) ",
    "take us (?:o|from|away|all|both|now|please|completely|permanently|down|right|at)",
    "opt(?:ing)?[ -]?out",
    "stop (?:sending|e-?mailing|mailing)", "abmeld", "abbestell", "austrag", "d[ée]sabonn", "d[ée]sinscri",
    "darme de baja", "dar de baja", "desuscri", "disiscri", "cancellarmi",
    "cancelar (?:a )?(?:minha|subscri)",
    "descadastr", "uitschrij", "afmelden", "avregistrer", "avanmäl", "avmeld", "afmeld", "wypis", "odhlás",
    "отпис",
    "отпиш", "відпис", "leiratkoz", "dezabon", "退订", "退訂", "配信停止", "수신거부",
)  # fmt: skip

# Somebody wants an address struck out, whosever it is: no machine asks that of whoever writes to it.
DELETIONS = (
    (
        "(?:please|kindly|pls|so|and|can you|could you|would you) (?:just |also |now )?(?:remove|delete|drop"
        "|strike|scratch|erase|take|stop)"
        " (?:this|the|that|his|her|their|him|them|it|my|our|me|us|from|off|send|mail|e-?mail|writ)"
    ),
    "(?:remove|delete|drop|erase) (?:this|that|his|her|their|him|them|my|our) ",
    "no (?:more (?:mails?|e-?mails?|letters?)|need to (?:send|write))",
    "do(?:n't| not) (?:send|write|mail|e-?mail) (?:me|us|any|more|him|her|them|these|anything)",
    "(?:entfernen|löschen|streichen|nehmen) sie",
    "(?:adresse|eintrag)[^.!?]{0,30} (?:entfern|lösch|streich|(?:he)?rausnehm)",
    (
        "(?:veuillez|merci de|pouvez-vous|prière de) (?:bien vouloir )?(?:la |le |l.|les )?(?:supprim"
        "|retir|effac"
        "|enlev|ray|radi)"
    ),
    "(?:supprimez|retirez|effacez|enlevez|rayez)",
    "(?:elimin(?:e|en|ad)|borr(?:e|en|ad)|quit(?:e|en|ad)|suprim(?:a|an|id))(?:l[aeo]|me|nos)?[ ,.]",
    "(?:cancell(?:ate|ino)|rimuov(?:ete|ere|a)|elimin(?:ate|are)|toglie)",
    "(?:remov(?:am|er|a)|exclu(?:am|ir|a)|apag(?:uem|ar|ue)|retir(?:em|ar)) ", "(?:verwijder|schrap)",
    "(?:ta bort|radera|stryk|behöver inte)", "(?:slet |slett |fjern)", "poista",
    "(?:usuń|usun|skreśl|wykreśl)", "(?:smaž|vymaž|odstraň|vyřaď|vyraď|vyškrtn)", "töröl",
    "(?:șterge|ştergeţi|scoateți|eliminați)", "(?:удалит|убер|исключит|вычеркн)",
    "(?:видал|прибер|вилуч|виключ)", "(?:διαγρ|αφαιρ)", "(?:silin|siler|silme|çıkar)",
    "(?:הסירו|להסיר|מחקו|למחוק)",
    "(?:احذف|حذف|إزالة|أزيل)", "(?:削除|停止|外して|解除)",
    "(?:删除|刪除|移除|不要再|别再)", "(?:삭제|제외|빼 ?주|중단)",
    # … or that no more is sent
    "keine (?:weiteren )?(?:mails|e-?mails|nachrichten|werbung|post) (?:mehr|an|schick|send)",
    "nicht mehr (?:anschreib|schick|send|schreib|zusend)",
    "ne plus (?:m.|nous |lui |rien )?(?:écrire|envoyer|contacter|adresser|solliciter)",
    "(?:no (?:env[íi]en|manden|escriban|envíes)|dejen de|dejad de)",
    "non (?:inviate|mandate|scrivete|inviare|mandare)", "(?:não (?:enviem|mandem|enviar)|parem de|pare de)",
    "geen (?:mails?|e-?mails?|berichten|post) meer", "(?:inga fler|sluta skicka)",
    "(?:ikke flere|stop med at|slutt å)",
    "(?:älkää lähettäkö|lopettakaa)", "nie (?:wysyła|przysyła)", "(?:neposílejte|neposielajte)",
    "ne küld", "nu (?:mai )?trimite", "не (?:присыла|пиши|шлит|отправляй|надсила|шліт)",
    "μην? (?:στέλν|στείλ|μου)",
    "(?:göndermeyin|yollamayın)", "(?:送ら|送信し)ないで", "(?:不要|别|勿)(?:再)?[发發]",
    "(?:보내지|발송하지)",
)  # fmt: skip

# What a person on leave asks of a shop: a machine asks nobody to send "the" parcel, it has mail sent to a colleague.
ORDERS = (
    (
        r"\b(?:please|pls|kindly|can you|could you|would you) (?:send (?:the|my|our|me|us) |(?:ship"
        r"|deliver|hold|keep"
        r"|reserve|book|postpone|move|pause|reschedule|cancel|change|put|post|bring) )"
    ),
    (
        r"\bbitte (?:(?:das|den|die|mein\pL*|unser\pL*) [^.!?]{0,40}(?:senden|schicken|liefern|verschieben"
        r"|zurückhalten|behalten|stornieren)|(?:schicken|senden|liefern|behalten|verschieben|stornieren) sie"
        r" (?:mir|uns|das|den|die|mein))"
    ),
    (
        r"\b(?:merci de|veuillez|pouvez-vous) (?:me |nous )?(?:envoyer|livrer|garder|réserver|reporter"
        r"|expédier)"
        r" (?:le|la|les|mon|ma|mes) "
    ),
    (
        r"\b(?:por favor|pueden|podrían) (?:envíen|manden|guarden|enviar|mandar|guardar|entregar|reservar)"
        r" (?:el|la|los|las|mi|mis) "
    ),
    (
        r"\b(?:potete|vi prego di|per favore) (?:spedire|inviare|consegnare|tenere|spostare|spedite"
        r"|consegnate|tenete)"
        r" (?:il|la|lo|i|le|mio|mia) "
    ),
    r"\b(?:graag|kunt u|gelieve) (?:het|de|mijn) [^.!?]{0,40}(?:sturen|leveren|bewaren|verzetten|bezorgen)",
)  # fmt: skip

# Whom people have instead of a stand-in, and what is done for them: no office has a wife who fetches the apples.
ERRANDS = (
    (
        r"\b(?:my|our) (?:wife|husband|partner|mum|mom|mother|dad|father|sister|brother|son|daughter"
        r"|neighbou?rs?|in-laws|flatmate)\b"
    ),
    (
        r"\b(?:pick|picks|picking|picked) (?:\w+ ){1,4}up\b|\b(?:pick|picks) up the\b|\b(?:will|can|could"
        r"|to) (?:collect|fetch)\b"
        r"|\b(?:can't|cannot|won't|not able to|unable to) (?:come|make|join|be there|attend|take part)"
    ),
    r"\b(?:i|we)(?:'ll|'d| will| would)? (?:need|want|take|order) (?:\w+ )?(?:\d+|two|three|five|ten|another|more)\b",
    (
        r"\bwir (?:brauchen|nehmen|hätten|bestellen)\b|\b(?:brauchen|nehmen|hätten|bestellen) wir\b"
        r"|\bnous (?:voulons|voudrions|prendrons)"
    ),
    (
        r"\b(?:necesitamos|queremos|queríamos|ci servono|vorremmo|vogliamo|precisamos|queremos|potrzebujemy"
        r"|chceme)\b|\bgraag (?:weer|nog|\w+ kist)"
    ),
    r"\b(?:would|we'd|i'd) love to\b|\blook(?:ing)? forward to (?:seeing|visiting|meeting|coming|tasting)",
    (
        r"\b(?:meine?|unsere?) (?:frau|mann|mutter|vater|schwester|bruder|sohn|tochter|nachbar\pL*"
        r"|eltern)\b|\b(?:hol(?:t|en|e) |abhol)"
    ),
    (
        r"\bm(?:a|on) (?:femme|mari|mère|père|sœur|soeur|frère|fils|fille|voisine?)\b|\b(?:récupérer"
        r"|prendra les|passera prendre|cherchera)"
    ),
    r"\bmi (?:mujer|marido|madre|padre|hermana|hermano|hijo|hija|vecin[oa])\b|\brecog(?:er|erá|emos)\b",
    (
        r"\bmi[oa] (?:moglie|marito|madre|padre|sorella|fratello|figli[oa]|vicin[oa])\b|\b(?:passo|passiamo"
        r"|passa) (?:io |noi )?a (?:prendere|ritirare)|\britir(?:o|a|erà) "
    ),
    r"\bminha (?:mãe|mulher|irmã|filha|vizinha)\b|\bmeu (?:pai|marido|irmão|filho|vizinho)\b|\b(?:vai|vem|vou) buscar",
    r"\bmijn (?:vrouw|man|moeder|vader|zus|broer|zoon|dochter|buur\pL*)\b|\bop(?:halen|haalt)\b|\bhaalt (?:de|het) ",
    (
        r"\bmi[nt]t? (?:fru|man|mamma|pappa|mor|far|syster|bror|son|dotter|datter|granne|kone|mand|søster"
        r"|søn|nabo|kona|mann)\b|\b(?:hämtar|henter)\b"
    ),
    r"\b(?:vaimo|mieheni|äitini|isäni|siskoni|naapuri\pL*)\b|\bhakee\b",
    (
        r"(?:^|[ ,.])(?:żona|mąż|mama|siostra|brat|sąsiad\pL*)[ ,.]|\bodbier(?:ze|zemy)\b|\b(?:manželk?a?"
        r"|sousedk?a?|maminka) |vyzved"
    ),
    r"(?:^|[ ,.])(?:жена|муж|мама|сестра|брат|сосед\pL*)[ ,.]|забер(?:[её]т|у|ите|ут)|(?:придержите|отложите|оставьте)",
    r"\b(?:eşim|annem|babam|komşum|kardeşim)\b|(?:妻|夫|母|父|隣の)(?:が|は|に)|受け取りに|取りに(?:行"
    r"|伺)|(?:我(?:太太|妻子|老婆|先生|老公|妈妈|爸爸))|来取|再取"
    r"|(?:아내|남편|어머니|아버지)(?:가|는|이)|찾으러",
)  # fmt: skip
