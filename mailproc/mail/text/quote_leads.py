"""Lines that lead to a quote and count as its attribution only right above one that is marked: `Quoting Pat:`."""

import re

from mailproc.mail.text.attribution import has_address, has_date, is_attribution, is_weak_attribution, plain

_MAX_LENGTH = 160
_OPENERS = (
    "quoting ", "quoth ", "zitat von ", "zitiere ", "selon ", "citeren ", "citando ", "mensaje citado por ",
    "mensagem citada por ", "citerar ", "lainaus ", "cytowanie ", "excerpts from ", "according to ", "thus spake ",
    "also sprach ", "begin quoting ", "begin  quoting ", "begin quotation ", "in reply to ",
)  # fmt: skip
_ENDINGS = ("typed", "sez", "asked", "replied", "écrivait", "fragte", "preguntó")
_VERBS = re.compile(
    r"\b(?:wrote|writes|said|says|asked|typed|replied|schriebst|schrieben|schrieb|meinte|sagte|fragte|écrivait|a écrit"
    r"|dijo|disse|schreef|zei|skrev|писал[аи]?|пишете)\b"
)
_FIRST_PERSON = re.compile(r"\b(?:i|we|me|my|ich|wir|mir|je|nous|yo|ik|eu|io|я|мы)\b")
_DATE_AT_END = re.compile(r"\[[^\[\]]*\d[^\[\]]*\]$")
_NAME_WROTE = re.compile(r"\S{1,40}(?: [A-Z]\S{0,30}){0,3} wrote")  # Nabble writes no colon
_CLOCK = re.compile(r"\d[:.]\d\d")
_CLOSERS = ':：;-*_" '


def leads_to_quote(line: str) -> bool:
    """Whether a line is the attribution of the marked quote that stands right below it.

    It ends with a colon (or what some write for it) and names who, by a word for it, or by date and address together.
    """
    text = plain(line)
    if len(text) > _MAX_LENGTH:
        return False
    head = text.rstrip(_CLOSERS)
    if head.endswith("..."):
        head = head.rstrip(".")
    if not head or head == text:
        ends_with_address = "<" in text and has_address(text[text.rfind("<") :])
        named = text.startswith("from: ") or has_date(text)
        if text.startswith("[") and text.endswith("]") and _CLOCK.search(text):
            return has_date(text)
        return (ends_with_address and named) or _NAME_WROTE.fullmatch(line.strip()) is not None
    if is_weak_attribution(text) or head.startswith(_OPENERS) or is_attribution(head + ":"):
        return True
    if _FIRST_PERSON.search(head):
        return False
    address, date = has_address(head), has_date(head)
    if address or date:
        return (address and date) or _VERBS.search(head) is not None or _DATE_AT_END.search(head) is not None
    return head.endswith(_ENDINGS)
