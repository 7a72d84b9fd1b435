"""Notices that programs send about a mail or a call: held, refused, filtered, forwarded, answered by machine, faxed."""

from mailproc.mail.automatic.compared import any_of

# What the subject of a notice begins with.
NOTICE_SUBJECTS = (
    # calls and faxes
    (
        "(?:new |you have a )?(?:new )?(?:voice ?mail|voice message|missed call"
        "|fax(?: message)?)(?: message)? (?:received |message )?from"
    ),
    "(?:incoming|new|received|inbound) (?:fax|voice ?mail|voice message)",
    "fax (?:received|empfang|reçu|recibido|ricevuto)",
    "(?:neue |eine neue )(?:sprachnachricht|voicemail|faxnachricht)", "sprachnachricht von",
    "(?:telefax|fax) von",
    "(?:nouveau (?:message vocal|fax)|message vocal de)",
    "(?:nuevo (?:mensaje de voz|fax)|mensaje de voz de)",
    "(?:nuovo messaggio vocale|messaggio vocale da)", "(?:nova mensagem de voz|correio de voz)",
    "nieuw (?:spraakbericht|voicemailbericht)",
    # filters
    (
        "(?:spam |junk |e-?mail |your )?quarantine(?:d)? (?:summary|digest|report|notification|notice"
        "|messages?"
        "|e-?mails?)"
    ),
    "(?:spam|junk|end user|quarantine|message center) (?:digest|report|summary|notification)",
    r"\d+ (?:new )?(?:quarantined|held|blocked) (?:messages?|e-?mails?)",
    "(?:spam|quarantäne)-?(?:bericht|meldung|benachrichtigung|report|zusammenfassung)",
    "rapport de (?:quarantaine|spam)", "(?:informe|resumen) de (?:cuarentena|spam)",
    "(?:report|riepilogo) (?:della )?quarantena", "(?:resumo|relatório) (?:da|de) quarentena",
    "quarantaine-?(?:overzicht|rapport)", "spamrapport",
    # lists and their moderators
    (
        "your (?:message|post|posting|submission|e-?mail|mail) (?:to|for|on) .{1,80}?(?:awaits"
        "|was (?:rejected|not"
        "|held|refused)|has been (?:rejected|held|refused)|is (?:being |pending|awaiting|held)|could not"
        "|requires"
        "|needs)"
    ),
    ".{0,60}awaits? moderator approval", "(?:your )?request to (?:mailing list|join|group)",
    r"(?:the )?results? of your (?:e-?mail )?commands?",
    "(?:re: )?output of your job",
    (
        "(?:majordomo|listserv|listproc|sympa|ecartis|mlmmj|ezmlm|mailman|smartlist) (?:results?|response"
        "|output|reply|answer)"
    ),
    r"(?:message|post|posting|mail) (?:rejected|held|refused)(?: |:|$)",
    "(?:moderation|approval) (?:required|pending|needed)", "not authori[sz]ed to post",
    (
        "(?:ihre|deine) (?:nachricht|e-?mail|mail) (?:an|auf) .{1,80}?(?:wartet|wurde abgelehnt|abgewiesen"
        "|zurückgehalten)"
    ),
    "(?:votre|ton) message (?:à|pour|destiné à) .{1,80}?(?:est en attente|a été rejeté|attend)",
    "(?:su|tu) (?:mensaje|envío) a .{1,80}?(?:espera|está|ha sido rechazado|fue rechazado)",
    # forwarders
    (
        "(?:your|this|the) (?:e-?mail|message|mail) (?:has been|was|is being|will be) (?:forwarded"
        "|redirected|rerouted)"
    ),
    "(?:e-?mail|message) (?:forwarding|forwarded|redirection) (?:notice|notification)",
    "(?:ihre|deine) (?:e-?mail|nachricht) wurde weitergeleitet",
    "(?:votre|ton) (?:message|e-?mail|courriel) a été (?:transféré|redirigé|transmis)",
    "(?:su|tu) (?:mensaje|correo) ha sido (?:reenviado|redirigido)",
)  # fmt: skip

# What such a notice says, whichever it is.
NOTICE_TEXTS = (
    (
        r"(?:received|have|has|left|got|sent)(?: you)? (?:a |an |\d+ )?(?:new )?(?:\d+[- ]page )?(?:fax"
        r"|voice ?mail"
        r"|voice message|message of|missed call)"
    ),
    r"\d+[- ](?:pages?|seiten|páginas|pagine) ", r"(?:mailbox|extension|ext\.?) \d{2,}",
    r"duration ?[:(]?|dauer:|durée|duración|durata",
    r"(?:caller|anrufer|appelant|llamante)", "attached (?:to this|as|is|you)", "im anhang",
    "(?:held|quarantined|blocked|filtered|caught|stopped) (?:since|by|as|because|until|in|for|messages?)",
    "being held", "(?:release|deliver|approve|whitelist|block) ", "quarant[äaeñ]",
    "(?:freigeben|zugestellt|libérer|liberar|rilasciare|vrijgeven)", "moderat", "non-?member",
    "not (?:a |subscribed|allowed|permitted|authori[sz]ed|a subscribed)", "members?[- ]only",
    "(?:could|can) not be (?:posted|delivered|accepted)", "(?:rejected|abgelehnt|rejeté|rechazad)",
    "(?:end of commands|unprocessed:|command)",
    "(?:forwarded|redirected|rerouted) to", "weitergeleitet",
    "(?:transféré|redirigé|transmis|reenviad|redirigid)",
    "(?:new|changed)(?: my| their| his| her)? (?:e-?mail )?address",
)  # fmt: skip

# Robots that want to know how somebody was served: what the subject begins with, and what the text says.
SURVEY_SUBJECTS = (
    (
        "how (?:did we do|would you rate|satisfied|happy (?:are|were) you|are we doing|was your (?:visit"
        "|stay|experience|order|purchase"
        "|delivery|call|chat|appointment|service|support|request))"
    ),
    "(?:please )?rate (?:your|our|the (?:service|support))",
    "(?:tell|let) us (?:know )?(?:how (?:we|it|you)|what you think)",
    "(?:customer |short |quick |satisfaction |service |our ){1,3}survey",
    "your (?:feedback|opinion) (?:is|matters|counts|about|on)",
    "(?:your |the )?(?:ticket|request|case|conversation|enquiry|chat) (?:.{0,60}(?:closed|solved|resolved))",
    "(?:wie zufrieden|ihre meinung|bewerten sie|kundenbefragung|kundenzufriedenheit)",
    "(?:votre avis|votre satisfaction|évaluez|enquête de satisfaction)",
    "(?:su|tu) opinión|valore (?:su|nuestr)|encuesta de",
    "la (?:sua|tua) opinione|valuti (?:il|la)", "(?:a )?sua opinião|avalie (?:o|a|nosso)|pesquisa de satisfação",
    "(?:uw|jouw) mening|beoordeel (?:ons|uw|onze)|klanttevredenheid",
    "hur nöjd|kundundersökning|hvor (?:tilfreds|fornøyd)|asiakaskysely",
    "oceń (?:nas|nasz)|ankieta|dotazník spokojenosti|оцените (?:качество|наш|работу)",
    "アンケート|満足度|满意度|服务评价|만족도",
)  # fmt: skip
SURVEY_TEXTS = (
    (
        r"(?:ticket|case|request|conversation|order|visit|stay|purchase|chat|enquiry|call|appointment)"
        r"(?:[^.!?]*(?:closed|resolved|solved|completed|with us))"
    ),
    (
        r"(?:takes|take|only|just|needs)(?: you| about| less than| only| no more than"
        r"| just){0,3} (?:\w+ ){1,2}(?:seconds?|minutes?)"
    ),
    r"(?:click|tap|choose|select) (?:on )?(?:a |the |one |below|here)",
    r"(?:dauert|kostet)(?:[^.!?]*(?:sekunden|minuten?))",
    r"(?:cliquez|haga clic|clicca|clique|klik|klicken sie|klicka|kliknij|klikněte|нажмите|クリック|点击|클릭)",
)  # fmt: skip

_SUBJECT = any_of(NOTICE_SUBJECTS, start=True)
_TEXT = any_of(NOTICE_TEXTS)
_SURVEY_SUBJECT = any_of(SURVEY_SUBJECTS, start=True)
_SURVEY_TEXT = any_of(SURVEY_TEXTS)


def find_notice(subject: str, text: str) -> str | None:
    """What the subject of a notice begins with, where the text is one's, too; None where either is not.

    Both lower-case, as they are compared, the subject without what lists put before it.
    """
    found = _SUBJECT.search(subject)
    return str(found.group()) if found and _TEXT.search(text) else None


def find_survey(subject: str, text: str) -> str | None:
    """What the subject of a survey begins with, where the text is one's, too; None where either is not."""
    found = _SURVEY_SUBJECT.search(subject)
    return str(found.group()) if found and _SURVEY_TEXT.search(text) else None
