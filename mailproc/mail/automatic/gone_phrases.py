"""Words of mailboxes and people that are gone: RE2 patterns over lower-case text."""

# Somebody else, or a mailbox, is gone: not "I no longer work there", which is how people begin.
GONE = (
    (
        "(?:is|are|was) (?:now |unfortunately )?no longer (?:with|employed|working|part of|an employee|at"
        "|a member|here"
        "|associated|affiliated)"
    ),
    "no longer works (?:at|for|here|with|in)",
    "(?:(?:is|are) not (?:with|at|working|employed|part of)[^.!?]* any ?(?:more|longer))",
    (
        "the person (?:that |whom? )?you (?:are|were) (?:trying to (?:reach|contact)|writing to"
        "|looking for) (?:is|has|no longer|left|does)"
    ),
    (
        "(?:employment|engagement|contract|time|service) (?:with|at) [^.!?]* (?:ended|has ended"
        "|came to an end|is over|finished|terminated)"
    ),
    "(?:address|mailbox|inbox|account)[^.!?]{0,60} will (?:no longer|not) be (?:checked|read|monitored|used|available)",
    r"has (?:now |recently )?(?:left|retired|departed|moved on|resigned)(?:\W|$)",
    "(?:(?:does not|doesn't) (?:use|work|check|read|monitor|answer)[^.!?]{0,40} any ?more)",
    (
        "(?:his|her|their) (?:clients?|customers?|work|duties|accounts?|tasks?|cases|patients|projects"
        "|responsibilities)(?: is| are| will be| has been| have been)(?: now)?(?: being)? (?:served|handled"
        "|looked after|taken (?:over|care)|managed|dealt|covered)"
    ),
    "(?:passed|handed) (?:on )?(?:his|her|their) (?:duties|responsibilities|role|work)",
    (
        "(?:adresse|konto|postfach)[^.!?]{0,40} (?:gelöscht|deaktiviert|geschlossen|abgeschaltet|stillgelegt"
        "|aufgelöst)"
    ),
    "hat uns [^.!?]*verlassen",
    (
        "hat (?:unsere?n?|das|die|den) (?:haus|firma|betrieb|unternehmen|verwaltung|gesellschaft|team"
        "|verein|praxis|schule|kanzlei|büro)[^!?]* verlassen"
    ),
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
    "(?:er ikke længere|er fratrådt|arbejder ikke længere|er stoppet (?:hos|i|ved|på))",
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
    "(?:使用|利用)(?:しておりません|されておりません|を停止)",
    "(?:已|已经|已經)(?:离职|離職|停用)",
    "(?:已|已经|已經)(?:于|於|在)(?:[^。]*(?:离职|離職|退休|离开))",
    "(?:님|씨|대리|과장|부장|사원|직원)(?:은|는|이|가)?[^.]{0,30}(?:퇴사|퇴직)",
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

# The person or the mailbox is gone, in whatever words: what an automatic mail may say of itself.
ABANDONED = (
    (
        "no longer (?:with|works? (?:at|for|here)|employed|in use|monitored|valid|active|at this|using this"
        "|use this|checked|an employee|available at this|exists?|accepts? (?:e-?mail|mail))"
    ),
    "(?:has|have) left", "left the (?:company|organi[sz]ation|firm)", "is no longer (?:with|part of)",
    "moved on (?:from|to)", "is retired", "has retired", "have retired", "retired (?:on|in|at|from|last|this) ",
    (
        "(?:started|begun|beginning|starting|taken|accepted|found) (?:on )?a(?:n entirely)? new (?:chapter"
        "|job|role|position|post|adventure|challenge)"
    ),
    "not (?:with|at|working for|employed (?:by|at)) (?:(?:[^.!?]* any ?(?:more|longer)))",
    "(?:hat|haben|habe) (?:(?:[^!?]* (?:verlassen|gekündigt)))", "(?:im|in den|in) ruhestand",
    "(?:er|jeg er|har) (?:stoppet|slutte?t|fratrådt) (?:hos|i|ved|på|som)",
    "(?:nyt|ny|nytt) (?:arbejde|job|jobb|stilling)",
    "(?:已|已经|已經)(?:于|於|在)?(?:[^。]*(?:离职|離職|退休|离开本公司))",
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
