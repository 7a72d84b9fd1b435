"""Header blocks that clients put above a quoted mail (Outlook, webmail, mobile), with their labels per language."""

import re
from collections.abc import Sequence

_LABELS = {
    "en": ("from", "sent|date|sent at|date sent", "to", "cc|bcc", "subject"),
    "de": ("von", "gesendet|datum|gesendet am|datum/uhrzeit", "an", "cc|kopie|bcc", "betreff|thema"),
    "fr": ("de|expéditeur|expediteur", "envoyé|date|envoyé le|envoye|message du", "à|a|destinataire|pour",
           "cc|copie à|copie", "objet|sujet"),
    "es": ("de|remitente", "enviado|enviado el|fecha", "para|destinatario", "cc", "asunto"),
    "ca": ("de", "enviat|data|enviat el", "per a|a", "cc", "assumpte|tema"),
    "it": ("da|mittente", "inviato|data|data invio", "a|per|destinatario", "cc", "oggetto"),
    "pt": ("de|remetente", "enviado|enviada em|enviado em|data|enviada|enviadas", "para", "cc", "assunto"),
    "nl": ("van|afzender", "verzonden|datum|verstuurd|verzonden op", "aan", "cc", "onderwerp"),
    "sv": ("från", "skickat|datum", "till", "kopia|cc", "ämne"),
    "da_no": ("fra", "sendt|dato", "til", "cc|kopi", "emne"),
    "fi": ("lähettäjä", "lähetetty|lähetysaika|päivämäärä|päiväys", "vastaanottaja", "kopio", "aihe"),
    "pl": ("od", "wysłano|wysłane|data|data wysłania", "do", "dw|kopia|udw", "temat"),
    "cs": ("od", "odesláno|datum", "komu", "kopie", "předmět"),
    "sk": ("od", "odoslané|dátum", "komu", "kópia", "predmet"),
    "hu": ("feladó", "elküldve|küldve|dátum", "címzett", "másolatot kap|másolat", "tárgy"),
    "ro": ("de la", "trimis|data|trimis la", "către|catre", "cc", "subiect"),
    "bg": ("от", "изпратено|дата", "до", "копие", "относно|тема"),
    "ru": ("от|от кого", "отправлено|дата|послано", "кому", "копия", "тема"),
    "uk": ("від|від кого", "надіслано|дата|відправлено", "кому", "копія", "тема"),
    "el": ("από", "στάλθηκε|ημερομηνία|εστάλη", "προς", "κοιν.|κοινοποίηση", "θέμα"),
    "tr": ("kimden|gönderen", "gönderildi|gönderme tarihi|tarih", "kime|alıcı", "bilgi", "konu"),
    "he": ("מאת", "נשלח|תאריך|נשלח בתאריך", "אל", "עותק", "נושא"),
    "ar": ("من", "تم الإرسال|التاريخ|تاريخ الإرسال", "إلى", "نسخة", "الموضوع"),
    "ja": ("差出人|from", "送信日時|日付|日時", "宛先", "cc", "件名"),
    "zh_hans": ("发件人", "发送时间|日期|发送日期|时间", "收件人", "抄送", "主题"),
    "zh_hant": ("寄件者|寄件人", "傳送時間|寄件日期|日期", "收件者|收件人", "副本", "主旨|主題"),
    "ko": ("보낸 사람|보낸사람", "보낸 날짜|날짜|보낸날짜", "받는 사람|받는사람", "참조", "제목"),
    "vi": ("từ", "đã gửi|ngày", "đến|tới", "cc", "chủ đề|tiêu đề"),
    "th": ("จาก", "ส่ง|วันที่", "ถึง", "สำเนา", "เรื่อง"),
    "id": ("dari", "dikirim|tanggal", "kepada|ke", "cc", "subjek|perihal"),
    "hr_sl": ("od|šalje", "poslano|datum|dátum", "za|prima", "kopija|cc", "predmet|zadeva"),
    "lt": ("nuo", "išsiųsta|data", "kam", "kopija", "tema"),
    "any": ("", "", "", "reply-to|reply to|antwort an|risposta|responder a|répondre à|importance|attachments|anlagen",
            ""),
}  # fmt: skip
_TIME = re.compile(r"\d[:.h時点]\d\d|\d{4}")
_UNKNOWN_LABEL = re.compile(r"[^\W\d_]{2,16}(?: [^\W\d_]{2,12})?: ")
_ROLES = ("from", "date", "to", "more", "subject")


def _roles_by_label() -> dict[str, frozenset[str]]:
    """Label -> what it can be; `a` is To in French and Italian, `data` a date in four languages."""
    found: dict[str, set[str]] = {}
    for row in _LABELS.values():
        for role, labels in zip(_ROLES, row, strict=True):
            for label in filter(None, labels.split("|")):
                found.setdefault(label, set()).add(role)
    return {label: frozenset(roles) for label, roles in found.items()}


_ROLES_BY_LABEL = _roles_by_label()
_LONGEST_LABEL = max(map(len, _ROLES_BY_LABEL))
# A value may go on over this many lines without a label (long lists of recipients).
_MAX_CONTINUATION = 3
_MAX_LINES = 24
_MAX_SHOWN_BELOW = 8
_MAX_HEADER_LINE = 1_000
# Fields for programs, which no client puts above what it quotes.
RAW_FIELDS = (
    "message-id:", "received:", "return-path:", "delivered-to:", "mime-version:", "content-type:", "in-reply-to:",
    "references:", "dkim-signature:", "authentication-results:", "list-", "x-",
)  # fmt: skip


def header_roles(line: str) -> frozenset[str] | None:
    """What a header-like line can be (from, date, to, more, subject); None for any other line.

    Bold marks around the label, a space before the colon (French) and the full-width colon are allowed.
    """
    reach = _LONGEST_LABEL + 6
    colon = line.find(":", 0, reach)
    if not line.isascii():
        colon = min((at for at in (colon, line.find("：", 0, reach)) if at >= 0), default=-1)
    if colon < 0:
        return None
    return _ROLES_BY_LABEL.get(line[:colon].strip(" *_\t\xa0\u200b\u200e\u200f\u202f>|").lower())


def is_header_line(line: str) -> bool:
    """Whether a whole header block stands on one line, as it does where HTML was flattened: `From: … Sent: … To: …`.

    It names who, when, to whom and the subject, with an address; labels of two words are not known here.
    """
    if "@" not in line:
        return False
    roles: set[str] = set()
    for field in line[:_MAX_HEADER_LINE].split(": ")[:_MAX_LINES]:
        roles |= _ROLES_BY_LABEL.get(field.rpartition(" ")[2].strip("*").lower(), frozenset())
    return roles >= {"from", "date", "to", "subject"}


def header_block_end(lines: Sequence[str], start: int, *, introduced: bool = False, dashed: bool = False) -> int:
    """Index behind the header block that begins at `start`; `start` when there is none.

    A block is three lines of different roles, From among them, and an address, or a subject and a date with year
    or time; one line is enough when a divider has `introduced` it. Single blank lines are allowed between, and
    continued values (any, below a `dashed` line).
    """
    roles: list[frozenset[str]] = []
    end = start
    gap = 0
    address = dated = False
    for index in range(start, min(len(lines), start + _MAX_LINES)):
        line = lines[index].strip()
        role = header_roles(line) if line else None
        if role is not None:
            roles.append(role)
            end, gap = index + 1, 0
            address = address or "@" in line
            dated = dated or ("date" in role and _TIME.search(line) is not None)
        elif not line:
            gap += gap > 0 or bool(roles and index + 1 < len(lines) and header_roles(lines[index + 1].strip()) is None)
            if gap > 1:
                break
        else:
            gap += 1
            wrapped = introduced or dashed or "@" in line or ";" in line or line.startswith(("<", "["))
            wrapped = wrapped or (gap == 1 and _UNKNOWN_LABEL.match(line) is not None)
            if gap > _MAX_CONTINUATION or not roles or not wrapped:
                break
    return end if _is_block(roles, address, dated, introduced) else start


def _is_block(roles: list[frozenset[str]], address: bool, dated: bool, introduced: bool) -> bool:
    named = {role for one in roles for role in one if role != "more"}
    if introduced:
        return len(roles) >= 1 and bool(named)
    return len(roles) >= 3 and len(named) >= 3 and "from" in named and (address or ("subject" in named and dated))


def is_shown_header(lines: Sequence[str], start: int, end: int) -> bool:
    """Whether a block (from `start` to before `end`) is part of a header that the writer shows, and quotes no mail.

    It holds fields that no client puts above a quote, somebody's words lead to it by a colon, and a few lines follow.
    """
    top, bottom = start, end
    while top > 0 and top > start - _MAX_LINES and lines[top - 1].strip():
        top -= 1
    while bottom < len(lines) and bottom < end + _MAX_LINES and lines[bottom].strip():
        bottom += 1
    if not any(line.lower().startswith(RAW_FIELDS) for line in lines[top:bottom]):
        return False
    lead = next((line for line in reversed(lines[max(0, top - 3) : top]) if line.strip()), "")
    below = sum(1 for line in lines[bottom : bottom + _MAX_LINES] if line.strip())
    return lead.rstrip().endswith(":") and below <= _MAX_SHOWN_BELOW


TO_LABELS = frozenset(label for label, roles in _ROLES_BY_LABEL.items() if roles == {"to"})
_SUBJECT_LABELS = frozenset(label for label, roles in _ROLES_BY_LABEL.items() if "subject" in roles)


def label_block_bounds(lines: Sequence[str], index: int) -> tuple[int, int]:
    """Bounds of a block in the manner of Notes: name, date, `To` and `Subject` alone on lines; equal when it is none.

    `index` is the line that says `To`.
    """
    near = [line.strip().lower() for line in lines[index + 1 : index + 14]]
    subject = next((at for at, line in enumerate(near) if line in _SUBJECT_LABELS), -1)
    if subject < 1:
        return index, index
    start = index
    for above in range(index - 1, max(-1, index - 8), -1):
        line = lines[above].strip()
        if line and ("@" in line or any(mark.isdigit() for mark in line)):
            start = above
        elif line:
            break
    return start, min(len(lines), index + 1 + subject + 2)
