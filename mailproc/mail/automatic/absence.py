"""Whether a text says that somebody is away in words that are no responder's own: two kinds of signs tell together."""

import re
from typing import Any

from mailproc.mail.automatic.absence_phrases import AWAY, CLOSED, REOPENS, STAND_INS, UNREAD, WAY_TO_REACH
from mailproc.mail.automatic.answer_phrases import ANSWERS, MYSELF, NOBODY, PRESENT, THINGS, YOURS
from mailproc.mail.automatic.compared import Phrases, any_of

_AWAY = Phrases(AWAY)
_UNREAD = Phrases(UNREAD)
_CLOSED = Phrases(CLOSED)
_REOPENS = any_of(REOPENS)
_STANDS_IN = any_of(STAND_INS)
_WAY_TO_REACH = any_of([WAY_TO_REACH])
_THINGS = any_of(THINGS)
_ANSWERS = any_of(ANSWERS)
_PRESENT = any_of([PRESENT])
_MYSELF = any_of([MYSELF])
# What a responder calls another's own: it has seen a mail, nothing else.
_YOURS = re.compile(
    r"\b(?:your|ihre?[nmrs]?|deine?[nmrs]?|eure?[nmrs]?|votre|vos|uw|jullie) ([^\W\d_]{3,40})",
)
_GREETING = re.compile(
    r"(?:hi|hello|hey|dear|good (?:morning|day|afternoon|evening)|hallo|liebe[rs]?|guten (?:tag|morgen)|moin|servus"
    r"|bonjour|cher|chère|salut|hola|estimad[oa]s?|buenos días|ciao|salve|gentile|car[oaie]|olá|oi|prezad[oa]s?|beste"
    r"|hoi|dag|hej|hei|kära|kære|cześć|dzień dobry|ahoj|dobrý den|привет|здравствуйте|добрый день)"
    r" ([^\W\d_]{2,30})(?: [^\W\d_]{2,30}){0,2}\s?[,!.:]"
)


def find_absence(text: str, *, titled: bool, thanks: bool) -> str | None:
    """The words that say that somebody is away; None where nothing does, and where a person speaks to somebody.

    Beside them the text must say that mail is not read, or who is there meanwhile and how to reach him; or the subject
    is one of absences (`titled`); or a shop that `thanks` as desks do must say when it opens. The text is as compared.
    """
    closed, away, unread = _CLOSED.search(text), _absent(text), _UNREAD.search(text)
    found = closed or away or unread
    if found is None or answers(text) or _speaks_to_somebody(text):
        return None
    if (closed or away) and (unread or titled):
        return str(found.group())
    reopens = closed and thanks and _REOPENS.search(text)
    others = _MYSELF.sub(" ", text)
    return str(found.group()) if reopens or (_STANDS_IN.search(others) and _WAY_TO_REACH.search(others)) else None


def _absent(text: str) -> Any:
    """The first words of absence that do not say that somebody is there: "I'm here until Sunday"."""
    return next((one for one in _AWAY.finditer(text) if not _PRESENT.search(one.group())), None)


def answers(text: str) -> bool:
    """Whether a text has the words of somebody who answers: "Yes, put us down for two"."""
    return _ANSWERS.search(text) is not None


def _speaks_to_somebody(text: str) -> bool:
    """Whether a text knows to whom it speaks, or about what: a responder has seen a mail, nothing else."""
    return _THINGS.search(text) is not None or _greets_somebody(text) or _knows_what_is_theirs(text)


def _greets_somebody(text: str) -> bool:
    """Whether a text begins with somebody's name, which no responder knows."""
    greeted = _GREETING.match(text)
    return greeted is not None and greeted[1] not in NOBODY


def _knows_what_is_theirs(text: str) -> bool:
    """Whether a text speaks of what is the other's and no mail: "your recipes", "votre verger"."""
    return any(found[1] not in YOURS for found in _YOURS.finditer(text))
