"""Lines that divide what was written from what is quoted or forwarded: `-----Original Message-----`, per language."""

import re

_ORIGINAL_PHRASES = (
    "original(?: message)?", r"message du \d.{4,40}", "original mail", "original e-?mail", "original appointment",
    "reply message", "ursprüngliche (?:nachricht|mail|e-mail)", "original-?nachricht", "originalnachricht",
    "antwort nachricht", "message d.origine", "mail original", "message original", "message initial",
    "mensaje original",
    "missatge original", "messaggio originale", "mensagem original", "oorspronkelijk bericht", "origineel bericht",
    "ursprungligt meddelande", "originalmeddelande", "oprindelig (?:meddelelse|besked|mail)", "opprinnelig melding",
    "alkuperäinen viesti", "wiadomość oryginalna", "oryginalna wiadomość", "původní (?:zpráva|e-?mail)",
    "pôvodná správa", "eredeti üzenet", "mesaj original", "mesajul original", "оригинално съобщение",
    "исходное сообщение", "оригинальное сообщение", "(?:вихідне|оригінальне) повідомлення", "αρχικό μήνυμα",
    "(?:özgün|orijinal) (?:ileti|mesaj)", "הודעה מקורית", "الرسالة الأصلية", "元のメッセージ", "原始邮件", "邮件原件",
    "原始郵件", "원본 (?:메시지|메일)", "tin nhắn gốc", "thư gốc", "pesan asli", "izvorna poruka",
    "izvirno sporočilo",
    "(?:please )?(?:(?:type|write|enter) your )?reply above this line.{0,40}",
    "(?:bitte antworten sie|antworten sie bitte) (?:oberhalb|über) dieser zeile",
    "répon(?:dez|dre) au-dessus de cette ligne", "(?:por favor,? )?respond[ae] por encima de esta línea",
)  # fmt: skip

_FORWARDED_PHRASES = (
    "forwarded (?:(?:message|mail)(?: from .*)?|by .*)", "weitergeleitete (?:nachricht|mail)", "weitergeleitet von .*",
    "message transféré", "message transmis", "mensaje reenviado", "messaggio inoltrato",
    "mensagem (?:encaminhada|reencaminhada)", "doorgestuurd bericht", "vidarebefordrat (?:meddelande|brev)",
    "videresendt (?:meddelelse|melding|besked)", "(?:välitetty|edelleenlähetetty) viesti",
    "treść przekazanej wiadomości", "wiadomość przekazana", "przekazana wiadomość", "přeposlaná zpráva",
    "továbbított üzenet", "mesaj redirecționat", "пересылаемое сообщение", "переслане повідомлення",
    "пересланное сообщение", "προωθημένο μήνυμα", "iletilen (?:ileti|mesaj)", "הודעה שהועברה",
    "転送(?:された)?メッセージ", "转发(?:的)?邮件", "轉寄郵件", "전달된 메시지", "proslijeđena poruka",
    "begin forwarded message", "anfang der weitergeleiteten (?:nachricht|e-mail)",
    "début du message (?:transféré|réexpédié)", "inicio del mensaje reenviado", "inizio (?:del )?messaggio inoltrato",
    "início da mensagem (?:encaminhada|reencaminhada)", "begin doorgestuurd bericht", "start på videresendt besked",
    "przekazywana wiadomość", "以下は転送されたメッセージです", "開始轉寄郵件", "以下是转发的邮件",
)  # fmt: skip
# The sentences that need no dashes begin like this.
_BEGINS = (
    "begin ", "anfang ", "début ", "inicio ", "inizio ", "início ", "start ", "vidarebefordrat brev", "przekazywana ",
    "以下", "開始轉寄",
)  # fmt: skip
_ORIGINAL = re.compile("|".join(_ORIGINAL_PHRASES))
_FORWARDED = re.compile("|".join(_FORWARDED_PHRASES))
_DASHED = re.compile(r"-{4,} ?[^-]{3,50}? ?-{4,}")
_DRAWN_STARTS = ("--", "##", "__", "==", "~~", "——", "-=", "=-")
_MAX_LENGTH = 120
# Samsung's plain text goes on behind the divider: `-------- Original message --------From: News <news@example.org>`.
# Notes: `Acme News ---03/03/2026 09:12:11 AM---Hello subscriber`
_NOTES = re.compile(r"[^-]{2,60} ?---\d{1,4}[/.-]\d\d[/.-]\d{2,4} \d\d[:.]\d\d[^-]{0,12}---\S.*")
_RUN_ON = re.compile(r"-{4,40} ?([^-]{3,60}?) ?-{4,40} ?[^\s-][^:：]{0,20}[:：].{0,200}@")


def divider_reason(line: str) -> str | None:
    """Why all below this stripped line is not new: `quote` (original message) or `forwarded`; None if it is no divider.

    The phrase stands between dashes (or other drawn marks), or is one of the sentences that need none.
    """
    if (run_on := _RUN_ON.match(line)) is not None:
        line = line[: run_on.end(1)]
    if len(line) > _MAX_LENGTH:
        return None
    inner = line.strip(" -*_=~#—–:>|\t\xa0").lower()
    if "---" in line and _NOTES.fullmatch(line):
        return "quote"
    if not inner or not (line.lstrip(" *>|\t").startswith(_DRAWN_STARTS) or inner.startswith(_BEGINS)):
        return None
    if _ORIGINAL.fullmatch(inner):
        return "quote"
    return "forwarded" if _FORWARDED.fullmatch(inner) else None


def is_bare_divider(line: str) -> bool:
    """Whether a line says `Original Message` without dashes; it counts only above a header block."""
    return len(line) <= _MAX_LENGTH and _ORIGINAL.fullmatch(line.strip(" *:_").lower()) is not None


def is_dashed(line: str) -> bool:
    """Whether a line is some words between dashes: a divider in a language or charset that nobody knows."""
    return len(line) <= _MAX_LENGTH and _DASHED.fullmatch(line.strip()) is not None


def is_end_of_forwarded(line: str) -> bool:
    """Whether a line is what mutt and others draw below a forwarded mail, so that a person may go on there."""
    return line.startswith("---") and line.strip("- \r").lower() == "end forwarded message"
