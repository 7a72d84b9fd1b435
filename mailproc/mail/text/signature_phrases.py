"""Words of what closes a mail without saying anything new: mobile signatures, disclaimers, footers; lower-case."""

# A whole line that a mobile client adds.
MOBILE_SIGNATURES = (
    (
        "(?:sent(?: wirelessly)?|send|this (?:message|email|mail) was sent(?= from (?:my|an?) )) (?:from|via|using|with"
        "|by|on) (?!behalf).{2,100}"
    ),
    (
        r"from my (?:iphone|ipad|ipod|android|blackberry|mobile|phone|samsung|galaxy|cell|tablet|htc"
        r"|windows phone)\b.{0,40}"
    ),
    "(?:get|obtener|obtenir|télécharger|ottieni|obter|descargar|scarica) .{2,20} (?:for|para|pour|per) (?:ios|android)",
    (
        "(?:please )?(?:excuse|pardon|forgive) (?:any |my |the |all )?(?:typos?|brevity|spelling|autocorrect)"
        "(?: (?:and|or|&) (?:typos?|brevity|errors|mistakes))?(?: errors| mistakes)?[.!]?"
    ),
    "secured with tuta.*", "(?:someone )?from mobile", r"get \[?outlook for \[?(?:ios|android|mac|windows).*",
    r"(?:von|mit) .{2,90} (?:gesendet|geschickt|verschickt)\.?",
    (
        "(?:diese (?:nachricht|e-?mail|mail) wurde )?(?:gesendet|verschickt|geschickt) (?:von|mit|aus|über"
        "|via) .{2,90}"
    ),
    r"diese nachricht wurde (?:von|mit) .{2,80} (?:gesendet|verschickt)\.?", "holen sie sich outlook für .*",
    "outlook für (?:ios|android|mac).*", "(?:hol dir|laden sie) outlook für .*",
    "envoyé (?:depuis|de|à partir de|avec|via|par) .{2,90}", "envoyé à partir d['’].{2,90}",
    "(?:télécharger|obtenir|obtenez) outlook pour .*",
    "provenance : .{2,60}", "enviado (?:desde|do|da|a partir do|pelo|por|con|de|via|com) .{2,90}",
    "(?:obtener|obter|obtenha|obtén) (?:o )?outlook para .*", "enviat (?:des del?|amb) .{2,60}",
    "(?:inviato|spedito) (?:da|dal|con|tramite) .{2,90}", "(?:ottenere|scarica|ottieni) outlook per .*",
    "(?:verzonden|verstuurd) (?:vanaf|via|met|vanuit|door) .{2,90}",
    "(?:outlook voor|download outlook voor|ontvang outlook voor) .*", "skickat från .{2,60}",
    "skickades från .{2,60}", "hämta outlook för .*", "sendt (?:fra|med|via) .{2,90}",
    "(?:hent|få) outlook (?:til|for) .*", "lähetetty .{2,60}", "hanki outlook .*",
    "(?:wysłane|wysłano) (?:z|ze|za pomocą) .{2,60}", "pobierz (?:aplikację )?outlook dla .*",
    "odesláno (?:z|ze) .{2,60}",
    "(?:získat|získejte) outlook pro .*", "získa[jť]te outlook pre .*", "odoslané (?:z|zo) .{2,60}",
    "(?:az |a )?.{2,40}(?:ről|ról|emről|omról|készülékemről) küldve", "(?:el)?küldve (?:az? )?.{2,60}",
    "ส่งจาก ?.{2,60}",
    "trimis (?:de pe|din|cu) .{2,60}", "(?:отправлено|послано) (?:с|из|через) .{2,60}",
    "(?:надіслано|відправлено) (?:з|із|через) .{2,60}", "изпратено от .{2,60}", "στάλθηκε από .{2,60}",
    ".{2,40}(?:dan|den|tan|ten|umdan|imden) gönderildi", "נשלח (?:מ|מה|באמצעות).{1,60}",
    "(?:تم الإرسال|أرسلت|مرسل) (?:من|عبر) .{2,60}", "(?:iphone|ipad|android|.{2,20})(?:から|より)送信",
    "(?:发自|發自|来自|來自).{1,60}", "(?:從|从)我的 ?.{1,40} ?(?:傳送|发送|發送)", "(?:나의 |내 )?.{1,30}에서 보냄",
    "الحصول على outlook .*", "(?:λήψη|αποκτήστε) (?:του|το) outlook .*", "קבל את outlook .*",
    "az outlook .{2,40} beszerzése",
    "(?:ios|android) ?版 ?outlook ?を入手.*", "skaffa outlook (?:för|på) .*", ".{2,20} için outlook.{1,4} edinin.*",
    "(?:获取|取得) ?outlook.*",
    "(?:ios|android)용 outlook 다운로드.*", "(?:получить|скачать) outlook для .*", "отримати outlook для .*",
    "obțineți outlook pentru .*", "(?:أُرسلت|أُرسل|أرسل) (?:من|عبر) .{2,60}",
    (
        r"(?:https?://\S{1,80} )?(?:virus-?free|virenfrei|(?:garanti )?sans virus|libre de virus|virusvrij"
        r"|livre de vírus)[.:]? ?www\..{2,40}"
    ),
    "alternative html version deleted", "non-text portions of this message have been removed",  # notes of lists
    "sender notified by .{2,60}", "احصل على outlook .*",
    "đã gửi từ .{2,60}", "dikirim dari .{2,60}", "poslano (?:s|z|iz) .{2,60}",
)  # fmt: skip

# How a paragraph of corporate or legal text begins.
DISCLAIMERS = (
    (
        "(?:this|the) (?:e-?mail|message|communication|transmission|information).{0,80}(?:confidential"
        "|intended (?:only|solely)|privileged|private and intended)"
    ),
    "(?:the )?information (?:contained )?in this.{0,60}(?:confidential|intended|privileged)",
    "(?:the )?contents? of this (?:e-?mail|message|communication).{0,80}(?:confidential|intended|privileged)",
    r"(?:aviso (?:legal|de (?:confidencialidade?|privacidade?))|avis de confidentialité"
    r"|avviso di riservatezza)\s*(?:[:.–-]|$)",
    "(?:privileged ?/ ?)?confidential information (?:may be|is) contained in this",
    "(?:any )?(?:views|opinions)\\b.{0,60}(?:expressed|presented).{0,60}(?:sender|author|individual|company)",
    "do you really need to print", "(?:save|spare) (?:a tree|trees|paper)\\b.{0,40}print",
    "bitte denken sie an (?:die|unsere) umwelt.{0,40}druck", "questa e-?mail.{0,80}(?:riservat|confidenzial)",
    "t(?:a|en) (?:wiadomość|e-?mail).{0,60}poufn",
    "sitz der gesellschaft\\b", "(?:registergericht|amtsgericht|handelsregister)\\b.{2,40}hr[ab]\\b",
    "registered in england\\b.{0,40}n(?:o|umber)\\b",
    r"(?:confidentiality|disclaimer|legal|privacy) (?:notice|note|disclaimer)\b", "disclaimer ?:",
    (
        r"(?:caution|warning|external)\b.{0,20}(?:this (?:e-?mail|message) (?:originated|came|is"
        r"|was sent) from (?:an )?(?:outside|external))"
    ),
    (
        r"\[?(?:caution|warning|external)\b.{0,160}\b(?:unless you (?:know|recogni[sz]e|trust|(?:are|were)"
        r" expecting|have verified)|outside (?:of )?(?:the|our|your) (?:organi[sz]ation|company|network|university))"
    ),
    r"diese (?:e-?mail|nachricht) (?:stammt|kommt|wurde) .{0,40}\bextern\w* (?:absender|quelle)",
    r"ce (?:message|courriel|e-?mail) (?:provient|vient|a été envoyé)\b.{0,40}(?:l.extérieur|extern)",
    (
        r"(?:the original of )?this (?:e-?mail|message)\b.{0,60}(?:has been|have been|was|is) (?:scanned"
        r"|swept|checked|certified)\b"
    ),
    "this (?:e-?mail|message) (?:has|was) .{0,30}virus",
    "no virus (?:was )?found in this (?:incoming |outgoing )?message",
    "if you (?:are not|have received this).{0,60}(?:intended recipient|in error|by mistake)",
    "(?:p )?please consider the environment(?! and (?!.{0,40}print))", "think before (?:you )?print",
    "diese (?:e-?mail|nachricht) (?:enthält|kann|ist).{0,60}(?:vertraulich|geschützt)",
    "der inhalt dieser (?:e-?mail|nachricht).{0,60}vertraulich",
    "ce (?:message|courriel|mail).{0,80}(?:confidentiel|destiné)",
    "les informations contenues dans ce.{0,60}confidentiel",
    "este (?:mensaje|correo|e-?mail).{0,80}(?:confidencial|dirigid)", "esta mensagem.{0,80}confidencia",
    "il contenuto d(?:i questo|el presente) .{0,60}(?:riservat|confidenzial)",
    "le informazioni contenute.{0,80}(?:riservat|confidenzial)", "questo messaggio.{0,80}(?:riservat|confidenzial)",
    "(?:dit|deze) (?:e-?mail|bericht).{0,60}(?:vertrouwelijk|uitsluitend bestemd)",
    "denken sie an die umwelt|bevor sie diese (?:e-?mail|nachricht) .{0,20}druck",
    "(?:avant d.imprimer|pensez à l.environnement)", "(?:antes de imprimir|prima di stampare|denk aan het milieu)",
    "(?:la presente e-?mail|il presente messaggio).{0,80}(?:riservat|confidenzial|destinat)",
    "a informação contida (?:neste|nesta).{0,60}confidencia",
    "de informatie in (?:dit|deze) (?:e-?mail|bericht).{0,60}(?:vertrouwelijk|uitsluitend|bestemd)",
    "(?:detta (?:meddelande|mejl|e-?post)|denne (?:mail|e-?mail|e-?post(?:en)?|besked)).{0,60}(?:konfiden|fortrolig)",
    "tämä (?:viesti|sähköposti).{0,60}luottamuksel",
    "niniejsza (?:wiadomość|korespondencja).{0,60}(?:poufn|przeznaczon)",
    "(?:tato zpráva|tento e-?mail|táto správa).{0,60}(?:důvěrn|dôvern|určen)",
    "ez az (?:üzenet|e-?mail|levél).{0,60}bizalmas", "acest (?:mesaj|e-?mail).{0,60}confiden",
    "(?:данное|настоящее|это) (?:сообщение|письмо).{0,60}конфиденциальн",
    "(?:це|дане) (?:повідомлення).{0,60}конфіденційн", "bu (?:e-?posta|mesaj|ileti).{0,60}gizli",
    "(?:το παρόν|αυτό το) (?:μήνυμα|email|e-mail).{0,60}(?:εμπιστευτικ|απόρρητ)",
    "הודעה זו.{0,60}(?:מיועדת|חסוי)", "هذه الرسالة.{0,60}(?:سري|مخصص)",
    "(?:本|此)(?:邮件|郵件|电邮|電郵).{0,60}(?:保密|机密|機密)",
    "(?:本|この)メール.{0,60}(?:機密|秘密)", "(?:본|이) (?:메일|이메일|전자우편).{0,60}(?:기밀|비밀|지정된 수신)",
    r"to unsubscribe(?: from [^.,!?]{1,60})?,? (?:please |just |simply )?(?:click|visit|go to)\b",
)  # fmt: skip

# Their first words: most paragraphs are spared a closer look.
DISCLAIMER_STARTS = (
    "this ", "the ", "confidential", "disclaimer", "legal", "privacy", "important", "caution", "warning", "external",
    "[external", "information", "if you", "please consider", "p please consider", "no virus", "think before", "diese",
    "der inhalt", "ce ", "les info",
    "content", "aviso ", "avis ", "avviso ", "sitz der", "registergericht", "amtsgericht", "handelsregister",
    "registered in", "privileged", "any views", "any opinions", "views ", "opinions ", "do you really", "save ",
    "spare ", "bitte denken", "ta wiadomość", "ten e", "ta e",
    "il contenuto", "este ", "esta ", "le info", "questo", "questa", "dit ", "deze ", "to unsubscribe", "denken sie",
    "bevor sie", "avant d",
    "pensez", "antes de", "prima di", "denk aan", "la presente", "il presente", "a informa", "de informatie", "detta ",
    "denne ", "tämä ", "niniejsz", "tato ", "tento ", "táto ", "ez az", "acest", "данное", "настоящее", "это ", "це ",
    "дане ", "bu ", "το παρόν", "αυτό το", "הודעה זו", "هذه الرسالة", "本", "此", "この", "본 ", "이 ",
)  # fmt: skip

# What legal text between drawn rules speaks of.
CONFIDENTIAL = (
    "confidential", "intended (?:only|solely)", "solely (?:for|intended)", "privileged", "vertraulich",
    "confidentiel", "confidencial", "confidenzial", "riservat", "vertrouwelijk", "konfidenti", "fortrolig", "poufn",
    "důvěrn", "конфиденциальн", "intended recipient", "named recipient", "data protection",
)  # fmt: skip

# What a mailing list, a forum or a virus scanner puts below a drawn rule.
LIST_FOOTERS = (
    "mailing list", "listinfo", "https?://", r"www\.", "reply to this (?:e-?mail|message)", "you are receiving this",
    "you received this", "view it on", "unsubscribe", "visit topic", "reply via web post",
)  # fmt: skip

# What stands in a list's own footer and in nothing that a person writes below a line of dashes.
LISTS_OWN = (
    "mailing list", "listinfo", "view/reply online", "mute this topic", "to view this discussion",
    "you (?:are receiving|receive|received|get|got) (?:this|all) (?:e-?mail|message|because)",
    r"\S[-+](?:leave|unsubscribe|request|unsub)@", r"/unsub(?:scribe)?\b", r"\b(?:un)?subscribe info\b",
    "visit (?:the|your) group", "groups sponsor", r"[-=*_] posted by: ", "send the line .unsubscribe",
)  # fmt: skip
