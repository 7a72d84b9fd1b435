"""Words of absence that are no responder's own: each proves little alone, two kinds of them do. RE2, lower-case text.

A gap is as long as its sentence: an automaton would count each letter of a shorter one.
"""

_GAP = "[^.!?]*"
_UNTIL = (
    r"(?:until|till|til|through|thru|up to|for the (?:next|rest|whole|best part)|for (?:most|much|all) of"
    r"|for (?:a|an|one|two|three|four|five|six|\d+) |(?:all|this|next|the whole|the entire) (?:week"
    r"|month|fortnight|summer|winter|year)\b)"
)

# Somebody is away for a time, is on leave, or has closed.
AWAY = (
    (
        rf"(?:(?:\bi'm|\bi am|\bi'll be|\bi will be|\bi've|\bi have|\bwe're|\bwe are|\bwe'll be|\bwe've"
        rf"|\bwe have|\bexpect to be|\bgoing to be) {_GAP}"
        rf"{_UNTIL})"
    ),
    rf"(?:(?:off|out|away|gone|up|down) (?:\w+ ){{1,5}}{_UNTIL})",
    (
        r"(?:(?:on|starting|started|taking|took|begun) (?:(?:my|an?|his|her|extended|long) )?(?:maternity"
        r"|paternity|parental"
        r"|annual|sick|family|compassionate|study|unpaid|medical|summer|winter|shore|long) (?:leave|holidays?|break))"
    ),
    r"(?:on|taking|begun|started) (?:a |my )?(?:sabbatical|secondment|honeymoon|gap year|career break|retreat)",
    (
        r"\b(?:gone|off|out|away) (?:sailing|hiking|fishing|skiing|camping|travell?ing|cycling|walking"
        r"|climbing|trekking|diving)\b"
    ),
    r"(?:my )?(?:next|first) (?:working )?day (?:back|in the office)? ?(?:is|will be)",
    rf"(?:\b(?:ich|wir) (?:bin|sind|lasse|lassen|mache|machen|verbringe|genieße|gönne|befinde|weile"
    rf"|mich|reise|verreise|fahre|fliege|wandere|segle|toure|pausiere){_GAP}"
    r"(?:bis (?:zum|einschließlich|ende|mitte|anfang|ca|\d|mo|di|mi|do|fr|sa|so)|ab dem \d"
    r"|für \w+ (?:wochen|tage|monate)))",
    (
        r"(?:in|im) (?:elternzeit|mutterschutz|sabbatical|krankenstand|betriebsurlaub|jahresurlaub)"
        r"|bin (?:dann mal weg|im urlaub)"
    ),
    (
        r"\b(?:i'm|i am) (?:currently |presently |now )?(?:away|absent|unavailable|travelling"
        r"|off work)(?: at the moment| right now| currently|[,.])"
    ),
    (
        r"(?:(?:ich bin|wir sind)[^.!?]*(?:die ganze|diese|nächste) woche|(?:je suis"
        r"|nous sommes)[^.!?]*(?:toute la|cette) semaine)"
    ),
    (
        r"(?:(?:estoy|estamos)[^.!?]*(?:toda la|esta) semana|(?:sono|siamo)[^.!?]*(?:tutta la"
        r"|questa) settimana|(?:ik ben|we zijn)[^.!?]*(?:hele|deze) week)"
    ),
    r"(?:je (?:suis|serai|pars|prends|profite)|nous (?:sommes|serons)|(?:bureau|magasin|cabinet|boutique) (?:est|sera))"
    + _GAP + r"(?:jusqu|pour (?:une|deux|trois|quelques)|du \d|à partir du)",
    r"en congé (?:de )?(?:maternité|paternité|parental|maladie|sabbatique|annuel)",
    r"(?:(?:\bestoy|\bestaré|\bestamos|\bestaremos|me encuentro|me he ido|hemos (?:cerrado"
    r"|echado el cierre)|permaneceremos)"
    + _GAP + r"(?:hasta|del \d|a partir del|durante))",
    r"(?:de baja (?:por )?(?:maternidad|paternidad|médica|laboral)|cerrad[oa]s? por)",
    r"(?:(?:\bsono|\bsarò|\bsiamo|\bsaremo|mi trovo) " + _GAP +
    r"(?:fino a|dal \d|rientr|torn|per (?:una|due|tre|qualche)))",
    r"(?:chius[oiae] per|in (?:maternità|paternità|congedo|aspettativa|malattia|trasferta))",
    r"(?:(?:\bestou|\bestarei|\bestamos|\bestaremos|encontro-me|vou estar) " + _GAP +
    r"(?:até|de \d|a partir|durante))",
    r"(?:de licença|em licença|de baixa|fechad[oa]s? para)",
    r"(?:(?:\bik ben|\bben ik|\bik zit|\bwij zijn|\bwe zijn|\bik heb)" + _GAP +
    r"(?:t/m|\btot |\bvanaf |tussenuit|met verlof|weer (?:bereikbaar|aanwezig|terug)))",
    r"(?:(?:\bjag är|\bjag har|\bjeg er|\bjeg har|\bjeg holder|\bvi är|\bvi er|\bvi har)" + _GAP
    + r"(?:till och med|t\.?o\.?m|till (?:den|mån|\d)|fram till|frem til|til og med|t\.?o\.?m\.?|indtil"
    r"|fra den|från den))",
    r"föräldraledig|barselsorlov|foreldrepermisjon|forældreorlov|tjänstledig",
    r"(?:(?:\bolen|\bolemme) " + _GAP +
    r"(?:saakka|asti|alkaen|lomalla|vapaalla))|(?:vanhempain|äitiys|isyys|vuosi|opinto)vapaa",
    r"(?:(?:\bjestem|\bprzebywam|\bbędę|\bwyjechał\pL*|\bjesteśmy) " + _GAP +
    r"(?:\bdo \d|\bdo dnia|\bdo końca|\bod \d|urlop))",
    r"(?:(?:\bjsem|\bbudu|\bčerpám|\bsom|\bbudem|\bčerpam|\bjsme) " + _GAP +
    r"(?:\bdo \d|\bdo konce|\bdo konca|\bod \d|dovolen))",
    r"(?:(?:(?:^|[ ,.])я|нахожусь|буду|уехал\pL*|мы|ухожу) " + _GAP +
    r"(?:\d{1,2} \pL+ включительно|до \d|по \d|до конца|в отпуск|в декрет))",
    (
        r"(?:\d+月)?\d+日(?:\([^)]*\))?(?:まで|から)(?:[^。]*(?:休|不在|出張|留守))|お?休みを(?:いただ|頂"
        r"|取)|(?:育児|産前|産後|長期)休(?:暇|業)"
    ),
    r"(?:休(?:年|产|產|病|婚)?假|出差|外出|出国|出國)(?:[^。]*(?:至|到|期间|期間|返回|回来))",
    r"(?:휴가|출장|연차|병가|휴직|교육)(?:[^.]*(?:자리를 비|부재|다녀|사용|떠나|중))",
    r"(?:(?:kadar|arasında)[^.!?]*(?:izin|yokum|tatil|dışında|ulaşılam))|(?:izin|tatil)deyi[mz]",
    r"szabadságon|concediu (?:de|până)|(?:у|в) (?:декретн|відпустц)|σε άδεια (?:μέχρι|έως)",
)  # fmt: skip

# A shop, an office or a practice is closed …
CLOSED = (
    (
        r"(?:\b(?:we|shop|office|store|studio|practice|clinic|school|museum|workshop|library)(?:'ve| have"
        r"| has| are|'re| is| will be|'ll be)? (?:\w+ ){0,4}closed\b)"
    ),
    (
        r"(?:\b(?:we|shop|office|store|studio|practice|clinic|school|museum|workshop|library)(?:'ve| have"
        r"| has| are|'re| is| will be|'ll be) (?:\w+ ){0,3}shut\b)"
    ),
    (
        r"(?:(?:praxis|büro|laden|werkstatt|geschäft|wir|bibliothek|schule)[^.!?]*(?:geschlossen|haben zu\b"
        r"|betriebsruhe))|(?:betriebs|praxis|werks)(?:urlaub|ferien)"
    ),
    r"(?:nous|bureau|magasin|cabinet|boutique|atelier)[^.!?]*ferm[ée]",
    r"(?:hemos|estamos|permanece\pL*|tienda|oficina)[^.!?]*(?:cerrad|echado el cierre)",
    r"(?:siamo|ufficio|negozio|studio)[^.!?]*chius",
    r"(?:estamos|loja|escritório)[^.!?]*(?:fechad|encerrad)",
    r"(?:wij|we|winkel|kantoor|praktijk)[^.!?]*(?:gesloten|dicht\b)",
    r"(?:vi|butiken|butikken|kontoret)[^.!?]*(?:stängt|lukket|stengt)",
    r"(?:магазин|офис|мастерская|мы)[^.!?]*(?:закрыт|не работа)",
    r"(?:休業|休診|定休)|(?:暂停营业|停业|休息)|휴무|휴진",
)  # fmt: skip
# … until it opens again.
REOPENS = (
    r"\b(?:re-?opens?|re-?opening|open again|back open|opens? (?:its|our) doors again|be back)\b",
    r"wieder (?:geöffnet|für sie|offen|da\b|auf\b)|vertretung|ab dem \d",
    r"rouvr|réouvert|de retour",
    r"reabr|abriremos|volvemos|a la vuelta",
    r"riapr|riprend",
    r"reabri|voltamos",
    r"heropen|weer open|weer (?:bereikbaar|terug)",
    r"öppnar|åbner|åpner|avataan",
    r"после (?:праздник|отпуск)|откро|снова работа",
    r"(?:より|から)(?:通常|営業|診療)|恢复|重新营业|정상",
)  # fmt: skip

# What comes in meanwhile is not read, or later.
UNREAD = (
    r"\b(?:back|return\w*) (?:at|to) (?:my|the|our) (?:desk|office|work|shop)\b|\bback in (?:the )?office\b",
    (
        r"\b(?:no|without|poor|patchy|little|limited|hardly any|barely any|intermittent|sporadic"
        r"|unreliable) (?:mobile |phone "
        r"|cell |internet |wi-?fi |e-?mail |or no )*(?:signal|coverage|reception|internet|wi-?fi|connection"
        r"|connectivity|access)"
    ),
    (
        r"(?:(?:won't|will not|am not|i'm not|not be|never|don't|do not|cannot|can't|hardly|rarely|barely"
        r"|only occasionally) "
        r"(?:be |been )?(?:see|seeing|read|reading|check|checking|look at|looking at|answer|answering|open"
        r"|opening|monitor"
        r"|monitoring|pick up|picking up) (?:my |any |your |the |this )?(?:e-?mails?|mails?|messages?|inbox|mailbox))"
    ),
    (
        r"\b(?:e-?mails?|inbox|messages?) (?:roughly|almost|practically|virtually|very)? ?(?:never|rarely"
        r"|not at all|seldom)"
    ),
    (
        r"\b(?:no|your|all|any) (?:e-?mails?|messages?|notes?|mail) (?:get|gets|is|are|will|won't"
        r"|may)(?: not| be| still)* "
        r"(?:read|answered|forwarded|waiting|wait|replied|seen|dealt)"
    ),
    r"(?:slow|late|delayed|longer)(?: than usual)? (?:response|responses|to respond|reply|replies|to reply|answer)",
    (
    r"(?:will|'ll|shall) (?:get to|see|read|answer|reply to|respond to|deal with|look at"
        r"|go through) (?:your|any|all|my) (?:e-?mails?|messages?|mail|notes?|inbox)"
    ),
    (
        r"switched off (?:my|the) (?:phone|laptop|e-?mail|notifications)|(?:phone|laptop"
        r"|e-?mail) (?:is )?(?:off|switched off)\b"
    ),
    (
        r"(?:(?:rufe|lese|checke|beantworte|bearbeite|sehe|schaue) " + _GAP
        + r"(?:keine|nicht|nur|selten|kaum|nach meiner|danach|dann)" + _GAP + r"(?:mail|nachricht|post\b|postfach))"
    ),
    (
        r"(?:keine (?:e-?mails?|mails?|nachrichten) (?:ab|lesen|abrufen|gelesen|beantwort|bearbeit))"
        r"|(?:handy|telefon) (?:ist |bleibt )?aus\b"
    ),
    r"(?:mails?|nachrichten) (?:beantworte|lese|checke|bearbeite|sehe) ich (?:nicht|erst|nur|kaum|wieder|danach)",
    r"(?:glance at|skim) (?:\w+ )?(?:messages|e-?mails?|mail)",
    r"(?:mails?|nachrichten?|anfragen) (?:kann|können|werde[n]?)" + _GAP + r"(?:nicht|erst|danach)",
    r"(?:(?:ne|n.) ?(?:consult|lir|li[st]|relèv|répond|trait)\pL* (?:pas|plus|que|qu)" + _GAP +
    r"(?:messagerie|mails?|e-?mails?|courriels?|messages?))",
    r"(?:(?:no|apenas|casi no) (?:le|mir|revis|consult|contest|atend|tendré|tengo)\pL*" + _GAP +
    r"(?:correos?|e-?mails?|mensajes?|cobertura|conexión))",
    r"(?:a la vuelta|a mi regreso|al volver)" + _GAP + r"(?:contest|respond|atend)",
    r"(?:(?:non|solo|saltuar\pL*) (?:\pL+ ){0,2}(?:legg|controll|rispond|consult)\pL*" + _GAP +
    r"(?:posta|mail|messaggi))|posta solo saltuariamente",
    r"(?:não (?:\pL+ )?(?:le|ve|consult|respond|acess)\pL*" + _GAP + r"(?:e-?mails?|mensagens|correio))",
    r"(?:(?:lees|beantwoord|bekijk|check) " + _GAP + r"(?:geen|niet|pas|nauwelijks)" + _GAP + r"(?:mail|bericht))",
    r"(?:(?:läser|läste|leser|læser|tjekker|sjekker) (?:inte|ikke|endast|kun|bare)" + _GAP +
    r"(?:mejl|mail|e-?post|post))",
    r"(?:en lue|en pääse|luen harvoin)" + _GAP + r"(?:sähköpost|viest)",
    r"(?:nie (?:czytam|odbieram|sprawdzam|odpowiadam)|na wiadomości odpowiem)",
    r"(?:nemám přístup|nečtu|nevyřizuji|nemám prístup)" + _GAP + r"(?:pošt|mail|zpráv)|nemám přístup k",
    (
        r"(?:не (?:читаю|проверяю|смогу (?:прочитать|ответить))|отвечу (?:вам )?(?:сразу )?(?:после"
        r"|по) (?:возвращени|отпуск))"
    ),
    (
        r"(?:メール|返信|確認)(?:[^。]*(?:できません|遅れ|以降|順次|後日))|邮件(?:[^。]*(?:不及时|无法"
        r"|稍后))|메일(?:[^.]*(?:복귀|확인(?:이 어렵|하지 못|하겠)))"
    ),
    r"(?:e-?posta|mesaj)\pL*[^.!?]*(?:okuyam|bakam|yanıtlayam)",
)  # fmt: skip

# Somebody else is there meanwhile: what he does, wherever it stands …
STAND_INS = (
    (
        r"\b(?:has|have|holds) the (?:keys|fort|reins)|\bin charge\b|\bholding the fort|\b(?:is"
        r"|are) (?:minding|looking after|covering|my stand-in|filling in|standing in|taking over)"
    ),
    (
        r"\b(?:can|will|would|is happy to|are happy to|may be able to) (?:be able to |gladly "
        r"|happily )?(?:help|assist|take care|step in|cover|look after|sort)"
    ),
    r"\bknows (?:everything|what to do|all|about|the way)",
    r"in (?:an |any )?emergenc(?:y|ies)|if it can't wait|if it cannot wait|for everything else",
    (
        r"(?:weiß|wissen) bescheid|springt (?:für mich |solange )?ein|hilft (?:ihnen|dir|euch|gern)"
        r"|kümmert sich|vertr(?:itt|eten|etung)|wenn(?:'s| es) brennt"
    ),
    r"pouvez (?:joindre|contacter|vous adresser|écrire)|remplace|prend le relais|pour (?:toute|les|une) urgences?",
    r"(?:os|le|les|te) (?:atenderá|ayudará)|puede ayudar|si es urgente|para (?:urgencias|cualquier)",
    r"per (?:qualsiasi )?(?:urgenz|necessità)|contatt(?:are|ate|i) |potete (?:scrivere|rivolgervi)",
    (
        r"acil (?:durum|konu)|görüşebilirsiniz|срочн|замеща|w pilnych|zastępuj|naléhav|zastupuj|brådskande"
        r"|haster|kiireelli|dringend|spoed"
    ),
    (
        r"(?:(?:contact|ask|call|ring|phone|try|reach|speak (?:to|with)|in touch with|turn to|go to"
        r"|write to|e-?mail|kontakt\pL*|wend\pL+"
        r"|richt\pL+|schreib\pL*|meld\pL+|joindre|adress\pL+|écri\pL+|dir[ií]j\pL+|escrib\pL+|contact\pL+"
        r"|rivolg\pL+|scriv\pL+|bel|neem"
        r"|vänd|skriv|ota yhteyttä|yhteys|obra[ťt]\pL+|обра[тщ]\pL+|пиши\pL*|başvur\pL*"
        r"|ulaş\pL*)\b [^!?]*(?:@|\d[\d ()/-]{5,}))"
    ),
    (
        r"sustitut[oa]|suplente|substitut[oa]|remplaçant|sostitut[oai]|vervang(?:t|er)|neemt waar|waarnem"
        r"|vikarier|stedfortræder|sijai[ns]|zastęp|zástup|заместител|замещает"
    ),
    r"後任|代理|代わりに|接替|代为|후임|대신",
    r"お急ぎ|至急|急ぎの|急用|紧急|急事|緊急|급한|긴급",
)  # fmt: skip

# … and where: an address or a number to call.
WAY_TO_REACH = (
    r"[\w.+-]+@[\w-]+\.|\+?\(?\d[\d ()/-]{5,}\d"
    r"|\b(?:ext|extension|durchwahl|interno|poste|内線|内线|내선)\b\.? ?-?\d"
)
