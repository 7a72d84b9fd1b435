"""Read receipts (RFC 8098), calendar mail (RFC 5546), aggregate reports (RFC 8460, RFC 9990): recorded only."""

import re

from mailproc.mail.reading.message import Message, Part
from mailproc.mail.reading.report_fields import report_type_of
from mailproc.mail.text.new_text import find_new_text

_RECEIPT_TYPES = frozenset({"message/disposition-notification", "message/global-disposition-notification"})
# What Outlook and others put before the subject of a receipt without structure.
RECEIPT_SUBJECT = re.compile(
    r"(?:read|not read|gelesen|ungelesen gelöscht|lu|non lu|leído|no leído|letto|non letto|lida|não lida|gelezen"
    r"|niet gelezen|läst|oläst|læst|lest|luettu|przeczytan[eoay]|přečteno|прочтено|прочитано|okundu|開封済み|已读"
    r"|已讀|읽음|return receipt|read receipt|lesebestätigung|empfangsbestätigung|accusé de (?:lecture|réception)"
    r"|confirmation de lecture|confirmación de lectura|acuse de (?:lectura|recibo)|conferma di lettura"
    r"|ricevuta di ritorno|confirmação de leitura|recibo de leitura|leesbevestiging|ontvangstbevestiging|läskvitto"
    r"|læsekvittering|lesebekreftelse|lukukuittaus|potwierdzenie (?:przeczytania|odczytu)|doručenka"
    r"|отчет о прочтении|уведомление о прочтении)\s*(?:\([^)]{0,40}\)\s*)?[:：-]",
    re.IGNORECASE,
)
_RECEIPT_BODY = re.compile(
    r"(?:was|were) (?:read|displayed|deleted without being read) on\b|this is a (?:return|read) receipt\b"
    r"|wurde (?:gelesen|am .{1,60} (?:gelesen|angezeigt))|dies ist eine (?:lese|empfangs)bestätigung"
    r"|a été (?:lu|affiché)|ceci est un (?:accusé|avis) de|se (?:ha leído|leyó) el\b|(?:fue leído|ha sido leído)"
    r"|este es un acuse de|è stat[oa] (?:lett[oa]|visualizzat[oa])|questa è una (?:ricevuta|conferma) di"
    r"|foi (?:lida|exibida)|esta é uma? (?:confirmação|recibo|aviso) de|is gelezen op|dit is een (?:lees|ontvangst)bev"
    r"|(?:lästes|har lästs|blev læst|ble lest) |detta är ett (?:läskvitto|kvitto)|on luettu|została (?:przeczytana"
    r"|wyświetlona)|była? (?:přečten|zobrazen)|byl[ao]? (?:přečten|zobrazen)|было прочитано|прочитано|okundu"
    r"|(?:開封|表示)(?:されました|確認)|已(?:被)?(?:阅读|閱讀|读取)|읽었습니다",
    re.IGNORECASE,
)
# What calendars put before the subject of an answer without structure, and what they say.
ANSWER_SUBJECT = re.compile(
    r"(?:accepted|declined|tentative(?:ly accepted)?|zugesagt|abgesagt|abgelehnt|mit vorbehalt|accepté|refusé"
    r"|provisoire|aceptad[oa]|rechazad[oa]|accettat[oa]|rifiutat[oa]|provvisorio|aceite|aceito|recusad[oa]|geaccepteerd|geweigerd"
    r"|afgewezen|accepterat|avböjt|accepteret|afvist|godtatt|avslått|hyväksytty|hylätty|zaakceptowan[oe]|odrzucon[oe]"
    r"|přijato|odmítnuto|принято|отклонено|kabul edildi|reddedildi|承諾|辞退|已接受|已拒绝|수락|거절)\s?[:：]",
    re.IGNORECASE,
)
_ANSWER_BODY = re.compile(
    r"(?:accepted|declined) (?:this|the|your) (?:invitation|event|meeting)"
    r"|has (?:tentatively )?(?:accepted|declined|replied)"
    r"|^(?:when|wann|quand|cuándo|quando|wanneer|när|hvornår|når|kiedy|kdy|когда)\s?:"
    r"|(?:einladung|termin)[^.]{0,30}(?:angenommen|zugesagt|abgelehnt)|a (?:accepté|refusé|décliné) (?:cette|votre|l.)"
    r"|ha (?:aceptado|rechazado|accettato|rifiutato) |(?:aceitou|recusou) (?:este|o|seu) "
    r"|heeft (?:deze|de|uw) uitnodiging",
    re.IGNORECASE | re.MULTILINE,
)
_CALENDAR_METHODS = frozenset({"reply", "request", "cancel", "counter", "declinecounter", "add", "refresh"})
_METHOD_LINE = re.compile(r"^METHOD:([A-Z-]{1,20})\s*$", re.IGNORECASE | re.MULTILINE)
AGGREGATE_SUBJECT = re.compile(r"report domain:\s*\S{1,255}.{0,80}submitter:", re.IGNORECASE)
_AGGREGATE_FILE = re.compile(
    r"[^!\s]{1,255}![^!\s]{1,255}!\d{6,12}!\d{6,12}(?:![^.\s]{1,100})?\.(?:xml|json)?(?:\.?gz|\.?zip)?$"
)


def is_receipt(message: Message) -> str | None:
    """Evidence that the mail is a read receipt, a machine's or a client's in plain text; None when it is not.

    `deleted` is a disposition, too: it is no opt-out. Source: RFC 8098 §3.
    """
    for part in message.root.walk():
        if part.content_type in _RECEIPT_TYPES:
            return f"Content-Type: {part.content_type}"
    if report_type_of(message.root) == "disposition-notification":
        return "report-type=disposition-notification"
    subject = RECEIPT_SUBJECT.match(message.subject[:200])
    if subject and _RECEIPT_BODY.search(find_new_text(message).body[:1000]):
        return f"Subject: {subject[0].strip()}"
    return None


def is_calendar(message: Message) -> str | None:
    """Evidence that the mail is an invitation or an answer to one; None when it is not.

    Structure tells; where a calendar sent words alone, subject and text must both be its. Source: RFC 5546 §3.
    """
    for part in message.root.walk():
        if part.content_type == "text/calendar" or (part.content_type == "application/ics" and part.text):
            method = _calendar_method(part)
            if method in _CALENDAR_METHODS:
                return f"Content-Type: text/calendar; method={method}"
    answer = ANSWER_SUBJECT.match(message.subject[:200])
    if answer and _ANSWER_BODY.search(_new_text_or_all(message)):
        return f"Subject: {answer[0].strip()}"
    return None


def _new_text_or_all(message: Message) -> str:
    """What was written anew: `When: Saturday` may stand in the newsletter below. All where nothing seems to be new."""
    found = find_new_text(message)
    return (found.text or found.body)[:1000]


def _calendar_method(part: Part) -> str:
    declared = part.param("method")
    found = None if declared else _METHOD_LINE.search((part.text or "")[:5000])
    return (declared or (found[1] if found else "")).strip().lower()


def is_aggregate_report(message: Message) -> str | None:
    """Evidence that the mail is a TLS or DMARC aggregate report, None when it is not. Source: RFC 8460, RFC 9990."""
    root = message.root
    if report_type_of(root) == "tlsrpt":
        return "report-type=tlsrpt"
    for part in root.walk():
        if part.content_type.startswith("application/tlsrpt"):
            return f"Content-Type: {part.content_type}"
        # google.com!example.org!1700000000!1700086399.zip
        if part.filename and _AGGREGATE_FILE.match(part.filename.lower()[:600]):
            return f"file {part.filename[:100]}"
    if message.headers.get("tls-report-domain") is not None:
        return "TLS-Report-Domain"
    return "Subject: Report Domain" if AGGREGATE_SUBJECT.match(message.subject[:500]) else None
