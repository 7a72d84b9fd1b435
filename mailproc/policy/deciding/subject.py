"""The subject of an answer: its reply prefixes in all languages, and whether it is still that of the answered mail."""

import re
from dataclasses import dataclass

from mailproc.mail.reading.message import Message
from mailproc.policy.rules.folding import fold
from mailproc.policy.storable import storable_text

_MAX_SUBJECT = 1000
_MAX_BODY = 100_000
# Re, Fwd and what clients of other languages put in their place; `Re[2]:`, `RE :` and full-width colons occur.
_REPLY = (
    "re|aw|antw|antwort|sv|vs|odp|ynt|ref|rif|r|res|resp|bls|atb|vá|odg|ad|απ|ηε|σχετ"
    "|回复|回覆|答复|答覆|返信|답장|ตอบ|תגובה|השב|رد"
)
_FORWARD = "fwd?|wg|tr|rv|enc|i|doorst|vb|vl|pd|továbbítás|ilt|fyi|转发|轉寄|転送|전달|הועבר|πρθ|إعادة توجيه"
_PREFIX = re.compile(rf"\s*(?:{_REPLY}|{_FORWARD})\s*(?:\[\d{{1,3}}\]|\(\d{{1,3}}\))?\s*[:：]", re.IGNORECASE)
# `[list]`, and the `NEWS:` that some put before the `Re:`.
_LIST_TAG = re.compile(
    r"\s*(?:\[[^\[\]]{1,60}\]|[A-Z][A-Za-z-]{1,15}:(?=\s*(?:re|fwd?|aw|wg|sv|tr|rv)\s*:))\s*", re.IGNORECASE
)
_MAX_PREFIXES = 12
_QUOTES = "\"'“”„‘’«»"
_QUOTED_SUBJECT = re.compile(
    r"^[>|*_ \t]{0,20}(?:subject|betreff|objet|asunto|assunto|oggetto|onderwerp|ämne|emne|aihe|temat|předmět|predmet|"
    r"tárgy|subiect|тема|konu|件名|主题|主旨|제목)[*_ \t]{0,6}[:：][*_ \t]{0,6}([^\n]{1,300})",
    re.IGNORECASE | re.MULTILINE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AnsweredSubject:
    """A subject. `text` is without prefixes and list tags; `answers` tells that it had a reply or forward prefix."""

    text: str
    answers: bool = False

    @property
    def is_quotation(self) -> bool:
        """Whether it stands in quotation marks as a whole: somebody's words, perhaps not the writer's."""
        return len(self.text) > 2 and self.text[0] in _QUOTES and self.text[-1] in _QUOTES

    def is_that_of_quoted(self, body: str) -> bool | None:
        """Whether it is the subject of the mail that is quoted in a body; None when the quote does not tell."""
        found = _QUOTED_SUBJECT.search(body[:_MAX_BODY])
        return None if found is None else fold(without_prefixes(found[1])[0]) == fold(self.text)


def read_subject(message: Message) -> AnsweredSubject:
    """Read the subject of a mail; empty text when there is none."""
    text, answers = without_prefixes(storable_text(message.subject[:_MAX_SUBJECT]))
    return AnsweredSubject(text=text, answers=answers)


def without_prefixes(subject: str) -> tuple[str, bool]:
    """A subject without `Re:`, `Fwd:`, … and `[list]`, and whether there was a reply or forward prefix."""
    answers = False
    for _ in range(_MAX_PREFIXES):
        found = _PREFIX.match(subject)
        if found:
            answers = True
        else:
            found = _LIST_TAG.match(subject)
        if not found or found.end() == len(subject):
            break
        subject = subject[found.end() :]
    return subject.strip(), answers
