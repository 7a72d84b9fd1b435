"""Attribution lines: `On 3 March Acme News wrote:` above a quote, in the languages and clients of the world.

A line counts by its end (a verb of writing, or a bare address, before a colon) and by what it names (a date or an
address). Only string methods and patterns on lines of at most 500 characters are used, so that nothing can hang.
"""

import re

MAX_LENGTH = 500
# Zero-width and bidi controls stand in many Hebrew, Arabic and mobile attributions.
_INVISIBLE = dict.fromkeys(
    [*range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2065), *range(0x2066, 0x206A), 0xFEFF, 0x00AD]
)

# The verb stands last, before the colon.
_ENDINGS = (
    "wrote", "writes", "has written", "sent the following", "wrote the following",  # en
    "schrieb", "geschrieben", "schreibt", "schrieb folgendes", "schrieben", "schrieb folgende nachricht",  # de
    "a écrit", "a ecrit", "écrit", "ont écrit",  # fr
    "escribió", "escribio", "ha escrito",  # es
    "va escriure", "ha escrit",  # ca
    "ha scritto", "ha scritto quanto segue",  # it
    "escreveu", "escreveu o seguinte",  # pt
    "het volgende geschreven", "schreef", "schreef het volgende",  # nl
    "skrev", "skrev följande", "skrev følgende", "har skrivit",  # sv da no
    "kirjoitti", "kirjoitti seuraavasti",  # fi
    "napisał", "napisała", "napisał(a)", "napisal", "napisał/a", "pisze", "napisala",  # pl
    "napsal", "napsala", "napsal(a)",  # cs
    "napísal", "napísala", "napísal(a)",  # sk
    "ezt írta", "írta", "a következőt írta",  # hu
    "a scris", "a scris următoarele",  # ro
    "написа", "написал", "написала", "написал(а)", "пишет", "писал", "писал(а)", "написав", "написала", "написав(ла)",
    "пише", "писав", "написао је",  # bg ru uk sr
    "έγραψε", "έγραψαν",  # el
    "şunu yazdı", "şunları yazdı", "yazdı",  # tr
    "כתב", "כתבה", "כתב/ה",  # he
    "كتب", "كتبت",  # ar
    "のメール", "のメッセージ", "は書きました", "さんは書きました", "が書きました", "さんが書きました",  # ja
    "写道", "寫道", "写到", "編寫", "撰寫",  # zh
    "님이 작성", "님이 작성함", "작성", "님이 씀", "쓴 글",  # ko
    "đã viết", "viết",  # vi
    "เขียนว่า", "เขียน",  # th
    "menulis",  # id
    "napisao je", "napisala je", "je napisao/la", "je napisao", "napisao/la", "je napisala", "piše",  # hr
    "je napisal", "je napisala", "je napisal/-a",  # sl
    "rašė", "rakstīja", "kirjutas", "skrifaði",  # lt lv et is
)  # fmt: skip
# These count only where a marked quote stands right below.
_WEAK_ENDINGS = (
    "said", "says", "scrive", "sagte", "meinte", "a dit", "dijo", "disse", "zei", "sa", "sagde", "följande",
)  # fmt: skip
_LONE_ENDINGS = ("wrote", "schrieb", "a écrit", "escribió", "ha scritto", "escreveu", "skrev")  # no colon needed

# The verb stands before the name or the date, which the colon follows.
_INNER = re.compile(
    r"\b(?:schrieb|schreef|skrev|kirjoitti|escreveu|escribió|ezt írta|írta|a scris|написа(?:л|ла|в)?|wrote (?:on|at)"
    r"|wrote \(|ha scritto il|napisał(?:a|\(a\))?|napsal(?:a|\(a\))?|yazdı|pisze|написал\(а\)"
    r"|пис(?:ал|ав)(?:а|\(а\))?|пишет|a écrit le|(?:napisan[ae]|wysłana) przez)[\s(]"
    r"|מאת|כתב|بواسطة|كتب|于|於"
)
# `Am 3. März schrieb ich Ihnen folgendes:` is no attribution, and `you wrote:` one only right above a marked quote; nor
# is `votre collègue m'a écrit :`, for no client tells to whom somebody wrote.
_OWN_WORDS = re.compile(
    r"\b(?:i wrote|schrieb(?: ich| mir| ihnen| dir| euch| man| sie mir)\b|schreef (?:ik|me|mij|ons)\b"
    r"|skrev (?:jag|jeg|(?:till )?(?:mig|oss))\b|j.ai écrit|escribí|ho scritto|escrevi|haben sie\b|haben wir\b"
    r"|hast du\b|habe ich\b|vous (?:m.)?avez\b|(?:you|he|she|they|we) wrote"
    r"|(?:i|we) (?:got|had|received|asked|sent|read|saw|found)\b"
    r"|m.a (?:é|e)crit|nous a écrit|me (?:ha )?escri(?:bió|to)|nos (?:ha )?escri(?:bió|to)|(?:mi|ci) ha scritto"
    r"|me escreveu|(?:мне|нам) (?:на)?пис|(?:на)?писа(?:л|ла|ли) (?:мне|нам)\b|wrote (?:to )?(?:me|us)\b)"
)
# `your colleague wrote:` is told by a person, unless hour or address say that a client wrote it.
_WHOSE = re.compile(
    r"\b(?:your|my|our|his|her|their|ihre?|euer|eure|deine?|meine?|unsere?|votre|notre|mon|ma|su|mi|nuestr[ao]"
    r"|vuestr[ao]|la sua|il suo|la mia|il mio|uw|jullie|mijn|onze?|din|ditt|min|vår|deres|ваш|ваша|мой|моя|наш|наша"
    r"|pani|moja|mój|twoja|twój) [^\W\d]"
)
_TO_SOMEBODY = re.compile(r"\bschrieb\b.{1,60}\ban (?:alle|den|die|das|mich|uns|ihn|sie|dich|euch)\b")
# `As Pat <pat@example.org> wrote:` goes on with a sentence.
_BEGINS_SENTENCE = (
    "as ", "like ", "since ", "because ", "what ", "but ", "that ", "wie ", "was ", "weil ", "dass ", "wenn ", "comme ",
    "quand ", "zoals ",
)  # fmt: skip

_HEADLESS = re.compile(
    r"[<,;)(]|[^\s<>\"]+@[^\s<>\"]+|(?:wrote|writes|schrieb|a écrit|escribió|ha scritto|escreveu|schreef|skrev"
    r"|kirjoitti|napisał|napsal|napísal|ezt írta|írta|a scris|написал|пишет|пише|написав|написа|έγραψε|yazdı"
    r"|şunu yazdı|于|於|写道|寫道|님이|のメール|menulis)"
)

_MONTHS = (
    "jan|feb|mar|mär|maer|apr|may|mai|maj|mei|jun|jul|aug|sep|oct|okt|nov|dec|dez|des|"
    "janv|févr|fevr|mars|avr|juin|juil|août|aout|déc|ene|abr|ago|dic|gen|mag|giu|lug|set|ott|fev|out|mrt|maa|"
    "tammi|helmi|huhti|touko|kesä|heinä|elo|syys|loka|marras|joulu|sty|lut|kwi|maj|cze|lip|sie|wrz|paź|lis|gru|"
    "led|úno|bře|dub|kvě|čvn|čvc|srp|zář|říj|pro|janu|febr|márc|ápr|máj|jún|júl|szept|ian|iun|iul|noi|"
    "янв|фев|мар|апр|май|мая|июн|июл|авг|сен|окт|ноя|дек|січ|лют|бер|кві|тра|чер|лип|сер|вер|жов|лис|гру|яну|"
    "ιαν|φεβ|μαρ|απρ|μαΐ|μαϊ|ιουν|ιουλ|αυγ|σεπ|οκτ|νοε|δεκ|oca|şub|nis|haz|tem|ağu|eyl|eki|kas|ara|"
    "ינו|פבר|מרץ|במרץ|אפר|מאי|יונ|יול|אוג|ספט|אוק|נוב|דצמ|ינואר|יناير|فبراير|مارس|أبريل|مايو|يونيو|يوليو|أغسطس|سبتمبر|"
    "أكتوبر|نوفمبر|ديسمبر|يناير|thg|tháng|ม\\.ค|ก\\.พ|มี\\.ค|เม\\.ย|พ\\.ค|มิ\\.ย|ก\\.ค|ส\\.ค|ก\\.ย|ต\\.ค|พ\\.ย|ธ\\.ค|"
    "peb|agu|okt|siječ|velj|ožu|tra|svi|lip|srp|kol|ruj|lis|stu|pros"
)
_DATE = re.compile(
    r"(?<!\d)(?:\d{4}[-/.年]\s?\d{1,2}[-/.月]|\d{1,2}[-/.]\s?\d{1,2}[-/.]\s?\d{2,4}(?!\d)|\d{1,2}[-/]\d{1,2}(?=,? )"
    rf"|\d{{1,2}}[.,]?(?:st|nd|rd|th|er|º|ª|-)?\s?(?:de |d.|ב)?(?:{_MONTHS})"
    r"|\d{1,2}월|\d{1,2}月)"
    rf"|\b(?:{_MONTHS})[^\W\d]*[.,]?\s\d{{1,2}}(?!\d)"
)
_WEEKDAYS = (
    "mon|tue|wed|thu|fri|sat|sun|mo|di|mi|do|fr|sa|so|lun|mar|mer|jeu|ven|sam|dim|mié|mie|jue|vie|sáb|sab|dom|"
    "gio|seg|ter|qua|qui|sex|ma|wo|vr|za|zo|mån|tis|ons|tors|tor|lör|sön|man|tir|lør|søn|ti|ke|to|pe|la|su|"
    "pon|wt|śr|czw|pt|sob|niedz|po|út|st|čt|pá|so|ne|ut|št|pi|hét|kedd|sze|csüt|pén|szo|vas|joi|vin|dum|"
    "пн|вт|ср|чт|пт|сб|вс|нд|понедельник|вторник|среда|четверг|пятница|суббота|воскресенье|uto|sri|čet|pet|sub|ned"
)
_TIME = re.compile(r"\d[:.h時点]\d\d")
_WHOLE_DATE = re.compile(r"\d[:.h時点]\d\d|(?<!\d)\d{4}(?!\d)|\d[-/.]\s?\d{2}(?!\d)")
_MAX_VERB = 40  # between an address and the colon
# How an attribution begins; a dated line that begins otherwise may still end as one, but is never reached upwards for.
_OPENER = re.compile(
    r"^[-*_\s\"'(\[]*(?:on|at|am|le|el|il|in data|em|no dia|a|op|den|på|på|dne|dnia|w dniu|la|на|στις|την|в|у|vào|pada"
    rf"|þann|บน|ในวันที่|في|בתאריך|на|(?:{_WEEKDAYS})[^\W\d_]{{0,12}}|\d{{1,4}}[-/.年\s]|\d{{1,2}}\.?)(?=[\s,.:\d]|$)"
)


def plain(line: str) -> str:
    """The line as it is compared: bounded, visible characters only, marks of emphasis off its ends, lower-case."""
    line = line[:MAX_LENGTH]
    if not line.isascii():
        line = line.translate(_INVISIBLE).replace("\xa0", " ").replace("\u202f", " ")
    return line.strip(" \t*_>|").lower()


def may_end_attribution(line: str) -> bool:
    """Whether a stripped line could be the last line of an attribution; cheap, asked of every line."""
    return line.endswith((":", "：", ":*", ":_", ": *", "wrote", "schrieb", "a écrit", "wrote ----"))


def is_attribution(text: str) -> bool:
    """Whether a joined logical line, as `plain` leaves it, introduces a quote: verb of writing, and date or address.

    A date with its year, or an hour, before an address and a colon is enough without a verb, as some clients write it.
    """
    head = text.rstrip(' -:：*_"')
    if len(text) > MAX_LENGTH or not head:
        return False
    colon = len(head) < len(text)
    address = has_address(head)
    if not address and not _DATE.search(head):
        return False
    if head.startswith(_BEGINS_SENTENCE) or _OWN_WORDS.search(head):
        return False
    if not address and _TIME.search(head) is None and _WHOSE.search(head):
        return False
    if "schrieb" in head and _TO_SOMEBODY.search(head):
        return False
    if head.endswith(_ENDINGS):
        return colon or head.endswith(_LONE_ENDINGS)
    if not colon:
        return False
    inner = _INNER.search(head)
    if inner and (_OPENER.match(head) or address or _DATE.search(head, inner.end())):
        return True
    is_dated = _DATE.search(head) is not None and _WHOLE_DATE.search(head) is not None
    return address and is_dated and _OPENER.match(head) is not None


def runs_on(line: str) -> bool:
    """Whether a quote begins on the line that introduces it: `On …, at 11:55, News<news@example.org> wrote:   Dear`.

    It names day, time and address, as no sentence does.
    """
    address = line.find("@", 0, MAX_LENGTH)
    end = line.find(">", address) if address > 0 else -1
    colon = line.find(":", end, end + _MAX_VERB) if end > 0 else -1
    if colon < 0 or _TIME.search(line[:address]) is None:
        return False
    head = plain(line[: colon + 1])
    return head.rstrip(" :").endswith((*_ENDINGS, ">")) and opens_attribution(head[:160]) and is_attribution(head)


def has_date(text: str) -> bool:
    """Whether a line, as `plain` leaves it, names a day."""
    return _DATE.search(text) is not None


def has_address(text: str) -> bool:
    """Whether an at sign stands between visible characters."""
    at = text.find("@")
    return 0 < at < len(text) - 1 and not text[at - 1].isspace() and not text[at + 1].isspace()


def is_weak_attribution(text: str) -> bool:
    """Whether the line would be an attribution if a quote stands right below: `You wrote:` without date or address."""
    head = text.rstrip(' -:：*_"')
    return len(head) < len(text) and len(text) <= 120 and head.endswith((*_ENDINGS, *_WEAK_ENDINGS))


def lacks_its_beginning(text: str) -> bool:
    """Whether an attribution, as `plain` leaves it, begins in the middle: with the address, or with the verb."""
    return _HEADLESS.match(text) is not None


def opens_attribution(text: str) -> bool:
    """Whether a line, as `plain` leaves it, is how an attribution of several lines begins."""
    return len(text) <= 160 and _OPENER.match(text) is not None and _DATE.search(text) is not None
