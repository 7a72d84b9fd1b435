"""What a text says of itself: that a machine sends it, that somebody is away or gone, that a desk has got a mail."""

import re
from typing import Any

from mailproc.mail.automatic import absence_phrases
from mailproc.mail.automatic.absence import answers, find_absence
from mailproc.mail.automatic.auto_phrases import AWAY, DECLARATIONS, MEANWHILE, UNATTENDED
from mailproc.mail.automatic.auto_subjects import BARE_SUBJECTS
from mailproc.mail.automatic.auto_tables import CHALLENGE_FILTERS
from mailproc.mail.automatic.compared import Phrases, any_of, core_of, signs_of
from mailproc.mail.automatic.desk_phrases import (
    ACK_NUMBERS,
    ACK_SUBJECTS,
    ACK_TEXTS,
    LOGGED,
    NEXT_STEPS,
    PROMISES,
    THANKS,
)
from mailproc.mail.automatic.gone_phrases import ABANDONED, GONE, REDIRECTS
from mailproc.mail.automatic.notices import find_notice, find_survey
from mailproc.mail.automatic.people_phrases import DELETIONS, ERRANDS, GONE_MYSELF, ORDERS, OUR_MAIL, REQUEST_STEMS
from mailproc.mail.automatic.unsubscribe_mail import CLUES

_TOLD = (*DECLARATIONS, *UNATTENDED, *AWAY, *ACK_TEXTS, *LOGGED, *ACK_NUMBERS, *THANKS, *ABANDONED, *GONE)
# One automaton for all would forget what it has learnt with every text, and need a hundred times as long.
_is_told = signs_of((*map(core_of, _TOLD), *CLUES))
_has_filter = signs_of(map(core_of, CHALLENGE_FILTERS))
_has_absence = signs_of(map(core_of, (*absence_phrases.AWAY, *absence_phrases.CLOSED, *absence_phrases.UNREAD)))
# Without one of the latter three `find_absence` needs a subject of absences, which is a sign by itself.
_has_more = signs_of(
    map(
        core_of,
        (*CHALLENGE_FILTERS, *absence_phrases.UNREAD, *absence_phrases.STAND_INS, *absence_phrases.REOPENS),
    )
)
# What ends a word stands there once: behind each of them it took a hundred times as long to compile.
WHOLE_BARE_SUBJECT = rf"(?:{'|'.join(f'(?:{one})' for one in BARE_SUBJECTS)})(?:[^\pL\pN]|$)"
_BARE_SUBJECT = any_of([WHOLE_BARE_SUBJECT], start=True)
_UNTIL = r"(?:until|till|bis|hasta|jusqu|fino|até|tot|t/m|til|asti|do|до|\d)"
_AWAY_UNTIL = any_of([rf"(?:{'|'.join(f'(?:{one})' for one in BARE_SUBJECTS)}) {_UNTIL}"], start=True)
_DECLARATION = Phrases(DECLARATIONS)
_UNATTENDED = Phrases(UNATTENDED)
_AWAY = Phrases(AWAY)
_MEANWHILE = any_of(MEANWHILE)
_ACK_SUBJECT = any_of(ACK_SUBJECTS)
_ACK_TEXT = Phrases(ACK_TEXTS)
_LOGGED = Phrases(LOGGED)
_NEXT_STEP = any_of(NEXT_STEPS)
_ACK_NUMBER = any_of(ACK_NUMBERS)
_THANKS = Phrases(THANKS)
_THANKS_SUBJECT = any_of(THANKS, start=True)
_PROMISE = any_of(PROMISES)
_ABANDONED = Phrases(ABANDONED)
_GONE = Phrases(GONE)
_GONE_MYSELF = any_of(GONE_MYSELF)
_REDIRECT = any_of(REDIRECTS)
_REQUEST = any_of(REQUEST_STEMS)
# … and what machines do not.
_OF_A_PERSON = any_of((*OUR_MAIL, *DELETIONS))
_ORDER = any_of(ORDERS)
_ERRAND = any_of(ERRANDS)
_ASKS = re.compile("[?？؟](?:\\s|$)")
_CITES = re.compile(
    r"(?:^|[\s(])[\"'“„«‘‚]\s?$|\b(?:says?|said|saying|tells?|told|reads?|sagt|steht|schreibt|dit|dice|diz)\b[^.!?]{0,40}$"
)
_CITES_WITHIN = 60
# `Urgent? Ask for Kim.`: nobody is asked.
_ASKS_NOBODY = any_of(
    (
        r"(?:^|[.!?:;,] )¿?(?:but |und |et |y |e |en )?"
        r"(?:is (?:it|this|that|your \pL+) |ist es |is het |est-ce |c'est |es |è |é |är det |er det |onko se )?"
        r"(?:really |very |sehr |très |muy |molto |muito |echt |heel )?"
        r"(?:an |a |any |ein |un |una |um |uma |een |en |et )?"
        r"(?:urgent|emergency|urgente|urgence|urgencia|urgenza|dringend|eilig|wichtig|important|desperate|stuck|notfall"
        r"|spoed|brådskande|haster|kiire|kiireellistä|pilne|naléhavé|срочно|acil(?: mi)?|in a hurry"
        r"|need (?:help|something)(?: now| urgently| sooner)?|can't wait|cannot wait|questions?|fragen|vragen"
        r"|preguntas|domande)\s?\?",
    )
)


def has_hint(text: str | bytes) -> bool:
    """Whether a raw text has what must be in one of which anything is said below, or which a client wrote."""
    return _is_told(text) or (_has_more(text) and (_has_filter(text) or _has_absence(text)))


def text_evidence(text: str, subject: str, whole_subject: str, *, doubted: bool) -> str | None:
    """What tells a machine's text, most certain first; None for a person's. All three as they are compared.

    `whole_subject` still has its `[Ticket #123]`; `doubted`: the header leaves it open whether a person writes. A text
    that asks to be taken off is left to the rules, and what names the newsletter somebody wrote who has read it.
    """
    if notice := find_notice(subject, text):
        return notice
    if _REQUEST.search(text):
        return None
    if found := _uncited(_DECLARATION, text):
        return found
    if _OF_A_PERSON.search(text):
        return None
    if subject == whole_subject and (survey := find_survey(subject, text)):
        return survey
    asks = asks_something(text)
    if asks and subject != whole_subject:  # a person on leave who answers, and wants to know
        return None
    absence = _away(text, subject, doubted=doubted)
    if absence or asks:
        return absence
    if not (_ORDER.search(text) or _ERRAND.search(text)):
        titled = subject == whole_subject and _BARE_SUBJECT.search(subject) is not None
        absence = find_absence(text, titled=titled, thanks=_THANKS.search(text) is not None)
    return absence or _of_a_desk(text, subject, whole_subject)


def asks_something(text: str) -> bool:
    """Whether a text has a question to somebody: `Urgent? Call …` has none."""
    return _ASKS.search(_ASKS_NOBODY.sub(" ", text)) is not None


def says_automatic(text: str) -> bool:
    """Whether a text that answers under the subject of a machine is a machine's, too."""
    return any(_uncited(one, text) for one in (_DECLARATION, _AWAY, _ABANDONED))


def says_gone(text: str) -> bool:
    """Whether an automatic text says that the person or the mailbox is gone."""
    return _ABANDONED.search(text) is not None or _GONE.search(text) is not None


def _away(text: str, subject: str, *, doubted: bool) -> str | None:
    away = _uncited(_AWAY, text)
    if away is None and (until := _AWAY_UNTIL.search(subject)):  # `Parental leave until November`
        away = str(until.group())
    if away is None or ("@" not in text and _ORDER.search(text)) or _ERRAND.search(text) or answers(text):
        return None
    return away if doubted or _BARE_SUBJECT.search(subject) or _MEANWHILE.search(text) else None


def _of_a_desk(text: str, subject: str, whole_subject: str) -> str | None:
    """The words of desks, shops and mailboxes, which never ask anything."""
    promised = _PROMISE.search(text)
    if promised and subject == whole_subject and (thanks := _THANKS_SUBJECT.search(subject)):
        return str(thanks.group())
    if found := _uncited(_UNATTENDED, text):
        return found
    if (found := _uncited(_ACK_TEXT, text)) and (promised or _ACK_SUBJECT.search(whole_subject)):
        return found
    if (found := _uncited(_LOGGED, text)) and _NEXT_STEP.search(text):
        return found
    if (found := _uncited(_ACK_NUMBER, text)) and _ACK_SUBJECT.search(whole_subject):
        return found
    promised = promised or (_ACK_SUBJECT.search(whole_subject) and _MEANWHILE.search(text))
    if promised and not _ERRAND.search(text) and (found := _uncited(_THANKS, text)):
        return found
    if (gone := _ABANDONED.search(text)) and _BARE_SUBJECT.search(subject):
        return str(gone.group())
    if (found := _uncited(_GONE, text)) and _REDIRECT.search(text) and not _GONE_MYSELF.search(text):
        return found
    return None


def _uncited(pattern: Any, text: str) -> str | None:
    """The first hit that no person cites, as `your answer said "this is an automatic reply"`."""
    for one in pattern.finditer(text):
        if not _CITES.search(text[max(0, one.start() - _CITES_WITHIN) : one.start()]):
            return str(one.group())
    return None
