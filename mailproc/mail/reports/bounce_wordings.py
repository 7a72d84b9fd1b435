"""Finding what a bounce says in the wordings of all languages: what each says about the address."""

from collections.abc import Iterable, Iterator
from functools import cache

import re2

from mailproc.mail.reports.bounce import BounceClass
from mailproc.mail.reports.bounce_english import ROWS, Row
from mailproc.mail.reports.bounce_languages import SAME_SENTENCE, WORDINGS, without_accents
from mailproc.mail.reports.bounce_own_words import FEW_LETTERS, FEW_WORDS, OWN_WORDS

# A row that says little: a code of a general kind knows more.
WEAK_REASONS = frozenset({"recipient rejected", "mailbox unavailable", "policy", "system error", "network error"})

_CLASSES = {reason: bounce_class for bounce_class, reason, _ in reversed(ROWS)}


def _rows_in_other_languages() -> Iterator[Row]:
    for reason, patterns in WORDINGS.items():
        plain = tuple(without_accents(one).replace("~", SAME_SENTENCE) for one in patterns)
        yield _CLASSES[reason], reason, plain


def _rows_of_word_classes() -> Iterator[Row]:
    for reason, patterns in OWN_WORDS:
        plain = (without_accents(one).replace("~", FEW_WORDS).replace("…", FEW_LETTERS) for one in patterns)
        yield _CLASSES[reason], reason, tuple(plain)


class _Wordings:
    """All wordings as one automaton: a text is looked through once, in linear time. Made when a bounce needs it."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self._rows = tuple(rows)
        self._patterns = ["|".join(patterns) for _, _, patterns in self._rows]
        self._set = re2.Set.SearchSet(_options())
        for pattern in self._patterns:
            self._set.Add(pattern)
        # Is in every text: where even that is not found the automaton has run out of memory.
        self._set.Add("")
        self._set.Compile()

    def find(self, text: str) -> tuple[BounceClass, str] | None:
        number = min(self._set.Match(text) or self._one_by_one(text))
        return self._rows[number][:2] if number < len(self._rows) else None

    def _one_by_one(self, text: str) -> list[int]:
        """The rows that match, asked singly: slower, and never out of memory."""
        rows = (re2.compile(pattern, _options()) for pattern in self._patterns)
        return [*(number for number, row in enumerate(rows) if row.search(text)), len(self._rows)]


def _options() -> "re2.Options":
    options = re2.Options()
    options.case_sensitive = False
    options.log_errors = False
    options.max_mem = 64 << 20
    return options


@cache
def _english() -> _Wordings:
    return _Wordings(ROWS)


@cache
def _others() -> _Wordings:
    return _Wordings(_rows_in_other_languages())


@cache
def _own_words() -> _Wordings:
    return _Wordings(_rows_of_word_classes())


def find_wording(text: str) -> tuple[BounceClass, str] | None:
    """Class and reason of the first row that a text matches; None when none does.

    Other languages are asked when English tells little: most of what servers say is English. Where there is no wording
    at all, words of a class tell.
    """
    found = _english().find(text)
    if found is not None and found[1] not in WEAK_REASONS:
        return found
    plain = without_accents(text)
    return _others().find(plain) or found or _own_words().find(plain)
