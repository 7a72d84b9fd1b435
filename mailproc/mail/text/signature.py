"""What stands at the end of a mail and says nothing new: signatures, mobile signatures, disclaimers (RFC 3676 §4.3)."""

import re
from collections.abc import Sequence
from itertools import pairwise

from mailproc.mail.text.signature_phrases import (
    CONFIDENTIAL,
    DISCLAIMER_STARTS,
    DISCLAIMERS,
    LIST_FOOTERS,
    LISTS_OWN,
    MOBILE_SIGNATURES,
)

MAX_SIGNATURE_LINES = 12

# RFC 3676 §4.3 has `-- `; clients and people vary it, and PGP escapes its dash.
_DELIMITERS = frozenset({"--", "---", "—", "–", "__", "-- --", "- --"})
_MARKS = "-_=*~#+—–.·•| \tᐧ\xad"
_MOBILE = re.compile("|".join(MOBILE_SIGNATURES))
_DISCLAIMER = re.compile("|".join(DISCLAIMERS))
_TWO_LETTERS = frozenset([start[:2] for start in DISCLAIMER_STARTS])  # one where a start has no more
_CONFIDENTIAL = re.compile("|".join(CONFIDENTIAL))
_LIST_FOOTER = re.compile("|".join(LIST_FOOTERS))
_LISTS_OWN = re.compile("|".join(LISTS_OWN))
# A sentence that only begins like one: `Sent from my desk, which is much easier.`
_SENTENCE = re.compile(r"\b(?:is|are|was|were|because|which|but|ist|weil|aber|est|car|mais)\b")
# `Sent from Leeds on Friday, by rail`: nothing that sends mail is named, and it goes on as a sentence.
_DEVICE = re.compile(
    r"phone|iph|ipad|ipod|android|blackberry|mobil|mail|outlook|samsung|galaxy|huawei|xiaomi|redmi|pixel|nokia|lumia"
    r"|sony|xperia|htc|\blg\b|motorola|\bmoto|droid|tablet|device|gerät|appareil|dispositiv|toestel|wireless|windows"
    r"|\bapp\b|\bios\b|\bmac\b|macbook|handy|portable|móvil|celular|cellular|telef|telie|smart|yahoo|proton|virus|htt"
    r"|www|версии|телефон|note\b|list|part|portions|\w\.\w"
)
_TOLD = re.compile(r"[,:] (?!htt)[^\W\d]+ [^\W\d]|\b(?:love|post|poste|posta|correo|correio|courier)\b")
_MAX_DEVICE = 6  # spaces in a line of that kind that names nothing which sends mail
_TYPOS = re.compile(r"\b(?:excuse|pardon|forgive|brevity|typo\w*|entschuldig\w*|tippfehler)\b")
_PICTURES = re.compile(r"(?:\[image: [^\[\]]{0,80}\] ?<https?:[^<>]{1,500}>\s{0,8})+")
_POSTSCRIPT = re.compile(
    r"(?:p\.? ?-?)?p\.? ?-?s\.?,? ?[:–-]|p\.s\. |pps\b|ps (?-i:[^\W\dA-Z_])|p\.?d\.? ?:", re.IGNORECASE
)
_MARKED_POSTSCRIPT = re.compile(r"(?:p\.?)?p\.?s\.? ?:", re.IGNORECASE)
_WRITER = re.compile(r"\b(?:i|me|my|mine|myself)\b")
_ENGLISH_STARTS = ("this ", "the ", "please ", "disclaimer", "if you", "information")
# A lawyer of one may write `tell me` in legal text, which then says more of what only such text says.
_LEGAL = re.compile(r"recipient|addressee|in error|by mistake|virus|liab|privileged|disclos|unauthori[sz]ed|prohibited")
_ASKING = re.compile(
    r"\b(?:i|me|my|please|ich|mich|mir|mein|bitte|je|moi|merci|yo|por favor|ik|mij|mijn|eu|meu|alstublieft)\b"
)
# What only a person says of himself in these languages, and what only legal text speaks of.
_WRITER_ELSEWHERE = re.compile(r"\b(?:ich|mich|mir|mein(?:e[mnrs]?)?|moi|mon|mes|mis?|mio|mia|ik|mij|mijn|meu|minha)\b")
_LEGAL_ELSEWHERE = re.compile(
    r"adressat|empfänger|irrtüm|fehler|lösch|vernicht|destinat|erreur|supprim|error|elimin|borr|cancell|bestemd"
    r"|geadresseerde|abusievelijk|vergiss|verwijder|apag|anex|adjunt|anhäng|allegat"
)
_NOTED = re.compile(
    r"\A(?:importante?|notice|note|attention|n\.?b\.?|hinweis|wichtig|achtung|nota|remarque|avvertenza|let op)"
    r" ?[:!–-]\s*"
)
# `Confidentiality notice? You must be joking.`, `This is confidential, so please …`
_TALKS_ON = re.compile(r"[^\W\d_]*(?:\?|(?:,| –| -)? (?:so|but|aber|mais|donc|pero|maar|dus) )")
_PRINTING = re.compile(r"print|druck|imprim|stampa|afdruk")
# A name begins with none of these: it is the sentence above that goes on, or a count.
_GOES_ON = re.compile(
    r"(?:but|and|or|aber|und|oder|mais|et|ou|pero|y|e|ma|maar|en|men|och|og|но|и|а|\d{1,2}[.)]|oh,|oh and|btw,?"
    r"|by the way,?|ach ja,?) [^\W\d]"
)
_HOW = re.compile(
    r"click|here|visit|repl(?:y|ies)|send|write|link|settings|if you|://|@|\||www\.|klick|hier|cliqu|\bici\b|aquí|clic"
)
_MAX_REQUEST = 8  # spaces in it
_MAX_OWN_WORDS = 600
_MIN_SENTENCE, _MIN_ENDED_SENTENCE = 9, 3  # spaces in it
# Of leaving: whatever else it may be, it is not taken for a person's words on the strength of a full stop alone.
_LEAVING = re.compile(
    r"list|subscri|remove|newsletter|mail|message|opt(?:ing)?[- ]?out|\bstop\b|click|receiv|cancel|abmeld|abbestell"
    r"|austrag|erhalten|désab|désinscri|recevez|recib|\bbaja\b|darse de|disiscri|riceve|afmeld|uitschrij|avregistr"
    r"|wypis|отпис"
)
_MIN_MOBILE, _MAX_MOBILE = 10, 120  # `Sent by ab`; other scripts need less


def is_delimiter(line: str) -> bool:
    """Whether a stripped line is a signature delimiter."""
    return line in _DELIMITERS


def is_rule_line(line: str) -> bool:
    """Whether a stripped line consists of drawing marks alone: `____`, `****`, `-- --`."""
    return not line.strip(_MARKS)


def is_mobile_signature(line: str) -> bool:
    """Whether a whole stripped line is what a mobile client adds: `Sent from my iPhone`."""
    if len(line) > _MAX_MOBILE or (len(line) < _MIN_MOBILE and line.isascii()):
        return False
    if line[:1].islower() and not line.startswith(("iP", "iO")) and not line.endswith("送信"):
        return False  # the rest of a wrapped sentence begins small
    said = line.strip(" <>()[]*_-\u200b\u200e\u200f\u2063").lower()
    if not _MOBILE.fullmatch(said):
        return False
    if _TYPOS.search(said) is not None:
        return True
    if _DEVICE.search(said) is None and (
        said.endswith((".", "!", "?")) or said.count(" ") > _MAX_DEVICE or _TOLD.search(said) is not None
    ):
        return False
    return _SENTENCE.search(said.removeprefix("this ")[12:]) is None


def is_picture(line: str) -> bool:
    """Whether a whole stripped line is pictures that lead somewhere, as signatures have them, and who made them."""
    if not line.startswith("[image: "):
        return False
    rest = _PICTURES.sub("", line)
    return rest != line and (not rest or is_mobile_signature(rest))


def is_lone_link(line: str) -> bool:
    """Whether a whole line is one link, as clients write it below what they add."""
    said = line.strip()
    return " " not in said and said.lstrip("<(").startswith(("https://", "http://", "#"))


def starts_disclaimer(lines: Sequence[str]) -> bool:
    """Whether the first of some lines begins a paragraph of corporate or legal text that nobody wrote for this mail.

    `To unsubscribe, click here. But please take me off`: who says "me" behind such words has written them, unless what
    is said is of the law.
    """
    said = lines[0].strip()[:240].lstrip("*_ ").lower()
    if noted := _NOTED.match(said):
        said = said[noted.end() :]
    if said[:2] not in _TWO_LETTERS and said[:1] not in _TWO_LETTERS:
        return False
    if not said.startswith(DISCLAIMER_STARTS) or (begun := _DISCLAIMER.match(said)) is None:
        return False
    if _TALKS_ON.match(said, begun.end()) or (said.endswith("?") and _PRINTING.search(said) is None):
        return False
    whole = "\n".join(lines[:MAX_SIGNATURE_LINES])[:_MAX_OWN_WORDS].lower()
    is_english = said.startswith(_ENGLISH_STARTS)
    if said.startswith("to unsubscribe"):
        return _WRITER.search(whole) is None
    if is_english:
        return _WRITER.search(whole) is None or _LEGAL.search(whole) is not None
    return _WRITER_ELSEWHERE.search(whole) is None or _LEGAL_ELSEWHERE.search(whole) is not None


def speaks_of_confidentiality(lines: Sequence[str]) -> bool:
    """Whether the lines between two drawn rules are legal text."""
    return _CONFIDENTIAL.search(" ".join(lines)[:4000].lower()) is not None


def is_request(lines: Sequence[str]) -> bool:
    """Whether a line below a drawn rule asks: `unsubscribe me please`, and does not tell how one leaves."""
    said = " ".join(" ".join(lines[:MAX_SIGNATURE_LINES])[:2000].lower().split())
    return said.count(" ") <= _MAX_REQUEST and _ASKING.search(said) is not None and _HOW.search(said) is None


def is_list_footer(lines: Sequence[str]) -> bool:
    """Whether the lines below a drawn rule are what a mailing list, a forum or a virus scanner put there."""
    return _LIST_FOOTER.search(" ".join(lines)[:2000].lower()) is not None


def is_lists_own(lines: Sequence[str]) -> bool:
    """Whether the lines below a drawn rule are a mailing list's own: nobody writes so himself."""
    return _LISTS_OWN.search(" ".join(lines)[:2000].lower()) is not None


def speaks_of_leaving(lines: Sequence[str]) -> bool:
    """Whether lines tell how a list is left, or only speak of mails and lists."""
    return _LEAVING.search(" ".join(lines)[:2000].lower()) is not None


def names_its_list(lines: Sequence[str]) -> bool:
    """Whether a line is an address whose local part is a word of the line above it, as Mailman ends every post."""
    for above, line in pairwise(lines[:MAX_SIGNATURE_LINES]):
        name, at, domain = line.strip().lower().partition("@")
        if name and at and "." in domain and " " not in domain and name in above.lower().split():
            return True
    return False


def is_said_below_dashes(lines: Sequence[str], *, long: bool) -> bool:
    """Whether what stands below dashes begins with a sentence of the writer's, and not with a name.

    A sentence speaks of its writer, asks, or goes on with the one above; `long`: or it fills a line, or ends with a
    full stop.
    """
    first = next((line.strip().lower() for line in lines if line.strip()), "")[:_MAX_OWN_WORDS]
    if first.count(" ") < 2 or "://" in first:
        return False
    words, ends = first.count(" "), first.endswith((".", "?", "!")) and _LEAVING.search(first) is None
    is_sentence = long and words >= (_MIN_ENDED_SENTENCE if ends else _MIN_SENTENCE) and not is_list_footer(lines)
    if _ASKING.search(first) is None and not is_sentence and _GOES_ON.match(first) is None:
        return False
    return not is_lists_own(lines) and not starts_disclaimer(lines)


def is_postscript(line: str, *, apart: bool) -> bool:
    """Whether a line begins as what is added below a signature does: `PS: one more thing`.

    `apart`: it begins a paragraph, so that less of a mark will do.
    """
    said = line.strip()
    return said[:1] in "Pp" and (_POSTSCRIPT if apart else _MARKED_POSTSCRIPT).match(said) is not None
